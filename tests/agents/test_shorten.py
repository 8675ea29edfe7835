"""Promises of shortening: never longer, the same effect, and what comes to nothing is found."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from fc_agents.shorten import shortened
from fc_agents.trace import Trace, execute, minimised
from fc_agents.walk import DeadEnd, walk
from hypothesis import given, settings
from hypothesis import strategies as st

from fc_gym.graph import ApiGraph
from fc_gym.registration import load_domain
from fc_gym.session import Session
from fc_gym.types import ToolCall


def _end(seed: int, trace: Trace) -> tuple[str, str]:
    session = Session.start(load_domain("mail"), seed)
    for step in trace:
        execute(session, step.call)
    return trace[-1].result.text, session.state.hash()


def _run(seed: int, calls: list[ToolCall]) -> tuple[Session, Trace]:
    start = Session.start(load_domain("mail"), seed)
    session = start.fork()
    return start, tuple(execute(session, call) for call in calls)


@settings(max_examples=25)
@given(seed=st.integers(0, 200), data=st.data())
def test_a_shortened_walk_comes_to_the_same(seed: int, data: st.DataObject, graph: Callable[[str], ApiGraph]) -> None:
    start = Session.start(load_domain("mail"), seed)
    target = data.draw(st.sampled_from(sorted(start.domain.tools)))
    try:
        trace = minimised(start, walk(start, graph("mail"), target, np.random.default_rng(seed)))
    except DeadEnd:
        return
    shorter = shortened(start, trace)
    assert len(shorter) <= len(trace)
    assert _end(seed, shorter) == _end(seed, trace)
    assert shortened(start, shorter) == shorter


def test_two_calls_that_come_to_nothing_together_are_left_out() -> None:
    start = Session.start(load_domain("mail"), 0)
    one = next(row for row in start.state.world.conversations.values() if row.folder == "inbox" and not row.locked)
    there, back = (
        ToolCall("move_conversation", {"conversation": one.id, "folder": folder}) for folder in ("archive", "inbox")
    )
    look, last = ToolCall("list_conversations"), ToolCall("find_people")
    start, trace = _run(0, [look, there, back, last])
    assert [step.call for step in shortened(start, trace)] == [look, last]
    assert [step.call for step in shortened(start, trace, [there, back])] == [look, there, back, last]
    assert shortened(start, trace, budget=0) == trace
