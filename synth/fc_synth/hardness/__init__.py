"""Difficulty, measured by policies that need no model."""
