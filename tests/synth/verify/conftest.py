from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from fc_synth.making import Order
from fc_synth.pipeline import synthesize
from fc_synth.verify.commands import verify
from typer.testing import CliRunner, Result

from fc_gym.registration import load_domain

Row = dict[str, Any]
NAMES = ("shop", "calendar", "mail")


@pytest.fixture(scope="package")
def kept() -> dict[str, Path]:
    """Hold what is made once."""
    return {}


@pytest.fixture
def file(kept: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file of dialogues as `fc-gym synth` writes it."""
    if "file" not in kept:
        out = tmp_path_factory.mktemp("made")
        synthesize(Order(NAMES, 18, 5), [load_domain(name) for name in NAMES], out)
        kept["file"] = out / "dialogues.jsonl"
    return kept["file"]


@pytest.fixture
def rows(file: Path) -> list[Row]:
    return [json.loads(line) for line in file.read_text().splitlines()]


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run the command."""
    app = typer.Typer()
    app.command()(verify)

    def called(*arguments: object) -> Result:
        return CliRunner().invoke(app, [str(one) for one in arguments])

    return called
