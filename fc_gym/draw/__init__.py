"""Drawings of API graphs."""

from __future__ import annotations

from fc_gym.draw.paint import draw

__all__ = ["draw"]
