from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fc_agents.models.model import ModelError
from fc_agents.models.request import Completion, Request, Sampling, Usage
from fc_agents.models.scripted import ScriptedModel
from fc_synth.answer import Answer
from fc_synth.dialogue import Dialogue
from fc_synth.roles.asking import Asker
from fc_synth.roles.critique import ModelCritic
from fc_synth.roles.ledger import Account, Ledger, Price
from fc_synth.roles.querying import ModelQuerying
from fc_synth.roles.reasoning import ModelReasoner
from fc_synth.roles.tooling import ModelTooling
from fc_synth.roles.voice import Voice
from fc_synth.thought import Hint, TypedCritic
from fc_synth.writers import Unwritten
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fc_gym.domain import Domain
from fc_gym.known import Known
from fc_gym.session import Session
from fc_gym.types import ToolCall, leaves

MakeVoice = Callable[[Any], Voice]


def request(text: str) -> Request:
    return Request([{"role": "user", "content": text}])


def test_many_threads_ask_one_model() -> None:
    heard: list[str] = []
    with Asker(ScriptedModel(lambda one: str(one.messages[0]["content"]), latency=0.01)) as asker:
        threads = [
            threading.Thread(target=lambda text=str(number): heard.append(asker.ask(request(text)).raw))
            for number in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(heard, key=int) == [str(number) for number in range(20)]


def test_a_model_that_is_not_there_is_told_before_anything_is_asked() -> None:
    class Dead(ScriptedModel):
        async def check(self) -> None:
            raise ModelError("nobody answers", kind="refused_connection", fatal=True)

    with pytest.raises(ModelError, match="nobody answers"), Asker(Dead([])):
        pass


def test_an_error_of_the_model_reaches_who_asked() -> None:
    with Asker(ScriptedModel([])) as asker, pytest.raises(ModelError, match="one more"):
        asker.ask(request("Go."))


accounts = st.builds(
    Account,
    st.integers(0, 9), st.integers(0, 999), st.integers(0, 999), st.integers(0, 9),
    st.dictionaries(st.sampled_from(["a", "b"]), st.integers(1, 5)).map(Counter),
)  # fmt: skip
ledgers = st.builds(Ledger, st.dictionaries(st.sampled_from(["tooling", "critic"]), accounts))


@given(ledgers, ledgers)
def test_ledgers_add_up_in_any_order_and_come_back_from_json(one: Ledger, other: Ledger) -> None:
    sums = []
    for first, second in ((one, other), (other, one)):
        total = Ledger()
        total.merge(Ledger.of(first.json()))
        total.merge(Ledger.of(second.json()))
        sums.append(total.json())
    assert sums[0] == sums[1]
    assert Ledger.of(sums[0]).json() == sums[0]
    both = [ledger.accounts[role] for ledger in (one, other) for role in ledger.accounts]
    for name in ("requests", "prompt", "completion", "accepted"):
        assert sum(account[name] for account in sums[0].values()) == sum(getattr(one, name) for one in both)
    refused = [sum(account["refused"].values()) for account in sums[0].values()]
    assert sum(refused) == sum(one.refused.total() for one in both)


def test_cost_is_counted_in_millions_of_tokens() -> None:
    assert Account(prompt=2_000_000, completion=500_000).cost(Price(1.5, 4.0)) == 5.0


def test_the_same_place_asks_with_the_same_seed_and_others_with_other_seeds(voice: MakeVoice) -> None:
    asked: list[tuple[int | None, str]] = []

    def answer(one: Request) -> str:
        asked.append((one.sampling.seed, one.sample))
        return "x"

    first = voice(answer)
    for seed in (None, 3):
        asked.clear()
        for place in ("0/1", "0/1", "0/2"):
            again = replace(first, place=place, asked=0, sampling=Sampling(seed=seed))
            again.ask([])
            again.ask([])
        assert asked[:2] == asked[2:4]
        assert len(set(asked)) == 4
        assert len({one for one, _ in asked}) == (1 if seed is None else 4)


def test_tooling_keeps_a_good_name(dialogue: Dialogue, shop: Domain, voice: MakeVoice) -> None:
    tool = dialogue.turns[0].advanced
    speaks = voice('Here: {"name": "settle_it_all", "description": "Does the whole thing in one go."}')
    named = ModelTooling(shop, speaks).named(tool, ["ORD-1"])
    assert (named.name, named.description) == ("settle_it_all", "Does the whole thing in one go.")
    assert named.steps == tool.steps
    assert speaks.ledger.json()["tested"]["accepted"] == 1


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("no idea", "no JSON object"),
        ("[1, 2]", "no JSON object"),
        ('{"name": "a_b"}', "no name or no description"),
        ('{"name": "Not Snake", "description": "It does all of it."}', "the name is not in snake_case"),
        ('{"name": "list_orders", "description": "It does all of it."}', "the name is a primitive tool's"),
        ('{"name": "do_it", "description": "It."}', "the description is empty or too long"),
        ('{"name": "do_it", "description": "First list_orders, then more."}', "the description names a primitive tool"),
        ('{"name": "do_it", "description": "Deals with ord-1 and others."}', "the description has a hidden value"),
    ],
)
def test_tooling_says_why_it_refuses(
    dialogue: Dialogue, shop: Domain, voice: MakeVoice, written: str, reason: str
) -> None:
    speaks = voice(written)
    with pytest.raises(Unwritten, match=f"^tooling: {reason}$"):
        ModelTooling(shop, speaks).named(dialogue.turns[0].advanced, ["ORD-1"])
    assert speaks.ledger.json()["tested"]["refused"] == {reason: 3}


def test_querying_keeps_a_message_with_all_phrases(dialogue: Dialogue, voice: MakeVoice) -> None:
    turn = dialogue.turns[0]
    phrases = [words for slots in turn.query.slots for words in slots.values()]
    text = "Good day. It is about this: " + "; ".join(phrases)
    speaks = voice(f'  "{text}"\n')
    assert ModelQuerying(speaks).reworded(turn.query, turn.advanced, [], []).text == " ".join(text.split())


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "an empty message"),
        ("word " * 300, "too long a message"),
        ("<b>Do it.</b>", "markup in the message"),
        ("[list_orders()]", "markup in the message"),
        ("Do it, please.", "a needed phrase is missing"),
    ],
)
def test_querying_says_why_it_refuses(dialogue: Dialogue, voice: MakeVoice, written: str, reason: str) -> None:
    turn = next(one for one in dialogue.turns if any(one.query.slots))
    with pytest.raises(Unwritten, match=f"^querying: {reason}$"):
        ModelQuerying(voice(written)).reworded(turn.query, turn.advanced, [], [])


def test_querying_refuses_what_the_user_cannot_know(dialogue: Dialogue, voice: MakeVoice) -> None:
    turn = dialogue.turns[0]
    text = f"{turn.query.text} It is ORD-77."
    with pytest.raises(Unwritten, match="a hidden value or a tool's name"):
        ModelQuerying(voice(text)).reworded(turn.query, turn.advanced, [], ["ord-77"])


MINE = (ToolCall("list_orders"), ToolCall("withdraw_order", {"order": "ORD-1"}))
GOLD = (ToolCall("list_orders"), ToolCall("withdraw_order", {"order": "ORD-2"}))


@pytest.mark.parametrize(
    "written",
    ["In the second call it is ORD-2.", "The argument is wrong: ord-2!", "Use submit_order as call 2."],
)
def test_a_hint_that_gives_something_away_is_not_taken(shop: Domain, voice: MakeVoice, written: str) -> None:
    speaks = voice(written)
    right = (*GOLD, ToolCall("submit_order", {}))
    hint = ModelCritic(TypedCritic(shop), speaks).judge(MINE, right, Known(shop))
    assert hint is not None and not hint.words
    assert speaks.ledger.json()["tested"]["refused"] == {"the hint gives something away": 1}


@given(st.text(max_size=80).map(lambda text: f"{text} in call 2") | st.just("In the second call it is ORD-2."))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_whatever_a_critic_writes_the_verdict_is_the_rules_and_nothing_is_given_away(
    shop: Domain, voice: MakeVoice, written: str
) -> None:
    rule, known = TypedCritic(shop), Known(shop)
    critic = ModelCritic(rule, voice(written or "-"))
    assert critic.judge(GOLD, GOLD, known) is None
    found, plain = critic.judge(MINE, GOLD, known), rule.judge(MINE, GOLD, known)
    assert found is not None and plain is not None
    assert (found.kind, found.position, found.parameter) == (plain.kind, plain.position, plain.parameter)
    shown = {str(leaf) for call in MINE for _, leaf, _ in leaves(dict(call.arguments))}
    hidden = {str(leaf) for call in GOLD for _, leaf, _ in leaves(dict(call.arguments))} - shown
    assert not any(value.casefold() in found.text().casefold() for value in hidden)


def test_a_good_hint_is_taken_in_its_own_words(shop: Domain, voice: MakeVoice) -> None:
    hint = ModelCritic(TypedCritic(shop), voice("Look at the second call again.")).judge(MINE, GOLD, Known(shop))
    assert hint is not None and hint.text() == "Look at the second call again."


def test_a_reasoner_sees_hints_but_does_not_keep_them(shop: Domain, voice: MakeVoice) -> None:
    asked: list[Request] = []

    def answer(one: Request) -> Completion:
        asked.append(one)
        calls = (ToolCall("list_orders"),)
        return Completion(raw="", content="", reasoning="I look.", calls=calls, usage=Usage(10, 2))

    reasoner = ModelReasoner(shop, "You help.", voice(answer))
    mark = reasoner.mark()
    reasoner.begin("Cancel my order.", about="Cancels an order.")
    attempt = reasoner.propose([])
    reasoner.propose([Hint("missing_call", 1)])
    assert attempt.reasoning == "I look." and attempt.calls == (ToolCall("list_orders"),)
    assert "Cancels an order." in asked[0].messages[-1]["content"]
    assert "missing after call 1" in asked[1].messages[-1]["content"]
    assert [one["role"] for one in reasoner.messages] == ["system", "user"]
    result = Session.start(shop, 0).run([ToolCall("list_orders")])[0]
    reasoner.observe([result])
    reasoning, told = reasoner.closing("list_orders", Answer("You have one.", ("one",)))
    assert (reasoning, told.text, told.must) == ("", "You have one.", ("one",))
    assert [one["role"] for one in reasoner.messages] == ["system", "user", "assistant", "tool", "assistant"]
    reasoner.back(mark)
    assert [one["role"] for one in reasoner.messages] == ["system"]


def test_calls_that_cannot_be_read_are_no_proposal(shop: Domain, voice: MakeVoice) -> None:
    speaks = voice('<tool_call>{"name": </tool_call>')
    attempt = ModelReasoner(shop, "You help.", speaks).propose([])
    assert attempt.calls == ()
    assert speaks.ledger.json()["tested"]["refused"] == {"malformed calls": 1}


def test_a_reply_with_all_that_was_asked_for_is_taken(shop: Domain, voice: MakeVoice) -> None:
    reasoner = ModelReasoner(shop, "You help.", voice("<think>Two.</think>You have TWO orders, friend."))
    reasoning, told = reasoner.closing("list_orders", Answer("There are two.", ("two",)))
    assert (reasoning, told.text) == ("Two.", "You have TWO orders, friend.")


def test_a_reply_that_misses_what_was_asked_for_is_not(shop: Domain, voice: MakeVoice) -> None:
    speaks = voice("You have some orders.")
    assert ModelReasoner(shop, "You help.", speaks).closing("", Answer("There are two.", ("two",)))[1].text == (
        "There are two."
    )
    assert speaks.ledger.json()["tested"]["refused"] == {"a reply that misses what was asked for": 1}


@pytest.mark.parametrize("written", ["zzv qrr", "Better luck next time!"])
def test_a_hint_that_says_nothing_is_not_taken(shop: Domain, voice: MakeVoice, written: str) -> None:
    speaks = voice(written)
    hint = ModelCritic(TypedCritic(shop), speaks).judge(MINE, GOLD, Known(shop))
    assert hint is not None and not hint.words
    assert speaks.ledger.json()["tested"]["refused"] == {"the hint says neither what is wrong nor where": 1}
