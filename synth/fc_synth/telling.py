"""Telling: which calls of a turn the user hears of, and in which words for their rows."""

from __future__ import annotations

from collections.abc import Mapping

from fc_agents.trace import Executed, Trace, argument_leaves

from fc_gym.domain import Domain
from fc_synth.advanced import AdvancedTool
from fc_synth.query import Query

__all__ = ["tellable"]


def tellable(
    domain: Domain, trace: Trace, advanced: AdvancedTool, query: Query
) -> tuple[list[Executed], list[Mapping[str, str]]]:
    """Return what the user is told of, in order: what was asked for, and what was done for it unasked.

    Args:
        domain: The tools.
        trace: The calls of the turn.
        advanced: Says which of them were asked for.
        query: Gives the words for their rows.

    Returns:
        The calls, and for each the words for its arguments.
    """
    asked = dict(zip(advanced.goals, query.slots, strict=True))
    steps: list[Executed] = []
    words: list[Mapping[str, str]] = []
    for index, step in enumerate(trace):
        if index in asked or not domain.tools[step.call.name].reads_only:
            steps.append(step)
            words.append(asked[index] if index in asked else _borrowed(domain, step, trace, asked))
    return steps, words


def _borrowed(domain: Domain, step: Executed, trace: Trace, asked: Mapping[int, Mapping[str, str]]) -> dict[str, str]:
    """Return words for the rows of an unasked call: those used for the same rows where they were asked about."""
    spoken = {
        (leaf.key, str(leaf.value)): words[leaf.parameter]
        for index, words in reversed(list(asked.items()))
        for leaf in argument_leaves(domain, trace[index].call)
    }
    leaves = argument_leaves(domain, step.call)
    return {leaf.parameter: spoken.get((leaf.key, str(leaf.value)), "it") for leaf in leaves}
