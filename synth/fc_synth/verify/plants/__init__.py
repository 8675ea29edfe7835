"""Plants: the ways in which rows are spoiled, to see whether the certificates find it."""
