"""Models: what writes the responses of an agent, or the texts of a synthesis."""
