"""Where the official data lies on this computer; it is not part of fc_gym, `fc-gym bfcl fetch` gets it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fc_gym.errors import RecordError

__all__ = ["CACHE", "DATA", "FETCH", "data_home", "using"]

DATA = "FC_GYM_BFCL_DATA"
"""Environment variable that names the folder of the official data."""

CACHE = "XDG_CACHE_HOME"
"""Environment variable that names the folder of caches, where the data lies unless `DATA` is set."""

FETCH = "`fc-gym bfcl fetch` gets the official data"
"""What to tell somebody who has no data, or damaged data."""


def data_home(given: str | Path | None = None) -> Path:
    """Return the folder of the official data, which need not exist yet.

    Args:
        given: The folder, if the user named one.

    Returns:
        What is given, else what `FC_GYM_BFCL_DATA` names, else `fc_gym/bfcl` in the user's folder of caches.

    Raises:
        RecordError: If the user has no home folder and named no other.
    """
    named = str(given or os.environ.get(DATA, ""))
    try:
        return Path(named).expanduser() if named else _caches() / "fc_gym" / "bfcl"
    except RuntimeError:
        raise RecordError(f"there is no home folder for the official data; name a folder in {DATA}") from None


@contextmanager
def using(folder: Path) -> Iterator[None]:
    """Have everything inside look for the official data in one folder, the long-context values too.

    Args:
        folder: What `data_home` returned.
    """
    before = os.environ.get(DATA)
    os.environ[DATA] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[DATA]
        else:
            os.environ[DATA] = before


def _caches() -> Path:
    named = Path(os.environ.get(CACHE, ""))
    return named if named.is_absolute() else Path("~/.cache").expanduser()
