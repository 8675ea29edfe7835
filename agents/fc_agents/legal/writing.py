"""Writes what may be called as the body of a constraint: a grammar, a structural tag, or a JSON schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fc_agents.legal.fitting import Bounds
from fc_agents.legal.grammar import CHARACTERS, expression, literal, named, spelled
from fc_agents.legal.schema import schema_for
from fc_agents.legal.shapes import Choice, Record
from fc_gym.parsers.hermes import CLOSE, OPEN
from fc_gym.types import JsonValue

__all__ = ["Arguments", "Writing"]

Arguments = Mapping[str, Record | Choice]
"""What may be written as the arguments of each tool."""

OPENING = "!#-;=-Z\\]-_a-z|-~À-ɏ"
"""A class of characters for the start of a reply: none that could begin a call or a fence."""
SAID = "^<"
KEPT = 4096
"""Most expressions that are kept to be found again."""


@dataclass(frozen=True)
class Writing:
    """How a response is written.

    The spaces are those with which the chat templates of Hermes and Qwen write calls, so that a call that is sent back
    as part of the dialogue has the tokens with which it was written.
    """

    form: str
    reply: bool
    parallel: int
    """Most calls in one response."""
    bounds: Bounds
    written: dict[int, tuple[Record, str]] = field(default_factory=dict, compare=False, repr=False)
    """Expressions of records, each beside its record, by the identity of that."""

    def grammar(self, tools: Arguments) -> str:
        """Return the rules, in GBNF, of responses with calls of these tools."""
        said = self.reply or not tools
        lead = self.reply and bool(tools) and self.form == "hermes"
        words = self._words(lead=lead) if said else [f"say ::= [{SAID}]"] if self.bounds.thought else []
        thought = self._thought() if self.bounds.thought else ""
        lines = [self._root(bool(tools)), *words, thought, *self._calls(tools)]
        return "\n".join(filter(None, lines)) + "\n" + (CHARACTERS if tools else "")

    def structural_tag(self, tools: Arguments) -> dict[str, JsonValue]:
        """Return the same language as a structural tag of xgrammar, with one tag for each tool."""
        options: list[JsonValue] = []
        calls = self._repeated({"type": "or", "elements": [_tag(name, one) for name, one in tools.items()]})
        if tools:
            options.append(calls)
        if self.reply or not tools:
            options.append(self._text("words"))
        if self.reply and tools:
            options.append({"type": "sequence", "elements": [self._text("lead"), calls]})
        body: JsonValue = {"type": "or", "elements": options}
        if self.bounds.thought:
            optional = {"type": "optional", "content": self._text("thought")}
            body = {"type": "sequence", "elements": [optional, body]}
        return {"type": "structural_tag", "format": body}

    def schema(self, tools: Arguments) -> dict[str, JsonValue]:
        """Return a JSON schema of one call, or of a list of calls if several are allowed."""
        call: dict[str, JsonValue] = {"anyOf": [_call(name, one) for name, one in tools.items()]}
        if self.parallel == 1:
            return call
        return {"type": "array", "items": call, "minItems": 1, "maxItems": self.parallel}

    # Only names of rules stand in root: llguidance reads each of these as one regular expression, whereas texts that
    # stand beside one another in root it splits greedily, so that of "17" and "174" only the longer would be found.
    def _root(self, calls: bool) -> str:
        options = ["calls"] if calls else []
        if self.reply or not calls:
            options += ["words", "lead calls"] if calls and self.form == "hermes" else ["words"]
        body = " | ".join(options)
        return f"root ::= thought? ({body})" if self.bounds.thought else f"root ::= {body}"

    def _words(self, *, lead: bool) -> list[str]:
        lead_rule = 'lead ::= words "\\n"' if lead else ""
        rest = "*" if self.bounds.reply is None else f"{{0,{self.bounds.reply - 1}}}"
        words = f"words ::= opening say{rest}"
        return [words, lead_rule, f"opening ::= [{OPENING}]", f"say ::= [{SAID}]"]

    def _text(self, rule: str) -> JsonValue:
        """Return one rule of words as a part of a structural tag."""
        rules = [self._thought(), f"say ::= [{SAID}]"] if rule == "thought" else self._words(lead=rule == "lead")
        return {"type": "grammar", "grammar": "\n".join(filter(None, [f"root ::= {rule}", *rules, ""]))}

    def _thought(self) -> str:
        return f'thought ::= "<think>\\n" say{{0,{self.bounds.thought}}} "</think>\\n\\n"'

    def _calls(self, tools: Arguments) -> list[str]:
        if not tools:
            return []
        rules = {f"t{number}": (name, one) for number, (name, one) in enumerate(tools.items())}
        start, end, between = (f"{OPEN}\n", f"\n{CLOSE}", "\n") if self.form == "hermes" else ("", "", ", ")
        more = f" ({literal(between)} call){{0,{self.parallel - 1}}}" if self.parallel > 1 else ""
        several = f'"[" call{more} "]"' if self.form == "json" and more else f"call{more}"
        head = literal(start + '{"name": "')
        return [
            f"calls ::= {several}",
            f"call ::= {head} tool {literal('}' + end)}",
            f"tool ::= {' | '.join(rules)}",
            *(f"{rule} ::= {_opened(name)} {self._arguments(one)}" for rule, (name, one) in rules.items()),
            *_shared(tools.values()),
        ]

    def _arguments(self, one: Record | Choice) -> str:
        if isinstance(one, Choice):
            return expression(one)
        found = self.written.get(id(one))
        if found is None:
            if len(self.written) >= KEPT:
                self.written.clear()
            found = self.written[id(one)] = one, expression(one)
        return found[1]

    def _repeated(self, call: JsonValue) -> JsonValue:
        if self.parallel == 1:
            return call
        more = {"type": "sequence", "elements": [{"type": "const_string", "value": "\n"}, call]}
        repeat = {"type": "repeat", "min": 0, "max": self.parallel - 1, "content": more}
        return {"type": "sequence", "elements": [call, repeat]}


def _opened(name: str) -> str:
    return literal(json.dumps(name, ensure_ascii=False)[1:] + ', "arguments": ')


def _shared(tools: Iterable[Record | Choice]) -> list[str]:
    choices = {name: choice for one in tools for name, choice in named(one).items()}
    return [f"{name} ::= {expression(choice)}" for name, choice in choices.items()]


def _tag(name: str, arguments: Record | Choice) -> dict[str, JsonValue]:
    rules = [f"root ::= {expression(arguments)}", *_shared([arguments]), CHARACTERS]
    return {
        "type": "tag",
        "begin": f'{OPEN}\n{{"name": {spelled(name)}, "arguments": ',
        "content": {"type": "grammar", "grammar": "\n".join(rules)},
        "end": f"}}\n{CLOSE}",
    }


def _call(name: str, arguments: Record | Choice) -> dict[str, JsonValue]:
    return {
        "type": "object",
        "properties": {"name": {"enum": [name]}, "arguments": schema_for(arguments)},
        "required": ["name", "arguments"],
        "additionalProperties": False,
    }
