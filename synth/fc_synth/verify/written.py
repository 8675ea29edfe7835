"""Calls and results that models and tools wrote as text: tags, JSON, Python's way, and FunReason-MT's lists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

import orjson

from fc_gym.bfcl.decode import WrittenCall, written
from fc_gym.bfcl.literals import parsed
from fc_gym.errors import CallError
from fc_gym.types import JsonValue
from fc_synth.verify.talk import Made, decoded

__all__ = ["calls_in", "results_in", "thoughts_apart"]

_THOUGHT = re.compile(r"<think>(.*?)</think>", re.DOTALL)
_TAGGED = re.compile(r"<tool_call>(.*?)</tool_call>", re.DOTALL)
_ANSWER = re.compile(r"</?answer>")
_RESPONSE = re.compile(r"<tool_response>(.*?)</tool_response>", re.DOTALL)
_CALLED = re.compile(r"\s*\[?\s*[A-Za-z_][\w.]*\s*\(")


def thoughts_apart(text: str) -> tuple[str, str]:
    """Split a text into what stands between `<think>` tags and the rest."""
    if "<think>" not in text:
        return "", text
    return " ".join(_THOUGHT.findall(text)).strip(), _THOUGHT.sub("", text).strip()


def calls_in(text: str) -> tuple[list[Made], str]:
    """Return the calls that a text consists of, and the words that are none.

    Arguments without names are called by their places, from 1.

    >>> [call.arguments for call in calls_in('[cd(folder="a"), ls()]')[0]]
    [{'folder': 'a'}, {}]
    """
    tagged = _TAGGED.findall(text)
    found = [call for piece in tagged or [text] for call in _calls(piece.strip())]
    if not found:
        return [], _ANSWER.sub("", _TAGGED.sub(r"\1", text)).strip()
    return found, _TAGGED.sub("", text).strip() if tagged else ""


def results_in(text: str) -> list[str]:
    r"""Return the results that one text holds: tagged ones, or a list of objects from the call to its result.

    >>> results_in("[{'ls()': '{\"files\": []}'}, {'pwd()': '/'}]")
    ['{"files": []}', '/']
    """
    tagged = _RESPONSE.findall(text)
    if tagged:
        return [one.strip() for one in tagged]
    if not text.lstrip().startswith("[{"):
        return []
    value = decoded(text)
    if isinstance(value, str):
        value = _literal(text)
    if not isinstance(value, list) or not all(isinstance(one, Mapping) and len(one) == 1 for one in value):
        return []
    pairs = [next(iter(one.items())) for one in value]
    if not all(_CALLED.match(str(name)) for name, _ in pairs):
        return []
    return [inner if isinstance(inner, str) else orjson.dumps(inner).decode() for _, inner in pairs]


def _calls(text: str) -> Iterator[Made]:
    value = decoded(text) if text[:1] in ("{", "[") else None
    listed = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, Mapping)]
    if listed and all(isinstance(one.get("name"), str) for one in listed):
        for one in listed:
            given = one.get("arguments", one.get("parameters", {}))
            given = decoded(given) if isinstance(given, str) else given
            broken = "" if isinstance(given, Mapping) else f"the arguments of {one['name']} are no JSON object"
            yield Made(one["name"], {} if broken else dict(given), broken=broken)
    elif _CALLED.match(text):
        yield from _python(text)


def _python(text: str) -> list[Made]:
    try:
        tree = parsed(text)
        found = [written(one) for one in (tree.elts if isinstance(tree, ast.List) else [tree])]
    except CallError:
        return []
    return [_named(call) for call in found]


def _named(call: WrittenCall) -> Made:
    places = {str(place): value for place, value in enumerate(call.positional, start=1)}
    return Made(call.name, {**places, **call.keyword})


def _literal(text: str) -> JsonValue:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
