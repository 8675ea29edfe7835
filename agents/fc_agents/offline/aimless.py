"""The policies that do not plan: random legal calls, and values copied from the query."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from fc_agents.offline.match import Matcher, sentences
from fc_agents.offline.sight import SightedPolicy
from fc_gym.known import draw_call
from fc_gym.tool import Parameter, Tool
from fc_gym.types import Action, JsonValue, ToolCall

__all__ = ["CopyPolicy", "RandomLegalPolicy"]

STOP = 0.3
"""Chance of a reply instead of a call."""
_QUOTED = re.compile(r"\"([^\"]+)\"")
_DAY = re.compile(r"\b(\d{1,2} [A-Z][a-z]+(?: \d{4})?)\b")
_TIME = re.compile(r"\b(\d\d:\d\d)\b")
_NUMBER = re.compile(r"\b\d+(?:\.\d+)?\b")
_NAME = re.compile(r"\b[A-Z][\w-]+(?: [A-Z][\w-]+)+|\b[\w-]+\.\w{3,4}\b|(?<=\s)[A-Z][\w-]+")


class RandomLegalPolicy(SightedPolicy):
    """Calls a tool at random among those whose needed rows it has in mind, with values it has in mind."""

    name = "random-legal"

    def choose(self, info: dict[str, Any]) -> Action:
        """Draw a tool, then its arguments; sometimes reply."""
        known = self.sight.known(self.env.session)
        have = {key for key in self.env.domain.entities if known.has(key)}
        legal = [name for name in self.sight.offered if self.env.domain.requirements[name] <= have]
        if not legal or (self.sight.made and self.rng.random() < STOP):
            return self.sight.reply()
        name = legal[int(self.rng.integers(len(legal)))]
        call = draw_call(self.env.domain.tools[name], known, self.rng, optional=0.2)
        return [call] if call else self.sight.reply()


class CopyPolicy(SightedPolicy):
    """Calls what the words of a message resemble, with values copied from the message, and looks nothing up."""

    name = "copy"

    def fresh(self) -> None:
        """Turn every sentence into a call."""
        matcher = Matcher(self.env.domain, self.sight.offered)
        found = [(matcher.tool(one), one) for one in sentences(self.sight.user)]
        self.waiting = [self._call(self.env.domain.tools[name], one) for name, one in found if name]

    def choose(self, info: dict[str, Any]) -> Action:
        """Make the calls, then reply with what came of them."""
        return [self.waiting.pop(0)] if self.waiting else self.sight.reply()

    def _call(self, tool: Tool, sentence: str) -> ToolCall:
        given = {one.name: self._value(one, sentence) for one in tool.parameters.values() if one.required}
        return ToolCall(tool.name, {name: value for name, value in given.items() if value is not None})

    def _value(self, one: Parameter, sentence: str) -> JsonValue:
        schema = one.schema.get("items", one.schema)
        value = self._scalar(one, schema, sentence)
        return [value] if one.many and value is not None else value

    def _scalar(self, one: Parameter, schema: dict[str, JsonValue], sentence: str) -> JsonValue:
        if "enum" in schema:
            return next((choice for choice in schema["enum"] if str(choice) in sentence), schema["enum"][0])
        if schema.get("type") in ("integer", "number"):
            found = _NUMBER.search(sentence)
            return (int(float(found[0])) if schema["type"] == "integer" else float(found[0])) if found else None
        if schema.get("type") == "boolean":
            return True
        if one.key == "Date":
            return self._day(sentence)
        patterns = (_TIME,) if one.key == "Time" else (_QUOTED, _NAME)
        texts = [match[1] if match.re.groups else match[0] for each in patterns for match in each.finditer(sentence)]
        return max(texts, key=len, default=sentence)

    def _day(self, sentence: str) -> JsonValue:
        found = _DAY.search(sentence)
        today = str(getattr(self.env.session.state.world, "today", "2026"))[:4]
        try:
            text = found[1] if found else ""
            return datetime.strptime(text if text[-4:].isdigit() else f"{text} {today}", "%d %B %Y").date().isoformat()
        except ValueError:
            return None
