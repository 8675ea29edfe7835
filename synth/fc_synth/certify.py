"""Certificates: what is proved of a dialogue, by executing it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from fc_agents.trace import Executed, Refused, Unseen, execute

from fc_gym.domain import Domain
from fc_gym.known import world_values
from fc_gym.session import Session
from fc_gym.types import JsonValue, ToolCall

__all__ = ["Certificate", "certify", "leaks", "proved_again"]


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

    @property
    def ok(self) -> bool:
        """True if all of it holds."""
        return self.replay and self.observable and all(self.necessary) and not self.leaks

    def json(self) -> dict[str, JsonValue]:
        """Return the certificate as plain JSON values."""
        return asdict(self)


def certify(
    domain: Domain,
    seed: int,
    turns: Sequence[Sequence[Executed]],
    asked: Sequence[Sequence[int]],
    queries: Sequence[str],
) -> Certificate:
    """Prove a dialogue.

    Args:
        domain: Where it takes place.
        seed: Seed of its start state.
        turns: The executed calls of each turn.
        asked: For each turn, the positions of the calls whose effect the user asked for.
        queries: What the user says in each turn.
    """
    flat = [(turn, step) for turn, steps in enumerate(turns) for step in steps]
    wanted = {
        sum(len(steps) for steps in turns[:turn]) + position
        for turn, positions in enumerate(asked) for position in positions
    }  # fmt: skip
    results, state_hash, why = _play(domain, seed, flat, None)
    same = why == "" and results == [step.result.text for _, step in flat]
    necessary = tuple(
        "asked" if index in wanted else _necessity(domain, seed, flat, index, state_hash) for index in range(len(flat))
    )
    return Certificate(same, why != "feeds", necessary, leaks(domain, seed, turns, queries), state_hash)


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
    """Return the identifiers and tool names that queries contain."""
    session = Session.start(domain, seed)
    hidden: dict[str, None] = dict.fromkeys(name for name in domain.tools if "_" in name)
    for steps in [(), *turns]:
        for step in steps:
            session.run([step.call])
        values = world_values(domain, session.state.world)
        hidden |= dict.fromkeys(str(value) for key in domain.entities for value in values.get(key, ()))
    text = "\n".join(queries).casefold()
    return tuple(value for value in hidden if value.casefold() in text)


def _necessity(domain: Domain, seed: int, flat: list[tuple[int, Executed]], index: int, state_hash: str) -> str:
    _, without, why = _play(domain, seed, flat, index)
    return why or ("state" if without != state_hash else "")


def _play(
    domain: Domain, seed: int, flat: list[tuple[int, Executed]], dropped: int | None
) -> tuple[list[str], str, str]:
    """Run the calls without one of them; the last item says why that fails, or is empty."""
    session = Session.start(domain, seed)
    texts: list[str] = []
    for index, (turn, step) in enumerate(flat):
        session.turn = turn
        if index == dropped:
            continue
        try:
            texts.append(execute(session, step.call).result.text)
        except Unseen:
            return texts, "", "feeds"
        except Refused:
            return texts, "", "enables"
    return texts, session.state.hash(), ""
