"""Results as texts: what the official executor feeds back to the model."""

from __future__ import annotations

import json

__all__ = ["FAILED", "error_text", "result_text"]

FAILED = "Error during execution: "
"""How the text of a call that raised begins; error dicts do not begin so."""


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
    if type(value) is str:
        return value
    if type(value) is dict:
        try:
            return json.dumps(value)
        except Exception:
            return str(value)
    return str(value)


def error_text(error: Exception) -> str:
    """Tell what a tool raised.

    >>> error_text(KeyError("trunk"))
    "Error during execution: 'trunk'"
    """
    return f"{FAILED}{error}"
