"""Recovery: where the arguments of somebody else's calls came from, by matching and by executing anew."""
