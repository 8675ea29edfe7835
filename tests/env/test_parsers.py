"""Promises of the parsers: every call is found, nothing is evaluated, nothing raises."""

from __future__ import annotations

import json
import keyword
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fc_gym import parsers
from fc_gym.domain import Domain
from fc_gym.parsers.qwen_xml import coerced
from fc_gym.parsers.reading import MAX_CALLS, MAX_DEPTH, MAX_TEXT, without_thoughts
from fc_gym.registration import load_domain
from fc_gym.session import Session
from fc_gym.types import Malformed, ToolCall

SHOP = load_domain("shop")
NAMES = ("hermes", "qwen_xml", "python", "json")

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
names = st.from_regex(r"[a-z_][a-z0-9_]{0,10}", fullmatch=True).filter(lambda name: not keyword.iskeyword(name))
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | words
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(words, inner), max_leaves=6)
calls = st.builds(ToolCall, names, st.dictionaries(names, values, max_size=3))
lists = st.lists(calls, min_size=1, max_size=4)


def in_hermes(made: list[ToolCall]) -> str:
    return "\n".join(f"<tool_call>\n{json.dumps(_body(one))}\n</tool_call>" for one in made)


def in_json(made: list[ToolCall]) -> str:
    return json.dumps([_body(one) for one in made])


def in_openai(made: list[ToolCall]) -> str:
    bodies = [{"name": one.name, "arguments": json.dumps(one.arguments)} for one in made]
    return json.dumps([{"id": "call_1", "type": "function", "function": one} for one in bodies])


def in_python(made: list[ToolCall]) -> str:
    inner = (", ".join(f"{name}={value!r}" for name, value in one.arguments.items()) for one in made)
    return f"[{', '.join(f'{one.name}({text})' for one, text in zip(made, inner, strict=True))}]"


def in_xml(made: list[ToolCall]) -> str:
    blocks = []
    for one in made:
        pairs = [f"<parameter={name}>\n{value}\n</parameter>" for name, value in one.arguments.items()]
        blocks.append("\n".join([f"<tool_call>\n<function={one.name}>", *pairs, "</function>\n</tool_call>"]))
    return "\n".join(blocks)


def _body(one: ToolCall) -> dict[str, Any]:
    return {"name": one.name, "arguments": dict(one.arguments)}


def read(name: str, text: str, domain: Domain = SHOP) -> parsers.Reading:
    return parsers.PARSERS[name](text, domain)


def complaint(name: str, text: str) -> str:
    """Return the sentence about the one malformed piece, which must read well."""
    found = [one for one in read(name, text) if isinstance(one, Malformed)]
    assert len(found) == 1 and found[0].hint and len(found[0].message) < 300
    return found[0].message


@given(lists)
@settings(deadline=None)
def test_hermes_text_gives_the_calls_it_was_written_from(made: list[ToolCall]) -> None:
    assert read("hermes", in_hermes(made)) == made


@given(lists)
@settings(deadline=None)
def test_json_text_gives_the_calls_it_was_written_from(made: list[ToolCall]) -> None:
    assert read("json", in_json(made)) == made
    assert read("json", in_openai(made)) == made
    assert read("json", json.dumps(_body(made[0]))) == made[:1]


@given(lists)
@settings(deadline=None)
def test_python_text_gives_the_calls_it_was_written_from(made: list[ToolCall]) -> None:
    assert read("python", in_python(made)) == made


@given(st.lists(st.builds(ToolCall, names, st.dictionaries(names, names, max_size=3)), min_size=1, max_size=3))
@settings(deadline=None)
def test_xml_text_gives_the_calls_it_was_written_from(made: list[ToolCall]) -> None:
    assert read("qwen_xml", in_xml(made)) == made


PIECES = (
    "<tool_call>",
    "</tool_call>",
    "<function=f>",
    "</function>",
    "<parameter=a>",
    "</parameter>",
    "<think>",
    "</think>",
    '{"name": "f", "arguments": {',
    '"a": 1',
    "}}",
    "[",
    "]",
    "f(",
    ")",
    "a=",
    "'",
    '"',
    "\\",
    "\\d",
    ",",
    "lambda: 0",
    "\ud800",
    "\0",
    "9" * 5000,
    "1e999",
    "NaN",
    "\n",
    "-",
    "**x",
    "f'{a}'",
    "```",
    "add_to_cart(",
)


@pytest.mark.parametrize("name", NAMES)
@given(parts=st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=25))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_becomes_an_action_that_a_session_plays(name: str, parts: list[str]) -> None:
    reading = read(name, "".join(parts))
    if not isinstance(reading, str):
        session = Session.start(SHOP, 0)
        assert len(session.run(reading)) == len(reading) > 0


@pytest.mark.parametrize("name", NAMES)
@given(text=st.text(st.characters(exclude_characters="<[{(`"), max_size=50))
@settings(deadline=None)
def test_text_without_a_call_is_the_reply(name: str, text: str) -> None:
    assert read(name, text) == text.strip()


@pytest.mark.parametrize("name", NAMES)
def test_thoughts_are_stripped_first(name: str) -> None:
    call = ToolCall("add_to_cart", {"product": "P"})
    written = {"hermes": in_hermes, "qwen_xml": in_xml, "python": in_python, "json": in_json}[name]([call])
    for thought in (
        f"<think>shall I {written}?</think>",
        f"or {written}\n</think>\n",
        "<think></think><think>\n</think>",
    ):
        assert read(name, thought + written) == [call]
        assert read(name, thought + "It is done.") == "It is done."


@pytest.mark.parametrize("name", NAMES)
def test_a_thought_without_an_end_is_malformed(name: str) -> None:
    assert complaint(name, "<think>I wonder [f(a=1)] {") == "the response ends within <think>"


def test_a_thought_inside_an_argument_is_left_as_it_is() -> None:
    made = [ToolCall("note", {"text": "a <think>b</think> c </tool_call>"})]
    assert read("hermes", in_hermes(made)) == made
    assert without_thoughts("[f(a='<think>x</think>')]", "[") == "[f(a='<think>x</think>')]"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '<tool_call>{"name": "f", "arguments": {"a": 1}</tool_call>',
            "tool call 1 is not JSON: Expecting ',' delimiter at character 36 of it",
        ),
        ('<tool_call>{"name": "f", "argum', "tool call 1 is not JSON: Unterminated string"),
        ('<tool_call>{"name": "f", "arguments": {}}', "tool call 1 ends where </tool_call> is needed"),
        ('<tool_call>{"name": "f"} {"name": "g"}</tool_call>', 'tool call 1 goes on with \'{"name": "g"}'),
        (
            '<tool_call>{"name": "f", "arguments": {"a": "\\x"}}</tool_call>',
            "tool call 1 is not JSON: Invalid \\escape",
        ),
        ('<tool_call>{"name": "f", "arguments": {"a": NaN}}</tool_call>', "NaN is no finite number"),
        (
            '<tool_call>{"name": "f", "arguments": [1]}</tool_call>',
            "the arguments of 'f' are list, not an object",
        ),
        ("<tool_call>[1, 2]</tool_call>", "tool call 1: not a call: [1, 2]"),
        ("Let me look.\n<tool_ca", "the response ends within the tag '<tool_ca'"),
        (f"<tool_call>{'[' * 10_000}", f"tool call 1 is nested more than {MAX_DEPTH} deep"),
        (f"<tool_call>{'9' * 10_000}</tool_call>", "tool call 1 is not JSON: Exceeds the limit"),
        (f"<tool_call>{'x' * MAX_TEXT}", "characters; 262144 are allowed"),
    ],
)
def test_hermes_says_what_is_wrong_and_where(text: str, said: str) -> None:
    assert said in complaint("hermes", text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[f(1)]", "tool call 1, f: a positional argument; every argument needs its name"),
        ("[f(a=1), g(b=lambda: 0)]", "tool call 2, g: b holds a Lambda expression, not a literal"),
        ("[lambda: 0]", "tool call 1 is a Lambda expression, not a call"),
        ("[f(a=os.environ)]", "tool call 1, f: a holds an Attribute expression, not a literal"),
        ("[f(a=g())]", "tool call 1, f: a holds a Call expression, not a literal"),
        ("[f().g(a=1)]", "tool call 1 calls an Attribute expression, not a tool by name"),
        ("[f(**a)]", "tool call 1, f: ** is not allowed"),
        ("[f(a=1, a=2)]", "tool call 1, f: a is given twice"),
        ("[f(a=true)]", "tool call 1, f: a holds the name true, not a literal"),
        ("[f(a=b'x')]", "tool call 1, f: a holds a constant of type bytes, not a literal"),
        ("[f(a={1: 2})]", "tool call 1, f: a holds a dict with a key that is no text, not a literal"),
        ("[f(a=1e999)]", "tool call 1, f: a holds a number that is not finite, not a literal"),
        ("[f(a=-'x')]", "tool call 1, f: a holds an UnaryOp expression, not a literal"),
        ("[f(a='\\d')]", "the response has the unknown escape \\d at character 7"),
        ("[f(a=", "the response is not Python: '(' was never closed at line 1"),
        ("[f(a='\ud800')]", "the response is not Python: 'utf-8' codec can't encode"),
        ("[f(a=1)] and so on", "the response is not Python: invalid syntax at line 1"),
        (f"[f(a={'-' * 10_000}1)]", "the response is nested too deeply"),
        (f"[f(a={'[' * 10_000}", "the response is not Python: too many nested parentheses"),
        (f"[f(a={'[' * 100}{']' * 100})]", "tool call 1, f: an argument is nested too deeply"),
        (f"[f(a='{'x' * MAX_TEXT}')]", "the response has 262153 characters; 262144 are allowed"),
    ],
)
def test_python_says_what_is_wrong_and_where(text: str, said: str) -> None:
    assert complaint("python", text).startswith(said)  # Python itself words the end of some


@pytest.mark.parametrize("depth", [10, 100, 1_000, 2_000, 5_000, 50_000])
def test_a_sign_before_a_sign_ends_in_a_number_or_a_complaint(depth: int) -> None:
    reading = read("python", f"[f(a={'-' * depth}1)]")
    assert reading == [ToolCall("f", {"a": 1})] or "nested too deeply" in complaint("python", f"[f(a={'-' * depth}1)]")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<tool_call><function=f>", "tool call 1 is not closed with </tool_call>"),
        ("<tool_call><function=f></tool_call>", "tool call 1, f: is not closed with </function>"),
        ("<tool_call>f()</tool_call>", "tool call 1 holds 'f()' where <function=TOOL> is needed"),
        ("<tool_call><function=f</tool_call>", "tool call 1: the tag <function=f... is not closed with >"),
        (
            "<tool_call><function=f><parameter=a>1</function></tool_call>",
            "tool call 1, f: a is not closed with </parameter>",
        ),
        (
            "<tool_call><function=f>a=1</function></tool_call>",
            "tool call 1, f: 'a=1' stands outside of a parameter",
        ),
        (
            "<tool_call><function=f><parameter=a>1</function></parameter></tool_call>",
            "tool call 1, f: is not closed with </function>",
        ),
        (
            "<tool_call><function=f><parameter=a>1</parameter><parameter=a>1</parameter></function></tool_call>",
            "tool call 1, f: a is given twice",
        ),
        ("<function=f></function>", "<function=...> stands outside of <tool_call>"),
        ("Let me look.\n<tool_call", "the response ends within the tag '<tool_call'"),
    ],
)
def test_xml_says_what_is_wrong_and_where(text: str, said: str) -> None:
    assert complaint("qwen_xml", text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{"name": "f", "argum',
            "the response is not JSON: Unterminated string starting at at character 15 of it",
        ),
        ('{"function": {"name": "f", "arguments": "[1]"}}', "tool call 1: the arguments of 'f' are list"),
        ('{"name": "f"} thanks', "the response goes on after its JSON, at character 14"),
        ('{"answer": 42}', "tool call 1: not a call: {'answer': 42}"),
        ('{"name": "f", "arguments": "{"}', "the arguments of tool call 1 is not JSON: Expecting"),
        (
            '{"name": "f", "arguments": "{} {}"}',
            "the arguments of tool call 1 go on after their JSON, at character 3",
        ),
        ('{"a":' * 10_000, f"the response is nested more than {MAX_DEPTH} deep"),
    ],
)
def test_json_says_what_is_wrong_and_where(text: str, said: str) -> None:
    assert complaint("json", text).startswith(said)


def test_good_calls_beside_a_broken_one_are_kept() -> None:
    text = in_hermes([ToolCall("f")]) + "<tool_call>{</tool_call>" + in_hermes([ToolCall("g")])
    assert [isinstance(one, Malformed) for one in read("hermes", text)] == [False, True, False]
    assert isinstance(read("hermes", in_hermes([ToolCall("f")]) + " <tool_c")[1], Malformed)


@pytest.mark.parametrize("name", NAMES)
def test_calls_beyond_the_most_that_are_read_are_one_complaint(name: str) -> None:
    written = {"hermes": in_hermes, "qwen_xml": in_xml, "python": in_python, "json": in_json}[name]
    reading = read(name, written([ToolCall("f")] * (MAX_CALLS + 9)))
    assert len(reading) == MAX_CALLS + 1
    assert reading[-1] == Malformed(
        f"more than {MAX_CALLS} calls in one response", "send the others in a later response"
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "piece",
    [
        "<think></think>",
        "<tool_call>",
        "<function=f>",
        "[",
        "{",
        "f(a=1),",
        "<",
        "<parameter=a>1</parameter>",
    ],
)
def test_a_megabyte_of_anything_is_read(name: str, piece: str) -> None:
    for start in ("", "[", "<tool_call>", "<tool_call><function=f>"):
        assert read(name, start + piece * (1_000_000 // len(piece))) is not None


def test_dotted_names_and_code_fences_are_allowed_in_python() -> None:
    call = ToolCall("f", {"a": [-1, 2.5, {"b": None}], "c": "xy"})
    for text in (
        "[a.b.f(a=(-1, +2.5, {'b': None}), c='x' 'y')]",
        "```python\n[f(a=[-1, 2.5, {'b': None}], c='xy')]\n```",
    ):
        assert read("python", text) == [call]


def test_one_call_of_a_known_tool_needs_no_brackets() -> None:
    assert read("python", "add_to_cart(product='P')") == [ToolCall("add_to_cart", {"product": "P"})]
    assert read("python", "Done(ish)") == "Done(ish)"
    assert read("python", "[note] all is done") == "[note] all is done"


@pytest.mark.parametrize("name", ["python", "json"])
def test_an_empty_list_is_a_reply(name: str) -> None:
    assert read(name, "[]") == "[]"


@pytest.mark.parametrize(
    ("text", "schema", "value"),
    [
        ("3", {"type": "integer"}, 3),
        ("3", {"type": "string"}, "3"),
        ("three", {"type": "integer"}, "three"),
        ("true", {"type": "integer"}, "true"),
        (" 2.5 ", {"type": "number"}, 2.5),
        ("True", {"type": "boolean"}, True),
        ("1", {"type": "boolean"}, "1"),
        ('["a"]', {"type": "array"}, ["a"]),
        ('{"a": 1}', {"type": "object"}, {"a": 1}),
        ("None", {"type": "null"}, None),
        ("2", {"enum": [1, 2]}, 2),
        ("2", {"enum": ["1", "2"]}, "2"),
        ("5", {"const": 5}, 5),
        ("7", {"anyOf": [{"type": "string"}, {"type": "integer"}]}, 7),
        ("x", {"anyOf": [{"type": "string"}, {"type": "integer"}]}, "x"),
        ("4", {"$ref": "#/$defs/Size"}, 4),
    ],
)
def test_untyped_text_becomes_what_the_schema_asks_for(text: str, schema: dict[str, Any], value: object) -> None:
    assert coerced(text, schema, {"$defs": {"Size": {"enum": [4, 5]}}}) == value


def test_xml_values_are_typed_by_the_tool_and_left_alone_where_it_is_unknown() -> None:
    call = {"product": "12", "quantity": "2", "odd": "3"}
    made = [ToolCall("add_to_cart", call), ToolCall("unknown", call)]
    typed = {name: 2 if name == "quantity" else text for name, text in call.items()}
    assert read("qwen_xml", in_xml(made)) == [ToolCall("add_to_cart", typed), ToolCall("unknown", call)]


def test_a_parser_is_found_by_name_or_is_the_function_given() -> None:
    assert parsers.parser_named("json") is parsers.json
    assert parsers.parser_named(parsers.hermes) is parsers.hermes
    with pytest.raises(ValueError, match="there is no parser 'xml'; have hermes, qwen_xml, python, json"):
        parsers.parser_named("xml")
