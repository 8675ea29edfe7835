"""Whatever is written under a constraint keeps its promise, and what keeps it can mostly be written."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from fc_agents.legal import LEVELS, Bounds, Legality, is_legal, verdict
from fc_agents.legal.blind import BlindModel
from fc_agents.legal.draws import drawn
from fc_agents.legal.grammar import spelled
from fc_agents.legal.table import situations
from fc_agents.models.request import Completion, Constraint, Request, Sampling
from hypothesis import given, settings
from hypothesis import strategies as st

from fc_gym import domain_names, load_domain
from fc_gym.domain import Domain
from fc_gym.moment import GroundedCalls
from fc_gym.parsers import parser_named
from fc_gym.session import Session
from fc_gym.types import ToolCall
from tests.agents.legal.conftest import Says
from tests.agents.legal.odd import Odd

NAMES = tuple(domain_names())
FORMS = (("hermes", "grammar"), ("json", "grammar"), ("json", "json_schema"))


@cache
def _domain(name: str) -> Domain:
    return Domain(Odd) if name == "odd" else load_domain(name)


@cache
def _places(name: str) -> tuple[Session, ...]:
    return tuple(situations(_domain(name), 2))


@cache
def _legality(name: str, form: str, kind: str, reply: bool, parallel: int, thought: int = 0) -> Legality:
    return Legality(_domain(name), form, reply, parallel=parallel, kind=kind, bounds=Bounds(reply=60, thought=thought))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def blind() -> BlindModel:
    pytest.importorskip("llguidance", reason="pip install llguidance")
    return BlindModel()


def _written(model: BlindModel, constraint: Constraint, seed: int) -> Completion:
    sampling = Sampling(max_tokens=16_000, seed=seed)
    return asyncio.run(model.complete(Request([], constraint=constraint, sampling=sampling)))


@given(
    st.sampled_from([*NAMES, "odd", "odd"]), st.sampled_from(FORMS), st.sampled_from(LEVELS[1:]), st.integers(1, 3),
    st.integers(0, 39), st.integers(0, 2**32),
)  # fmt: skip
@settings(deadline=None, max_examples=60)
def test_every_call_that_is_written_keeps_the_promise_of_its_level(
    blind: BlindModel, name: str, form: tuple[str, str], level: str, parallel: int, at: int, seed: int
) -> None:
    session = _places(name)[at]
    constraint = _legality(name, *form, False, parallel).constraint(session, level)
    assert constraint is not None
    done = _written(blind, constraint, seed)
    assert done.finish == "stop" and 1 <= len(done.calls) <= parallel
    assert all(is_legal(session, done.calls, level)), done.raw


@given(
    st.sampled_from([*NAMES, "odd"]), st.sampled_from(FORMS[:2]), st.sampled_from(LEVELS[1:]), st.booleans(),
    st.integers(0, 39), st.integers(0, 2**32),
)  # fmt: skip
@settings(deadline=None, max_examples=60)
def test_what_is_written_where_replies_are_allowed_is_a_reply_or_legal_calls(
    blind: BlindModel, name: str, form: tuple[str, str], level: str, thought: bool, at: int, seed: int
) -> None:
    session = _places(name)[at]
    constraint = _legality(name, *form, True, 2, 30 * thought).constraint(session, level)
    assert constraint is not None
    done = _written(blind, constraint, seed)
    assert done.finish == "stop" and all(is_legal(session, done.calls, level)), done.raw
    assert done.calls or done.content or not done.raw.strip()
    assert "<think>" not in done.content and (thought or not done.reasoning)


@given(st.sampled_from(NAMES), st.sampled_from(("grounded", "calls")), st.integers(0, 39), st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_every_grounded_call_can_be_written(says: Says, name: str, level: str, at: int, seed: int) -> None:
    session, rng = _places(name)[at], np.random.default_rng(seed)
    calls = GroundedCalls(session)
    for form, kind in FORMS:
        constraint = _legality(name, form, kind, False, 1).constraint(session, level)
        assert constraint is not None
        for _ in range(min(3, len(calls))):
            call = calls[int(rng.integers(len(calls)))]
            if kind != "json_schema" or not _has_fractions(call):
                assert says(constraint, _text(call, form, kind)), call


@given(st.sampled_from(NAMES), st.integers(0, 39), st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_a_row_that_is_not_known_cannot_be_written(says: Says, name: str, at: int, seed: int) -> None:
    session, rng = _places(name)[at], np.random.default_rng(seed)
    calls = [call for call in GroundedCalls(session) if _rows(session, call)]
    if not calls:
        return
    call = calls[int(rng.integers(len(calls)))]
    row = _rows(session, call)[0]
    other = ToolCall(call.name, {**call.arguments, row: f"{call.arguments[row]}X"})
    constraint = _legality(name, "hermes", "grammar", False, 1).constraint(session, "grounded")
    assert constraint is not None
    assert not says(constraint, _text(other, "hermes", "grammar")) and verdict(session, other) == "not grounded"
    wider = _legality(name, "hermes", "grammar", False, 1).constraint(session, "tools")
    assert wider is not None and says(wider, _text(other, "hermes", "grammar"))


@given(st.sampled_from([*NAMES, "odd"]), st.integers(0, 39), st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_a_stricter_level_allows_nothing_that_a_laxer_one_forbids(
    blind: BlindModel, says: Says, name: str, at: int, seed: int
) -> None:
    legality, session = _legality(name, "hermes", "grammar", False, 1), _places(name)[at]
    found = [legality.constraint(session, level) for level in LEVELS[1:]]
    for laxer, stricter in pairwise(found):
        assert laxer is not None and stricter is not None
        written = _written(blind, stricter, seed)
        if name != "odd":  # there, known names hold characters that free texts may not
            assert says(laxer, written.raw), written.raw


@given(st.sampled_from([*NAMES, "odd"]), st.integers(0, 39), st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_a_call_is_written_as_a_chat_template_writes_it_again(blind: BlindModel, name: str, at: int, seed: int) -> None:
    constraint = _legality(name, "hermes", "grammar", False, 3).constraint(_places(name)[at], "grounded")
    assert constraint is not None
    done = _written(blind, constraint, seed)
    again = [{"name": one.name, "arguments": one.arguments} for one in done.calls if isinstance(one, ToolCall)]
    assert done.raw == "\n".join(f"<tool_call>\n{json.dumps(one, ensure_ascii=False)}\n</tool_call>" for one in again)


@given(st.sampled_from(NAMES), st.integers(0, 99))
@settings(deadline=None, max_examples=60)
def test_every_tool_can_be_called_with_whatever_its_schema_allows(name: str, seed: int) -> None:
    rng, legality = np.random.default_rng(seed), _legality(name, "hermes", "grammar", False, 1)
    assert legality.silent == ()
    for tool in _domain(name).tools.values():
        shape = legality.offer.any(tool.name)
        assert shape is not None and {one for one, _, _ in shape.fields} == set(tool.parameters)
        tool.arguments.check(drawn(shape, rng))


@pytest.mark.parametrize("words", ["Hello.", 'a\n\n- b "c" \\ é 😀 {', "1 > 0 & [x]\n"])
def test_words_may_stand_before_calls_and_alone(says: Says, words: str) -> None:
    session = _places("shop")[0]
    constraint = _legality("shop", "hermes", "grammar", True, 2).constraint(session, "grounded")
    assert constraint is not None
    call = _text(ToolCall("show_checkout"), "hermes", "grammar")
    assert says(constraint, words) and says(constraint, f"{words}\n{call}\n{call}") and says(constraint, call)
    assert not says(constraint, f"{words}{call}") or words.endswith("\n")
    assert not says(constraint, f"{call}\n{call}\n{call}") and not says(constraint, f"{call}{words}")


@pytest.mark.parametrize("text", ["", "{", "[]", " x", "```", "<think>", "a < b", "x" * 61])
@pytest.mark.parametrize("form", ["hermes", "json"])
def test_what_could_be_taken_for_more_than_words_is_not_allowed(says: Says, text: str, form: str) -> None:
    constraint = _legality("shop", form, "grammar", True, 2).constraint(_places("shop")[0], "grounded")
    assert constraint is not None and not says(constraint, text)


def test_a_thought_may_come_first_if_it_may_come_at_all(says: Says) -> None:
    session = _places("shop")[0]
    call = _text(ToolCall("show_checkout"), "hermes", "grammar")
    for thought, allowed in ((0, False), (30, True)):
        for text in (call, "Hello."):
            constraint = _legality("shop", "hermes", "grammar", True, 2, thought).constraint(session, "tools")
            assert constraint is not None
            assert says(constraint, f'<think>\nwell "so"\n</think>\n\n{text}') == allowed and says(constraint, text)


def _text(call: ToolCall, form: str, kind: str) -> str:
    plain = {"name": call.name, "arguments": dict(call.arguments)}
    if kind == "json_schema":
        return json.dumps(json.loads(spelled(plain)), ensure_ascii=False, separators=(",", ":"))
    return f"<tool_call>\n{spelled(plain)}\n</tool_call>" if form == "hermes" else spelled(plain)


def _has_fractions(call: ToolCall) -> bool:
    return any(isinstance(one, float) and not one.is_integer() for one in call.arguments.values())


def _rows(session: Session, call: ToolCall) -> list[str]:
    tool, rows = session.domain.tools[call.name], session.domain.entities
    return [
        name for name, value in call.arguments.items() if tool.parameters[name].key in rows and isinstance(value, str)
    ]


def test_the_parsers_read_what_is_written(blind: BlindModel) -> None:
    read: dict[str, Callable[..., object]] = {form: parser_named(form) for form, _ in FORMS}
    for form, kind in FORMS:
        constraint = _legality("shop", form, kind, False, 2).constraint(_places("shop")[9], "schema")
        assert constraint is not None
        done = _written(blind, constraint, 1)
        assert read[form](done.raw, _domain("shop")) == list(done.calls)
