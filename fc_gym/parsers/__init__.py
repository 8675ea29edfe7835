"""Readers of a model's raw text: they find the calls in it, never evaluate anything, and never raise."""

from __future__ import annotations

from fc_gym.parsers.hermes import hermes
from fc_gym.parsers.json import json
from fc_gym.parsers.python import python
from fc_gym.parsers.qwen_xml import qwen_xml
from fc_gym.parsers.reading import Parser, Reading

__all__ = ["PARSERS", "Parser", "Reading", "hermes", "json", "parser_named", "python", "qwen_xml"]

PARSERS: dict[str, Parser] = {"hermes": hermes, "qwen_xml": qwen_xml, "python": python, "json": json}
"""Parsers by name."""


def parser_named(name: str | Parser) -> Parser:
    """Return a parser by name, or the function given.

    Raises:
        ValueError: If there is no parser of that name.
    """
    if callable(name):
        return name
    if name not in PARSERS:
        raise ValueError(f"there is no parser {name!r}; have {', '.join(PARSERS)}, or pass a function")
    return PARSERS[name]
