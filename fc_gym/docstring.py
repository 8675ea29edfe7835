"""Google docstrings, read into the parts that a tool and its texts are made of."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

__all__ = ["Docstring", "examples_in", "read_docstring"]

_SECTIONS = {
    "args": "args",
    "arguments": "args",
    "parameters": "args",
    "returns": "returns",
    "raises": "raises",
    "yields": "yields",
    "asks": "asks",
    "says": "says",
    "names": "names",
    "consent": "consent",
    "example": "examples",
    "examples": "examples",
    "note": "notes",
    "notes": "notes",
}
_ARGUMENT = re.compile(r"^\*{0,2}(\w+)\s*(?:\(([^)]*)\))?\s*:\s*(.*)$")
_EXAMPLES = re.compile(r"\bsuch as ((?:\"[^\"]+\"(?:, | or |, or )?)+)")


@dataclass(frozen=True)
class Docstring:
    """The parts of one docstring."""

    description: str = ""
    """Everything before the first section, as one paragraph."""
    arguments: dict[str, str] = field(default_factory=dict)
    """Text per parameter."""
    argument_types: dict[str, str] = field(default_factory=dict)
    """The type in parentheses per parameter, where one is written."""
    returns: str = ""
    asks: tuple[str, ...] = ()
    """Ways a person would ask for the tool's effect."""
    says: tuple[str, ...] = ()
    """Ways its result is told."""
    consent: str = ""
    """Why the tool must not be called unless the user asked for it; empty if it may be."""
    names: tuple[str, ...] = ()
    """Ways a row is referred to; modifiers begin with `+`."""


def read_docstring(owner: object) -> Docstring:
    """Read the docstring of a class or function; without one, every part is empty."""
    text = inspect.cleandoc(getattr(owner, "__doc__", None) or "")
    blocks = _blocks(text)
    arguments, types = _arguments(blocks.get("args", []))
    return Docstring(
        description=_paragraph(blocks[""]),
        arguments=arguments,
        argument_types=types,
        returns=_paragraph(blocks.get("returns", [])),
        asks=_lines(blocks.get("asks", [])),
        says=_lines(blocks.get("says", [])),
        consent=_paragraph(blocks.get("consent", [])),
        names=_lines(blocks.get("names", [])),
    )


def examples_in(text: str) -> tuple[str, ...]:
    """Return the values that a text quotes after "such as".

    >>> examples_in('The reason, such as "too small" or "wrong colour".')
    ('too small', 'wrong colour')
    """
    return tuple(value for run in _EXAMPLES.findall(text) for value in re.findall(r'"([^"]+)"', run))


def _blocks(text: str) -> dict[str, list[str]]:
    blocks: dict[str, list[str]] = {"": []}
    current = ""
    for line in text.splitlines():
        title = line.strip().rstrip(":").lower()
        if line[:1].strip() and line.rstrip().endswith(":") and title in _SECTIONS:
            current = _SECTIONS[title]
            blocks.setdefault(current, [])
        else:
            blocks[current].append(line)
    return blocks


def _arguments(lines: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    body = inspect.cleandoc("\n" + "\n".join(lines)).splitlines()
    texts: dict[str, str] = {}
    types: dict[str, str] = {}
    name = ""
    for line in body:
        match = _ARGUMENT.match(line)
        if match and line[:1].strip():
            name = match[1]
            texts[name] = match[3].strip()
            if match[2]:
                types[name] = match[2].strip()
        elif name and line.strip():
            texts[name] = f"{texts[name]} {line.strip()}".strip()
    return texts, types


def _paragraph(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines if line.strip())


def _lines(lines: list[str]) -> tuple[str, ...]:
    return tuple(line.strip() for line in lines if line.strip())
