"""What is learned from it: traces folded into queries, and reasoning that is guided to the verified calls."""
