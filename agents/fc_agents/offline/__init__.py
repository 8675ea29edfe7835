"""Policies without a model: they act on what they have been told and shown, each in one simple way."""
