from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fc_synth.variants.commands import vary
from fc_synth.variants.quota import read_kinds, read_quotas, spread
from fc_synth.variants.registry import ALIASES, OPERATORS
from fc_synth.variants.vary import Tally, vary_rows, write_variants
from hypothesis import given
from hypothesis import strategies as st
from typer import Exit

from fc_gym.errors import RecordError, TaskError
from fc_gym.task import read_tasks
from fc_gym.types import to_json

names = st.sampled_from([*OPERATORS, *ALIASES])


@given(wanted=st.dictionaries(names, st.integers(0, 200)))
def test_numbers_are_read_as_written_and_spread_without_loss(wanted: dict[str, int]) -> None:
    read = read_kinds(", ".join(f"{name}={number}" for name, number in wanted.items()))
    assert read == wanted
    assert sum(spread(read).values()) == sum(wanted.values())
    assert {kind for kind, _ in spread(read)} <= set(OPERATORS)


@given(share=st.integers(0, 100), rows=st.integers(1, 5000))
def test_a_quota_is_met_to_half_a_row(share: int, rows: int) -> None:
    assert abs(read_quotas(f"over_fill={share}%", rows)["over_fill"] - rows * share / 100) <= 0.5


@pytest.mark.parametrize(
    ("kinds", "quota", "text"),
    [
        ("magic=3", "", "--kinds: there is no kind 'magic'; have missing_function"),
        ("fault=many", "", "--kinds: fault=many is no number; write fault=50"),
        ("fault=²", "", "--kinds: fault=² is no number"),
        ("", "over_fill=5", "--quota: over_fill=5 is no share; write over_fill=5%"),
        ("", "over_fill=x%", "--quota: over_fill=x% is no share"),
        ("", "over_fill=²%", "--quota: over_fill=²% is no share"),
        ("", "over_fill=60%,switching=60%", "--quota: the shares add up to 120 %"),
        ("", "", "nothing is wanted; give --kinds"),
    ],
)
def test_what_cannot_be_wanted_is_said_in_one_sentence(
    kinds: str, quota: str, text: str, pool: list[dict[str, Any]], tmp_path: Path
) -> None:
    with pytest.raises(TaskError, match=text):
        vary(_file(tmp_path, pool[:1]), kinds, quota, 0, 0, tmp_path / "out")


def test_a_file_without_clean_dialogues_is_refused(pool: list[dict[str, Any]], tmp_path: Path) -> None:
    marked = [{**pool[0], "meta": {**pool[0]["meta"], "variant": {"kind": "over_fill"}}}]
    with pytest.raises(TaskError, match="holds no clean dialogue; make some with `fc-gym synth`"):
        vary(_file(tmp_path, marked), "over_fill=1", "", 0, 0, tmp_path / "out")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda row: row.update(messages=None),
        lambda row: row["messages"].clear(),
        lambda row: row["meta"].update(turns=5),
        lambda row: row["meta"].update(seed="x"),
        lambda row: row["meta"].update(seed=-1),
        lambda row: row["meta"].pop("domain"),
        lambda row: row.update(id=3),
        lambda row: row.update(tools=json.loads("[" * 300 + "]" * 300)),
        lambda row: _call(row).update(arguments="{"),
    ],
)
def test_a_row_that_does_not_fit_what_it_says_of_itself_is_named(
    spoil: Callable[[dict[str, Any]], object], pool: list[dict[str, Any]]
) -> None:
    row = copy.deepcopy(pool[0])
    spoil(row)
    with pytest.raises(RecordError, match="what the row says of itself does not fit it"):
        vary_rows([row], spread(read_kinds("missing_function=1")), 0)


def test_the_dialogues_themselves_are_not_written_over(pool: list[dict[str, Any]], tmp_path: Path) -> None:
    rows = _file(tmp_path, pool[:1]).rename(tmp_path / "dialogues.jsonl")
    made = tmp_path / "made"
    made.mkdir()
    (made / "order.json").write_text("{}")
    for out in (tmp_path, made):
        with pytest.raises(TaskError, match="holds dialogues of `fc-gym synth`, which would be lost"):
            vary(rows, "missing_function=1", "", 0, 0, out)


def test_one_that_is_wanted_and_not_made_is_said() -> None:
    assert Tally(wanted=2, proved=2).met and not Tally(wanted=1, proved=0).met


def test_a_folder_that_cannot_be_written_is_said(pool: list[dict[str, Any]], tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(RecordError, match="cannot be written"):
        write_variants(vary_rows(pool[:1], {}, 0), tmp_path / "out")


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(pool: list[dict[str, Any]]) -> None:
    wanted = spread(read_kinds("over_fill=3,fault=12,missing_parameter=2"))
    one, same, other = (vary_rows(pool, wanted, seed) for seed in (1, 1, 2))
    assert to_json(one.rows) == to_json(same.rows) != to_json(other.rows)
    assert {kind: tally.json() for kind, tally in one.tallies.items()} == {
        kind: tally.json() for kind, tally in same.tallies.items()
    }


def test_a_folder_holds_as_many_of_each_kind_as_wanted_filled_up_with_clean_ones(
    pool: list[dict[str, Any]], tmp_path: Path
) -> None:
    vary(_file(tmp_path, pool), "no_target=3", "over_fill=10%,stacking=5%", 40, 0, tmp_path / "out")
    rows = [json.loads(line) for line in (tmp_path / "out" / "dialogues.jsonl").read_text().splitlines()]
    kinds = [row["meta"].get("variant", {}).get("kind") for row in rows]
    assert len(rows) == 40
    assert [kinds.count(kind) for kind in ("no_target", "over_fill", "stacking", None)] == [3, 4, 2, 31]
    tasks = read_tasks(tmp_path / "out" / "tasks.jsonl")
    assert [task.id for task in tasks] == [row["id"] for row in rows]
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["kinds"]["over_fill"]["proved"] == summary["kinds"]["over_fill"]["detected"] == 4


def test_a_quota_that_cannot_be_met_is_said_and_ends_with_one(
    pool: list[dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Exit) as ended:
        vary(_file(tmp_path, pool[:1]), "missing_function=50", "", 0, 0, tmp_path / "out")
    assert ended.value.exit_code == 1
    assert "too few places for missing_function" in capsys.readouterr().err


def _file(folder: Path, rows: list[dict[str, Any]]) -> Path:
    (folder / "rows.jsonl").write_text("".join(f"{to_json(row)}\n" for row in rows))
    return folder / "rows.jsonl"


def _call(row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in row["messages"] if one.get("tool_calls"))["tool_calls"][0]["function"]
    return found
