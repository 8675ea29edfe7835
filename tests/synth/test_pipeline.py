"""Promises of the pipeline: the same bytes every time, whatever stops it on the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from fc_synth import commands, making
from fc_synth.making import Order
from fc_synth.pipeline import synthesize
from fc_synth.plan import Plan
from fc_synth.rows import read_rows
from fc_synth.sample import preference_pairs, task_of
from fc_synth.summary import Summary

from fc_gym.errors import DomainError, RecordError
from fc_gym.registration import load_domain
from fc_gym.task import read_tasks
from fc_gym.types import to_json

NAMES = ("mail", "calendar")
FILES = {"dialogues.jsonl", "tasks.jsonl", "pairs.jsonl", "summary.json", "order.json"}
TRUTH = Path(__file__).parent.parent / "truth"

SCRIPT = """
import json, sys
from pathlib import Path
from fc_gym.graph import ApiGraph, Edge, Measured
from fc_gym.registration import load_domain
from fc_synth import making, pipeline

def graph_of(domain):
    truth = json.loads((Path(sys.argv[1]) / f"{domain.name}.json").read_text())
    return ApiGraph(domain, Measured(frozenset(Edge(kind, *one) for kind in ("state", "undo") for one in truth[kind])))

making.graph_of = graph_of
names = ("shop", "calendar", "mail")
pipeline.synthesize(making.Order(names, 6, 5), [load_domain(name) for name in names], Path(sys.argv[2]))
"""


SHARED = """
import sys
from pathlib import Path
from fc_gym.registration import load_domain
from fc_synth import making, pipeline

if __name__ == "__main__":
    names = ("shop", "mail")
    order = making.Order(names, 11, 7)
    pipeline.synthesize(order, [load_domain(name) for name in names], Path(sys.argv[1]), workers=int(sys.argv[2]))
"""


class Stopped(Exception):
    """The run was stopped from outside."""


def run(out: Path, count: int = 4, seed: int = 3, stop: int = 0, **plan: Any) -> Summary:
    """Make dialogues; with `stop`, until so many are there."""

    def told(done: int) -> None:
        if done == stop:
            raise Stopped

    order = Order(NAMES, count, seed, Plan(**plan))
    return synthesize(order, [load_domain(name) for name in NAMES], out, told)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Give the files of a run that nothing stopped."""
    folder = tmp_path_factory.mktemp("whole")
    run(folder)
    return content(folder)


def test_the_same_order_gives_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    for hashing in ("1", "4242"):
        subprocess.run(
            [sys.executable, "-W", "error", "-c", SCRIPT, str(TRUTH), str(tmp_path / hashing)],
            env={**os.environ, "PYTHONHASHSEED": hashing}, check=True, timeout=120,
        )  # fmt: skip
    one, other = content(tmp_path / "1"), content(tmp_path / "4242")
    assert set(one) == FILES
    assert one == other
    assert one["dialogues.jsonl"].count(b"\n") == 6


def test_another_seed_gives_other_dialogues(whole: dict[str, bytes], tmp_path: Path) -> None:
    run(tmp_path, seed=4)
    assert not set(content(tmp_path)["tasks.jsonl"].splitlines()) & set(whole["tasks.jsonl"].splitlines())


def test_two_processes_make_the_same_bytes_as_one(whole: dict[str, bytes], tmp_path: Path) -> None:
    for number, workers in enumerate((1, 2)):
        subprocess.run(
            [sys.executable, "-W", "error", "-c", SHARED, str(tmp_path / str(number)), str(workers)],
            check=True, timeout=240,
        )  # fmt: skip
    one, other = content(tmp_path / "0"), content(tmp_path / "1")
    assert set(one) == FILES
    assert one == other
    assert one["dialogues.jsonl"].count(b"\n") == 11


@pytest.mark.parametrize("stop", [1, 3, 4])
def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(stop: int, whole: dict[str, bytes], tmp_path: Path) -> None:
    with pytest.raises(Stopped, match=r"^$"):
        run(tmp_path, stop=stop)
    rows = (tmp_path / "dialogues.jsonl").read_bytes()
    assert rows.count(b"\n") == stop
    assert whole["dialogues.jsonl"].startswith(rows)
    run(tmp_path)
    assert content(tmp_path) == whole


@pytest.mark.parametrize("left", [1, 700, -3])
def test_a_torn_last_line_is_mended(left: int, whole: dict[str, bytes], tmp_path: Path) -> None:
    with pytest.raises(Stopped, match=r"^$"):
        run(tmp_path, stop=3)
    path = tmp_path / "dialogues.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]) + lines[2][:left])
    run(tmp_path)
    assert content(tmp_path) == whole


def test_nothing_is_made_twice(whole: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, data in whole.items():
        (tmp_path / name).write_bytes(data)
    monkeypatch.setattr(making, "compose", lambda *given: pytest.fail("there was nothing left to make"))
    there: list[int] = []
    synthesize(Order(NAMES, 4, 3), [load_domain(name) for name in NAMES], tmp_path, there.append)
    assert there == [1, 2, 3, 4], "those that are there count as well"
    assert content(tmp_path) == whole


def test_lost_derived_files_are_made_again(whole: dict[str, bytes], tmp_path: Path) -> None:
    run(tmp_path)
    for name in ("tasks.jsonl", "pairs.jsonl", "summary.json"):
        (tmp_path / name).unlink()
    run(tmp_path)
    assert content(tmp_path) == whole


def test_more_dialogues_later_go_on_from_those_that_are_there(whole: dict[str, bytes], tmp_path: Path) -> None:
    run(tmp_path, count=2)
    few = content(tmp_path)
    assert whole["dialogues.jsonl"].startswith(few["dialogues.jsonl"])
    assert whole["tasks.jsonl"].startswith(few["tasks.jsonl"])
    run(tmp_path, count=4)
    assert content(tmp_path) == whole


def test_domains_take_turns(whole: dict[str, bytes]) -> None:
    rows = [json.loads(line) for line in whole["dialogues.jsonl"].splitlines()]
    assert [row["meta"]["domain"] for row in rows] == ["mail", "calendar", "mail", "calendar"]
    indices = [row["meta"]["index"] for row in rows]
    assert indices == sorted(set(indices))
    assert [row["id"] for row in rows] == [
        f"{row['meta']['domain']}-3-{index:06d}" for row, index in zip(rows, indices, strict=True)
    ]


def test_derived_files_agree_with_the_rows(whole: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "tasks.jsonl").write_bytes(whole["tasks.jsonl"])
    rows = [json.loads(line) for line in whole["dialogues.jsonl"].splitlines()]
    assert read_tasks(tmp_path / "tasks.jsonl") == [task_of(row) for row in rows]
    pairs = [pair for row in rows for pair in preference_pairs(row)]
    assert [json.loads(line) for line in whole["pairs.jsonl"].splitlines()] == pairs
    summary = json.loads(whole["summary.json"])
    turns = [turn for row in rows for turn in row["meta"]["turns"]]
    calls = [call for turn in turns for layer in turn["layers"] for call in layer]
    assert summary["dialogues"] == 4
    assert summary["by_domain"] == {"calendar": 2, "mail": 2}
    assert (summary["turns"], summary["calls"], summary["preference_pairs"]) == (len(turns), len(calls), len(pairs))
    assert sum(summary["necessary_because"].values()) == len(calls)
    assert sum(summary["argument_sources"].values()) == sum(len(call["sources"]) for call in calls)
    assert summary["attempts"] == {
        str(tries): count for tries, count in sorted(Counter(one for turn in turns for one in turn["attempts"]).items())
    }
    assert sum(summary["refused"].values()) == sum(sum(row["meta"]["refused"].values()) for row in rows)


def test_a_value_of_an_earlier_turn_is_counted_as_such(whole: dict[str, bytes]) -> None:
    summary, earlier = Summary(), 0
    for line in whole["dialogues.jsonl"].splitlines():
        row = json.loads(line)
        summary.add(row)
        for number, turn in enumerate(row["meta"]["turns"]):
            sources = [source for layer in turn["layers"] for call in layer for source in call["sources"].values()]
            earlier += sum(source["kind"] == "output" and source["turn"] < number for source in sources)
    assert summary.leaves["earlier"] == earlier > 0


@pytest.mark.parametrize("line", [b"[]", b"hello", b'{"meta":{"format":"other/1"}}', b"{}", b"null", b"\xff"])
def test_a_foreign_line_is_named(line: bytes, tmp_path: Path) -> None:
    with pytest.raises(Stopped, match=r"^$"):
        run(tmp_path, stop=1)
    path = tmp_path / "dialogues.jsonl"
    mine = path.read_bytes()
    path.write_bytes(mine + line + b"\n")
    with pytest.raises(RecordError, match=r"dialogues\.jsonl:2: not a row of the format fc_gym/dialogue/1"):
        run(tmp_path)
    assert path.read_bytes() == mine + line + b"\n", "what is not ours is left alone"


def test_a_folder_with_another_order_is_refused(tmp_path: Path) -> None:
    run(tmp_path, count=1)
    before = content(tmp_path)
    for other in ({"seed": 4}, {"turns": (3, 3)}, {"implicit": 0.0}):
        with pytest.raises(RecordError, match="other domains, seed, plan or model; choose another folder"):
            run(tmp_path, **other)
    with pytest.raises(RecordError, match="holds a run with other domains, seed, plan or model"):
        synthesize(Order(("mail",), 1, 3), [load_domain("mail")], tmp_path)
    assert content(tmp_path) == before


def test_rows_without_an_order_are_not_continued(tmp_path: Path) -> None:
    (tmp_path / "dialogues.jsonl").write_text("{}\n")
    with pytest.raises(RecordError, match=r"holds dialogues\.jsonl but no order\.json, so it cannot be continued"):
        run(tmp_path)


def test_a_broken_order_is_named(tmp_path: Path) -> None:
    (tmp_path / "order.json").write_text("{")
    with pytest.raises(RecordError, match=r"order\.json: is no JSON; choose another folder or delete it"):
        run(tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordError, match=r"file/deep: cannot be written \(Not a directory\)"):
        run(tmp_path / "file" / "deep")
    with pytest.raises(RecordError, match=r"file: cannot be written \(File exists\)"):
        run(tmp_path / "file")


def test_a_file_of_rows_that_is_not_there_is_named_unless_it_may_be_missing(tmp_path: Path) -> None:
    assert list(read_rows(tmp_path / "none.jsonl", mend=True)) == []
    with pytest.raises(RecordError, match=r"none\.jsonl: cannot be read"):
        list(read_rows(tmp_path / "none.jsonl"))


def test_rows_are_read_without_mending_unless_asked_to(whole: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(whole["dialogues.jsonl"][:-5])
    with pytest.raises(RecordError, match=r"rows\.jsonl:4: not a row of the format"):
        list(read_rows(path))
    assert len(list(read_rows(path, mend=True))) == 3
    assert len(list(read_rows(path))) == 3


def test_a_domain_that_gives_no_dialogue_stops_the_run_with_its_reasons(tmp_path: Path) -> None:
    with pytest.raises(
        RecordError, match=r"mail: 40 starts gave no dialogue; most often: dialogue: too few turns \(40\)"
    ):
        run(tmp_path, tries=0)


def test_starts_that_fail_are_passed_over_and_their_reasons_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tried = making.compose, [0]  # type: ignore[attr-defined]

    def sometimes(*given: Any, **named: Any) -> Any:
        tried[0] += 1
        if tried[0] % 3:
            given[-1]["planted: reason"] += 1
            return None
        return real(*given, **named)

    monkeypatch.setattr(making, "compose", sometimes)
    run(tmp_path, count=2)
    rows = list(read_rows(tmp_path / "dialogues.jsonl"))
    assert [row["meta"]["index"] for row in rows] == [0, 1], "a row depends on no other"
    assert all(row["meta"]["refused"]["planted: reason"] >= 2 for row in rows)
    run(tmp_path, count=3)
    rows = list(read_rows(tmp_path / "dialogues.jsonl"))
    assert [row["meta"]["index"] for row in rows] == [0, 1, 2]


def test_the_command_makes_what_the_pipeline_makes(
    whole: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands.synth("mail, calendar", dialogues=4, seed=3, out=tmp_path, turns="2-4")
    assert content(tmp_path) == whole
    told = " ".join(capsys.readouterr().out.split())
    assert "4 of 4" in told
    assert f"in {tmp_path.name}" in told or tmp_path.name in told.replace(" ", "")


@pytest.mark.parametrize("turns", ["", "0-2", "3-2", "two", "1-21", "-"])
def test_a_range_of_turns_that_is_none_is_named(turns: str, tmp_path: Path) -> None:
    with pytest.raises(DomainError, match=r"--turns .* is no range; write it as 2-4, from 1 to 20"):
        commands.synth("mail", dialogues=1, out=tmp_path, turns=turns)


@pytest.mark.parametrize(("turns", "counts"), [("2", {2}), ("2-", {2}), ("1-3", {1, 2, 3})])
def test_a_range_of_turns_bounds_the_turns(turns: str, counts: set[int], tmp_path: Path) -> None:
    commands.synth("mail", dialogues=2, out=tmp_path, turns=turns, spelled_out=True)
    assert {len(row["meta"]["turns"]) for row in read_rows(tmp_path / "dialogues.jsonl")} <= counts
    assert json.loads((tmp_path / "order.json").read_text())["plan"]["implicit"] == 0.0


def test_the_command_wants_a_domain(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="no domain named; give --domains shop,calendar,mail"):
        commands.synth(" , ", dialogues=1, out=tmp_path)


def test_an_order_without_its_number_is_the_same_order() -> None:
    assert Order(NAMES, 1).json() == Order(NAMES, 9).json()
    assert to_json(Order(NAMES, 1, 1).json()) != to_json(Order(NAMES, 1, 2).json())
