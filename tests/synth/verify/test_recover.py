"""Promises of recovery: the planted origins are found again, by texts and, where texts leave it open, by execution."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NewType

import numpy as np
import pytest
from fc_synth.recover.compare import Comparison
from fc_synth.recover.file import compared
from fc_synth.recover.literal import recovered
from fc_synth.recover.origin import Origin
from fc_synth.recover.perturbed import recovered_in, tied
from fc_synth.verify.checking import Job
from fc_synth.verify.messages import talk_of
from fc_synth.verify.play import played
from fc_synth.verify.provenance import claimed_sources
from fc_synth.verify.talk import Batch, Made, Talk, TalkTurn
from typer.testing import Result

from fc_gym.domain import Domain
from fc_gym.errors import RecordError, ToolError
from fc_gym.provenance import Source
from fc_gym.registration import load_domain
from fc_gym.types import ToolCall

BillId = NewType("BillId", str)


@dataclass
class Till:
    """A till with a bill to be paid to the cent."""

    total: float
    float_: float

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Till:
        """Draw a till in which two amounts are the same."""
        return cls(120.0, 120.0)

    def get_float(self) -> float:
        """Return the change in the till."""
        return self.float_

    def get_total(self) -> float:
        """Return what is to be paid."""
        return self.total

    def pay(self, amount: float) -> str:
        """Pay the bill.

        Args:
            amount: To the cent, such as "120".
        """
        if amount != self.total:
            raise ToolError("that is not the total", code="amount")
        return "paid"

    def give(self, amount: float) -> str:
        """Give any amount away.

        Args:
            amount: As much as you like, such as "120".
        """
        return "given"


TILL = Domain.from_class(Till)


def told(user: str, *calls: ToolCall) -> Talk:
    """Return a talk of one turn, one call in each message, with the true results."""
    world, batches = Till(120.0, 120.0), []
    for call in calls:
        text = TILL.execute(world, call).text
        batches.append(Batch("", [Made(call.name, dict(call.arguments), text)]))
    return Talk(turns=[TalkTurn(user, batches, "Done.")])


LOOKS = (ToolCall("get_float"), ToolCall("get_total"))


def test_two_results_that_match_are_told_apart_by_what_the_call_depends_on() -> None:
    talk = told("Pay it.", *LOOKS, ToolCall("pay", {"amount": 120.0}))
    play = played(TILL, talk, 0)
    assert recovered(talk)[2, "amount"] == Origin("output", 0, 0, "", 1)
    assert tied(play, play.steps[2], 120.0) == {(1, "")}
    assert recovered_in(play)[2, "amount"] == Origin("output", 0, 1, "", 0)


def test_a_call_that_takes_anything_depends_on_nothing_and_the_first_match_stays() -> None:
    play = played(TILL, told("Give it away.", *LOOKS, ToolCall("give", {"amount": 120.0})), 0)
    assert tied(play, play.steps[2], 120.0) == set()
    assert recovered_in(play)[2, "amount"].call == 0


def test_what_the_user_says_in_the_turn_is_from_the_user() -> None:
    play = played(TILL, told("Give 120 away.", *LOOKS, ToolCall("give", {"amount": 120.0})), 0)
    assert recovered_in(play)[2, "amount"].kind == "user"


def test_sums_are_computed_and_other_numbers_unknown() -> None:
    talk = told("Give twice as much away.", LOOKS[0], ToolCall("give", {"amount": 240.0}))
    assert recovered(talk)[1, "amount"].kind == "computed"
    talk = told("Give some away.", LOOKS[0], ToolCall("give", {"amount": 77.0}))
    assert recovered(talk)[1, "amount"].kind == "unknown"


def test_the_origins_of_dialogues_are_found_again(rows: list[dict[str, Any]]) -> None:
    texts, world = Comparison(), Comparison()
    for row in rows:
        talk, truth = talk_of(row), claimed_sources(row["meta"])
        texts.add(truth, recovered(talk))
        world.add(truth, recovered_in(played(load_domain(row["meta"]["domain"]), talk, row["meta"]["seed"])))
    for one in (texts, world):
        assert one.planted.total() > 50
        assert min(one.precision(), one.recall()) >= 0.95


def test_what_is_wrong_counts_against_both() -> None:
    one = Comparison()
    truth = {(0, "a"): Source("user", 0), (1, "a"): Source("output", 0, 0, "id"), (1, "b"): Source("user", 0)}
    one.add(truth, {(0, "a"): Origin("user", 0), (1, "a"): Origin("output", 0, 0, "name")})
    assert one.precision() == 0.5 and one.recall() == pytest.approx(1 / 3)
    assert one.recall("output") == 0.0 and one.precision("user") == 1.0 and one.recall("user") == 0.5


def test_the_command_prints_precision_and_recall(file: Path, run: Callable[..., Result]) -> None:
    done = run(file, "--provenance")
    assert done.exit_code == 0, done.output
    assert "precision" in done.stdout and "world" in done.stdout


@pytest.mark.parametrize(
    ("meta", "complaint"),
    [
        ({"domain": "shop", "seed": "x"}, "rows.jsonl:1: the seed should be a whole number"),
        ({"domain": "shopp", "seed": 1}, "rows.jsonl:1: unknown domain 'shopp'"),
        ({"domain": "shop", "seed": 1, "start": {}}, "rows.jsonl:1: the start state"),
    ],
)
def test_a_row_that_cannot_be_executed_is_one_sentence(meta: dict[str, Any], complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps({"messages": [], "meta": meta}) + "\n")
    with pytest.raises(RecordError, match=complaint):
        compared(Job(str(path)))


def test_signs_that_look_like_digits_are_no_numbers() -> None:
    talk = told("Take 5² or ² of the 20.", ToolCall("buy", {"price": 9.5}))
    assert recovered(talk)[0, "price"].kind == "unknown"
