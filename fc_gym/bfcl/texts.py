"""Results as texts: what the official executor feeds back to the model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from json.encoder import encode_basestring_ascii
from typing import Any, cast

__all__ = ["FAILED", "Spelled", "SpelledList", "error_text", "json_text", "result_text"]

FAILED = "Error during execution: "
"""How the text of a call that raised begins; error dicts do not begin so."""


def _json_encoder() -> Callable[[object, int], Iterable[str]]:
    """Make once what `json.dumps` makes at every call, which is half of its time for a small dict."""
    slow = json.JSONEncoder(check_circular=False)
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return lambda value, _: slow.iterencode(value)
    return cast(
        "Callable[[object, int], Iterable[str]]",
        make(None, slow.default, encode_basestring_ascii, None, ": ", ", ", False, False, True),
    )


_encoded = _json_encoder()


class Spelled(dict[str, Any]):
    """A result with long values whose JSON is known beforehand.

    Args:
        value: The whole result.
        spelled: Name to the JSON of the value under that name.
    """

    __slots__ = ("_spelled",)

    def __init__(self, value: Mapping[str, Any], spelled: Mapping[str, str]) -> None:
        super().__init__(value)
        self._spelled = spelled

    def json(self) -> str:
        """Tell the result as JSON."""
        spelled = self._spelled
        told = [f"{json_text(name)}: {spelled.get(name) or json_text(inner)}" for name, inner in self.items()]
        return f"{{{', '.join(told)}}}"


class SpelledList(list[Any]):
    """A long result that Python would print in a way that is known beforehand.

    Args:
        value: The whole result.
        told: How it is printed.
    """

    __slots__ = ("_told",)

    def __init__(self, value: Iterable[Any], told: str) -> None:
        super().__init__(value)
        self._told = told

    def __str__(self) -> str:
        return self._told


def json_text(value: object) -> str:
    """Tell a value as `json.dumps` does.

    Args:
        value: The value; one that contains itself is a `RecursionError`.
    """
    return "".join(_encoded(value, 0))


def result_text(value: object) -> str:
    r"""Tell what a tool returned.

    Args:
        value: Text is told as it is and a dict as JSON (ASCII only, with blanks after `,` and `:`); all else,
            and a dict that has no JSON form, as Python prints it.

    >>> result_text({"name": "Zoë", "ok": True})
    '{"name": "Zo\\u00eb", "ok": true}'
    >>> result_text([True, None])
    '[True, None]'
    """
    kind = type(value)
    try:
        if kind is dict:
            return "".join(_encoded(value, 0))
        if isinstance(value, Spelled):
            return value.json()
    except Exception:
        return str(value)
    return str(value)


def error_text(error: Exception) -> str:
    """Tell what a tool raised.

    >>> error_text(KeyError("trunk"))
    "Error during execution: 'trunk'"
    """
    return f"{FAILED}{error}"
