"""Promises of composition: verified turns, of which later ones build on earlier ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from fc_agents.trace import argument_leaves
from fc_synth.compose import compose
from fc_synth.plan import Plan
from fc_synth.sample import sample_of

from fc_gym.graph import ApiGraph
from fc_gym.registration import load_domain
from fc_gym.types import canonical

DOMAINS = ("shop", "calendar", "mail")
Graphs = Callable[[str], ApiGraph]


def one(name: str, graphs: Graphs, seed: int, plan: Plan, refused: Counter[str] | None = None) -> Any:
    refused = Counter() if refused is None else refused
    return compose(load_domain(name), graphs(name), seed, np.random.default_rng(seed), plan, refused)


@pytest.mark.parametrize("name", DOMAINS)
def test_a_dialogue_has_as_many_turns_as_planned_each_to_a_target_of_its_own(
    name: str, made: Callable[[str], Any]
) -> None:
    lengths = Counter(len(dialogue.turns) for dialogue in made(name).dialogues)
    assert set(lengths) == {2, 3, 4}
    for dialogue in made(name).dialogues:
        targets = [turn.target for turn in dialogue.turns]
        assert len(set(targets)) == len(targets)
        assert len(dialogue.turns[0].steps) > 1


@pytest.mark.parametrize("name", DOMAINS)
def test_most_later_turns_use_what_results_of_earlier_ones_showed(name: str, made: Callable[[str], Any]) -> None:
    later = shown = 0
    for dialogue in made(name).dialogues:
        for number, turn in enumerate(dialogue.turns):
            sources = [source for step in turn.steps for source in step.sources.values()]
            assert all(source.turn <= number for source in sources)
            later += number > 0
            shown += any(source.kind == "output" and source.turn < number for source in sources)
    assert shown / later > 0.6, f"{shown} of {later}"


def test_many_later_turns_are_about_a_row_of_an_earlier_one(made: Callable[[str], Any]) -> None:
    later = again = 0
    for name in DOMAINS:
        for dialogue in made(name).dialogues:
            rows = [{leaf.value for step in turn.steps for leaf in rows_of(name, step)} for turn in dialogue.turns]
            for number in range(1, len(rows)):
                later += 1
                again += bool(rows[number] & set().union(*rows[:number]))
    assert again / later > 0.4, f"{again} of {later}"


def rows_of(name: str, step: Any) -> list[Any]:
    domain = load_domain(name)
    return [leaf for leaf in argument_leaves(domain, step.call) if leaf.key in domain.entities]


def test_unrelated_turns_reuse_less(graph: Graphs) -> None:
    def references(related: float) -> int:
        found = [one("mail", graph, seed, Plan(related=related)) for seed in range(12)]
        return sum(turn.query.references for dialogue in found if dialogue for turn in dialogue.turns)

    assert references(1.0) > references(0.0)


@pytest.mark.parametrize("name", DOMAINS)
def test_no_turn_takes_back_what_it_did(name: str, made: Callable[[str], Any], graph: Graphs) -> None:
    for dialogue in made(name).dialogues:
        for turn in dialogue.turns:
            for index, step in enumerate(turn.steps):
                for before in turn.steps[:index]:
                    rows = [{(leaf.key, str(leaf.value)) for leaf in rows_of(name, each)} for each in (before, step)]
                    assert not (rows[0] & rows[1] and graph(name).recovers(step.call.name, before.call.name))


@pytest.mark.parametrize("name", DOMAINS)
def test_layers_are_the_steps_and_chains_go_with_layers(name: str, made: Callable[[str], Any]) -> None:
    several = 0
    for dialogue in made(name).dialogues:
        for turn in dialogue.turns:
            assert tuple(step for layer in turn.layers for step in layer) == turn.steps
            assert len(turn.chains) == len(turn.layers)
            several += len(turn.layers) > 1
    assert several > len(made(name).dialogues)


def test_the_same_chance_gives_the_same_dialogue_and_other_chance_another(graph: Graphs) -> None:
    def text(seed: int) -> str:
        dialogue = one("calendar", graph, seed, Plan())
        return canonical(sample_of(load_domain("calendar"), dialogue, "x")) if dialogue else ""

    assert [text(seed) for seed in range(4)] == [text(seed) for seed in range(4)]
    assert len({text(seed) for seed in range(4)}) == 4


def test_spelled_out_every_action_is_asked_for(graph: Graphs) -> None:
    domain = load_domain("mail")
    dialogues = [one("mail", graph, seed, Plan(implicit=0.0)) for seed in range(8)]
    turns = [turn for dialogue in dialogues if dialogue for turn in dialogue.turns]
    assert len(turns) > 10
    for turn in turns:
        actions = {at for at, step in enumerate(turn.steps) if not domain.tools[step.call.name].reads_only}
        assert actions <= set(turn.advanced.goals)
        assert all(dialogue.certificate.ok for dialogue in dialogues if dialogue)


def test_the_number_of_turns_is_the_plans(graph: Graphs) -> None:
    for seed in range(4):
        dialogue = one("mail", graph, seed, Plan(turns=(1, 1)))
        assert dialogue is None or len(dialogue.turns) == 1


def test_too_few_turns_are_no_dialogue_and_the_reason_is_counted(graph: Graphs) -> None:
    refused: Counter[str] = Counter()
    assert one("mail", graph, 0, Plan(tries=0), refused) is None
    assert refused == Counter({"dialogue: too few turns": 1})


def test_whatever_is_thrown_away_is_counted_by_its_reason(made: Callable[[str], Any]) -> None:
    reasons: Counter[str] = sum((made(name).refused for name in DOMAINS), Counter())
    kinds = {reason.split(": ")[0] for reason in reasons}
    assert {"walk", "turn", "query", "thought"} <= kinds <= {"walk", "turn", "query", "thought", "dialogue"}
    assert not [reason for reason in reasons if reason.endswith(": ")], "every reason has words"
    assert "dialogue: certificate does not hold" not in reasons, "what is made well need not be thrown away"


def test_what_was_done_unasked_is_told_as_well(made: Callable[[str], Any]) -> None:
    unasked = 0
    for name in ("shop", "calendar", "mail"):
        tools = load_domain(name).tools
        for turn in (turn for dialogue in made(name).dialogues for turn in dialogue.turns):
            for index, step in enumerate(turn.advanced.steps):
                tool = tools[step.call.name]
                if index not in turn.advanced.goals and not tool.reads_only:
                    unasked += 1
                    heads = [phrase.text.split("{")[0].rstrip("[ ") for phrase in tool.says]
                    assert any(head in turn.answer.text for head in heads), (tool.name, turn.answer.text)
    assert unasked > 5
