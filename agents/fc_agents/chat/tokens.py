"""The tokens of an episode: kept without what each prompt repeats of the turn before, and given back whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from fc_agents.models.prefix import PrefixWatch
from fc_agents.models.request import Completion
from fc_gym.record import Trajectory
from fc_gym.types import JsonValue

__all__ = ["TokenMarks", "Tokens", "tokens_of"]


class Tokens(NamedTuple):
    """The tokens of one step."""

    prompt: tuple[int, ...]
    response: tuple[int, ...]
    logprobs: tuple[float, ...] | None


class TokenMarks:
    """Says of the completions of one episode what is new in each prompt, and where it breaks with the turn before."""

    def __init__(self) -> None:
        self._watch = PrefixWatch()
        self._so_far = 0

    def of(self, completion: Completion) -> Mapping[str, JsonValue]:
        """Return what a trajectory keeps of the next completion instead of its whole prompt; nothing without ids."""
        if completion.prompt_ids is None:
            self._so_far = 0
            return {}
        found, same = self._watch.see(completion), self._so_far
        marks: dict[str, JsonValue] = {}
        if found is not None:
            marks["prefix_break"], same = found.json(), found.position
        self._so_far = 0 if completion.token_ids is None else len(completion.prompt_ids) + len(completion.token_ids)
        return {**marks, "prompt_from": same, "prompt_ids": completion.prompt_ids[same:]} if same else marks


def tokens_of(trajectory: Trajectory) -> Iterator[Tokens | None]:
    """Give, for each step, its whole prompt and response as tokens; None where the server gave no ids."""
    before: tuple[int, ...] = ()
    for completion in trajectory.completions:
        if not completion or completion.get("prompt_ids") is None or completion.get("token_ids") is None:
            before = ()
            yield None
            continue
        prompt = before[: completion.get("prompt_from", 0)] + tuple(completion["prompt_ids"])
        response, logprobs = tuple(completion["token_ids"]), completion.get("logprobs")
        before = prompt + response
        yield Tokens(prompt, response, None if logprobs is None else tuple(logprobs))
