"""A model as a policy: it is sent the dialogue so far, and its response is the action."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fc_agents.chat.dialogue import Dialogue
from fc_agents.chat.forms import Form, form_named, tools_text
from fc_agents.chat.reading import heard
from fc_agents.chat.sound import sound
from fc_agents.chat.tokens import TokenMarks
from fc_agents.legal import LEVELS, Bounds, Legality
from fc_agents.models.model import Model
from fc_agents.models.request import Constraint, Request, Sampling
from fc_agents.policy import Response
from fc_gym.domain import Domain
from fc_gym.env import Observation, ToolEnv
from fc_gym.errors import TaskError
from fc_gym.session import Session
from fc_gym.types import Action, JsonValue

__all__ = ["FREE_PLAY", "SYSTEM", "THINKING", "ChatPolicy"]

THINKING = ("drop", "keep")

SYSTEM = (
    "You act for a user through tools. Look up what you do not know, and never make up an identifier: use those that "
    "the user or a tool has told you. When all that was asked is done, or cannot be done, say so in plain words."
)
FREE_PLAY = "Find out what these tools can do: look around, change something that seems worth it, and tell me about it."
"""What the user says in an episode without a task."""

Specs = tuple[Mapping[str, JsonValue], ...]


@dataclass
class _Offers:
    """What follows from the domain and the form alone, shared by the policies of many episodes."""

    found: dict[tuple[str, tuple[str, ...]], tuple[Specs, str]] = field(default_factory=dict)
    legality: dict[str, Legality] = field(default_factory=dict)

    def of(self, domain: Domain, names: tuple[str, ...], form: Form) -> tuple[Specs, str]:
        """Return the descriptions of tools, and what a system message says of them."""
        key = (domain.fingerprint, names)
        found = self.found.get(key)
        if found is None:
            specs = tuple(domain.tools[name].spec() for name in names)
            found = self.found[key] = specs, tools_text(form, specs) if form.parser else ""
        return found


class ChatPolicy:
    """Plays what a model answers; one object plays one episode at a time, `another` makes more of them.

    A response that was cut off or is empty, and every call that cannot be read, is a malformed call: the model is told
    what was wrong. After `patience` responses in a row with nothing else the policy gives the episode up.

    Args:
        model: Who answers.
        sampling: How tokens are drawn. A seed in it is mixed with that of the episode and the number of the response.
        level: What a response may be, one of `fc_agents.legal.LEVELS`.
        form: How calls are written: `tools`, `hermes`, `json` or `python`.
        system: What the model is told first.
        thinking: Whether later prompts `keep` or `drop` what the model thought.
        patience: How many responses in a row may have nothing but malformed calls.

    Raises:
        TaskError: If there is no such level, form or way with thinking, or the level does not go with the form.
    """

    name = "chat"

    def __init__(
        self, model: Model, *, sampling: Sampling | None = None, level: str = "free", form: str = "tools",
        system: str = SYSTEM, thinking: str = "drop", patience: int = 3,
    ) -> None:  # fmt: skip
        self.form = form_named(form)
        for what, value, allowed in (("level", level, LEVELS), ("way with thinking", thinking, THINKING)):
            if value not in allowed:
                raise TaskError(f"unknown {what} {value!r}; have {', '.join(allowed)}")
        if level != "free" and not self.form.legal:
            able = ", ".join(name for name in ("tools", "hermes", "json"))
            raise TaskError(f"calls in the form {form!r} cannot be held to a level; take one of {able}, or level free")
        if patience < 1:
            raise TaskError(f"patience is {patience}; it must be 1 or more")
        self.model, self.sampling, self.level = model, sampling or Sampling(), level
        self.system, self.thinking, self.patience = system, thinking, patience
        self._offers = _Offers()

    @property
    def settings(self) -> Mapping[str, JsonValue]:
        """What the header of a trajectory keeps."""
        chat = {"form": self.form.name, "level": self.level, "thinking": self.thinking, "patience": self.patience}
        model, sampling = dict(self.model.settings), self.sampling.json()
        return {"chat": {"model": model, "sampling": sampling, **chat, "system": self.system}}

    def another(self) -> ChatPolicy:
        """Return a policy with the same model and settings for another episode; what is compiled is shared."""
        made = ChatPolicy(
            self.model, sampling=self.sampling, level=self.level, form=self.form.name, system=self.system,
            thinking=self.thinking, patience=self.patience,
        )  # fmt: skip
        made._offers = self._offers
        return made

    def begin(self, env: ToolEnv, seed: int) -> None:
        """Begin a dialogue."""
        self._session: Session = env.session
        self._domain, self._seed = self._session.domain, seed  # a task may offer tools under other names
        self._dialogue = Dialogue(self.form, self.system, self.thinking)
        self._marks = TokenMarks()
        self._asked = self._broken = 0

    async def act(self, observation: Observation, info: dict[str, Any]) -> Response:
        """Ask the model.

        Raises:
            ModelError: If it does not answer.
        """
        user = observation["user"] if self._session.task or self._asked else FREE_PLAY
        self._dialogue.heard(observation["results"], user)
        constraint = self._constraint()
        completion = sound(await self.model.complete(self._request(info["tools"], constraint)))
        self._asked += 1
        found = heard(completion, self.form, self._domain, constraint)
        self._dialogue.said(completion, found.calls)
        self._broken = 0 if found.sound else self._broken + 1
        action: Action = list(found.calls) if found.calls else found.reply  # type: ignore[arg-type]
        stop = "malformed" if self._broken >= self.patience else ""
        return Response(action, completion.raw, completion, self._marks.of(completion), stop)

    def _request(self, names: tuple[str, ...], constraint: Constraint | None) -> Request:
        tools, told = self._offers.of(self._domain, names, self.form)
        messages = self._dialogue.prompt(told)
        sampling, sample = self.sampling, f"{self._seed}/{self._asked}"
        if sampling.seed is not None:
            sampling = replace(sampling, seed=zlib.crc32(f"{sampling.seed}/{sample}".encode()) & 0x7FFFFFFF)
        if self.form.parser:
            tools = ()
        choice: Any = "none" if tools and constraint else "auto"
        return Request(messages, tools, sampling, constraint, choice, sample)

    def _constraint(self) -> Constraint | None:
        if self.level == "free":
            return None
        key = self._domain.fingerprint
        if key not in self._offers.legality:
            # max_tokens bounds a reply too; a grammar that counts its letters masks tokens 180 times as slowly
            self._offers.legality[key] = Legality(self._domain, form=self.form.legal, bounds=Bounds(reply=None))
        return self._offers.legality[key].constraint(self._session, self.level)
