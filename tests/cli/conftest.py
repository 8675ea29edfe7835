from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from fc_gym.cli.app import app

HERE = Path(__file__).parent

Command = Callable[..., Any]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run `fc-gym` in this process; gives `exit_code`, `stdout` and `stderr`."""
    monkeypatch.delenv("FC_GYM_DEBUG", raising=False)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def process() -> list[str]:
    """The command line that runs `fc-gym` in a process of its own."""
    return [sys.executable, "-c", "from fc_gym.cli import main; main()"]


@pytest.fixture
def refused(command: Command) -> Callable[..., str]:
    """Run `fc-gym`, expect one sentence and the exit code 2, and return the sentence."""

    def run(*words: object) -> str:
        done = command(*words)
        assert done.exit_code == 2
        assert done.stderr.startswith("fc-gym: ")
        assert done.stderr.count("\n") == 1
        return str(done.stderr)

    return run


@pytest.fixture
def bulbs() -> str:
    return f"{HERE / 'bulbs.py'}:Bulbs"


@pytest.fixture
def class_file(tmp_path: Path) -> Callable[[str], str]:
    """Write a module whose class is called World, and return how to name it."""

    def write(text: str) -> str:
        path = tmp_path / f"world_{len(list(tmp_path.iterdir()))}.py"
        path.write_text(text, encoding="utf-8")
        return f"{path}:World"

    return write
