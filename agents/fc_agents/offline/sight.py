"""What an offline policy goes by: the user's message, and the results of the last calls made for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from fc_gym.domain import Domain
from fc_gym.env import Observation, ToolEnv
from fc_gym.known import Known
from fc_gym.types import Action, JsonValue, Refusal, ToolCall, ToolResult, general_path, leaves

__all__ = ["Sight", "SightedPolicy"]

WINDOW = 8
"""Results that a policy keeps in mind while it sees to a message."""


class Sight:
    """A message as an agent sees to it, without what was said and shown before.

    Args:
        env: Where it plays.
        window: How many results are kept in mind.
    """

    def __init__(self, env: ToolEnv, window: int = WINDOW) -> None:
        self.domain: Domain = env.domain
        self.offered: tuple[str, ...] = env.session.offered()
        self.user = env.session.user
        self.turn = 0
        self.recent: deque[ToolResult] = deque(maxlen=window)
        self.made: list[ToolResult] = []
        """The results of the current turn."""

    def see(self, action: Action, observation: Observation) -> None:
        """Take in an action and what came of it."""
        if isinstance(action, str):
            self.user, self.turn, self.made = observation["user"], self.turn + 1, []
            self.recent.clear()
            return
        for call, text in zip(action, observation["results"], strict=True):
            if isinstance(call, ToolCall):
                code = "refused" if text.startswith('{"error":') else ""
                result = ToolResult(call, text, Refusal(code, text, "") if code else None)
                self.recent.append(result)
                self.made.append(result)

    def known(self, session: Any) -> Known:
        """Return what may be used now: what the user told, and what the results in mind have shown."""
        known = Known(self.domain)
        for key in session.known.keys:
            known.tell(key, [one.value for one in session.known.values(key) if one.source.kind == "user"])
        for position, result in enumerate(self.recent):
            known.show(result, 0, position)
        return known

    def records(self) -> Iterator[tuple[JsonValue, Mapping[str, JsonValue], int]]:
        """Yield every identifier in mind with the object around it, and how recent it is."""
        for age, result in enumerate(self.recent):
            tool = self.domain.tools.get(result.call.name)
            for path, value, record in leaves(result.value) if tool and result.ok else ():
                if tool and tool.returns.get(general_path(path), "") in self.domain.entities:
                    yield value, record, age

    def reply(self) -> str:
        """Return a reply that hands on what the results of this turn say."""
        return " ".join(result.text for result in self.made if result.ok) or "I could not do that."


class SightedPolicy:
    """Acts on what it has seen; a kind of policy says how in `choose`."""

    name = "sighted"
    calls = 8
    """Most calls in a turn."""

    def begin(self, env: ToolEnv, seed: int) -> None:
        """Look at the start of an episode."""
        self.env, self.graph = env, env.graph
        self.rng = np.random.default_rng([seed, 3])
        self.sight = Sight(env)
        self.last: Action | None = None
        self.fresh()

    def see(self, action: Action, observation: Observation) -> None:
        """Take in an action that somebody took in this policy's place."""
        self.sight.see(action, observation)
        if isinstance(action, str):
            self.fresh()

    def act(self, observation: Observation, info: dict[str, Any]) -> Action:
        """Return the next response."""
        if self.last is not None:
            self.see(self.last, observation)
        self.sight.offered = info["tools"]
        self.last = self.choose(info) if len(self.sight.made) < self.calls else self.sight.reply()
        return self.last

    def resume(self, env: ToolEnv) -> None:
        """Go on from where somebody else has played to."""
        self.env, self.last = env, None

    def fresh(self) -> None:
        """Prepare for a new message of the user."""

    def choose(self, info: dict[str, Any]) -> Action:
        """Return the next response; the sight is up to date. This one only replies."""
        return self.sight.reply()
