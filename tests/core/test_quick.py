"""Promises of the short cuts of a step: they find what the long way finds."""

from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NewType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from fc_gym.domain import Domain
from fc_gym.errors import CallError
from fc_gym.known import Known
from fc_gym.registration import load_domain
from fc_gym.schema import ArgumentSchema
from fc_gym.shown import result_reader
from fc_gym.spaces import ToolCallSpace
from fc_gym.types import ToolCall, ToolResult, to_json

NodeId = NewType("NodeId", str)
Level = NewType("Level", int)
Weight = NewType("Weight", float)


class Colour(enum.Enum):
    RED = "red"


TYPES: dict[str, Any] = {
    "text": str,
    "node": NodeId,
    "short": Annotated[str, Field(min_length=2, max_length=4)],
    "coded": Annotated[str, Field(pattern="^a")],
    "count": int,
    "some": Annotated[int, Field(ge=0, le=5)],
    "more": Annotated[int, Field(gt=0, lt=3)],
    "weight": float,
    "share": Annotated[float, Field(gt=0, le=1)],
    "flag": bool,
    "choice": Literal["a", "b"],
    "floor": Literal[1, 2],
    "mixed": Literal["a", 1],
    "maybe": str | None,
    "level": Annotated[Level | None, Field(ge=1)],
    "nodes": list[NodeId],
    "few": Annotated[list[int], Field(min_length=1, max_length=2)],
    "either": int | str,
    "colour": Colour,
    "day": datetime.date,
    "table": dict[str, int],
}
SCALARS: tuple[Any, ...] = (
    None, True, False, 0, 1, 2, -1, 5, 6, 3.0, 0.5, -0.0, 1e300, float("inf"), float("nan"), 2**53 + 1, 2**63, 2**70,
    "", "a", "ab", "abcde", "b", "1", "\u00e9", "\ud800", "red", "2024-01-01", "x" * 7000, "x" * 70_000,
)  # fmt: skip
scalars = st.sampled_from(SCALARS)
values = scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), scalars, max_size=2)


def schema(required: frozenset[str]) -> ArgumentSchema:
    """Return the check of a tool with a parameter of every kind."""
    return ArgumentSchema("take", TYPES, required, {"count": "How many."})


SCHEMAS = (schema(frozenset()), schema(frozenset({"text", "some", "weight"})))


def in_full(required: frozenset[str]) -> ArgumentSchema:
    """Return the same check, which does not look for what is plain first."""
    check = schema(required)
    check.accept, check._readers, check._required = lambda arguments: None, {}, frozenset()
    return check


PAIRS = tuple((check, in_full(check._required)) for check in SCHEMAS)


def outcome(check: ArgumentSchema, arguments: dict[str, Any]) -> Any:
    """Return the values, or what is complained of."""
    try:
        found = check.accept(arguments)
        found = check.check(arguments) if found is None else found
    except CallError as error:
        return error.code, error.message, error.hint
    return sorted((name, type(value).__name__, repr(value)) for name, value in found.items())


@pytest.mark.parametrize("name", [*TYPES, "other"])
def test_every_value_of_every_parameter_is_taken_as_the_full_check_takes_it(name: str) -> None:
    for value in (*SCALARS, *([one] for one in SCALARS), [], ["a", "b"], [1, 2], [1, 2, 3], {"a": 1}, ["a"] * 30):
        for quick, full in PAIRS:
            for arguments in ({name: value}, {"text": "a", "some": 1, "weight": 1.5, name: value}):
                assert outcome(quick, arguments) == outcome(quick, arguments) == outcome(full, arguments)


@pytest.mark.parametrize("pair", PAIRS)
@given(st.dictionaries(st.sampled_from([*TYPES, "other"]), values, max_size=5), st.booleans())
@settings(deadline=None, max_examples=150)
def test_the_quick_check_finds_what_the_full_one_finds(
    pair: tuple[ArgumentSchema, ArgumentSchema], given: dict[str, Any], full: bool
) -> None:
    arguments = {"text": "a", "some": 1, "weight": 1.5, **given} if full else given
    for _ in range(2):  # the second time it may say again what it heard the first time
        assert outcome(pair[0], arguments) == outcome(pair[1], arguments)


@pytest.mark.parametrize("domain", ["shop", "calendar", "mail", "bank"])
def test_most_calls_of_our_domains_pass_the_quick_check(domain: str) -> None:
    space = ToolCallSpace(load_domain(domain), seed=1)
    passed = 0
    for _ in range(200):
        action = space.sample()
        for call in [] if isinstance(action, str) else action:
            arguments = space.domain.tools[call.name].arguments
            found = arguments.accept(call.arguments)
            passed += found is not None
            assert found is None or found == arguments.check(call.arguments)
    assert passed > 150


def test_what_the_tool_gets_is_not_what_the_caller_holds() -> None:
    given = {"nodes": ["a", "b"]}
    found = SCHEMAS[0].accept(given)
    assert found == given and found["nodes"] is not given["nodes"]


# ---------------------------------------------------------------- keys in results


@dataclass
class Leaf:
    id: NodeId | None
    weight: Weight
    level: Level
    note: Any = None


@dataclass
class Tree:
    id: NodeId
    leaves: list[Leaf]
    pair: tuple[Leaf, ...] = ()
    only: Leaf | None = None
    ids: Any = ()


@dataclass(slots=True)
class Slotted:
    id: NodeId


names = st.sampled_from(["id", "n1", "n2", "a.b", "", "[0]", "x"])
nodes: Any = st.sampled_from(["n1", "n2", "n3", "", None, 3, True, 2.5, float("nan"), Colour.RED])
leaf = st.builds(Leaf, nodes, nodes, nodes, nodes)
tree = st.builds(
    Tree, nodes, st.lists(leaf, max_size=3) | nodes, st.lists(leaf, max_size=2).map(tuple), leaf | st.none(),
    st.lists(nodes, max_size=3) | st.sets(st.sampled_from(["n1", "n2"])) | nodes,
)  # fmt: skip
anything = st.recursive(
    nodes | leaf | tree | st.builds(Slotted, nodes),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(names, inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "leaves", "only", "ids"]), inner, max_size=3)
    ),
    max_leaves=6,
)
RETURNS: tuple[dict[str, str], ...] = (
    {"id": "NodeId"},
    {"": "NodeId"},
    {"[]": "NodeId", "[].id": "NodeId", "[].level": "Level"},
    {"id": "NodeId", "leaves[].id": "NodeId", "leaves[].weight": "Weight", "pair[].id": "NodeId", "only.id": "NodeId",
     "only.level": "Level", "ids[]": "NodeId"},
    {"a.b": "NodeId", "id": "NodeId", "x": "NodeId", "x.id": "NodeId"},
    {"id.id": "NodeId", "ids": "NodeId", "leaves[][]": "NodeId", "leaves[].id[]": "Level", "only.*.id": "NodeId"},
)  # fmt: skip


class Keeper:
    """Stands for a world."""

    def look(self) -> str:
        """Look."""
        return ""


@pytest.mark.parametrize("returns", RETURNS)
@given(value=anything)
@settings(deadline=None, max_examples=150)
def test_the_keys_read_from_a_value_are_those_in_its_json_text(returns: dict[str, str], value: Any) -> None:
    shown = result_reader(returns)(value)
    domain = Domain(Keeper)
    object.__setattr__(domain.tools["look"], "returns", returns)
    by_text = list(Known(domain)._shown(ToolResult(ToolCall("look"), to_json(value))))
    assert shown is None or repr(shown) == repr(by_text)


@pytest.mark.parametrize("domain", ["shop", "calendar", "mail", "bank"])
def test_results_of_our_domains_are_read_without_their_text(domain: str) -> None:
    world = load_domain(domain)
    state, space = world.sample(0), ToolCallSpace(world, seed=2)
    for _ in range(300):
        action = space.sample(np.ones(len(world.tools), dtype=np.int8))
        for call in [] if isinstance(action, str) else action:
            result = world.execute(state.world, call)
            if result.ok:
                assert result.shown is not None
                assert result.shown == list(Known(world)._shown(result))
