"""The reader says what is wrong with a class, and takes arguments as JSON means them."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal, NewType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from fc_gym.docstring import examples_in, read_docstring
from fc_gym.domain import Domain
from fc_gym.errors import CallError, DomainError
from fc_gym.types import ToolCall, ToolResult

ToyId = NewType("ToyId", str)


def read(**methods: Callable[..., Any]) -> Domain:
    """Read a class named `Toys` with these methods."""
    return Domain(type("Toys", (), methods))


def complaint(**methods: Callable[..., Any]) -> str:
    with pytest.raises(DomainError) as caught:
        read(**methods)
    return str(caught.value)


def test_a_parameter_without_a_type_is_named() -> None:
    def take(self: Any, toy) -> str: ...  # type: ignore[no-untyped-def,empty-body]

    assert complaint(take=take) == "Toys.take: toy has no type; annotate it, such as `toy: str`"


def test_a_type_may_stand_in_the_docstring() -> None:
    def take(self: Any, toy, count=1) -> None:  # type: ignore[no-untyped-def]
        """Take toys.

        Args:
            toy (str): The toy.
            count (int, optional): How many.
        """

    schema = read(take=take).tools["take"].arguments.json_schema
    assert {name: one["type"] for name, one in schema["properties"].items()} == {"toy": "string", "count": "integer"}


def test_a_tool_takes_named_parameters_only() -> None:
    def many(self: Any, *toys: str) -> None: ...
    def any_(self: Any, **toys: str) -> None: ...
    def first(self: Any, toy: str, /) -> None: ...

    right = "must be a named parameter; tools are called by keyword"
    assert complaint(many=many) == f"Toys.many: toys {right}"
    assert complaint(any_=any_) == f"Toys.any_: toys {right}"
    assert complaint(first=first) == f"Toys.first: toy {right}"


def test_a_tool_is_not_async() -> None:
    async def take(self: Any) -> None: ...

    assert complaint(take=take) == "Toys.take: a tool is a plain method; write `def`, not `async def`"


def test_an_annotation_that_cannot_be_resolved_is_named() -> None:
    def take(self: Any, toy: Nowhere) -> None: ...  # type: ignore[name-defined]  # noqa: F821

    right = (
        r"Toys.take: an annotation cannot be resolved \(name 'Nowhere' is not defined\); import the name in its module"
    )
    assert re.fullmatch(right, complaint(take=take))


@dataclass
class Loose:
    part: Missing  # type: ignore[name-defined]  # noqa: F821


def test_an_annotation_inside_a_row_that_cannot_be_resolved_is_named() -> None:
    def take(self: Any, toy: Loose) -> None: ...
    def give(self: Any) -> Loose: ...  # type: ignore[empty-body]

    right = r"\(name 'Missing' is not defined\); import the name in its module"
    assert re.search(rf"^Toys.take: .*{right}$", complaint(take=take))
    assert re.search(rf"^Toys.give: .*{right}$", complaint(give=give))


class Plain: ...


def test_a_type_without_a_json_form_is_named() -> None:
    def take(self: Any, toy: Plain) -> None: ...

    right = r"Toys.take: toy has the type <class '.*Plain'>, which has no JSON form; use str, int, float, bool, .*"
    assert re.fullmatch(right, complaint(take=take))


@pytest.mark.parametrize(
    ("section", "line", "right"),
    [
        ("Asks", "take {toy} and {car}", "in Asks, {car} is no parameter; have count, toy"),
        ("Says", "You have {car.name}.", "in Says, {car.name} is no parameter; have count, result, toy"),
        ("Asks", "take something", "toy is required, so every line of Asks needs the slot {toy}"),
        ("Asks", "take something[ like {toy}]", "toy is required, so every line of Asks needs the slot {toy}"),
        (
            "Asks",
            "take {toy}[, {count} of it",
            "in Asks, a square bracket has no partner: 'take {toy}[, {count} of it'",
        ),
        ("Says", "Done], it is {result}.", "in Says, a square bracket has no partner: 'Done], it is {result}.'"),
        ("Asks", "take {toy", "in Asks, a brace has no partner: 'take {toy'"),
    ],
)
def test_a_line_that_cannot_be_filled_is_named(section: str, line: str, right: str) -> None:
    def take(self: Any, toy: str, count: int = 1) -> None: ...

    take.__doc__ = f"Take a toy.\n\n{section}:\n    {line}\n"
    assert complaint(take=take) == f"Toys.take: {right}"


def world_with(names: str) -> type:
    row: Any = dataclass(
        type("Toy", (), {"__annotations__": {"id": ToyId, "name": str}, "__doc__": f"A toy.\n\n{names}"})
    )
    body = {
        "__annotations__": {"toys": dict[ToyId, row]},
        "toys": field(default_factory=dict),
        "sample": classmethod(lambda cls, rng: cls()),
        "list_toys": _list_toys,
    }
    return dataclass(type("Toys", (), body))


def _list_toys(self: Any) -> list[str]:
    return []


def test_a_name_with_an_unknown_field_is_named() -> None:
    with pytest.raises(DomainError, match=r"^Toy: in Names, {colour} is no field; have id, name$"):
        Domain(world_with("Names:\n    the {name}\n    + in {colour}\n"))


def test_names_begin_with_a_head() -> None:
    with pytest.raises(DomainError, match=r"^Toy: Names has no head; begin with a line such as `the {name}`$"):
        Domain(world_with("Names:\n    + called {name}\n"))


def test_names_become_an_entity() -> None:
    entity = Domain(world_with("Names:\n    the {name}\n    + under {id}\n")).entities["ToyId"]
    assert (entity.noun, entity.table, entity.slots) == ("toy", "toys", ("name", "id"))


@dataclass
class Astray:
    part: Missing  # type: ignore[name-defined]  # noqa: F821

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Astray: ...  # type: ignore[empty-body]

    def look(self) -> str: ...  # type: ignore[empty-body]


def test_a_field_of_the_world_that_cannot_be_resolved_is_named() -> None:
    right = (
        r"^Astray: a field's type cannot be resolved \(name 'Missing' is not defined\); import the name in its module$"
    )
    with pytest.raises(DomainError, match=right):
        Domain(Astray)


def test_a_class_without_tools_is_no_domain() -> None:
    assert complaint(_hidden=_list_toys) == "Toys has no public method, so it has no tool; add one"


def test_a_class_that_cannot_be_made_says_why() -> None:
    def start(self: Any, toys: int) -> None: ...

    domain = read(__init__=start, list_toys=_list_toys)
    why = r"\(TypeError: .*'toys'\)"
    right = rf"^Toys: cannot be made without arguments {why}; give it a classmethod `sample\(rng\)` or defaults$"
    with pytest.raises(DomainError, match=right):
        domain.sample(0)


def test_a_result_that_is_not_json_is_named() -> None:
    def look(self: Any) -> Any:
        return complex(1)

    good = "return text, numbers, lists, dicts or dataclasses"
    right = rf"^Toys.look: the result cannot be told as JSON \(.*complex.*\); {good}$"
    with pytest.raises(DomainError, match=right):
        result_of(read(look=look), "look")


def result_of(domain: Domain, tool: str, **arguments: Any) -> ToolResult:
    return domain.execute(domain.sample(0).world, ToolCall(tool, arguments))


class Size(enum.Enum):
    SMALL = "s"
    LARGE = "l"


@dataclass
class Spot:
    row: int
    seat: str = "a"


class Toys:
    """A class with one parameter of each kind."""

    def whole(self, n: int) -> None: ...
    def real(self, n: float) -> None: ...
    def text(self, n: str) -> None: ...
    def truth(self, n: bool) -> None: ...
    def size(self, n: Size) -> None: ...
    def minutes(self, n: Literal[30, 45]) -> None: ...
    def day(self, n: date) -> None: ...
    def spot(self, n: Spot) -> None: ...
    def many(self, n: list[int]) -> None: ...
    def few(self, n: Annotated[int, Field(ge=1, le=3)]) -> None: ...

    def take_toy(self, toy: str, count: int = 1, colour: str | None = None) -> None:
        """Take a toy.

        Args:
            toy: The toy to take.
        """


TOYS = Domain(Toys)


def taken(tool: str, value: Any) -> Any:
    return TOYS.tools[tool].arguments.check({"n": value})["n"]


def refused(tool: str, value: Any) -> CallError:
    with pytest.raises(CallError, match=f"^{tool}: n") as caught:
        taken(tool, value)
    assert caught.value.code == "bad_argument"
    return caught.value


INT64 = st.integers(-(2**63), 2**63 - 1)
WHOLE = st.integers(-(2**53), 2**53)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(WHOLE)
def test_a_whole_number_may_be_written_with_a_point(number: int) -> None:
    for value in (number, float(number)):
        assert taken("whole", value) == number
        assert type(taken("whole", value)) is int


@given(st.lists(WHOLE), st.data())
def test_whole_numbers_in_lists_may_be_written_with_a_point(numbers: list[int], data: st.DataObject) -> None:
    written = [float(one) if data.draw(st.booleans()) else one for one in numbers]
    assert taken("many", written) == numbers


@given(FINITE.filter(lambda number: not number.is_integer()))
def test_a_broken_number_is_never_taken_for_a_whole_one(number: float) -> None:
    refused("whole", number)


@given(FINITE.filter(lambda number: abs(number) >= 2**64))
def test_a_number_beyond_all_bounds_is_refused_and_never_crashes(number: float) -> None:
    refused("whole", number)
    refused("few", number)


@given(INT64 | FINITE)
def test_every_number_is_taken_for_a_real_one(number: float) -> None:
    assert taken("real", number) == float(number)
    assert type(taken("real", number)) is float


@given(INT64.map(str) | FINITE.map(str) | st.text())
def test_text_is_never_taken_for_a_number_or_a_truth(text: str) -> None:
    for tool in ("whole", "real", "truth", "minutes"):
        refused(tool, text)


@given(INT64 | FINITE | st.booleans() | st.none())
def test_nothing_else_is_taken_for_a_text(value: object) -> None:
    refused("text", value)


@given(st.booleans())
def test_a_truth_is_never_taken_for_a_number(value: bool) -> None:
    assert taken("truth", value) is value
    for tool in ("whole", "real", "minutes", "few"):
        refused(tool, value)


@given(st.sampled_from([0, 1, 0.0, 1.0]))
def test_a_number_is_never_taken_for_a_truth(number: float) -> None:
    refused("truth", number)


@given(st.sampled_from(Size))
def test_an_enum_is_written_by_value(size: Size) -> None:
    assert taken("size", size.value) is size
    refused("size", size.name)


def test_a_choice_of_numbers_takes_them_in_either_form() -> None:
    assert (taken("minutes", 30), taken("minutes", 45.0)) == (30, 45)
    assert refused("minutes", 31).message == "minutes: n: input should be 30 or 45, not 31"


@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_date_is_written_as_text(day: date) -> None:
    assert taken("day", day.isoformat()) == day
    refused("day", day.toordinal())


@given(WHOLE)
def test_a_row_is_written_as_an_object(number: int) -> None:
    assert taken("spot", {"row": number, "seat": "b"}) == Spot(number, "b")
    assert taken("spot", {"row": float(number)}) == Spot(number)
    refused("spot", {"row": str(number)})
    refused("spot", [number, "b"])


def test_a_row_that_lacks_a_field_is_told_which() -> None:
    with pytest.raises(CallError, match=r"^spot: n.row is missing$") as caught:
        taken("spot", {"seat": "b"})
    assert caught.value.code == "missing_argument"


def test_bounds_are_told() -> None:
    error = refused("few", 4)
    assert (error.message, error.hint) == ("few: n: input should be less than or equal to 3, not 4", "give n (integer)")


def check(**arguments: Any) -> dict[str, Any]:
    return TOYS.tools["take_toy"].arguments.check(arguments)


@pytest.mark.parametrize(
    ("arguments", "code", "message", "hint"),
    [
        ({}, "missing_argument", "toy is missing", "give toy (string): The toy to take."),
        ({"toy": "a", "coutn": 2}, "unexpected_argument", "there is no parameter coutn", "did you mean count?"),
        ({"toy": "a", "zzz": 2}, "unexpected_argument", "there is no parameter zzz", "it takes toy, count, colour"),
        (
            {"toy": 5}, "bad_argument", "toy: input should be a valid string, not 5",
            "give toy (string): The toy to take.",
        ),
        (
            {"toy": "a" * 70_000}, "too_large", "the arguments take 70010 bytes; 65536 are allowed",
            "send only what the parameters ask for",
        ),
    ],
)  # fmt: skip
def test_a_bad_argument_is_told_with_what_would_be_right(
    arguments: dict[str, Any], code: str, message: str, hint: str
) -> None:
    with pytest.raises(CallError, match=f"^take_toy: {re.escape(message)}$") as caught:
        check(**arguments)
    assert (caught.value.code, caught.value.hint) == (code, hint)


@pytest.mark.parametrize("value", [object(), {1: {2}}, 2**70])
def test_arguments_that_are_not_json_are_refused(value: object) -> None:
    with pytest.raises(CallError, match=r"^take_toy: the arguments are not plain JSON \(.*\)$") as caught:
        check(toy=value)
    assert caught.value.code == "bad_argument"


def test_a_tool_without_parameters_says_so() -> None:
    with pytest.raises(CallError, match=r"^look: there is no parameter toy$") as caught:
        read(look=_list_toys).tools["look"].arguments.check({"toy": 1})
    assert caught.value.hint == "it takes no arguments"


def test_what_is_left_out_has_its_default() -> None:
    tool = TOYS.tools["take_toy"]
    assert check(toy="a") == {"toy": "a"}
    assert check(toy="a", colour=None) == {"toy": "a", "colour": None}
    assert tool.with_defaults({"colour": "red", "toy": "a"}) == {"toy": "a", "count": 1, "colour": "red"}
    assert list(tool.with_defaults({"colour": "red", "toy": "a"})) == ["toy", "count", "colour"]
    assert [name for name, one in tool.parameters.items() if one.required] == ["toy"]
    assert tool.arguments.json_schema["required"] == ["toy"]


def test_a_docstring_is_read_into_its_parts() -> None:
    def take(toy: str) -> None:
        """Take a toy
        from the shelf.

        Once taken, it is gone.

        Args:
            toy (str): The toy to take,
                by its key.
            count: How many, such as "1",
                "2" or "3".

        Returns:
            The toy.
        Raises:
            ToolError: Never.

        Asks:
            take {toy}
            give me {toy}
        Says:
            Here is {toy}.
        """

    doc = read_docstring(take)
    assert doc.description == "Take a toy from the shelf. Once taken, it is gone."
    assert doc.arguments == {"toy": "The toy to take, by its key.", "count": 'How many, such as "1", "2" or "3".'}
    assert doc.argument_types == {"toy": "str"}
    assert (doc.returns, doc.asks, doc.says) == ("The toy.", ("take {toy}", "give me {toy}"), ("Here is {toy}.",))


def test_a_missing_docstring_is_empty() -> None:
    assert read_docstring(Plain()).description == ""
    assert read_docstring(_list_toys).arguments == {}


def test_a_section_may_follow_without_a_blank_line() -> None:
    def take() -> None:
        """
        Take a toy.
        Args:
          toy (str): [Optional] The toy: any of them.
          *rest: More toys.
        """

    doc = read_docstring(take)
    assert doc.description == "Take a toy."
    assert doc.arguments == {"toy": "[Optional] The toy: any of them.", "rest": "More toys."}


@given(
    st.lists(st.text(st.characters(exclude_characters='"', exclude_categories=["Cc", "Cs"]), min_size=1), min_size=1)
)
def test_quoted_examples_are_read_back(values: list[str]) -> None:
    quoted = [f'"{value}"' for value in values]
    text = f"The reason, such as {', '.join(quoted[:-1])}{' or ' if len(quoted) > 1 else ''}{quoted[-1]}."
    assert examples_in(text) == tuple(values)


def test_texts_without_such_as_give_no_examples() -> None:
    assert examples_in('Say "please" or "thank you".') == ()
