"""The official executor's way with call texts: which names it refuses, and how it changes texts in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fc_gym.bfcl.classes import tools_of
from fc_gym.bfcl.decode import rewritten
from fc_gym.bfcl.plain import plain_parts
from fc_gym.bfcl.play import Played, Session
from fc_gym.bfcl.texts import FAILED

__all__ = ["Executor"]

_DENIED = frozenset({"kill", "exit", "quit", "remove", "unlink", "popen", "Popen", "run"})
_NOT_IN_NAMES = re.compile(r"[-./:]")


class Executor:
    """Runs call texts on a session as the official executor would.

    Args:
        session: Where they run.
        label: The official name of the run, such as `gpt_eval_multi_turn_base_0`; it shows in text arguments in which
            a tool's name stands before a bracket.
    """

    def __init__(self, session: Session, label: str) -> None:
        self.session = session
        self._label = label

    def run(self, calls: Iterable[str]) -> list[str]:
        """Run calls in order.

        Args:
            calls: Call texts.

        Returns:
            One result text per call.
        """
        return [self.play(one).text for one in calls]

    def play(self, call: str) -> Played:
        """Run one call.

        Args:
            call: Call text.

        Returns:
            What came of it; a text that is no call has the exception `CallError`.
        """
        parts = plain_parts(call) if call.count("(") == 1 else None
        if parts and parts[0] not in _DENIED:
            return self.session.perform(*parts)
        name, _, rest = call.partition("(")
        if "(" in rest or not name.isidentifier():
            call = rewritten(call, self._owners())
            name = call.partition("(")[0]
            name = name.split(".")[1] if "." in name else name
        if name in _DENIED:
            return Played(f"{FAILED}Function call {name} is not allowed.", exception="CallError")
        return self.session.run(call)

    def _owners(self) -> dict[str, str]:
        label, tools = _NOT_IN_NAMES.sub("_", self._label), tools_of(tuple(self.session.instances))
        return {tool: f"{label}_{owner}_instance" for tool, (owner, _) in tools.items()}
