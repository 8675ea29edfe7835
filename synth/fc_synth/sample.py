"""Samples: a dialogue as the rows that trainers and environments read."""

from __future__ import annotations

from collections.abc import Iterator

from fc_gym.domain import Domain
from fc_gym.task import Task, Turn
from fc_gym.types import JsonValue, ToolCall
from fc_synth.dialogue import Dialogue, SynthTurn
from fc_synth.spoken import said_today
from fc_synth.thought import Attempt

__all__ = ["FORMAT", "preference_pairs", "sample_of", "system_text", "task_of"]

FORMAT = "fc_gym/dialogue/1"
"""Name and version of the row format."""


def sample_of(domain: Domain, dialogue: Dialogue, name: str) -> dict[str, JsonValue]:
    """Return a dialogue as one row: `id`, `messages` (OpenAI style, reasoning apart), `tools`, and `meta`."""
    messages: list[dict[str, JsonValue]] = [{"role": "system", "content": system_text(domain, dialogue.today)}]
    rejected: list[dict[str, JsonValue]] = []
    turns = []
    for turn in dialogue.turns:
        messages.append({"role": "user", "content": turn.query.text})
        _add_turn(turn, messages, rejected)
        turns.append(_turn_meta(turn))
    return {
        "id": name,
        "messages": messages,
        "tools": [tool.spec() for tool in domain.tools.values()],
        "meta": {
            "format": FORMAT,
            "domain": domain.name,
            "seed": dialogue.seed,
            "fingerprint": domain.fingerprint,
            "persona": dialogue.persona,
            "style": dialogue.style,
            "distractors": list(dialogue.distractors),
            "turns": turns,
            "certificate": dialogue.certificate.json(),
            "rejected": rejected,
        },
    }


def system_text(domain: Domain, today: str) -> str:
    """Return the system message of a domain."""
    about = domain.description.rstrip(".")
    day = f" Today is {said_today(today)}." if today else ""
    job = "Use the tools to do what the user asks."
    return f"You are an assistant with access to: {about[:1].lower()}{about[1:]}. {job}{day}"


def task_of(row: dict[str, JsonValue]) -> Task:
    """Return the task that a row can be played as in the environment."""
    meta = row["meta"]
    names = tuple(tool["function"]["name"] for tool in row["tools"]) if meta.get("distractors") else None
    turns = tuple(
        Turn(
            user=turn["user"],
            gold=tuple(tuple(ToolCall(call["name"], call["arguments"]) for call in layer) for layer in turn["layers"]),
            answer=tuple(turn["answer"]),
            told={key: tuple(values) for key, values in turn["told"].items()},
            tools=names,
        )
        for turn in meta["turns"]
    )
    return Task(row["id"], meta["domain"], meta["seed"], turns)


def preference_pairs(row: dict[str, JsonValue]) -> Iterator[dict[str, JsonValue]]:
    """Return, for each proposal that a critic turned down, the accepted one beside it (chosen, rejected)."""
    for one in row["meta"]["rejected"]:
        before, accepted = row["messages"][: one["message"]], row["messages"][one["message"]]
        yield {
            "id": f"{row['id']}/{one['message']}/{one['attempt']}",
            "prompt": before,
            "chosen": [accepted],
            "rejected": [one["proposal"]],
            "tools": row["tools"],
            "hint": one["hint"],
        }


def _add_turn(turn: SynthTurn, messages: list[dict[str, JsonValue]], rejected: list[dict[str, JsonValue]]) -> None:
    for layer, chain in zip(turn.layers, turn.chains, strict=True):
        position = sum(message["role"] == "tool" for message in messages)
        for number, attempt in enumerate(chain.attempts[:-1]):
            if attempt.calls and attempt.hint:
                rejected.append(
                    {
                        "message": len(messages),
                        "attempt": number,
                        "hint": attempt.hint.text(),
                        "proposal": _assistant(attempt.reasoning, attempt.calls, position),
                    }
                )
        accepted: Attempt = chain.accepted
        messages.append(_assistant(accepted.reasoning, tuple(step.call for step in layer), position))
        for number, step in enumerate(layer):
            messages.append(
                {
                    "role": "tool",
                    "tool_call_id": f"call_{position + number + 1}",
                    "name": step.call.name,
                    "content": step.result.text,
                }
            )
    messages.append({"role": "assistant", "reasoning_content": turn.closing, "content": turn.answer.text})


def _assistant(reasoning: str, calls: tuple[ToolCall, ...], position: int) -> dict[str, JsonValue]:
    return {
        "role": "assistant",
        "reasoning_content": reasoning,
        "content": "",
        "tool_calls": [
            {
                "id": f"call_{position + number + 1}",
                "type": "function",
                "function": {"name": call.name, "arguments": dict(call.arguments)},
            }
            for number, call in enumerate(calls)
        ],
    }


def _turn_meta(turn: SynthTurn) -> dict[str, JsonValue]:
    return {
        "user": turn.query.text,
        "plain": turn.query.plain,
        "noise": list(turn.query.noise),
        "references": turn.query.references,
        "target": turn.target,
        "advanced_tool": turn.advanced.spec()["function"],
        "parts": [part.name for part in turn.advanced.parts],
        "asked": list(turn.advanced.goals),
        "layers": [
            [
                {
                    "name": step.call.name,
                    "arguments": dict(step.call.arguments),
                    "sources": {path: source.json() for path, source in step.sources.items()},
                }
                for step in layer
            ]
            for layer in turn.layers
        ],
        "answer": list(turn.answer.must),
        "told": {key: list(values) for key, values in turn.query.told.items()},
        "attempts": [len(chain.attempts) for chain in turn.chains],
    }
