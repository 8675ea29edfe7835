"""What a completion comes to as an action, with a declared outcome for those that come to none."""

from __future__ import annotations

from dataclasses import dataclass

from fc_agents.chat.forms import Form
from fc_agents.chat.sound import sound_calls
from fc_agents.models.request import Completion, Constraint
from fc_gym.domain import Domain
from fc_gym.parsers import parser_named
from fc_gym.types import Malformed, ToolCall

__all__ = ["Heard", "heard"]


@dataclass(frozen=True, slots=True)
class Heard:
    """An action read from a completion."""

    calls: tuple[ToolCall | Malformed, ...]
    """Empty for a reply."""
    reply: str = ""

    @property
    def sound(self) -> bool:
        """True for a reply, and for calls of which one at least is well-formed."""
        return not self.calls or any(isinstance(one, ToolCall) for one in self.calls)


def heard(completion: Completion, form: Form, domain: Domain, constraint: Constraint | None = None) -> Heard:
    """Read a completion.

    Of a response that was cut off at its token limit nothing is run, and neither it nor an empty one is a reply: both
    count as one malformed call, so that the model is told and may go on.

    Args:
        completion: What came back.
        form: How calls are written.
        domain: Gives the tools.
        constraint: What the response was written under, if anything.
    """
    if completion.finish == "length":
        return _broken("the response was cut off at its token limit, and nothing of it was run", "write less")
    found = _read(completion, form, domain, constraint)
    if not isinstance(found, str):
        return Heard(found)
    if not found.strip():
        return _broken("the response is empty", "call a tool, or write a reply to the user")
    return Heard((), found)


def _read(
    completion: Completion, form: Form, domain: Domain, constraint: Constraint | None
) -> tuple[ToolCall | Malformed, ...] | str:
    parser = constraint.parser if constraint else form.parser
    if not parser or (completion.calls and not form.parser):
        return completion.calls or completion.content
    found = parser_named(parser)(completion.raw, domain)
    return found if isinstance(found, str) else sound_calls(tuple(found))


def _broken(message: str, hint: str) -> Heard:
    return Heard((Malformed(message, hint),))
