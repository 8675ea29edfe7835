"""What the README shows works."""

from __future__ import annotations

import os
import re
import shlex
import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from fc_gym.cli.app import app
from fc_gym.cli.plugins import commands, loaded

BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)


def _blocks(root: Path, language: str) -> list[str]:
    text = (root / "README.md").read_text(encoding="utf-8")
    return [body for kind, body in BLOCK.findall(text) if kind == language]


@pytest.mark.parametrize(
    "language",
    [
        "python",
        pytest.param(
            "py",
            marks=pytest.mark.skipif(
                not os.environ.get("FC_GYM_BFCL_DATA"),
                reason="set FC_GYM_BFCL_DATA to the folder that `fc-gym bfcl fetch` writes",
            ),
        ),
    ],
)
def test_the_python_blocks_run_one_after_the_other(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.chdir(tmp_path)
    module = ModuleType("readme")
    monkeypatch.setitem(sys.modules, "readme", module)
    names: dict[str, Any] = vars(module)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for number, block in enumerate(_blocks(root, language), start=1):
            exec(compile(block, f"README.md, python block {number}", "exec"), names)


def test_the_commands_shown_exist(root: Path) -> None:
    shown = [_named(words) for words in _commands(root) if words[0] == "fc-gym" and len(words) > 1]
    assert [name for name in shown if not name.startswith("-") and name not in commands()] == []


def test_the_options_shown_exist(root: Path) -> None:
    group = get_command(app)
    wrong = []
    for words in _commands(root):
        name = _named(words)
        if words[0] != "fc-gym" or name not in commands():
            continue
        command: Any = group
        for word in name.split():
            command = command.get_command(None, word)
        known = {option for one in command.params for option in one.opts}
        wrong += [f"{name} {one}" for one in words if one.startswith("--") and one.split("=")[0] not in known]
    assert not wrong, "\n".join(wrong)


def test_every_command_can_be_loaded() -> None:
    assert [name for name, point in commands().items() if loaded(point).__name__ == "broken"] == []


def _named(words: list[str]) -> str:
    """Return the name of the command in some words: two words, if it is one of a family."""
    family = " ".join(words[1:3])
    return family if family in commands() else " ".join(words[1:2])


def _commands(root: Path) -> list[list[str]]:
    """Return the words of every command in a sh block, comments and continued lines resolved."""
    found = []
    for block in _blocks(root, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            for part in re.split(r"&&|[|;]", line.removeprefix("$ ")):
                words = shlex.split(part, comments=True)
                if words:
                    found.append([Path(words[0]).name, *words[1:]])
    return found


def test_the_domain_of_the_guide_goes_from_nothing_to_dialogues(root: Path, tmp_path: Path) -> None:
    block = next(body for body in _blocks(root, "python") if "class KeyBoard" in body)
    (tmp_path / "keys.py").write_text(block.partition("domain = Domain(KeyBoard)")[0], encoding="utf-8")
    run = CliRunner()
    named = f"{tmp_path / 'keys.py'}:KeyBoard"
    assert run.invoke(app, ["check", named, "--seeds", "2", "--calls", "40"]).exit_code == 0
    out = tmp_path / "data"
    made = run.invoke(app, ["synth", "--domains", named, "--dialogues", "4", "--out", str(out)])
    assert made.exit_code == 0 and "4 of 4" in made.stdout
    text = (out / "dialogues.jsonl").read_text(encoding="utf-8")
    assert text.count("\n") == 4 and "tag" in text
