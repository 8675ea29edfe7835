"""A play: a talk executed again in its world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fc_agents.trace import Leaf

from fc_gym.domain import Domain, World
from fc_gym.provenance import Source
from fc_gym.state import State
from fc_gym.types import JsonValue, ToolCall, ToolResult, general_path, leaves
from fc_synth.verify.hearing import Heard, hear
from fc_synth.verify.talk import Made, Talk

__all__ = ["Play", "Played", "PlayedTurn", "leaves_of", "played", "rows_of"]


@dataclass(slots=True)
class Played:
    """One call, executed."""

    made: Made
    call: ToolCall
    result: ToolResult
    before: State[World]
    """The world before it."""
    leaves: list[tuple[str, JsonValue]]
    """Path and value of every scalar in its result."""
    turn: int
    position: int
    """Among all calls of the row."""
    opened: int
    """Position of the first call of its message."""

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        return f"turn {self.turn + 1}, call {self.position + 1}"


@dataclass(slots=True)
class PlayedTurn:
    """One turn, executed."""

    number: int
    user: str
    reply: str
    start: State[World]
    first: int
    """Position of its first call, if it has any."""
    requests: list[Heard]
    """What the user's words ask for, as the grammar of the domain reads them; empty if it does not read them."""
    steps: list[Played] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        return f"turn {self.number + 1}"


@dataclass(slots=True)
class Play:
    """One row, executed."""

    domain: Domain
    talk: Talk
    today: str
    end: State[World]
    turns: list[PlayedTurn] = field(default_factory=list)
    shown: dict[tuple[str, JsonValue], Source] = field(default_factory=dict)
    """Which call showed each value of a key first, and where."""

    @property
    def steps(self) -> list[Played]:
        """All calls, in order."""
        return [step for turn in self.turns for step in turn.steps]

    def heard(self, turn: int) -> str:
        """Return what was said up to the user's message of a turn, with the system message."""
        said = [self.talk.system]
        for number, one in enumerate(self.talk.turns[: turn + 1]):
            said += [one.user] if number == turn else [one.user, one.reply]
        return "\n".join(said)

    def seen(self, key: str, value: JsonValue, before: int) -> bool:
        """Return True if a call before a position had shown a value of a key."""
        source = self.shown.get((key, value))
        return source is not None and source.call < before


def played(domain: Domain, talk: Talk, seed: int, start: Mapping[str, JsonValue] | None = None) -> Play:
    """Execute a row.

    Args:
        domain: Where it takes place.
        talk: What was said.
        seed: Seed of the start state.
        start: The start state itself, if the row has one.

    Raises:
        TaskError: If the start state does not fit the domain.
    """
    state = domain.start(seed, start)
    play = Play(domain, talk, str(getattr(state.world, "today", "")), state)
    position = 0
    for number, turn in enumerate(talk.turns):
        here = PlayedTurn(number, turn.user, turn.reply, state.fork(), position, hear(domain, turn.user))
        play.turns.append(here)
        for batch in turn.batches:
            opened = position
            for made in batch.calls:
                here.steps.append(_run(play, made, number, position, opened))
                position += 1
    return play


def leaves_of(domain: Domain, call: ToolCall) -> list[Leaf]:
    """Return the scalars in a call's arguments; none of a tool that there is not."""
    tool = domain.tools.get(call.name)
    if tool is None:
        return []
    found = []
    for name, value in call.arguments.items():
        one = tool.parameters.get(name)
        key = (one.key if one else "") or f"{tool.name}.{name}"
        found += [Leaf(path, name, key, leaf) for path, leaf, _ in leaves(value, name)]
    return found


def rows_of(domain: Domain, call: ToolCall) -> list[Leaf]:
    """Return those scalars of a call's arguments that name a row."""
    return [leaf for leaf in leaves_of(domain, call) if leaf.key in domain.entities]


def _run(play: Play, made: Made, turn: int, position: int, opened: int) -> Played:
    call, before = ToolCall(made.name, made.arguments), play.end.fork()
    result = play.domain.execute(play.end.world, call)
    found = [(path, leaf) for path, leaf, _ in leaves(result.value)] if result.ok else []
    returns = play.domain.tools[call.name].returns if result.ok else {}
    for path, leaf in found:
        key = returns.get(general_path(path))
        if key and leaf is not None:
            play.shown.setdefault((key, leaf), Source("output", turn, position, path))
    return Played(made, call, result, before, found, turn, position, opened)
