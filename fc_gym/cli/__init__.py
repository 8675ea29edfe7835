"""The command `fc-gym`."""

from __future__ import annotations

from fc_gym.cli.app import main

__all__ = ["main"]
