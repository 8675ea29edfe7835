"""Every domain keeps its promises, and every message of the suite is shown by a domain that breaks one."""

from __future__ import annotations

import random
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fc_gym.catalogue import domain_names
from fc_gym.checks import Checked, Finding, Report, check_domain
from fc_gym.checks.ambient import watched
from fc_gym.domain import Domain
from fc_gym.errors import DomainError
from fc_gym.registration import load_domain
from fc_gym.state import State

BROKEN = Path(__file__).with_name("broken.py")


def broken(name: str) -> Domain:
    return load_domain(f"{BROKEN}:{name}")


@cache
def report_of(name: str) -> Report:
    return check_domain(broken(name), seeds=3, calls=40)


def found(report: Report, check: str) -> list[str]:
    return [str(one) for one in report.findings if one.check == check]


@pytest.mark.parametrize("name", domain_names())
def test_every_domain_keeps_its_promises(name: str) -> None:
    report = check_domain(load_domain(name))
    report.raise_if_bad()
    assert report.ok
    assert all(one.tried > 0 for one in report.checks)
    assert report.findings == ()


def test_a_good_domain_has_no_findings() -> None:
    assert report_of("Shelf").findings == ()


def test_the_same_arguments_give_the_same_report() -> None:
    assert check_domain(broken("ChangesAndRefuses"), seeds=2, calls=20) == check_domain(
        broken("ChangesAndRefuses"), seeds=2, calls=20
    )


SHOWN = r" \(seed \d, call \d+: \w+\(.*\)\)$"
MESSAGES = [
    ("ReadsTheClock", "determinism", r"return_toy: it uses date.today\(\); make time a field of the world" + SHOWN),
    ("DrawsFromEverybody", "determinism", r"sample: it uses the module random; draw from rng in `sample`"),
    (
        "DrawsFromEverybody", "determinism",
        r"take_toy: it uses numpy.random; draw from rng in `sample`, and count in a",
    ),
    (
        "DrawsFromEverybody", "determinism",
        r"sample: seed 0 gives two start states that differ at number \(was .*draw from",
    ),
    ("AlwaysTheSame", "determinism", r"sample: seeds 0 to 2 all give the same start state; draw it from rng$"),
    (
        "CountsInTheClass", "determinism",
        r"take_toy: the same seed and calls gave \d+ and then \d+; depend on the" + ".*" + SHOWN,
    ),
    ("HidesACount", "determinism", r"take_toy: the same seed and calls left two different states behind; depend on"),
    (
        "RemembersTheLast", "determinism",
        r"take_toy: side by side with other sessions, the same calls gave .*share nothing",
    ),
    (
        "CountsInTheClass", "replay",
        r"take_toy: replayed from the seed and the written calls, it gave \d+ and then \d+; use",
    ),
    (
        "KeepsNoRecord", "replay",
        r"sample: the start state of seed 0 cannot be written as JSON and read back \(.*use plain",
    ),
    (
        "LosesItsRecord", "replay",
        r"sample: the start state of seed 0 is another one after writing it as JSON; use plain",
    ),
    (
        "ChangesAndRefuses", "refusal purity",
        r"take_toy: it changes number \(was \d+, is \d+\) although it refuses \(taken\); refuse before "
        r"changing anything" + SHOWN,
    ),
    (
        "RefusesLoudly", "refusal purity",
        r"take_toy: it refuses with the code 'It is taken!'; write codes in snake_case" + ".*" + SHOWN,
    ),
    (
        "RefusesWithoutAWord", "refusal purity",
        r"take_toy: it refuses with taken without a message; say what stands in the way" + SHOWN,
    ),
    (
        "StoresARowTwice", "forks",
        r"take_toy: the state holds one object in two places, toys.TOY-\w+ and latest\[0\]; store a copy, "
        r"or its key" + SHOWN,
    ),
    (
        "CountsInTheClass", "forks",
        r"take_toy: it changes CountsInTheClass.uses\[0\] \(.*\), which all sessions share; keep it in a "
        r"field of the world" + SHOWN,
    ),
    ("RemembersTheLast", "forks", r"list_toys: it changes RemembersTheLast.last.shelf \(.*which all sessions share"),
    (
        "CountsInTheClass", "forks",
        r"take_toy: beside a session from the same start, it gave \d+ and then \d+; keep all state in "
        r"plain fields",
    ),
    (
        "NeverLets", "reachability",
        r"take_toy: \d+ calls ended in glued, none was accepted; let some course of calls lead there" + SHOWN,
    ),
    (
        "ShowsNoKeys", "reachability",
        r"take_toy: it is accepted only with values that no tool shows; give its keys in some result" + SHOWN,
    ),
    (
        "WantsABox", "reachability",
        r"take_toy: no call could be made, since nothing shows or says BoxId, ToyId; give it in some "
        r"result$",
    ),
    (
        "ReadsAndWrites", "reads",
        r"list_toys: its name promises to read, but it changes number \(.*rename it or change nothing" + SHOWN,
    ),
    (
        "CountsLooks", "repeats",
        r"count_looks: called twice in a row, it gives \d+ and then \d+; depend on the world and the "
        r"arguments alone" + SHOWN,
    ),
    (
        "ChangesWhenAskedAgain", "repeats",
        r"list_toys: called again, it changes number \(was \d+, is \d+\); change nothing, the second time too" + SHOWN,
    ),
    (
        "AnswersByTheLast", "repeats",
        r"list_toys: before and after count_toys\(\), which changes nothing, it gives .* and then .*; depend on" + ".*"
        + SHOWN,
    ),
    (
        "ShowsHowItWas", "read back",
        r"take_toy: its result shows taken False of ToyId TOY-\w+, but list_toys\(\) then shows True; return the "
        r"row as it is after the change" + SHOWN,
    ),
    (
        "HasAnOddSchema", "schema",
        r"list_toys: its schema is not plain JSON \(.*\); use bounds and extras that JSON can hold$",
    ),
    (
        "WantsAPattern", "schema",
        r"take_toy: a call drawn from its schema is turned down: take_toy: code: string should match.*use "
        r"bounds that a schema",
    ),
    (
        "WantsTheImpossible", "schema",
        r"take_toy: no call can be drawn from its schema \(ValueError: .*\); check its bounds$",
    ),
    (
        "CountsLooks", "schema",
        r"count_looks: a call and its JSON form give different results; depend on the values alone",
    ),
    (
        "TellsNoJson", "schema",
        r"list_toys: the result cannot be told as JSON \(.*\); return text, numbers, lists" + ".*" + SHOWN,
    ),
    ("NamesNoType", "schema", r"list_toys: it has no return type, so nobody knows which keys it gives; annotate it"),
    (
        "NamesAnOddType", "schema",
        r"list_toys: its return type has no JSON form; return rows, lists, texts or numbers$",
    ),
    (
        "ReturnsSomethingElse", "schema",
        r"list_toys: its result is not what its return type says: 0: input should be .*; make them agree" + SHOWN,
    ),
    (
        "ReturnsMore", "schema",
        r"take_toy: its result is not what its return type says: it holds more, or other, than the type; "
        r"make" + ".*" + SHOWN,
    ),
    ("SaysNothing", "texts", r"list_toys: it has no description; begin its docstring with what it does$"),
    (
        "SaysNothing", "texts",
        r"take_toy: toy has no description; add the line `toy: ...` under Args in the docstring$",
    ),
    (
        "SaysNothing", "texts",
        r"take_toy: it has no Asks; add the section to its docstring, with 2 or more ways to ask for it$",
    ),
    (
        "SaysNothing", "texts",
        r"take_toy: it has no Says; add the section to its docstring, with 2 or more ways to tell its "
        r"result$",
    ),
    (
        "TellsOfNothing", "texts",
        r"take_toy: in Says, {result.weight} is no text or number in its results; write the path of one" + ".*" + SHOWN,
    ),
    (
        "TellsOfNothing", "texts",
        r"take_toy: in Says, {result} is no text or number in its results; write the path of one",
    ),
    (
        "TellsOfTooMuch", "texts",
        r"list_toys: no line of Says can tell a result in which {result\[\].name} has no value; put it in "
        r"\[brackets\] in one" + SHOWN,
    ),
    (
        "ShowsBareKeys", "texts",
        r"list_toys: it gives ToyId without name, colour, and no other tool shows them, so nobody can "
        r"tell which toy is meant; return",
    ),
    (
        "HasTwins", "texts",
        r"sample: TOY-\w+ and TWIN-0 are both called 'the car in red'; let `sample` draw rows that Names "
        r"tell apart \(seed 0\)$",
    ),
    (
        "HasTwins", "texts",
        r"sample: in Names of Toy, the head 'the {name}' has an empty slot for TWIN-1; fill it \(seed 0\)$",
    ),
    (
        "WantsABox", "keys",
        r"take_toy: box takes a BoxId, which no tool gives and nobody can say; give it in some result$",
    ),
    (
        "AcceptsAnyKey", "keys",
        r"take_toy: it accepts a made-up toy; refuse it with ToolError\(..., code='not_found'\)" + SHOWN,
    ),
    (
        "CallsItInvalid", "keys",
        r"take_toy: it refuses a made-up toy with invalid; the code for it is not_found" + SHOWN,
    ),
    ("Crashes", "crashes", r"take_toy: it raises KeyError: ''; raise ToolError if the call is to be refused" + SHOWN),
    (
        "Lamp", "refusal purity",
        r"switch: it changes log \(had \d+ items, has \d+\) although it refuses \(refused\); " + ".*" + SHOWN,
    ),
]  # fmt: skip
"""A broken domain, the check that finds it, and what it says: `method: sentence`, or `Class: sentence`."""
MILD = [
    ("WritesNothing", "reads", r"dust_toy: it is named like a write but never changed anything; if it only reads"),
    (
        "ForgetsWhoTookIt", "undo",
        r"return_toy: it undoes take_toy, but not all of it: return_toy\(toy=\"TOY-\w+\"\) leaves holders.TOY-\w+ "
        r"'me', which was nothing; set it back too" + SHOWN,
    ),
    (
        "PutsBackLess", "undo",
        r"return_toy: it undoes take_toy, but not all of it: return_toy\(toy=\"TOY-\w+\"\) leaves number \d+, which "
        r"was \d+; put back what was there" + SHOWN,
    ),
    (
        "RanksInSecret", "order",
        r"take_toy: before or after take_toy\(toy=\"TOY-\w+\"\), both calls say the same, yet ranks.TOY-\w+ is "
        r"[12] or [12]; let neither depend on the other, or show it \(seed \d, before call \d+: take_toy\(.*\)\)$",
    ),
    (
        "SpeaksOddly", "texts",
        r"list_toys: in Asks, 'List all toys' is neither a phrase such as `cancel {order}` nor a whole "
        r"sentence; begin",
    ),
    ("SpeaksOddly", "texts", r"list_toys: in Asks, 'list the toys.' is neither a phrase"),
    (
        "SpeaksOddly", "texts",
        r"list_toys: in Says, 'there are {result#} toys' is no whole sentence; begin it with a capital "
        r"and end it with",
    ),
    (
        "TakesAnyText", "texts",
        r"name_toy: name takes any text, and nobody can guess one; quote some: `such as \"...\" or "
        r"\"...\"`$",
    ),
    (
        "WantsABox", "keys",
        r"take_toy: colour takes a Colour, which no tool gives and nobody can say; give it in some result$",
    ),
    (
        "HoldsIdleKeys", "keys",
        r"HoldsIdleKeys: paint holds Colour, which no tool takes or gives; use it in a tool or make it a "
        r"plain type$",
    ),
    (
        "HoldsIdleKeys", "keys",
        r"HoldsIdleKeys: boxes is a table of Box, which has no Names, so a user would have to say BoxId; "
        r"add them$",
    ),
    ("Lamp", "reads", r"get_colour: its name promises to read, but it changes log"),
    ("Lamp", "texts", r"get_colour: it has no description"),
    ("Lamp", "reachability", r"break_it: \d+ calls ended in exception, none was accepted"),
    (
        "Lamp", "crashes",
        r"dim: it raises IndexError: string index out of range, which looks like a slip rather than a "
        r"refusal" + SHOWN,
    ),
]  # fmt: skip
"""The same for what is allowed, but hardly meant."""
CASES = [*((*case, "error") for case in MESSAGES), *((*case, "warning") for case in MILD)]


@pytest.mark.parametrize(("name", "check", "message", "severity"), CASES)
def test_a_broken_promise_is_named_with_its_method(name: str, check: str, message: str, severity: str) -> None:
    where = "" if message.startswith(f"{name}:") else rf"{name}\."
    findings = [one for one in report_of(name).findings if one.check == check]
    matching = [one for one in findings if re.search(f"^{where}{message}", str(one))]
    assert matching, findings
    assert {one.severity for one in matching} == {severity}


def test_one_defect_is_told_once() -> None:
    assert len(found(report_of("AcceptsAnyKey"), "keys")) == 1
    assert len(found(report_of("ReadsAndWrites"), "reads")) == 1


@pytest.mark.parametrize(
    ("method", "broken_method", "check", "message"),
    [
        (
            "hash",
            "_no_hash",
            "determinism",
            r"^Shelf: its state cannot be hashed \(TypeError: a circle\); keep it a tree",
        ),
        (
            "fork",
            "_itself",
            "forks",
            r"^Shelf.take_toy: in a fork, it changes the session that was forked; keep all state",
        ),
        (
            "fork",
            "_itself",
            "forks",
            r"^Shelf.take_toy: it changes a fork that was made before; keep all state in plain",
        ),
        ("restore", "_stay", "forks", r"^Shelf.take_toy: going back does not undo it; keep all state in plain fields"),
        (
            "audit",
            "_complain",
            "forks",
            r"^Shelf.list_toys: toys was changed behind its back \(seed 0, call \d+: list_toys",
        ),
    ],
)
def test_a_state_that_leaks_is_found(
    monkeypatch: pytest.MonkeyPatch, method: str, broken_method: str, check: str, message: str
) -> None:
    monkeypatch.setattr(State, method, globals()[broken_method])
    texts = found(check_domain(broken("Shelf"), seeds=1, calls=20), check)
    assert any(re.search(message, text) for text in texts), texts


def test_a_leak_that_no_hash_shows_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(State, "fork", _itself)
    monkeypatch.setattr(State, "hash", lambda self: "0" * 32)
    texts = found(check_domain(broken("Shelf"), seeds=1, calls=20), "forks")
    assert any(
        re.search(r"^Shelf: calls in a fork of seed 0 change toys.TOY-\w+.taken \(.*\) of its origin$", one)
        for one in texts
    )


def _no_hash(self: State[Any]) -> str:
    raise TypeError("a circle")


def _itself(self: State[Any]) -> State[Any]:
    return self


def _stay(self: State[Any], snapshot: object) -> None:
    return None


def _complain(self: State[Any]) -> str:
    return "toys was changed behind its back"


def test_a_start_state_that_cannot_be_made_does_not_stop_the_others() -> None:
    report = check_domain(broken("Crashes"), seeds=8, calls=20)
    texts = found(report, "crashes")
    assert re.search(
        r"^Crashes.sample: seed \d raises IndexError: an empty shelf; every seed must give a world$", texts[0]
    )
    assert any("Crashes.take_toy" in text for text in texts)


def test_without_any_start_state_all_else_is_skipped() -> None:
    report = report_of("NeverBegins")
    assert [one["verdict"] for one in report.rows()] == [*["skipped"] * 13, "1 error"]
    assert {one["skipped"] for one in report.rows()[:13]} == {"no start state could be made"}


def test_what_cannot_apply_to_a_foreign_class_is_skipped_and_said() -> None:
    skipped = {one.check: one.skipped for one in report_of("Lamp").checks if one.skipped}
    assert set(skipped) == {
        "determinism",
        "replay",
        "forks",
        "reachability",
        "reads",
        "read back",
        "schema",
        "texts",
        "keys",
        "crashes",
    }
    assert skipped["determinism"] == "that seeds differ: a foreign class has one start state"
    assert skipped["texts"] == "Asks, Says and Names: a foreign class has none"
    assert report_of("Lamp").rows()[12]["verdict"] == "skipped"


def test_a_relation_that_nothing_can_show_is_skipped_and_said() -> None:
    skipped = {
        one.check: one.skipped for name in ("OnlyLooks", "Bell") for one in report_of(name).checks if one.skipped
    }
    assert skipped["repeats"] == "every call changed something or crashed"
    assert skipped["read back"] == "no read shows a row that a write showed"
    assert skipped["undo"] == "no write can follow another"
    assert skipped["order"] == "no two accepted writes are independent"


def test_a_report_is_a_table_and_an_exception() -> None:
    bad = Finding("texts", "Shop.pay", "it has no Asks; add them")
    mild = Finding("reads", "Shop.pay", "it never changed anything", "warning")
    report = Report("shop", (Checked("reads", 3, (mild,)), Checked("texts", 2, (bad, bad, mild)), Checked("keys", 1)))
    assert [one["verdict"] for one in report.rows()] == ["1 warning", "2 errors, 1 warning", "ok"]
    assert report.rows()[0] == {"check": "reads", "tried": 3, "verdict": "1 warning", "skipped": ""}
    with pytest.raises(
        DomainError, match=r"^shop breaks 2 of its promises:\nShop.pay: it has no Asks; add them \[texts\]\n"
    ):
        report.raise_if_bad()
    Report("shop", (Checked("reads", 3, (mild,)),)).raise_if_bad()


@pytest.mark.parametrize(("seeds", "calls"), [(0, 10), (3, 0)])
def test_there_must_be_something_to_play(seeds: int, calls: int) -> None:
    with pytest.raises(ValueError, match=f"seeds is {seeds} and calls is {calls}; both must be 1 or more"):
        check_domain(broken("Shelf"), seeds=seeds, calls=calls)


def test_a_profiler_at_work_is_left_alone() -> None:
    def listen(*_: object) -> None:
        return None

    sys.setprofile(listen)
    try:
        with watched() as used:
            load_domain("shop").sample(0)
        assert sys.getprofile() is listen
    finally:
        sys.setprofile(None)
    assert used == set()


def test_the_suite_leaves_global_chance_as_it_was() -> None:
    before = random.getstate()
    check_domain(broken("Shelf"), seeds=1, calls=10)
    assert random.getstate() == before
