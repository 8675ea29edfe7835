"""Certificates: what is proved of a dialogue while it is made, by executing it again.

They are those of `fc-gym verify`, which proves them once more from a file, with what can only be read there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from fc_agents.trace import Executed

from fc_gym.domain import Domain
from fc_gym.session import Session
from fc_gym.types import JsonValue, ToolCall
from fc_synth.verify.asking import solvable, unique
from fc_synth.verify.leak import leaked
from fc_synth.verify.meaning import asked_of
from fc_synth.verify.minimal import lengthened
from fc_synth.verify.necessity import reasons
from fc_synth.verify.play import Play, played
from fc_synth.verify.provenance import observable
from fc_synth.verify.record import Verdict
from fc_synth.verify.talk import Batch, Made, Talk, TalkTurn

__all__ = ["Certificate", "certify", "leaks", "proved_again"]

BUDGET = 2_000
"""Calls that may be tried for a shorter plan of one turn; `fc-gym verify` tries more."""


@dataclass(frozen=True)
class Certificate:
    """What was proved of one dialogue."""

    replay: bool
    """From the seed, the calls give the same results and the same final state."""
    observable: bool
    """Every identifier had been shown before it was used."""
    necessary: tuple[str, ...]
    """For each call, why it cannot be dropped: `asked`, `feeds`, `enables`, `state`; empty if nothing shows it."""
    leaks: tuple[str, ...]
    """Hidden values and tool names that a query contains."""
    state_hash: str
    """Hash of the final world."""
    minimal: tuple[str, ...] = ()
    """For each turn, whether no shorter plan does it: `minimal`, `shorter`, or `unknown` at the bound."""
    unique: Verdict = "unknown"
    """The words for each row fit one row only; unknown if the grammar does not read them."""
    solvable: Verdict = "unknown"
    """An accepted call does each thing that the words ask for; unknown if the grammar does not read them."""

    @property
    def ok(self) -> bool:
        """True if all of it holds and nothing is refuted."""
        sound = self.replay and self.observable and all(self.necessary) and not self.leaks
        return sound and "shorter" not in self.minimal and "refuted" not in (self.unique, self.solvable)

    def json(self) -> dict[str, JsonValue]:
        """Return the certificate as plain JSON values."""
        return asdict(self)


def certify(
    domain: Domain,
    seed: int,
    turns: Sequence[Sequence[Executed]],
    asked: Sequence[Sequence[int]],
    queries: Sequence[str],
    replies: Sequence[str] = (),
) -> Certificate:
    """Prove a dialogue.

    Args:
        domain: Where it takes place.
        seed: Seed of its start state.
        turns: The executed calls of each turn.
        asked: For each turn, the positions of the calls whose effect the user asked for.
        queries: What the user says in each turn.
        replies: What the user is told at the end of each turn.
    """
    play = _played(domain, seed, turns, queries, replies)
    shown = observable(play).verdict == "proved"
    same = all(step.made.text == step.result.text for step in play.steps)
    goals = [
        [turn.steps[position] for position in positions] for turn, positions in zip(play.turns, asked, strict=True)
    ]
    wanted = {step.position for steps in goals for step in steps}
    why = reasons(play, wanted, [False] * len(play.turns))
    read = asked_of(play)
    return Certificate(
        replay=shown and same,
        observable=shown,
        necessary=tuple("" if reason == "unnecessary" else reason for reason in why),
        leaks=tuple(dict.fromkeys(value for _, value, _ in leaked(play))),
        state_hash=play.end.hash(),
        minimal=tuple(
            lengthened(play, turn, steps, BUDGET)[0] if steps or not turn.steps else "unknown"
            for turn, steps in zip(play.turns, goals, strict=True)
        ),
        unique=unique(play, read).verdict,
        solvable=solvable(play, read).verdict,
    )


def proved_again(domain: Domain, row: Mapping[str, JsonValue]) -> bool:
    """Play a written row from its seed and compare every tool message and the final state with what it says.

    Args:
        domain: The row's domain.
        row: A row of `dialogues.jsonl`, as decoded; only its messages and its certificate are believed.
    """
    session = Session.start(domain, row["meta"]["seed"])
    said = [message["content"] for message in row["messages"] if message["role"] == "tool"]
    calls = [
        ToolCall(call["function"]["name"], call["function"]["arguments"])
        for message in row["messages"]
        for call in message.get("tool_calls", ())
    ]
    texts = [session.run([call])[0].text for call in calls]
    return texts == said and session.state.hash() == row["meta"]["certificate"]["state_hash"]


def leaks(domain: Domain, seed: int, turns: Sequence[Sequence[Executed]], queries: Sequence[str]) -> tuple[str, ...]:
    """Return the identifiers and tool names that queries contain, whatever was told before.

    Args:
        domain: Where the dialogue takes place.
        seed: Seed of its start state.
        turns: The executed calls of each turn.
        queries: What the user says.
    """
    state = domain.sample(seed)
    hidden: dict[str, None] = dict.fromkeys(name for name in domain.tools if "_" in name)
    for step in [None, *(step for steps in turns for step in steps)]:
        if step is not None:
            domain.execute(state.world, step.call)
        if step is None or not domain.tools[step.call.name].reads_only:
            for entity in domain.entities.values():
                hidden |= dict.fromkeys(map(str, entity.rows(state.world)))
    text = "\n".join(queries).casefold()
    return tuple(value for value in hidden if value.casefold() in text)


def _played(
    domain: Domain, seed: int, turns: Sequence[Sequence[Executed]], queries: Sequence[str], replies: Sequence[str]
) -> Play:
    talk = Talk()
    for number, (steps, query) in enumerate(zip(turns, queries, strict=True)):
        batches = [Batch("", [Made(step.call.name, dict(step.call.arguments), step.result.text)]) for step in steps]
        talk.turns.append(TalkTurn(query, batches, replies[number] if number < len(replies) else ""))
    return played(domain, talk, seed)
