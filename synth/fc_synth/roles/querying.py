"""The querying role: a model words the user's message around phrases whose meaning is proved."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from fc_gym.types import JsonValue
from fc_synth.advanced import AdvancedTool
from fc_synth.query import Query
from fc_synth.roles.voice import Voice
from fc_synth.writers import Unwritten

__all__ = ["ModelQuerying"]

_JOB = (
    "You play a person who writes to an assistant. Write the person's next message. It asks for exactly what the tool "
    "below does, in everyday words, as one wish; it does not say how the assistant should go about it, and it names no "
    "tool. These phrases must stand in the message as they are:\n{phrases}\n\nThe tool: {name}: {description}\n"
    "A plain way to say it: {plain}\n\nAnswer with the message alone."
)
_MARKUP = re.compile(r"<\|?/?[a-z_]+\|?>|```|[{}]|\[[a-z_]+\(", re.IGNORECASE)
_LONGEST = 900


class ModelQuerying:
    """Rewords a query.

    Args:
        voice: Asks.
    """

    def __init__(self, voice: Voice) -> None:
        self.voice = voice

    def reworded(
        self, query: Query, advanced: AdvancedTool, dialogue: Sequence[Mapping[str, JsonValue]], hidden: Collection[str]
    ) -> Query:
        """Return the query in words of a model.

        Args:
            query: What the offline writer wrote: its phrases single out what they mean.
            advanced: What is asked for.
            dialogue: The messages so far, for the tone.
            hidden: Identifiers and tool names that the message must not contain.

        Raises:
            Unwritten: If nothing that the model wrote passes.
        """
        phrases = list(dict.fromkeys(words for slots in query.slots for words in slots.values()))
        shown = "\n".join(f"- {one}" for one in phrases) or "- (none)"
        job = _JOB.format(phrases=shown, name=advanced.name, description=advanced.description, plain=query.text)
        so_far = "\n".join(f"{one['role']}: {one['content']}" for one in dialogue if one.get("content"))
        prompt = f"{job}\n\nThe conversation so far:\n{so_far}" if so_far else job
        reason = "nothing"
        for _ in range(self.voice.tries):
            text = " ".join(self.voice.ask([{"role": "user", "content": prompt}]).content.split())
            text = text[1:-1].strip() if len(text) > 1 and text[0] == text[-1] == '"' else text
            reason = _fault(text, phrases, hidden)
            if not reason:
                self.voice.accept()
                return replace(query, text=text)
            self.voice.refuse(reason)
        raise Unwritten(f"querying: {reason}")


def _fault(text: str, phrases: Sequence[str], hidden: Collection[str]) -> str:
    """Return what is wrong with a message; empty if nothing is."""
    lowered = text.casefold()
    if not text:
        return "an empty message"
    if len(text) > _LONGEST:
        return "too long a message"
    if _MARKUP.search(text):
        return "markup in the message"
    if any(" ".join(one.casefold().split()) not in lowered for one in phrases):
        return "a needed phrase is missing"
    return "a hidden value or a tool's name" if any(one.casefold() in lowered for one in hidden) else ""
