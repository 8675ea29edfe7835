"""Episodes at scale: bounded, resumed where they stopped, on one machine or many."""
