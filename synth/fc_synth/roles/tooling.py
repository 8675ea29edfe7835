"""The tooling role: a model names and describes the advanced tool; what the tool does stays the proven trace."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

import orjson

from fc_gym.domain import Domain
from fc_synth.advanced import AdvancedTool
from fc_synth.roles.voice import Voice
from fc_synth.writers import Unwritten

__all__ = ["ModelTooling"]

_JOB = (
    "You design tools. Below are calls that were made one after the other, with their results. Describe one new tool "
    "that does all of it at once. Its inputs are given; what the calls found out for themselves is not an input. "
    'Answer with one JSON object, {"name": "snake_case_name", "description": "what it does, in one or two sentences"}. '
    "The name must be new, and the description must name none of the tools below and none of their identifiers."
)
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


class ModelTooling:
    """Renames an advanced tool.

    Args:
        domain: Knows the primitive tools.
        voice: Asks.
    """

    def __init__(self, domain: Domain, voice: Voice) -> None:
        self.domain, self.voice = domain, voice

    def named(self, advanced: AdvancedTool, hidden: Collection[str]) -> AdvancedTool:
        """Return the tool under a name and a description that a model wrote.

        Args:
            advanced: The tool as folded.
            hidden: Identifiers that the description must not contain.

        Raises:
            Unwritten: If nothing that the model wrote passes.
        """
        calls = "\n".join(f"{step.call} -> {step.result.text[:400]}" for step in advanced.steps)
        inputs = ", ".join(one.leaf.parameter for one in advanced.inputs) or "none"
        prompt = f"{_JOB}\n\nCalls:\n{calls}\n\nInputs: {inputs}"
        reason = "nothing"
        for _ in range(self.voice.tries):
            completion = self.voice.ask([{"role": "user", "content": prompt}])
            found, reason = self._read(completion.content, hidden)
            if found:
                self.voice.accept()
                return replace(advanced, name=found[0], description=found[1])
            self.voice.refuse(reason)
        raise Unwritten(f"tooling: {reason}")

    def _read(self, text: str, hidden: Collection[str]) -> tuple[tuple[str, str] | None, str]:
        start, end = text.find("{"), text.rfind("}")
        try:
            body = orjson.loads(text[start : end + 1])
        except orjson.JSONDecodeError:
            return None, "no JSON object"
        if not isinstance(body, dict):
            return None, "no JSON object"
        name, description = body.get("name"), body.get("description")
        if not isinstance(name, str) or not isinstance(description, str):
            return None, "no name or no description"
        return self._checked(name, " ".join(description.split()), hidden)

    def _checked(self, name: str, description: str, hidden: Collection[str]) -> tuple[tuple[str, str] | None, str]:
        lowered = description.casefold()
        if not _NAME.fullmatch(name) or len(name) > 64:
            return None, "the name is not in snake_case"
        if name in self.domain.tools:
            return None, "the name is a primitive tool's"
        if not 10 <= len(description) <= 500:
            return None, "the description is empty or too long"
        if any(tool in lowered for tool in self.domain.tools if "_" in tool):
            return None, "the description names a primitive tool"
        if any(value.casefold() in lowered for value in hidden):
            return None, "the description has a hidden value"
        return (name, description), ""
