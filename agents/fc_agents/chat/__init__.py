"""A model as a policy, and many of its episodes at once."""
