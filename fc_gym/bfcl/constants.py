"""The 16 long-context values: what they are called, and how they are read as data from the official source.

The source is never run: its assignments are read as literals. The official watchlist ends in a Python `...`, which no
JSON file can hold; it is left out here, and the tool that tells the watchlist adds it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import orjson

from fc_gym.errors import RecordError

__all__ = ["COPY", "SOURCE", "read_copy", "read_source"]

COPY = "long_context.json"
"""Name of the file that holds the values in a folder of fetched data."""

SOURCE = "eval_checker/multi_turn_eval/func_source_code/long_context.py"
"""Where the values stand in the package `bfcl_eval`."""

_NUMBER = (int, float)
_FORMS: Mapping[str, tuple[type, type | tuple[type, ...]]] = {
    "AUTOMOBILE_EXTENSION": (list, str),
    "BOOKING_RECORD_EXTENSION": (dict, dict),
    "CAR_STATUS_METADATA_EXTENSION": (str, str),
    "CREDIT_CARD_EXTENSION": (dict, dict),
    "FILES_TAIL_USED": (list, str),
    "FILE_CONTENT_EXTENSION": (str, str),
    "INTERMEDIARY_CITIES": (list, str),
    "LONG_WEATHER_EXTENSION": (dict, dict),
    "MA_20_EXTENSION": (list, _NUMBER),
    "MA_5_EXTENSION": (list, _NUMBER),
    "ORDER_DETAIL_EXTENSION": (dict, str),
    "PARKING_BRAKE_INSTRUCTION": (str, str),
    "POPULATE_FILE_EXTENSION": (list, str),
    "TECHNOLOGY_EXTENSION": (list, str),
    "TRANSACTION_HISTORY_EXTENSION": (list, dict),
    "WATCH_LIST_EXTENSION": (list, str),
}
_WATCHED = "WATCH_LIST_EXTENSION"


def read_source(text: bytes, where: object) -> dict[str, Any]:
    """Read the values from the text of the official module.

    Args:
        text: The module.
        where: What to call it in complaints.

    Returns:
        Name to value; all of them have a JSON form.

    Raises:
        RecordError: If the text is no Python, or a value is missing, no literal, or of another form.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise RecordError(f"{where}: is no Python source ({error})") from None
    found: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in _FORMS:
            found[node.targets[0].id] = _literal(node, where)
    watched = found.get(_WATCHED)
    if isinstance(watched, list) and watched and watched[-1] is ...:
        del watched[-1]
    return _checked(found, where)


def read_copy(raw: bytes, where: object) -> dict[str, Any]:
    """Read the values from a JSON file.

    Args:
        raw: The file.
        where: What to call it in complaints.

    Returns:
        Name to value.

    Raises:
        RecordError: If the file is no JSON object, or a value is missing or of another form.
    """
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise RecordError(f"{where}: is no JSON ({error})") from None
    if not isinstance(found, dict):
        raise RecordError(f"{where}: a JSON object should stand here, not {type(found).__name__}")
    return _checked(found, where)


def _literal(node: ast.Assign, where: object) -> Any:
    try:
        return ast.literal_eval(node.value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        raise RecordError(f"{where}, line {node.lineno}: a literal should stand here") from None


def _checked(found: Mapping[str, Any], where: object) -> dict[str, Any]:
    for name, (whole, part) in _FORMS.items():
        if name not in found:
            raise RecordError(f"{where}: the value {name} is missing")
        value = found[name]
        parts = value.values() if isinstance(value, dict) else value
        if not isinstance(value, whole) or not all(isinstance(one, part) for one in parts):
            raise RecordError(f"{where}: the value {name} has another form than the official one")
    return {name: found[name] for name in _FORMS}
