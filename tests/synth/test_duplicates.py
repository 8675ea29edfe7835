from __future__ import annotations

import builtins
import json
from pathlib import Path
from typing import Any

import pytest
from fc_synth.duplicates import near_duplicates, shingles
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from fc_gym.cli.app import app
from fc_gym.errors import FcGymError

LONG = "Could you please withdraw my order placed on 2 March and tell me what I get back for it?"


@given(st.lists(st.text("abc ", min_size=12, max_size=40), max_size=8), st.integers(0, 7))
def test_a_copy_is_always_found_and_what_is_found_is_that_alike(texts: list[str], place: int) -> None:
    texts = [*texts, LONG, *texts[place:], f"  {LONG.upper()} "]
    found = near_duplicates(texts)
    assert found[-1].place == len(texts) - 1
    for one in found:
        mine, earlier = shingles(texts[one.place]), shingles(texts[one.earlier])
        assert one.earlier < one.place and one.share == len(mine & earlier) / len(mine | earlier) >= 0.8


def test_another_date_is_nearly_the_same_and_other_words_are_not() -> None:
    assert near_duplicates([LONG, LONG.replace("2 March", "3 March")])
    assert not near_duplicates([LONG, "What is in my cart at the moment, and what would it all cost?"])


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any, **more: Any) -> Any:
        if name == "datasketch":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(FcGymError, match="pip install datasketch"):
        near_duplicates(["a"])


def test_the_command_counts_and_shows_where(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [{"messages": [{"role": "user", "content": text}]} for text in (LONG, "What do you sell?", LONG)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = CliRunner().invoke(app, ["duplicates", str(path)], catch_exceptions=False)
    assert done.exit_code == 0
    assert "rows.jsonl:3: Could you" in done.stdout and "33.33 %" in done.stdout
    torn = tmp_path / "torn.jsonl"
    torn.write_text("{")
    done = CliRunner().invoke(app, ["duplicates", str(torn)], catch_exceptions=False)
    assert done.exit_code == 2 and "torn.jsonl:1" in done.stderr
