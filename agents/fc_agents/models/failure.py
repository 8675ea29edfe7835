"""What went wrong with a request to a server, in one sentence, and whether it may pass."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fc_agents.models.encoding import decoded
from fc_agents.models.model import ModelError
from fc_agents.models.request import Request

__all__ = ["Failure", "Refusal", "failure_of", "from_address"]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one try of a request got no answer."""

    message: str
    """One sentence without a full stop."""
    kind: str
    fatal: bool = False
    """True if every other request would fail in the same way."""
    passes: bool = False
    """True if the same request may be answered later."""
    asked: float | None = None
    """Seconds that the server asked to wait."""

    def error(self, tries: int = 1, more: str = "") -> ModelError:
        """Return it as an error, with what is known of the tries."""
        times = f" ({tries} tries)" if tries > 1 else ""
        return ModelError(f"{self.message}{more}{times}", kind=self.kind, fatal=self.fatal)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is none: its status and its text."""

    status: int
    text: str
    asked: float | None = None
    """Seconds that the server asked to wait."""

    @property
    def said(self) -> str:
        """What the server says, shortened to one line."""
        error: Any = self._body()
        for name in ("error", "message", "detail"):
            error = error.get(name, error) if isinstance(error, Mapping) else error
        text = " ".join((error if isinstance(error, str) else self.text).split()).rstrip(".")
        return f"{text[:200]}..." if len(text) > 200 else text

    @property
    def code(self) -> str:
        """The server's own word for it; empty if there is none."""
        error = self._body().get("error")
        return str(error.get("code") or error.get("type") or "") if isinstance(error, Mapping) else ""

    def _body(self) -> Mapping[str, Any]:
        try:
            body = decoded(self.text.encode("utf-8", "replace"))
        except ValueError:
            return {}
        return body if isinstance(body, Mapping) else {}


_LONG = re.compile(
    r"context[ _](length|size|window)|maximum context|max_model_len|(prompt|input) is too long|too many tokens"
)
_NO_TOOLS = re.compile(
    r"enable-auto-tool-choice|tool-call-parser|--jinja"
    r"|(not|n't) (support|allow|have)\w* (\w+ ){0,3}(tools?|functions?)\b|(tools?|tool use|functions?|function calling)"
    r"( \w+){0,3} (is|are) (not (supported|available|enabled)|unsupported)"
)
_NO_CONSTRAINT = re.compile(r"grammar|structur|guided|response_format|json_schema|json schema|xgrammar|schema")
_TRANSIENT = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})


def failure_of(refusal: Refusal, request: Request, whom: str, model: str) -> Failure:
    """Say what an answer with an error status means.

    Args:
        refusal: The answer.
        request: What was asked.
        whom: The server, for the sentence.
        model: The model that was asked for.
    """
    found = _by_status(refusal, whom, model) or _by_text(refusal, request, whom)
    if found is not None:
        return found
    passes, said = refusal.status in _TRANSIENT, refusal.said or "no text"
    if passes or refusal.status >= 500:
        kind = "rate_limited" if refusal.status == 429 else "server_error"
        return Failure(f"{whom} failed with status {refusal.status}: {said}", kind, passes=passes, asked=refusal.asked)
    return Failure(f"{whom} turned the request down with status {refusal.status}: {said}", "bad_request")


def _by_status(refusal: Refusal, whom: str, model: str) -> Failure | None:
    said = refusal.said
    if refusal.status in (401, 403):
        advice = "give the name of the variable that holds a valid key (--key-env)"
        return Failure(f"{whom} refused access with status {refusal.status}: {said}; {advice}", "no_access", fatal=True)
    if refusal.status == 429 and refusal.code in ("insufficient_quota", "billing_not_active"):
        return Failure(f"{whom} has no credit left for this key: {said}", "no_access", fatal=True)
    if 300 <= refusal.status < 400 or refusal.status == 405:
        advice = "give the address that answers /chat/completions itself"
        return Failure(f"{whom} answered with status {refusal.status}; {advice}", "wrong_address", fatal=True)
    if refusal.status == 404 and "model" in said.lower():
        return Failure(f"{whom} has no model {model!r}", "wrong_model", fatal=True)
    if refusal.status == 404:
        advice = "the address of an OpenAI-compatible server ends in /v1"
        return Failure(f"{whom} has no /chat/completions; {advice}", "wrong_address", fatal=True)
    return None


def _by_text(refusal: Refusal, request: Request, whom: str) -> Failure | None:
    if refusal.status not in (400, 413, 422, 500, 501):
        return None
    said = refusal.said
    text = f"{refusal.code} {said}".lower()
    if _LONG.search(text):
        return Failure(f"the request is too long for {whom}: {said}", "too_long")
    if request.tools and _NO_TOOLS.search(text):
        advice = (
            "start it with tool calling (vLLM: --enable-auto-tool-choice --tool-call-parser hermes), or have tools "
            "written into the prompt"
        )
        return Failure(f"{whom} takes no tools: {said}; {advice}", "no_tools", fatal=True)
    if request.sampling.logprobs and "logprob" in text:
        return Failure(f"{whom} gives no log-probabilities: {said}; ask without them", "no_logprobs", fatal=True)
    if request.constraint is not None and refusal.status != 500 and _NO_CONSTRAINT.search(text):
        return Failure(f"{whom} does not take the constraint {request.constraint.kind}: {said}", "no_constraint")
    return None


def from_address(error: Exception, whom: str, seconds: float) -> Failure:
    """Say what an error of the connection means.

    Args:
        error: What the client raised.
        whom: The server, for the sentence.
        seconds: How long was waited, if the error is one of time.
    """
    kind = type(error).__name__
    if kind == "ClientConnectorDNSError":
        return Failure(f"{whom} cannot be reached: there is no host of that name", "unknown_host", passes=True)
    if kind.startswith("ClientConnectorC") or kind == "ClientConnectorSSLError":
        return Failure(f"{whom} cannot be trusted: {error}", "refused_connection", fatal=True)
    if kind in ("ClientConnectorError", "ConnectionTimeoutError"):
        return Failure(f"{whom} cannot be reached: {_reason(error)}", "refused_connection", passes=True)
    if isinstance(error, TimeoutError):
        return Failure(f"{whom} sent nothing more within {seconds:g} seconds", "stalled", passes=True)
    return Failure(f"{whom} broke off before its answer was complete ({error or kind})", "truncated", passes=True)


def _reason(error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number in (errno.EMFILE, errno.ENFILE):
        return "this process has too many open files; ask less at once, or raise `ulimit -n`"
    said = "it does not answer" if isinstance(error, TimeoutError) else str(error)
    return f"{os.strerror(number) if number else said}; is the server running there?"
