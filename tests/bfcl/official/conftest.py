"""What every comparison with the official package needs: the package, and the data that comes with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from fc_gym.bfcl.home import using
from fc_gym.bfcl.tasks import CATEGORIES, BfclTask, load_tasks
from tests.bfcl.official.package import data_folder, warm_up

HOW = "`.ci/official` makes an environment in which this runs"


@pytest.fixture(scope="session")
def tasks() -> Iterator[dict[str, list[BfclTask]]]:
    """The tasks per category; the official package is imported, and nothing was played with it."""
    missing = [name for name in ("bfcl_eval", "mpmath") if find_spec(name) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} cannot be imported; {HOW}")
    if os.environ.get("PYTHONHASHSEED") != "0":
        pytest.skip(f"two official texts show sets, whose order is fixed only by PYTHONHASHSEED=0; {HOW}")
    with using(data_folder()):
        warm_up()
        yield {category: load_tasks(data_folder(), category) for category in CATEGORIES}
