"""Stateful tool environments in Gymnasium style."""
