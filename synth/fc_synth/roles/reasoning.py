"""The reasoning role: a model solves the query with the primitive tools, helped by hints that are never kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fc_gym.domain import Domain
from fc_gym.types import JsonValue, ToolCall, ToolResult
from fc_synth.answer import Answer
from fc_synth.roles.voice import Voice
from fc_synth.thought import Attempt, Hint

__all__ = ["ModelReasoner"]

_FIRST = "(A note that the user does not see. What is wanted here, all in all: {description})"
_CLOSE = "(A note that the user does not see. All is done; now tell the user what came of it, without a call.)"
_AGAIN = "(A note that the user does not see. The last answer was not right. {hints})"


class ModelReasoner:
    """Solves queries with a model.

    Args:
        domain: The tools.
        system: The system message of the dialogue.
        voice: Asks.
    """

    def __init__(self, domain: Domain, system: str, voice: Voice) -> None:
        self.domain, self.voice = domain, voice
        self.tools = [tool.spec() for tool in domain.tools.values()]
        self.messages: list[Mapping[str, JsonValue]] = [{"role": "system", "content": system}]
        self.about = ""
        self.calls = 0
        self.last: tuple[ToolCall, ...] = ()

    def begin(self, query: str, plain: str = "", about: str = "") -> None:
        """Take in the user's message of a new turn.

        Args:
            query: The message.
            plain: The same in so many words; not looked at.
            about: The description of the advanced tool, given as the first hint.
        """
        self.messages.append({"role": "user", "content": query})
        self.about = about

    def propose(self, hints: Sequence[Hint]) -> Attempt:
        """Propose the next calls."""
        note = _FIRST.format(description=self.about) if self.about else ""
        if hints:
            note = _AGAIN.format(hints=" ".join(dict.fromkeys(hint.text() for hint in hints)))
        asked = [*self.messages, {"role": "user", "content": note}] if note else self.messages
        completion = self.voice.ask(asked, self.tools)
        calls = tuple(call for call in completion.calls if isinstance(call, ToolCall))
        if len(calls) < len(completion.calls):
            self.voice.refuse("malformed calls")
            calls = ()
        elif not calls:
            self.voice.refuse("no calls")
        self.last = calls
        return Attempt((completion.reasoning or completion.content).strip(), calls)

    def observe(self, results: Sequence[ToolResult]) -> None:
        """Take in what came of the accepted calls."""
        self.voice.accept()
        ids = [f"call_{self.calls + number + 1}" for number in range(len(results))]
        made = [
            {"id": one, "type": "function",
             "function": {"name": result.call.name, "arguments": dict(result.call.arguments)}}
            for one, result in zip(ids, results, strict=True)
        ]  # fmt: skip
        self.messages.append({"role": "assistant", "content": "", "tool_calls": made})
        self.messages += [
            {"role": "tool", "tool_call_id": one, "name": result.call.name, "content": result.text}
            for one, result in zip(ids, results, strict=True)
        ]
        self.calls += len(results)

    def closing(self, target: str, told: Answer) -> tuple[str, Answer]:
        """Write the reply to the user; if it misses what was asked for, the given one is taken.

        Args:
            target: The tool that the turn was about; not looked at.
            told: The offline reply, and the texts that every good reply has to contain.

        Returns:
            The reasoning in front of the reply, and the reply.
        """
        completion = self.voice.ask([*self.messages, {"role": "user", "content": _CLOSE}])
        text, reasoning = completion.content.strip(), completion.reasoning.strip()
        if (
            completion.calls
            or not text
            or any(" ".join(one.casefold().split()) not in text.casefold() for one in told.must)
        ):
            self.voice.refuse("a reply that misses what was asked for")
            text, reasoning = told.text, ""
        else:
            self.voice.accept()
        self.messages.append({"role": "assistant", "content": text})
        return reasoning, Answer(text, told.must)

    def mark(self) -> tuple[int, int]:
        """Return where the dialogue stands, for `back`."""
        return len(self.messages), self.calls

    def back(self, mark: tuple[int, int]) -> None:
        """Forget what came after a mark."""
        length, self.calls = mark
        del self.messages[length:]
