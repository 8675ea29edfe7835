"""What a model is to play: jobs of one play each, and strands of jobs that need one another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from fc_agents.bfcl.functions import Doc
from fc_agents.bfcl.playing import Playing
from fc_agents.bfcl.talk import TOO_LONG, Asking, Talk, TooLong
from fc_gym.bfcl.env import BfclEnv
from fc_gym.bfcl.results import Play
from fc_gym.bfcl.tasks import BfclTask, tools_at
from fc_gym.types import Malformed

__all__ = ["CHAT", "Job", "Rules", "Strand", "chat_setting", "multi_turn", "play_chat"]

CHAT = "chat"
"""Name of the policy that asks a model."""


@dataclass(frozen=True)
class Job:
    """One play."""

    id: str
    """Of its task."""
    play: Callable[[Asking], Awaitable[tuple[Play, Talk]]]


@dataclass(frozen=True)
class Strand:
    """Jobs of which some need others."""

    first: Sequence[Job] = ()
    """Played one after the other, each only if the one before was."""
    then: Sequence[Job] = field(default=())
    """Played after them, in any order."""


@dataclass(frozen=True)
class Rules:
    """How tasks are played."""

    mode: Literal["official", "strict"] = "official"
    exclude: bool = False
    """True if functions that a task excludes are taken off what is offered."""


def multi_turn(tasks: Sequence[BfclTask], docs: Mapping[str, Sequence[Doc]], rules: Rules) -> list[Strand]:
    """Return the jobs of multi-turn tasks.

    Args:
        tasks: What to play.
        docs: Descriptions of the functions, as `load_docs` gives them.
        rules: How they are played.
    """

    def job(task: BfclTask) -> Job:
        return Job(
            task.id,
            lambda asking: play_chat(BfclEnv([task], mode=rules.mode, exclude=rules.exclude), asking, task, docs),
        )

    return [Strand(then=[job(task)]) for task in tasks]


async def play_chat(
    env: BfclEnv, asking: Asking, task: BfclTask, docs: Mapping[str, Sequence[Doc]]
) -> tuple[Play, Talk]:
    """Play one multi-turn task with a model.

    Args:
        env: Where to play; nobody else uses it meanwhile.
        asking: How the model is asked.
        task: What to play.
        docs: Descriptions of the functions, as `load_docs` gives them.

    Raises:
        ModelError: If there is no usable response.
    """
    talk = Talk(asking, task.id, official=not env.strict)
    playing = Playing(env, task, CHAT, asking.seed)
    try:
        await _to_the_end(env, playing, talk, task, docs)
    except TooLong as error:
        return playing.broken(TOO_LONG, str(error)), talk
    return playing.play(), talk


async def _to_the_end(
    env: BfclEnv, playing: Playing, talk: Talk, task: BfclTask, docs: Mapping[str, Sequence[Doc]]
) -> None:
    begun = True
    while not playing.over:
        if begun:
            offered = tools_at(task, playing.info["turn"], docs, exclude=env.exclude)
            talk.hear(playing.observation["user"], offered)
        said = await talk.act()
        ended = isinstance(said, str) or (not env.strict and any(isinstance(one, Malformed) for one in said))
        begun = playing.step(said, talk.answer() if ended else None)
        if not ended:
            talk.told(playing.observation["results"])


def chat_setting(rules: Rules, seed: int) -> str:
    """Return how plays of a model are told apart from others, as `Play.setting` says it.

    Args:
        rules: How tasks are played.
        seed: Of the run.
    """
    return Play("", CHAT, rules.mode, seed, turns=[], verdict={}, credit=[], exclude=rules.exclude).setting
