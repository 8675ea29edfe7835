"""Who acts: policies, walks and rollouts."""
