"""Variants: operators that make another dialogue of a verified one, each with its own proof."""
