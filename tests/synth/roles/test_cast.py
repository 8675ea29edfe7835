from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fc_agents.models.model import Model, ModelError
from fc_agents.models.recorded import RecordedModel
from fc_agents.models.request import Completion, Request
from fc_agents.models.scripted import ScriptedModel
from fc_synth import compose
from fc_synth.making import Order
from fc_synth.pipeline import synthesize
from fc_synth.roles.cast import ROLES, Cast, roles_named
from fc_synth.rows import read_lines, read_rows
from fc_synth.writers import ungrounded

from fc_gym.domain import Domain
from fc_gym.errors import RecordError, TaskError
from fc_gym.known import Known
from fc_gym.session import Session
from fc_gym.types import ToolCall

ORDER = Order(("shop",), 4, 3)
Answer = Callable[[Request], str | Completion]


def role_of(request: Request) -> str:
    return request.sample.split("/")[3]


def fluent(request: Request) -> str:
    """Write what passes for every role but reasoning."""
    prompt = str(request.messages[-1]["content"])
    if role_of(request) == "tooling":
        return '{"name": "see_to_everything", "description": "Sees to all that is wanted in one go."}'
    if role_of(request) == "critic":
        return "Have another look at the first call."
    phrases = [line[2:] for line in prompt.splitlines() if line.startswith("- ") and line != "- (none)"]
    return "Hello there, it is me. " + " ... ".join(phrases)


def nonsense(request: Request) -> str:
    return "{]<tool_call>xq zzv"


def cast(answer: Answer, *roles: str, **more: Any) -> Cast:
    return Cast(roles, lambda: ScriptedModel(answer), **more)


def test_a_model_names_tools_and_words_queries(shop: Domain, tmp_path: Path) -> None:
    summary = synthesize(ORDER, [shop], tmp_path, cast=cast(fluent, "tooling", "querying", "critic"))
    rows = list(read_rows(tmp_path / "dialogues.jsonl"))
    assert summary.proved == len(rows) == 4
    for row in rows:
        assert {turn["advanced_tool"]["name"] for turn in row["meta"]["turns"]} == {"see_to_everything"}
        assert all(turn["user"].startswith("Hello there, it is me.") for turn in row["meta"]["turns"])
        assert row["meta"]["certificate"]["solvable"] == "unknown"
    assert summary.ledger.accounts["tooling"].accepted >= sum(len(row["meta"]["turns"]) for row in rows)


def test_what_does_not_pass_is_refused_with_reasons_and_nothing_breaks(shop: Domain, tmp_path: Path) -> None:
    summary = synthesize(ORDER, [shop], tmp_path, cast=cast(nonsense, *ROLES))
    assert (summary.dialogues.total(), summary.unmade) == (0, 4)
    assert summary.refused["role: tooling: no JSON object"] == 4 * 2 * 8
    assert [line["index"] for line in read_lines(tmp_path / "unmade.jsonl")] == [0, 1, 2, 3]
    asked = summary.ledger.accounts["tooling"].requests
    again = synthesize(ORDER, [shop], tmp_path, cast=cast(nonsense, *ROLES))
    assert again.ledger.accounts["tooling"].requests == asked > 0


def test_the_offline_writers_take_over_if_wanted(shop: Domain, tmp_path: Path) -> None:
    summary = synthesize(
        ORDER, [shop], tmp_path, cast=cast(nonsense, "tooling", "querying", "critic", fallback=True)
    )  # fmt: skip
    assert summary.dialogues.total() == summary.proved == 4
    assert summary.ledger.accounts["querying"].accepted == 0 < summary.ledger.accounts["querying"].refused.total()


def knowing(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Let a model know the verified calls at its second try."""
    known: dict[str, list[ToolCall]] = {}
    guided = compose.guided  # type: ignore[attr-defined]

    def told(reasoner: Any, critic: Any, gold: Any, *rest: Any) -> Any:
        known[reasoner.voice.place] = list(gold)
        return guided(reasoner, critic, gold, *rest)

    monkeypatch.setattr(compose, "guided", told)

    def answer(request: Request) -> str | Completion:
        note = str(request.messages[-1]["content"])
        if "tell the user" in note:
            return "<think>That was all.</think>It is done."
        if "not right" not in note:
            return "<think>No idea.</think>"
        calls = tuple(known[request.sample.rsplit("/", 2)[0]])
        return Completion("raw", reasoning="Now it is clear.", calls=calls)

    return answer


def test_a_model_that_learns_from_hints_solves_dialogues_in_which_no_hint_is_left(
    shop: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = synthesize(ORDER, [shop], tmp_path, cast=cast(knowing(monkeypatch), "reasoning", concurrency=1))
    rows = list(read_rows(tmp_path / "dialogues.jsonl"))
    assert summary.proved == len(rows) == 4
    for row in rows:
        assert "note that the user" not in json.dumps(row["messages"])
        thoughts = [one["reasoning_content"] for one in row["messages"] if one.get("tool_calls")]
        assert set(thoughts) == {"Now it is clear."}
        assert {tries for turn in row["meta"]["turns"] for tries in turn["attempts"]} == {2}


def test_a_model_that_thinks_of_what_it_cannot_know_is_not_believed(
    shop: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, unseen = knowing(monkeypatch), list[str]()
    guided = compose.guided  # type: ignore[attr-defined]

    def told(reasoner: Any, critic: Any, gold: Any, known: Known, *rest: Any) -> Any:
        world = rest[-1].args[0].state.world
        unseen[:] = [order for order in world.orders if known.source("OrderId", order) is None]
        return guided(reasoner, critic, gold, known, *rest)

    def foreseeing(request: Request) -> str | Completion:
        said = answer(request)
        return said if isinstance(said, str) else replace(said, reasoning=f"It may be {' or '.join(unseen)}.")

    monkeypatch.setattr(compose, "guided", told)
    summary = synthesize(ORDER, [shop], tmp_path, cast=cast(foreseeing, "reasoning", concurrency=1))
    assert summary.refused["thought: ungrounded"] > 0
    assert "It may be ORD" not in (tmp_path / "dialogues.jsonl").read_text()


def test_thoughts_may_name_only_what_was_shown(shop: Domain) -> None:
    session = Session.start(shop, 0)
    for order in session.state.world.orders:
        assert ungrounded(session, session.known, f"I take {order} now.") == order
    session.run([ToolCall("list_orders")])
    for order in session.state.world.orders:
        assert ungrounded(session, session.known, f"I take {order} now.") == ""


@pytest.mark.parametrize("concurrency", [1, 7])
def test_a_recorded_run_comes_again_to_the_byte_without_the_model(
    shop: Domain, tmp_path: Path, concurrency: int
) -> None:
    file = tmp_path / "answers.jsonl"
    first = cast(fluent, "tooling", "querying", "critic", concurrency=3)
    recording = replace(first, model=lambda: RecordedModel(file, ScriptedModel(fluent)))
    synthesize(ORDER, [shop], tmp_path / "one", cast=recording)
    again = replace(first, model=lambda: RecordedModel(file), concurrency=concurrency)
    synthesize(ORDER, [shop], tmp_path / "two", cast=again)
    for name in ("dialogues.jsonl", "tasks.jsonl", "pairs.jsonl", "summary.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


class Failing(ScriptedModel):
    """Fails for some rows."""

    def __init__(self, rows: set[str], *, fatal: bool = False) -> None:
        super().__init__(fluent)
        self.rows, self.fatal = rows, fatal

    async def complete(self, request: Request) -> Completion:
        if request.sample.split("/")[1] in self.rows:
            raise ModelError("the server stalled", kind="stalled", fatal=self.fatal)
        return await super().complete(request)


def test_a_failing_model_costs_its_rows_and_the_next_run_makes_them(shop: Domain, tmp_path: Path) -> None:
    def by(model: Callable[[], Model]) -> Cast:
        return replace(cast(fluent, "querying"), model=model)

    summary = synthesize(ORDER, [shop], tmp_path / "one", cast=by(lambda: Failing({"1", "2"})))
    assert summary.failed == {"stalled": 2}
    assert [row["meta"]["index"] for row in read_rows(tmp_path / "one" / "dialogues.jsonl")] == [0, 3]
    summary = synthesize(ORDER, [shop], tmp_path / "one", cast=by(lambda: Failing(set())))
    assert not summary.failed
    synthesize(ORDER, [shop], tmp_path / "two", cast=by(lambda: Failing(set())))
    name = "dialogues.jsonl"
    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_model_that_cannot_be_used_stops_the_run_and_what_was_made_stays(shop: Domain, tmp_path: Path) -> None:
    one = replace(cast(fluent, "querying"), model=lambda: Failing({"2"}, fatal=True), concurrency=1)
    with pytest.raises(ModelError, match="stalled"):
        synthesize(ORDER, [shop], tmp_path, cast=one)
    made = [row["meta"]["index"] for row in read_rows(tmp_path / "dialogues.jsonl")]
    assert made == sorted(made) and set(made) <= {0, 1, 3}


def test_a_run_of_another_cast_is_not_gone_on_with(shop: Domain, tmp_path: Path) -> None:
    synthesize(replace(ORDER, dialogues=1), [shop], tmp_path, cast=cast(fluent, "querying"))
    with pytest.raises(RecordError, match="other domains, seed, plan or model"):
        synthesize(replace(ORDER, dialogues=1), [shop], tmp_path, cast=cast(fluent, "tooling"))
    with pytest.raises(RecordError, match="other domains, seed, plan or model"):
        synthesize(replace(ORDER, dialogues=1), [shop], tmp_path)


def test_a_torn_line_is_made_anew(shop: Domain, tmp_path: Path) -> None:
    one = cast(fluent, "querying")
    synthesize(ORDER, [shop], tmp_path, cast=one)
    path = tmp_path / "dialogues.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - 40])
    synthesize(ORDER, [shop], tmp_path, cast=one)
    assert path.read_bytes() == whole


def test_roles_are_named_in_any_order_and_a_wrong_one_is_told() -> None:
    assert roles_named("critic, tooling") == ("tooling", "critic")
    assert roles_named("all") == ROLES
    assert roles_named("") == ()
    with pytest.raises(TaskError, match="unknown role 'judge'; have tooling, querying, reasoning, critic, or all"):
        roles_named("judge")
