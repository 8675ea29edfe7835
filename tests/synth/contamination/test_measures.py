"""Promises of the measures: what is taken from a benchmark is found, and nothing else is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from fc_synth.contamination.benchmark import Benchmark, benchmark_named
from fc_synth.contamination.entities import weight
from fc_synth.contamination.files import read_rows
from fc_synth.contamination.forms import row_of
from fc_synth.contamination.report import Split, compare, report_json, total
from fc_synth.contamination.row import Place, Row, tool_of
from fc_synth.contamination.rule import COUNTED, most_weak, rule_text, verdict
from fc_synth.contamination.tally import Tally
from fc_synth.contamination.words import tool_key
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.errors import RecordError

Report = Callable[..., dict[str, Any]]

FINE = ["all clear", "thank you for that"]
WORDS = ("please", "send", "the", "invoice", "to", "billing", "before", "noon", "and", "archive", "my", "old", "mail")
NAMES = ("send_letter", "stamp_letter", "open_box", "weigh_parcel", "print_slip")


Calls = Sequence[tuple[str, dict[str, Any]]]


def chat(*queries: str, calls: Calls = (), tools: tuple[Any, ...] = ()) -> Any:
    """Return a row of messages."""
    made = [{"type": "function", "function": {"name": name, "arguments": json.dumps(args)}} for name, args in calls]
    said = [{"role": "user", "content": query} for query in queries]
    return {"messages": [*said, {"role": "assistant", "content": None, "tool_calls": made}], "tools": list(tools)}


def tool(name: str, required: tuple[str, ...] = (), **parameters: str) -> dict[str, Any]:
    properties = {one: {"type": kind} for one, kind in parameters.items()}
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return {"type": "function", "function": {"name": name, "parameters": schema}}


def flagged(report: dict[str, Any]) -> set[str]:
    return set(report["flagged"])


CLEAN = chat(
    "Could you weigh the parcel from Tuesday and print its slip, since the courier will come by at four today?",
    "Thanks",
    calls=(("weigh_parcel", {"parcel": "PCL-1"}), ("print_slip", {"parcel": "PCL-1"}), ("open_box", {})),
    tools=(tool("weigh_parcel", parcel="string"), tool("print_slip", parcel="string", copies="integer")),
)


def test_rows_that_share_nothing_are_clean(report: Report) -> None:
    done = report(CLEAN)
    assert not flagged(done)
    assert {one["verdict"] for one in done["total"]["measures"].values()} <= {"clean", "nothing to compare"}
    assert all(one["shared"] == 0 for one in done["total"]["measures"].values())


def test_a_paraphrase_of_a_query_is_clean(report: Report) -> None:
    done = report(
        chat("Give the vegetables under glass some water for a third of an hour, and what is the temperature?")
    )
    assert not flagged(done)


def test_a_copied_query_is_found_where_it_stands(report: Report, benchmark: Benchmark) -> None:
    query = next(iter(benchmark.measures[2]._known.values()))[0]  # type: ignore[attr-defined]
    done = report(CLEAN, CLEAN, chat(f"Hello! {query.upper()}?"))
    runs = done["total"]["measures"]["13-word runs of queries"]
    assert {"13-word runs of queries", "nearly the same queries"} <= flagged(done)
    assert runs["shared"] == runs["rows"] == 1 and runs["rate"] == 0.2
    assert runs["examples"][0]["at"].endswith("rows.jsonl:3")
    assert runs["examples"][0]["there"] == "BFCL_v4_multi_turn_base.json:1"


def test_a_query_with_a_changed_word_is_nearly_the_same(report: Report, benchmark: Benchmark) -> None:
    query = next(iter(benchmark.measures[2]._known.values()))[0]  # type: ignore[attr-defined]
    words = query.split()
    words[8] = "parsley"
    done = report(chat(" ".join(words)))
    assert "nearly the same queries" in flagged(done) and "13-word runs of queries" not in flagged(done)
    assert done["total"]["measures"]["8-word runs of queries"]["verdict"] == "noted"


def test_the_place_where_most_is_shared_is_shown(report: Report, benchmark: Benchmark) -> None:
    query = next(iter(benchmark.measures[2]._known.values()))[0]  # type: ignore[attr-defined]
    part = " ".join(query.split()[:14])
    runs = report(chat(part), chat(query), chat(part))["total"]["measures"]["13-word runs of queries"]
    [example] = runs["examples"]
    assert example["at"].endswith(":2") and example["rows"] == 3 and example["found"] == query


def test_queries_with_half_a_sentence_in_common_are_not_nearly_the_same(report: Report, benchmark: Benchmark) -> None:
    query = next(iter(benchmark.measures[2]._known.values()))[0]  # type: ignore[attr-defined]
    done = report(chat(" ".join(query.split()[:10]) + " while nobody is in the yard and nothing grows"))
    assert not flagged(done) and done["total"]["measures"]["8-word runs of queries"]["verdict"] == "noted"


def test_a_copied_short_query_is_found(report: Report) -> None:
    assert flagged(report(chat("close the NORTH window... now 2!"))) == {"equal short queries"}
    assert not flagged(report(chat("Close the south window now 2")))


def test_short_thanks_may_be_chance(tmp_path: Path, report: Report) -> None:
    own = tmp_path / "held_out.jsonl"
    own.write_text(json.dumps(chat(*FINE)) + "\n")
    done = report(chat(*FINE), against=benchmark_named(str(own)))
    examples = done["total"]["measures"]["equal short queries"]["examples"]
    assert [(one["item"], one["strong"]) for one in examples] == [("thank you for that", True), ("all clear", False)]


def test_renamed_tools_are_found_by_their_parameters(report: Report) -> None:
    renamed = tool("irrigate", ("minutes", "bedId"), minutes="integer", bedId="string", warm="boolean")
    done = report(chat("hi", tools=(renamed,)))
    assert flagged(done) == {"tool schemas"}
    schemas = done["total"]["measures"]["tool schemas"]
    assert [(one["item"], one["weight"]) for one in schemas["examples"]] == [("water_bed", 3.0)]
    assert schemas["parameters"]["nearest"][0] == {"tool": "irrigate", "like": "water_bed", "jaccard": 1.0}


@pytest.mark.parametrize(
    "other",
    [
        tool("irrigate", ("minutes",), minutes="integer", bedId="string", warm="boolean"),
        tool("irrigate", ("minutes", "bedId"), minutes="number", bedId="string", warm="boolean"),
        tool("irrigate", ("minutes", "bedId"), minutes="integer", bed="string", warm="boolean"),
        tool("irrigate", crop="string"),
        tool("irrigate"),
    ],
)
def test_other_duties_types_or_names_make_another_schema(report: Report, other: Any) -> None:
    assert not flagged(report(chat("hi", tools=(other,))))


def test_a_schema_is_known_again_however_its_types_are_written(report: Report) -> None:
    given = tool("irrigate", ("minutes", "bed_id"), minutes="integer", bed_id="string")
    given["function"]["parameters"]["properties"]["warm"] = {"anyOf": [{"type": "boolean"}, {"type": "null"}]}
    assert flagged(report(chat("hi", tools=(given,)))) == {"tool schemas"}


def test_few_equal_parameters_count_under_the_same_name_only(report: Report) -> None:
    verdicts = [
        report(chat("hi", tools=(one,)))["total"]["measures"]["tool schemas"]["verdict"]
        for one in (
            tool("Harvest", crop="string"),
            tool("tilt", window_side="string", angle="number"),
            tool("gather", crop="string"),
            tool("read_warmth"),
        )
    ]
    assert verdicts == ["flagged", "noted", "clean", "clean"]


def test_several_tools_with_two_equal_parameters_are_no_chance(report: Report) -> None:
    tilts = tuple(tool(f"tilt{'ed' * count}", window_side="string", angle="number") for count in range(4))
    assert not flagged(report(chat("hi", tools=tilts[:3])))
    assert flagged(report(chat("hi", tools=tilts))) == {"tool schemas"}


def test_nested_parameters_count() -> None:
    def nested(inner: str) -> str:
        item = {"type": "dict", "properties": {"a": {"type": inner}}}
        return tool_of({"name": "x", "parameters": {"properties": {"b": {"type": "tuple", "items": item}}}}).structure

    assert nested("int") == nested("integer") == "(b?: [{a: integer}])" and nested("str") != nested("int")


def test_a_tool_of_the_same_name_with_a_common_parameter_is_flagged(report: Report) -> None:
    done = report(chat("hi", tools=(tool("GardenAPI.waterBed", bed_id="integer"),)))
    names = done["total"]["measures"]["tool names"]
    assert flagged(done) == {"tool names"} and names["items"] == ["water_bed"] and names["exact"] == 0
    assert names["groups"] == {"multi_turn_func_doc/garden.json": {"shared": 1, "of": 5}}
    assert (names["jaccard"], names["benchmark"]) == (0.2, 5)


def test_a_name_alone_is_noted_until_there_are_several(report: Report) -> None:
    alone = [tool(name) for name in ("harvest", "water_bed", "label_plant", "openWindow")]
    assert report(chat("hi", tools=tuple(alone[:3])))["total"]["measures"]["tool names"]["verdict"] == "noted"
    assert flagged(report(chat("hi", tools=tuple(alone)))) == {"tool names"}


def test_a_name_of_one_word_may_be_chance(report: Report) -> None:
    done = report(chat("hi", tools=(tool("harvest", crop="integer"),)))
    assert not flagged(done) and done["total"]["measures"]["tool names"]["verdict"] == "noted"


def test_one_tool_again_and_again_is_no_sequence(tmp_path: Path, report: Report) -> None:
    again = chat("hi there", calls=(("stamp_letter", {}),) * 4)
    own = tmp_path / "held_out.jsonl"
    own.write_text(json.dumps(again) + "\n")
    done = report({**again, "messages": again["messages"][1:]}, against=benchmark_named(str(own)))
    assert not flagged(done) and done["total"]["measures"]["runs of 4 calls"]["verdict"] == "noted"


def test_copied_calls_are_found_across_turns(report: Report) -> None:
    calls: Calls = (("waterBed", {"minutes": 1, "bed_id": "x"}), ("read_warmth", {}), ("open_window", {"angle": 1}))
    done = report(CLEAN, chat("hi", calls=calls))
    assert "runs of 3 calls" in flagged(done) and "runs of 4 calls" not in flagged(done)
    measures = done["total"]["measures"]
    assert measures["runs of 2 calls"]["verdict"] == "noted" and measures["runs of 2 calls"]["shared"] == 2
    assert measures["runs of 2 calls, with argument names"]["shared"] == 1
    assert measures["runs of 3 calls, with argument names"]["verdict"] == "clean"
    assert measures["runs of 3 calls"]["examples"][0]["item"] == "water_bed > read_warmth > openWindow"


def test_arguments_given_by_place_are_named_by_the_description(report: Report) -> None:
    calls: Calls = (("water_bed", {"minutes": 1, "bed_id": "x"}), ("read_warmth", {}))
    shared = report(chat("hi", calls=calls))["total"]["measures"]["runs of 2 calls, with argument names"]["shared"]
    assert shared == 1


def test_copied_entities_are_found_in_values_and_in_texts(report: Report) -> None:
    for row in (
        chat("Write to Ottilie@Krautwald.at, please."),
        chat("hi", calls=(("send_letter", {"to": [{"mail": "ottilie@krautwald.at"}]}),)),
        {"messages": [{"role": "tool", "content": '{"bed_77q1z9.map": {}}'}]},
    ):
        done = report(CLEAN, row)
        assert flagged(done) == {"entities of states and arguments"}
        assert done["total"]["measures"]["entities of states and arguments"]["rate"] == 0.5


def test_a_single_name_may_be_chance(report: Report) -> None:
    done = report(chat("Is Ottilie Krautwald in?"))
    assert not flagged(done)
    assert done["total"]["measures"]["entities of states and arguments"]["verdict"] == "noted"


@pytest.mark.parametrize(
    "text",
    ["high", "open", "Paid", "in stock", "2026-05-01", "10:30", "2026-05-01T10:00:00Z", "10:30 am", "file1.txt",
     "notes.md", "#travel", "@mike", "12345", "a.b", "100px", "4111111111111111",
     "The quick brown fox jumps over the lazy dog.", ""],
)  # fmt: skip
def test_common_words_are_no_entities(text: str) -> None:
    assert weight(text) == 0


@pytest.mark.parametrize(
    ("text", "heavy"),
    [("final_report.pdf", 1), ("USR001", 1), ("ann@example.com", 1), ("Ann Lee", 1), ("ask for more", 1),
     ("ann@acme.io", 2), ("BD732D18", 2), ("1974202140965533", 2), ("we meet at the gate", 2), ("image_54215.jpg", 2)],
)  # fmt: skip
def test_entities_are_weighed(text: str, heavy: int) -> None:
    assert weight(text) == heavy


@given(st.text())
def test_any_text_can_be_weighed(text: str) -> None:
    assert weight(text) in (0, 1, 2)


@given(st.data())
def test_a_planted_query_is_always_flagged(folder: Path, benchmark: Benchmark, data: st.DataObject) -> None:
    queries = [query for row in _benchmark_rows(folder) for query in row.queries]
    query = data.draw(st.sampled_from(queries))
    loud = data.draw(st.sampled_from([query, query.upper(), f"  {query}!!", query.replace(" ", "\n")]))
    rows = data.draw(st.lists(st.lists(st.sampled_from(WORDS), min_size=1).map(" ".join).map(chat), max_size=4))
    at = data.draw(st.integers(0, len(rows)))
    assert _flags(benchmark, rows) == set()
    assert _flags(benchmark, [*rows[:at], chat(loud), *rows[at:]])


@given(st.data())
def test_planted_calls_are_always_flagged(folder: Path, benchmark: Benchmark, data: st.DataObject) -> None:
    runs = [row.calls for row in _benchmark_rows(folder) if len(row.calls) >= 3]
    run = data.draw(st.sampled_from(runs))
    size = data.draw(st.integers(3, len(run)))
    start = data.draw(st.integers(0, len(run) - size))
    calls: st.SearchStrategy[Calls] = st.lists(st.sampled_from(NAMES).map(lambda name: (name, {})), max_size=4)
    before, after = data.draw(calls), data.draw(calls)
    planted = [(one.name, dict.fromkeys(one.keywords, 0)) for one in run[start : start + size]]
    assert _flags(benchmark, [chat("hi", calls=(*before, *after))]) == set()
    assert "runs of 3 calls" in _flags(benchmark, [chat("hi", calls=(*before, *planted, *after))])


@given(st.permutations(range(6)), st.integers(1, 5))
def test_neither_the_order_of_rows_nor_their_division_into_files_matters(
    folder: Path, benchmark: Benchmark, order: list[int], cut: int
) -> None:
    rows = [CLEAN, chat("Ask Ottilie Krautwald"), chat("harvest", tools=(tool("harvest"),)), chat("hi"), CLEAN]
    rows.append(json.loads((folder / "BFCL_v4_multi_turn_base.json").read_text()))
    one = report_json([_split(benchmark, rows)], benchmark)["total"]
    mixed = [rows[at] for at in order]
    two = report_json([_split(benchmark, mixed[:cut]), _split(benchmark, mixed[cut:])], benchmark)["total"]
    assert _without_places(one) == _without_places(two)


def test_the_report_is_the_same_under_every_hash_seed(folder: Path, tmp_path: Path) -> None:
    script = """
import sys, json
from pathlib import Path
from fc_synth.contamination.benchmark import benchmark_named
from fc_synth.contamination.report import compare, report_json
benchmark = benchmark_named("bfcl", sys.argv[1])
splits = [compare(path, benchmark) for path in sorted(Path(sys.argv[1]).rglob("*.json"))]
print(json.dumps(report_json(splits, benchmark)))
"""
    command = [sys.executable, "-c", script, str(folder)]
    said = {
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_every_file_of_the_benchmark_is_flagged(folder: Path, benchmark: Benchmark) -> None:
    for path in sorted(folder.rglob("*.json")):
        assert report_json([compare(path, benchmark)], benchmark)["flagged"], path.name


def test_each_measure_has_its_verdict_by_the_rule(benchmark: Benchmark) -> None:
    assert {measure.name for measure in benchmark.measures} >= COUNTED
    for measure in benchmark.measures:
        assert verdict(measure, Tally()) == "nothing to compare"
        assert verdict(measure, Tally(checked=1)) == "clean"
        assert most_weak(measure) >= 3
    assert rule_text().startswith("flagged: one strong match")


def test_the_limit_of_weak_matches_grows_with_the_benchmark(benchmark: Benchmark) -> None:
    measure = benchmark.measures[0]
    before, measure.size = measure.size, 1000
    try:
        assert most_weak(measure) == 20
    finally:
        measure.size = before


def test_files_are_reported_one_by_one_and_together(benchmark: Benchmark, folder: Path, tmp_path: Path) -> None:
    clean = tmp_path / "clean.jsonl"
    clean.write_text(json.dumps(CLEAN) + "\n")
    done = report_json(
        [compare(clean, benchmark), compare(folder / "BFCL_v4_multi_turn_base.json", benchmark)], benchmark
    )
    assert [(one["rows"], bool(one["flagged"])) for one in done["splits"]] == [(1, False), (1, True)]
    assert done["total"]["rows"] == 2 and done["flagged"] == done["total"]["flagged"]
    with pytest.raises(RecordError, match="no file named; give at least one file"):
        total([])


def test_names_are_compared_without_owner_case_and_separators() -> None:
    spellings = (
        "water_bed",
        "waterBed",
        "WaterBed",
        "water-bed",
        "GardenAPI.water_bed",
        "GardenAPI_waterBed",
        "garden__WATER_BED",
    )
    assert {tool_key(one) for one in spellings} == {"waterbed"}
    assert tool_key("Send_mail") == "sendmail" and tool_key("__") == "__"


def _benchmark_rows(folder: Path) -> list[Row]:
    return [row for path in sorted(folder.rglob("*.json")) for row in read_rows(path)]


def _split(benchmark: Benchmark, rows: list[Any]) -> Split:
    split = Split("rows", len(rows), [Tally() for _ in benchmark.measures])
    for number, value in enumerate(rows, start=1):
        row = row_of(value, Place("rows", number))
        for measure, tally in zip(benchmark.measures, split.tallies, strict=True):
            tally.take(measure.look(row), row.place)
    return split


def _flags(benchmark: Benchmark, rows: list[Any]) -> set[str]:
    return flagged(report_json([_split(benchmark, rows)], benchmark))


def _without_places(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_places(one) for key, one in value.items() if key != "at"}
    return [_without_places(one) for one in value] if isinstance(value, list) else value
