"""Faulty worlds: calls run where tools go wrong, and the count of what went wrong so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import orjson

from fc_gym.domain import Domain, World
from fc_gym.fault import Fault, Kind
from fc_gym.form import FORMS
from fc_gym.types import JsonValue, Refusal, ToolCall, ToolResult, to_json

__all__ = ["Faults"]


@dataclass
class _Tally:
    """What one fault has seen so far."""

    met: int = 0
    """Calls that it could have struck."""
    struck: int = 0
    others: int = 0
    """Calls of other tools since it struck first."""


class Faults:
    """Runs calls in a world where tools go wrong.

    Args:
        faults: How they do.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        self.tallies = [_Tally() for _ in self.faults]
        self.struck = False
        """True if the last call was turned down by a fault."""
        self.excused = False
        """True if whoever made the last call could not know better: it was struck, and not again by a lasting fault."""

    def copy(self) -> Faults:
        """Return an independent copy, as it is now."""
        other = Faults(self.faults)
        other.tallies = [_Tally(one.met, one.struck, one.others) for one in self.tallies]
        return other

    def execute(self, domain: Domain, world: World, call: ToolCall, terse: bool = False) -> ToolResult:
        """Run a call as `Domain.execute` does, unless a fault strikes it.

        Args:
            domain: The domain.
            world: The live world; a call that is struck changes nothing in it.
            call: What the agent asks for.
            terse: Leave hints out of refusals.
        """
        self.struck = self.excused = False
        meant, refusal = call, None
        for fault, tally in zip(self.faults, self.tallies, strict=True):
            meant, complaint = _WAYS[fault.kind](domain, fault, tally, meant)
            if complaint is not None and refusal is None:
                refusal = complaint
                self.struck, self.excused = True, not fault.lasting or tally.struck <= (fault.kind == "transient")
                tally.struck += 1
        if refusal is not None:
            said = Refusal(refusal.code, refusal.message, "" if terse else refusal.hint, by_tool=True)
            return ToolResult(call, said.text(), said)
        result = domain.execute(world, meant, terse=terse)
        text = result.text
        for fault, tally in zip(self.faults, self.tallies, strict=True):
            text = _shown(fault, tally, call, result.ok, text)
        return ToolResult(call, text, result.refusal, result.shown if text == result.text and result.ok else None)


_Outcome = tuple[ToolCall, Refusal | None]


def _meets(fault: Fault, tally: _Tally) -> bool:
    """Count a call that a fault can strike, and say whether it does."""
    place = tally.met - fault.after
    tally.met += 1
    return place >= 0 and (fault.times is None or place < fault.times)


def _transient(domain: Domain, fault: Fault, tally: _Tally, call: ToolCall) -> _Outcome:
    if call.name != fault.tool or not _meets(fault, tally):
        return call, None
    return call, Refusal("unavailable", f"{call.name} does not answer at the moment", "call it again")


def _permission(domain: Domain, fault: Fault, tally: _Tally, call: ToolCall) -> _Outcome:
    if call.name != fault.tool or not _meets(fault, tally):
        return call, None
    return call, Refusal("forbidden", f"you are not allowed to use {call.name}", "use another tool, or say so")


def _rate_limit(domain: Domain, fault: Fault, tally: _Tally, call: ToolCall) -> _Outcome:
    if call.name != fault.tool:
        tally.others += tally.struck > 0
        return call, None
    place, left = tally.met - fault.after, (fault.times or 0) - tally.others
    tally.met += 1
    if place < 0 or (fault.times is not None and left <= 0):
        return call, None
    hint = f"it can be called again after {left} other call{'s' * (left > 1)}" if fault.times else "not any more today"
    return call, Refusal("rate_limited", f"the limit of calls to {call.name} is reached", hint)


def _stale_key(domain: Domain, fault: Fault, tally: _Tally, call: ToolCall) -> _Outcome:
    tally.met += 1
    if tally.met <= fault.after:
        return call, None
    if _has(call.arguments, fault.value):
        message = f"{call.name}: {fault.value} is no longer valid; the row has another identifier now"
        return call, Refusal("stale_key", message, "look it up again")
    if not _has(call.arguments, fault.to):
        return call, None
    return ToolCall(call.name, _swapped(dict(call.arguments), fault.to, fault.value)), None


def _drift(domain: Domain, fault: Fault, tally: _Tally, call: ToolCall) -> _Outcome:
    if call.name != fault.tool:
        return call, None
    tally.met += 1
    if tally.met <= fault.after:
        return call, None
    arguments = dict(call.arguments)
    if fault.to:
        if fault.parameter in arguments:
            message = f"{call.name}: there is no parameter {fault.parameter}"
            return call, Refusal("unexpected_argument", message, f"it is called {fault.to} now")
        renamed = {fault.parameter if name == fault.to else name: value for name, value in arguments.items()}
        return ToolCall(call.name, renamed), None
    if fault.parameter in arguments:
        form = FORMS[fault.form]
        try:
            arguments[fault.parameter] = form.read(arguments[fault.parameter])
        except (ValueError, TypeError, AttributeError):
            message = f"{call.name}: {fault.parameter} is not written as it should be"
            return call, Refusal("bad_argument", message, f"write {form.says}")
        arguments[fault.parameter] = _as_declared(domain, fault, arguments[fault.parameter])
    return ToolCall(call.name, arguments), None


def _partial(domain: Domain, fault: Fault, tally: _Tally, call: ToolCall) -> _Outcome:
    return call, None


_WAYS: Mapping[Kind, Callable[[Domain, Fault, _Tally, ToolCall], _Outcome]] = {
    "transient": _transient,
    "rate_limit": _rate_limit,
    "permission": _permission,
    "stale_key": _stale_key,
    "partial": _partial,
    "drift": _drift,
}


def _as_declared(domain: Domain, fault: Fault, value: JsonValue) -> JsonValue:
    """Give a choice that was written in capitals back as the schema has it."""
    schema = domain.tools[fault.tool].parameters[fault.parameter].schema
    same = [one for one in schema.get("enum", ()) if str(one).upper() == value]
    return same[0] if same and fault.form == "capitals" else value


def _shown(fault: Fault, tally: _Tally, call: ToolCall, ok: bool, text: str) -> str:
    """Return the text of a result as a fault lets it through."""
    if fault.kind == "stale_key" and tally.met > fault.after:
        return text.replace(f'"{fault.value}"', f'"{fault.to}"')
    if fault.kind == "partial" and ok and call.name == fault.tool and _meets(fault, tally):
        return to_json(_cut(orjson.loads(text), fault.keep))
    return text


def _cut(value: JsonValue, keep: int) -> JsonValue:
    """Keep the first items of the lists of rows at the top of a value, and say what is left out."""
    if isinstance(value, list):
        return [*value[:keep], _note(len(value) - keep)] if len(value) > keep else value
    if isinstance(value, dict):
        return {name: _cut(inner, keep) if _rows(inner) else inner for name, inner in value.items()}
    return value


def _rows(value: JsonValue) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _note(left: int) -> JsonValue:
    return {"note": f"{left} more could not be loaded; call again"}


def _has(value: JsonValue, wanted: str) -> bool:
    if isinstance(value, Mapping):
        return any(_has(inner, wanted) for inner in value.values())
    return any(_has(inner, wanted) for inner in value) if isinstance(value, list | tuple) else value == wanted


def _swapped(value: JsonValue, old: str, new: str) -> JsonValue:
    if isinstance(value, Mapping):
        return {name: _swapped(inner, old, new) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_swapped(inner, old, new) for inner in value]
    return new if value == old else value
