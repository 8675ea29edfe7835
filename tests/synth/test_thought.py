"""Promises of the guided chain: the critic names kind and place, never a value; the reasoner gets a few tries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from fc_agents.trace import execute
from fc_synth.thought import Attempt, Hint, TypedCritic, Unsolved, guided
from hypothesis import given
from hypothesis import strategies as st

from fc_gym.known import Known
from fc_gym.registration import load_domain
from fc_gym.session import Session
from fc_gym.types import ToolCall, ToolResult

MAIL = load_domain("mail")
CRITIC = TypedCritic(MAIL)
NOTHING = Known(MAIL)


def files(tool: str = "list_files", /, **arguments: Any) -> ToolCall:
    return ToolCall(tool, arguments)


@pytest.fixture(scope="module")
def session() -> Session:
    """Give a session in which the conversations, people and files are known."""
    session = Session.start(MAIL, 0)
    for name in ("list_conversations", "find_people", "list_files"):
        execute(session, ToolCall(name))
    return session


def writes(session: Session) -> list[ToolCall]:
    """Return two actions on two rows."""
    one, other = list(session.state.world.files)[:2]
    return [files("compress_file", file=one), files("compress_file", file=other)]


def test_the_verified_calls_are_accepted(session: Session) -> None:
    for gold in ([], [files()], writes(session), [files(), files("find_people"), *writes(session)]):
        assert CRITIC.judge(gold, gold, session.known) is None


def test_look_ups_may_come_in_any_order_and_actions_may_not(session: Session) -> None:
    one, other = writes(session)
    reads = [files(), files("find_people"), files("list_drafts")]
    for mine in ([*reversed(reads), one, other], [one, *reads, other], [reads[1], one, other, reads[0], reads[2]]):
        assert CRITIC.judge(mine, [*reads, one, other], session.known) is None
    assert CRITIC.judge([other, one], [one, other], session.known) == Hint("argument", 0, "file")
    assert CRITIC.judge([*reads, other, one], [*reads, one, other], session.known) == Hint("argument", 3, "file")


def test_a_default_may_be_written_out_or_left_out(session: Session) -> None:
    short, long = [files("find_people")], [files("find_people", name=None)]
    assert CRITIC.judge(short, long, session.known) is None
    assert CRITIC.judge(long, short, session.known) is None


def test_no_calls_where_some_are_needed(session: Session) -> None:
    assert CRITIC.judge([], [files()], session.known) == Hint("no_calls", 0)


def test_a_missing_call_is_named_by_the_call_in_front_of_it(session: Session) -> None:
    one, other = writes(session)
    assert CRITIC.judge([one], [one, other], session.known) == Hint("missing_call", 1)
    assert "after call 1" in Hint("missing_call", 1).text()


def test_a_call_too_many_is_named(session: Session) -> None:
    one, other = writes(session)
    assert CRITIC.judge([one, other], [one], session.known) == Hint("extra_call", 1)
    assert CRITIC.judge([files(), one], [one], session.known) == Hint("extra_call", 0)
    assert CRITIC.judge([files()], [], session.known) == Hint("extra_call", 0)


def test_another_tool_is_named(session: Session) -> None:
    assert CRITIC.judge([files("list_drafts")], [files()], session.known) == Hint("other_tool", 0)
    gold = [files(), *writes(session)]
    assert CRITIC.judge([files(), gold[1], files("list_drafts")], gold, session.known) == Hint("other_tool", 2)


def test_a_wrong_argument_is_named(session: Session) -> None:
    person = next(iter(session.state.world.people))
    gold = [files("start_draft", person=person, subject="tea")]
    assert CRITIC.judge([files("start_draft", person=person, subject="rum")], gold, session.known) == Hint(
        "argument", 0, "subject"
    )
    assert CRITIC.judge([files("start_draft", person=person)], gold, session.known) == Hint("argument", 0, "subject")
    assert CRITIC.judge([files("find_people", name="Rosa")], [files("find_people")], session.known) == Hint(
        "argument", 0, "name"
    )


def test_a_call_on_what_no_result_has_shown_comes_too_early(session: Session) -> None:
    one, other = writes(session)
    assert CRITIC.judge([one, other], [one, other], NOTHING) is None, "what is right is right"
    assert CRITIC.judge([one], [files()], NOTHING) == Hint("too_early", 0, "file")
    assert CRITIC.judge([files(), one], [files()], NOTHING) == Hint("too_early", 1, "file")
    assert CRITIC.judge([one], [files()], session.known) == Hint("other_tool", 0)


def test_an_unknown_tool_is_another_tool(session: Session) -> None:
    assert CRITIC.judge([files("no_such_tool", a=1)], [files()], session.known) == Hint("other_tool", 0)


def test_an_argument_that_the_tool_does_not_have_is_wrong(session: Session) -> None:
    assert CRITIC.judge([files(colour="red")], [files()], session.known) == Hint("argument", 0, "colour")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
names = st.sampled_from(sorted(MAIL.tools)) | st.text(max_size=5)
parameters = st.sampled_from(["conversation", "file", "name", "person", "folder", "x"])
calls = st.lists(st.builds(ToolCall, names, st.dictionaries(parameters, json_values, max_size=3)), max_size=4)


@given(calls, calls)
def test_no_proposal_crashes_the_critic(mine: list[ToolCall], gold: list[ToolCall]) -> None:
    hint = CRITIC.judge(mine, gold, NOTHING)
    assert CRITIC.judge(gold, gold, NOTHING) is None
    if hint is not None:
        assert hint.position <= len(mine)
        assert hint.text().endswith(".")
        used = {name for call in (*mine, *gold) for name in call.arguments} | {
            name for call in gold if call.name in MAIL.tools for name in MAIL.tools[call.name].parameters
        }
        assert hint.parameter == "" or hint.parameter in used


@pytest.mark.parametrize("name", ["shop", "calendar", "mail"])
def test_no_hint_contains_a_value_of_the_verified_calls(name: str, made: Callable[[str], Any], scalars: Any) -> None:
    domain, hints = load_domain(name), 0
    critic, known = TypedCritic(domain), Known(domain)
    turns = [turn for one in made(name).dialogues for turn in one.turns]
    layers = [[step.call for step in layer] for turn in turns for layer in turn.layers]
    for position, gold in enumerate(layers):
        values = [str(value) for call in gold for value in scalars(dict(call.arguments)) if len(str(value)) > 2]
        for mine in (layers[position - 1], gold[:-1], [*gold, *gold], gold[::-1], []):
            hint = critic.judge(mine, gold, known)
            hints += hint is not None
            assert hint is None or not [value for value in values if value in hint.text()]
    assert hints > len(layers)


class Scripted:
    """Proposes what it was given, and keeps what it was told."""

    def __init__(self, *proposals: list[ToolCall]) -> None:
        self.proposals = list(proposals)
        self.told: list[tuple[Hint, ...]] = []

    def begin(self, query: str) -> None:
        """Take in the query."""

    def propose(self, hints: Sequence[Hint]) -> Attempt:
        """Propose the next, or the last again."""
        self.told.append(tuple(hints))
        calls = self.proposals[min(len(self.told), len(self.proposals)) - 1]
        return Attempt(f"try {len(self.told)}", tuple(calls))

    def observe(self, results: Sequence[ToolResult]) -> None:
        """Take in the results."""


def test_one_who_is_right_needs_one_attempt(session: Session) -> None:
    reasoner = Scripted([files()], [files("find_people")])
    chain = guided(reasoner, CRITIC, [files()], session.known)
    assert [attempt.hint for attempt in chain.attempts] == [None]
    assert chain.accepted == Attempt("try 1", (files(),))
    assert reasoner.told == [()]


def test_hints_are_passed_on_one_by_one_until_the_calls_are_right(session: Session) -> None:
    reasoner = Scripted([], [files("find_people")], [files()], [files("list_drafts")])
    chain = guided(reasoner, CRITIC, [files()], session.known)
    wrong = (Hint("no_calls", 0), Hint("other_tool", 0))
    assert reasoner.told == [(), wrong[:1], wrong]
    assert [attempt.hint for attempt in chain.attempts] == [*wrong, None]
    assert chain.accepted.calls == (files(),)


@given(st.integers(1, 9))
def test_one_who_never_learns_is_given_up_after_as_many_attempts_as_allowed(attempts: int) -> None:
    reasoner = Scripted([files("list_drafts")])
    with pytest.raises(Unsolved, match=r"^other_tool$"):
        guided(reasoner, CRITIC, [files()], NOTHING, attempts)
    assert len(reasoner.told) == attempts


def test_one_who_is_right_too_late_is_given_up(session: Session) -> None:
    with pytest.raises(Unsolved, match=r"^no_calls$"):
        guided(Scripted([], [files()]), CRITIC, [files()], session.known, attempts=1)
    assert len(guided(Scripted([], [files()]), CRITIC, [files()], session.known, attempts=2).attempts) == 2


def test_a_critic_may_accept_more_than_the_verified_calls(session: Session) -> None:
    class Generous:
        def judge(self, calls: Sequence[ToolCall], gold: Sequence[ToolCall], known: Known) -> Hint | None:
            return None

    chain = guided(Scripted([files("list_drafts")]), Generous(), [files()], session.known)
    assert chain.accepted.calls == (files("list_drafts"),)


def test_calls_are_not_enough_if_the_thoughts_name_what_nothing_has_shown(session: Session) -> None:
    seen: list[str] = []

    def unseen(text: str) -> str:
        seen.append(text)
        return "FIL-1" if text == "try 1" else ""

    chain = guided(Scripted([files()]), CRITIC, [files()], session.known, 2, unseen)
    assert [attempt.hint for attempt in chain.attempts] == [Hint("ungrounded", 0), None]
    assert seen == ["try 1", "try 2"]
    with pytest.raises(Unsolved, match=r"^ungrounded$"):
        guided(Scripted([files()]), CRITIC, [files()], session.known, 2, lambda text: "FIL-1")
