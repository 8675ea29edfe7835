"""What may be called now, as the constraint that a model decodes under."""

from __future__ import annotations

import hashlib
from typing import Literal, get_args
from weakref import WeakKeyDictionary

from fc_agents.legal.fitting import Bounds
from fc_agents.legal.offer import Offer
from fc_agents.legal.promise import check_level
from fc_agents.legal.shapes import Record
from fc_agents.legal.writing import Arguments, Writing
from fc_agents.models.request import Constraint
from fc_gym.domain import Domain
from fc_gym.errors import TaskError
from fc_gym.known import Known
from fc_gym.session import Session
from fc_gym.types import JsonValue, canonical

__all__ = ["Kind", "Legality"]

Kind = Literal["json_schema", "grammar", "structural_tag"]

KINDS: dict[str, tuple[Kind, ...]] = {"hermes": ("grammar", "structural_tag"), "json": ("grammar", "json_schema")}
"""The kinds of constraint of each form, the first of which is taken where none is asked for."""
KEPT = 1024
"""Most constraints that are kept to be found again."""


class Legality:
    """Makes constraints; one object serves all episodes of a domain.

    Which engine reads it matters. xgrammar reads every kind, but see `Bounds` on its times. llguidance compiles in some
    milliseconds whatever the vocabulary, but where `<tool_call>` is a token of its own, as in Qwen's tokenizers, it
    fails on that tag written as text: with vLLM's backend `guidance` use the form `json`.

    Where no call can be made at all, a reply is what is left, so it is allowed even if `reply` is False.

    Args:
        domain: Gives the tools.
        form: `hermes`: each call in tags, as Qwen and Hermes write it; `json`: one JSON object, or a list.
        reply: Allow words to the user too.
        parallel: Most calls in one response; with more than one, those in JSON stand in a list.
        kind: How the constraint is written; by default a grammar, which says most and which xgrammar and llguidance
            both read. For `hermes` also a structural tag (the same language); for `json` a JSON schema, with no reply.
        bounds: What keeps a response short where a schema does not.

    Raises:
        TaskError: If there is no such form or kind, or they do not go together.
    """

    def __init__(
        self, domain: Domain, form: str = "hermes", reply: bool = True, *, parallel: int = 4,
        kind: Kind | None = None, bounds: Bounds | None = None,
    ) -> None:  # fmt: skip
        self.domain, self.form, self.reply, self.parallel = domain, form, reply, parallel
        self.bounds = bounds or Bounds()
        self.kind = _checked(form, reply, parallel, kind)
        self.offer = Offer(domain, self.bounds)
        self._expressions: dict[int, tuple[Record, str]] = {}
        self._made: dict[tuple[object, ...], Constraint] = {}
        self._last: WeakKeyDictionary[Known, tuple[tuple[object, ...], Constraint]] = WeakKeyDictionary()

    @property
    def silent(self) -> tuple[str, ...]:
        """The tools that no constraint lets a model call, until a value that they take is known."""
        return self.offer.silent

    def constraint(self, session: Session, level: str) -> Constraint | None:
        """Return what the next response of an episode must look like; None at the level `free`.

        Args:
            session: The episode as it stands.
            level: `schema`: any tool on offer, with arguments that its check accepts. `tools`: only tools whose needed
                rows are known. `grounded`: of these, only arguments whose rows are known. `calls`: one of the calls in
                `info["grounded_calls"]`, which would be accepted; so it tells a model what the tools would refuse, and
                optional arguments, other texts and a second call are left out.

        Raises:
            TaskError: If there is no such level, or the episode is in another domain.
        """
        if check_level(level) == "free":
            return None
        if session.domain is not self.domain and session.domain.fingerprint != self.domain.fingerprint:
            raise TaskError(f"the episode is in the domain {session.domain.name}, not {self.domain.name}")
        parallel = min(self.parallel, session.limits.calls_per_step)
        if level == "calls":
            return self._written(self.offer.accepted(session), 1)
        tools = session.offered() if level == "schema" else session.legal()
        if level == "grounded":
            return self._grounded(session.known, tools, parallel)
        key = (tools, parallel)
        if key not in self._made:
            self._keep(key, self._written(self._any(tools), parallel))
        return self._made[key]

    def _grounded(self, known: Known, tools: tuple[str, ...], parallel: int) -> Constraint:
        """Return the constraint of what is known, made anew only if that is more than last time."""
        moment = (known.size, tools, parallel)
        last = self._last.get(known)
        if last is None or last[0] != moment:
            values = self.offer.values(known, tools)
            key = (tools, parallel, tuple(values.items()))
            if key not in self._made:
                found = {name: one for name in tools if (one := self.offer.grounded(name, values)) is not None}
                self._keep(key, self._written(found, parallel))
            last = self._last[known] = moment, self._made[key]
        return last[1]

    def _any(self, tools: tuple[str, ...]) -> Arguments:
        return {name: one for name in tools if (one := self.offer.any(name)) is not None}

    def _keep(self, key: tuple[object, ...], constraint: Constraint) -> None:
        if len(self._made) >= KEPT:
            self._made.clear()
        self._made[key] = constraint

    def _written(self, tools: Arguments, parallel: int) -> Constraint:
        writing = Writing(self.form, self.reply, parallel, self.bounds, self._expressions)
        body: JsonValue
        kind: Kind = self.kind if tools else "grammar"
        if kind == "grammar":
            body = writing.grammar(tools)
        else:
            body = writing.schema(tools) if kind == "json_schema" else writing.structural_tag(tools)
        text = f"{kind} {body if isinstance(body, str) else canonical(body)}"
        return Constraint(kind, body, self.form, hashlib.blake2b(text.encode(), digest_size=16).hexdigest())


def _checked(form: str, reply: bool, parallel: int, kind: Kind | None) -> Kind:
    if form not in KINDS:
        raise TaskError(f"there is no form {form!r} of constraints; have {', '.join(KINDS)}")
    if kind is not None and kind not in KINDS[form]:
        have = " or ".join(KINDS[form])
        known = "" if kind in get_args(Kind) else "an unknown kind; "
        raise TaskError(f"calls in the form {form} cannot be told as {kind!r}: {known}choose {have}")
    if kind == "json_schema" and reply:
        raise TaskError("a JSON schema cannot allow a reply in plain words; choose kind='grammar', or reply=False")
    if parallel < 1:
        raise TaskError(f"at most {parallel} calls in one response leave none; give 1 or more")
    return kind or KINDS[form][0]
