"""Courses: a script executed, turn by turn, and what it earned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fc_agents.trace import argument_leaves

from fc_gym.domain import Domain
from fc_gym.errors import TaskError
from fc_gym.provenance import Source
from fc_gym.reference import Reference
from fc_gym.reward import RewardParts
from fc_gym.session import Session
from fc_gym.task import Task
from fc_gym.types import ToolCall, ToolResult
from fc_synth.variants.script import Script

__all__ = ["Course", "Move", "Ran", "course_of", "earned", "gold", "perfect", "silent"]


@dataclass(frozen=True)
class Ran:
    """A call that was made, what came of it, and where its arguments came from."""

    call: ToolCall
    result: ToolResult
    sources: Mapping[str, Source]


@dataclass(frozen=True)
class Course:
    """An executed script."""

    task: Task
    reference: Reference
    layers: tuple[tuple[tuple[Ran, ...], ...], ...]
    """The calls of each scene, layer by layer."""
    before: tuple[Session, ...]
    """The session as each scene begins, when the user has spoken."""
    end: Session
    unseen: tuple[str, ...]
    """Identifiers that were used before anything had shown them."""
    perfect: bool
    """True if it earned every part of the reward in full."""

    def results(self, scene: int) -> tuple[ToolResult, ...]:
        """Return the results of a scene, in order."""
        return tuple(ran.result for layer in self.layers[scene] for ran in layer)

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of all results, in order."""
        return tuple(result.text for scene in range(len(self.layers)) for result in self.results(scene))


Move = tuple[Sequence[Sequence[ToolCall]], str]
"""What an agent does in one turn: its calls, response by response, and its reply."""


def course_of(domain: Domain, script: Script, name: str = "course") -> Course | None:
    """Execute a script; None if one of its calls is refused for another reason than a fault.

    Args:
        domain: The script's domain.
        script: What to execute.
        name: The name of its task.
    """
    task = script.task(name)
    try:
        reference = Reference(domain, task)
        session = Session.start(domain, task.seed, task, reference)
    except TaskError:
        return None
    scenes, before, unseen = [], [], list[str]()
    total = RewardParts()
    for scene in script.scenes:
        before.append(session.fork())
        layers = []
        for layer in scene.layers:
            sources = [_sources(session, call, unseen) for call in layer.calls]
            results = session.run(layer.calls)
            layers.append(tuple(map(Ran, layer.calls, results, sources)))
        scenes.append(tuple(layers))
        total = _sum(total, session.reply(scene.reply))
    return Course(task, reference, tuple(scenes), tuple(before), session, tuple(unseen), perfect(total))


def earned(domain: Domain, task: Task, moves: Sequence[Move], reference: Reference | None = None) -> RewardParts:
    """Return what moves earn in a task.

    Args:
        domain: The task's domain.
        task: What is played.
        moves: One for each turn.
        reference: The task's verified course, if it was run before.
    """
    session = Session.start(domain, task.seed, task, reference)
    total = RewardParts()
    for layers, reply in moves:
        for calls in layers:
            session.run(calls)
        total = _sum(total, session.reply(reply))
    return total


def perfect(parts: RewardParts) -> bool:
    """Return True if every part of a reward is there in full."""
    return all(abs(value - 1.0) < 1e-9 for value in parts.json().values())


def gold(script: Script) -> list[Move]:
    """Return the moves of the verified course."""
    return [([layer.calls for layer in scene.layers], scene.reply) for scene in script.scenes]


def silent(script: Script) -> list[Move]:
    """Return the moves of an agent that does and says nothing."""
    return [((), "") for _ in script.scenes]


def _sources(session: Session, call: ToolCall, unseen: list[str]) -> dict[str, Source]:
    """Return where each argument leaf came from, and note identifiers that came from nowhere."""
    found: dict[str, Source] = {}
    if (
        call.name not in session.domain.tools
        or not call.arguments.keys() <= session.domain.tools[call.name].parameters.keys()
    ):
        return found
    for leaf in argument_leaves(session.domain, call):
        source = session.known.source(leaf.key, leaf.value)
        if source is None and leaf.key in session.domain.entities:
            unseen.append(str(leaf.value))
        found[leaf.path] = source or Source("user", session.turn)
    return found


def _sum(one: RewardParts, other: RewardParts) -> RewardParts:
    more = other.json()
    return RewardParts(**{name: value + more[name] for name, value in one.json().items()})
