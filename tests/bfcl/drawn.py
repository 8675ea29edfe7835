"""Calls drawn by chance for the official tasks: near the ground truth, near what the session knows, and far off."""

from __future__ import annotations

import ast
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from fc_gym.bfcl.classes import functions_of
from fc_gym.bfcl.decode import WrittenCall
from fc_gym.bfcl.suite import by_name, suite
from fc_gym.bfcl.tasks import BfclTask
from fc_gym.tool import Parameter

Hints = Mapping[tuple[str, str], Sequence[Any]]
"""Function and parameter to values that ground truths give it."""

NUMBERS = (True, False, 0, -1, 1, 7.5, -0.5, 1e308, 10**12)
TEXTS = (
    "",
    " ",
    "None",
    "0",
    "..",
    ".",
    "/",
    "a/b",
    "a|b",
    "\\",
    "{x}",
    "%s",
    "é ü",
    "x" * 300,
    'it"s',
    "it's",
    "a\nb",
)
BRACKETS = ("see pwd (1)", "check (all four)", "say ls(a) , mean (b)")
SHAPES: tuple[Any, ...] = (
    [],
    {},
    [[]],
    [None],
    ["a", 1],
    {"a": {"b": [1]}},
    {"status": None},
    [1.5, 2],
    ["driver"],
    "2024-02-30",
)
JUNK: tuple[Any, ...] = (None, *NUMBERS, *TEXTS, *BRACKETS, *SHAPES)
"""Arguments that fit no parameter or few; officially, words before brackets change even in texts."""

MALFORMED = ("", "ls", "ls(", "mean(numbers=[1)", "pwd(a=true)", "(", "get_stock_info(symbol=AAPL)", "pwd(1, 2, 3)")
STRANGE = ("bogus", "kill", "exit", "load_scenario", "remove", "get_state")
SMALL = ("precision", "exponent", "decimal_places", "base")
"""Parameters of the arithmetic whose large values take the official package minutes."""


def hints_of(tasks: Iterable[BfclTask]) -> Hints:
    """Gather what the ground truths of some tasks give to every parameter."""
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for call in (_by_name(text) for task in tasks for turn in task.truth for text in turn):
        for name, value in call.keyword.items():
            if value not in found[call.name, name]:
                found[call.name, name].append(value)
    return found


class Drawn:
    """The calls of one session, drawn one by one; `learn` tells what came of each.

    Args:
        task: Whose classes and ground truth.
        hints: What other tasks do.
        seed: Seeds the chance.
        guided: Share of calls that follow the ground truth, until it is used up.
    """

    def __init__(self, task: BfclTask, hints: Hints, seed: int | Sequence[int], guided: float = 0.4) -> None:
        self._rng = np.random.default_rng(seed)
        self._hints, self._guided = hints, guided
        self._names = [name for one in task.classes for name in functions_of(one)]
        self._truth = [text for turn in task.truth for text in turn]
        self._known: dict[str, list[Any]] = defaultdict(list)
        self._gather("", {name: task.config.get(name, {}) for name in task.classes})
        for call in map(_by_name, self._truth):
            self._gather("", dict(call.keyword))

    def __iter__(self) -> Iterator[str]:
        while True:
            yield self.next()

    def next(self) -> str:
        """Draw the text of a call."""
        chance = float(self._rng.random())
        if self._truth and chance < self._guided:
            return self._truth.pop(0)
        if chance > 0.99:
            return str(self._one(MALFORMED))
        name = self._one(STRANGE) if chance > 0.98 else self._one(self._names)
        return str(self._call(name))

    def learn(self, result: str) -> None:
        """Take the values in a result for later calls."""
        try:
            self._gather("", json.loads(result))
        except (ValueError, RecursionError):
            self._gather("", result)

    def _call(self, name: str) -> WrittenCall:
        tool = suite().tools.get(name)
        parameters = list(tool.parameters.values()) if tool else []
        given = {one.name: self._value(name, one) for one in parameters if one.required or self._rng.random() < 0.5}
        if given and self._rng.random() < 0.01:
            del given[self._one(list(given))]
        if self._rng.random() < 0.01:
            given["nope"] = self._one(JUNK)
        if [*given] == [one.name for one in parameters] and self._rng.random() < 0.1:
            return WrittenCall(name, tuple(given.values()))
        return WrittenCall(name, (), given)

    def _value(self, function: str, parameter: Parameter) -> Any:
        value = self._free_value(function, parameter)
        if parameter.name in SMALL and isinstance(value, int | float) and abs(value) > 30:
            return value % 30
        return value

    def _free_value(self, function: str, parameter: Parameter) -> Any:
        name, kind = parameter.name, str(parameter.schema.get("type"))
        sources: list[Sequence[Any]] = [
            self._known[name],
            self._hints.get((function, name), ()),
            self._known[f":{kind}"],
        ]
        chance = self._rng.random()
        if chance < 0.05:
            return self._one(JUNK)
        if chance < 0.15:
            return self._fresh(kind, parameter.description)
        first = 0 if chance < 0.5 else 1 if chance < 0.8 else 2
        found = next((source for source in sources[first:] + sources[:first] if source), None)
        return self._fresh(kind, parameter.description) if found is None else self._one(found)

    def _fresh(self, kind: str, description: str) -> Any:
        number, words = int(self._rng.integers(-3, 100)), re.findall(r"\w+", description)
        if kind == "array":
            inner = self._one((words, self._known[":number"], self._known[":string"])) or [number]
            return [self._one(inner) for _ in range(int(self._rng.integers(0, 4)))]
        if kind == "object":
            fields = ("title", "description", "status", "priority", "zzz")
            return {self._one(fields): self._one(("Open", "new text", 2, None, 9)) for _ in range(number % 3)}
        values: dict[str, Any] = {"integer": number, "number": number / 4, "boolean": number % 2 == 0}
        return values.get(kind, self._one([*words, f"word {number}"]))

    def _gather(self, name: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                self._keep(":string", key)
                self._gather(str(key), inner)
        elif isinstance(value, list):
            self._keep(name, value)
            self._keep(":array", value)
            for inner in value[:20]:
                self._gather(name, inner)
        else:
            self._keep(name, value)
            self._keep(f":{_kind(value)}", value)

    def _keep(self, name: str, value: Any) -> None:
        kept = self._known[name]
        far = isinstance(value, float) and not math.isfinite(value)
        if far or value is None or len(str(value)) > 400 or value in kept[-50:]:
            return
        if len(kept) < 200:
            kept.append(value)
        else:
            kept[int(self._rng.integers(200))] = value

    def _one(self, among: Sequence[Any]) -> Any:
        return among[int(self._rng.integers(len(among)))]


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, float) else "integer" if isinstance(value, int) else "string"


def _by_name(text: str) -> WrittenCall:
    node = ast.parse(text, mode="eval").body
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    call = WrittenCall(
        node.func.id,
        tuple(ast.literal_eval(one) for one in node.args),
        {str(one.arg): ast.literal_eval(one.value) for one in node.keywords},
    )
    return WrittenCall(call.name, (), by_name(call).arguments)
