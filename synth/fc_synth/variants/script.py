"""Scripts: a dialogue as scenes that can be edited, executed, and written as a row and as a task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fc_gym.act import Act
from fc_gym.fault import Fault
from fc_gym.renamed import Alias
from fc_gym.task import Task, Turn
from fc_gym.types import JsonValue, ToolCall

__all__ = ["Layer", "Row", "Scene", "Script", "read_script", "task_of"]

Row = Mapping[str, JsonValue]
"""A row of `dialogues.jsonl`, as decoded."""


@dataclass(frozen=True)
class Layer:
    """Calls of one response, and the reasoning in front of them."""

    thought: str
    calls: tuple[ToolCall, ...]


@dataclass(frozen=True)
class Scene:
    """One message of the user and what comes of it."""

    user: str
    layers: tuple[Layer, ...] = ()
    closing: str = ""
    """The reasoning in front of the reply."""
    reply: str = ""
    answer: tuple[str, ...] = ()
    told: Mapping[str, tuple[JsonValue, ...]] = field(default_factory=dict)
    asked: tuple[int, ...] = ()
    """Positions of the calls that the user asked for, among those of the scene."""
    tools: tuple[str, ...] | None = None
    """Tools on offer; None: all."""
    act: Act = ""
    of: int | None = None
    """The turn of the clean dialogue that it stands for; None: it is new."""
    about: Mapping[str, JsonValue] = field(default_factory=dict)
    """What else the clean row says of the turn."""

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """All calls, in order."""
        return tuple(call for layer in self.layers for call in layer.calls)

    @property
    def goals(self) -> tuple[ToolCall, ...]:
        """The calls that the user asked for."""
        calls = self.calls
        return tuple(calls[position] for position in self.asked)


@dataclass(frozen=True)
class Script:
    """A dialogue before it is executed."""

    domain: str
    seed: int
    system: str
    scenes: tuple[Scene, ...]
    start: Mapping[str, JsonValue] | None = None
    faults: tuple[Fault, ...] = ()
    names: Mapping[str, Alias] = field(default_factory=dict)

    def task(self, name: str) -> Task:
        """Return the task that the script is the verified course of.

        Args:
            name: What to call it.
        """
        turns = tuple(
            Turn(one.user, tuple(layer.calls for layer in one.layers), one.answer, dict(one.told), one.tools, one.act)
            for one in self.scenes
        )
        return Task(name, self.domain, self.seed, turns, self.start, faults=self.faults, names=self.names)


def read_script(row: Row) -> Script:
    """Read a row as a script; calls, texts and reasoning are those of its messages."""
    meta = row["meta"]
    scenes = []
    for spoken, about in zip(_turns(row["messages"]), meta["turns"], strict=True):
        told = {key: tuple(values) for key, values in about["told"].items()}
        tools = tuple(about["tools"]) if about.get("tools") is not None else None
        last = spoken[-1]
        scenes.append(
            Scene(
                spoken[0]["content"], tuple(_layers(spoken)), last.get("reasoning_content", ""), last["content"],
                tuple(about["answer"]), told, tuple(about["asked"]), tools, about.get("act", ""),
                about.get("of"), about,
            )
        )  # fmt: skip
    faults = tuple(Fault(**one) for one in meta.get("faults", ()))
    names = {new: Alias(**alias) for new, alias in meta.get("names", {}).items()}
    system = row["messages"][0]["content"]
    return Script(meta["domain"], meta["seed"], system, tuple(scenes), meta.get("start"), faults, names)


def task_of(row: Row) -> Task:
    """Return the task that a row can be played as, whether it is a variant or not."""
    return read_script(row).task(row["id"])


def _turns(messages: Sequence[JsonValue]) -> Iterator[list[JsonValue]]:
    """Cut messages into turns, each from what the user says to the reply."""
    turn: list[JsonValue] = []
    for message in messages:
        if message["role"] == "user":
            turn = [message]
        elif message["role"] != "system":
            turn.append(message)
            if message["role"] == "assistant" and not message.get("tool_calls"):
                yield turn


def _layers(turn: Sequence[JsonValue]) -> Iterator[Layer]:
    for message in turn:
        if message.get("tool_calls"):
            functions = [call["function"] for call in message["tool_calls"]]
            calls = tuple(ToolCall(one["name"], one["arguments"]) for one in functions)
            yield Layer(message.get("reasoning_content", ""), calls)
