"""What training data shares with a benchmark: tools, queries, call sequences and the entities of its states."""
