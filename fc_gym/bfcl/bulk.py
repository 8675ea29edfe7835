"""The bulk values of the long-context variant, read from where the user has them."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from fc_gym.errors import TaskError

__all__ = ["FOLDER", "bulk"]

FOLDER = "FC_GYM_BFCL_BULK"
"""Environment variable that names the folder; the values are the benchmark's and not part of fc_gym."""


@cache
def bulk(name: str) -> dict[str, Any]:
    """Return the bulk values of one class.

    Args:
        name: The file, such as `trading_bulk.json`.

    Raises:
        TaskError: If the folder is not named or the file is not in it.
    """
    folder = os.environ.get(FOLDER)
    if not folder:
        raise TaskError(
            f"the long-context values of BFCL are not part of fc_gym; name a folder with {name} in {FOLDER}"
        )
    try:
        found: dict[str, Any] = orjson.loads((Path(folder) / name).read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise TaskError(f"{Path(folder) / name}: cannot be read ({error})") from None
    return found
