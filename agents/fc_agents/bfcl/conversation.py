"""A conversation of a model with a user and tools, without a ground truth for its calls."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Protocol

from fc_agents.bfcl.functions import Doc
from fc_agents.bfcl.talk import TOO_LONG, Talk, TooLong
from fc_gym.bfcl.decode import read_call
from fc_gym.bfcl.episode import call_text, fault
from fc_gym.bfcl.grade import STEP_LIMIT
from fc_gym.bfcl.play import Played
from fc_gym.bfcl.results import Response
from fc_gym.bfcl.texts import error_text, result_text
from fc_gym.errors import TaskError
from fc_gym.types import JsonValue, Malformed

__all__ = ["Conversation", "Methods", "Tools"]

_COUNTS = {"malformed": "format_errors", "exception": "exceptions", "refused": "refusals"}
_MALFORMED = Played("the call is malformed; write a tool's name and its arguments", exception="CallError")


class Tools(Protocol):
    """What calls are made on."""

    def run(self, text: str) -> Played:
        """Run one call that is given as text."""


class Methods:
    """The public methods of an object as tools.

    Args:
        owner: The object.
    """

    def __init__(self, owner: object) -> None:
        self._tools = {name: one for name, one in inspect.getmembers(owner, inspect.ismethod) if name[0] != "_"}
        self._tools.pop("load", None)

    def run(self, text: str) -> Played:
        """Run one call that is given as text.

        Raises:
            TaskError: To whoever plays, if something is missing that is not the model's affair.
        """
        try:
            call = read_call(text)
            if call.name not in self._tools:
                raise NameError(f"name '{call.name}' is not defined")
            value = self._tools[call.name](*call.positional, **call.keyword)
        except TaskError:
            raise
        except Exception as error:
            return Played(error_text(error), None, type(error).__name__)
        return Played(result_text(value), value)


class Conversation:
    """Turns as they are played; one with more steps than are allowed, or too long for the model, ends them all.

    Args:
        talk: With the model.
        tools: What it can call.
        docs: Descriptions of these functions.
        official: End the turn at a malformed call; else it is told, and can be mended.
    """

    def __init__(self, talk: Talk, tools: Tools, docs: Sequence[Doc], *, official: bool) -> None:
        self._talk, self._tools, self._docs, self._official = talk, tools, docs, official
        self.turns: list[list[Response]] = []
        self.words: list[str] = []
        """Responses that call nothing, without their thinking."""
        self.credit: list[dict[str, JsonValue]] = []
        """Counts of each turn: `calls`, `format_errors`, `exceptions`, `refusals`."""
        self.cut = ""
        """Why it was stopped; empty if it was not."""
        self.error = ""
        """With what error it broke off; empty if it did not."""

    async def go(self, turns: Sequence[Sequence[Mapping[str, str]]]) -> None:
        """Go through turns.

        Args:
            turns: Messages of the user per turn.

        Raises:
            ModelError: If there is no usable response.
        """
        for messages in turns:
            self._talk.hear("\n\n".join(one["content"] for one in messages), self._docs)
            self.turns.append([])
            self.credit.append(dict.fromkeys(("calls", *_COUNTS.values()), 0))
            steps = 0
            while not self.cut and await self._step():
                steps += 1
                self.cut = "steps_per_turn" if steps > STEP_LIMIT else ""
            if self.cut:
                return

    async def _step(self) -> bool:
        """Take one response; False if it ends the turn."""
        try:
            said = await self._talk.act()
        except TooLong as error:
            self.cut, self.error = TOO_LONG, str(error)
            return False
        if isinstance(said, str) or (self._official and any(isinstance(one, Malformed) for one in said)):
            self.words.append(self._talk.answer())
            self.turns[-1].append(self.words[-1])
            return False
        texts = [call_text(one) for one in said]
        played = [_MALFORMED if text is None else self._tools.run(text) for text in texts]
        self.turns[-1].append([text or str(one) for text, one in zip(texts, said, strict=True)])
        self.credit[-1]["calls"] += len(played)
        for kind in filter(None, map(fault, played)):
            self.credit[-1][_COUNTS[kind]] += 1
        self._talk.told([one.text for one in played])
        return True
