"""A model behind any OpenAI-compatible server, asked over plain HTTP."""

from __future__ import annotations

import asyncio
import difflib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from fc_agents.models.answer import completion_of
from fc_agents.models.encoding import decoded, encoded
from fc_agents.models.failure import Failure, Refusal, failure_of, from_address
from fc_agents.models.model import ModelError
from fc_agents.models.request import Completion, Request, Timing
from fc_agents.models.retry import Pauses, asked_pause
from fc_agents.models.stream import Stream
from fc_agents.models.wire import Dialect
from fc_gym.types import JsonValue

if TYPE_CHECKING:
    import aiohttp

__all__ = ["OpenAiModel"]

CONNECT = 30.0
"""Seconds within which a server must take a connection, or say which models it has."""
KEPT = 4.0
"""Seconds that an idle connection is kept; servers of the vLLM kind drop theirs after five."""


class _Answer(NamedTuple):
    body: JsonValue
    first: float
    """When the first of it came, by the monotonic clock."""


class OpenAiModel:
    """Asks a server that speaks OpenAI's chat protocol: vLLM, SGLang, llama.cpp, a hosted one.

    Where a server reads the calls itself, `raw` is put together from what it read, and vLLM keeps the white space of
    arguments only in streams; what was sampled to the letter is in the token ids.

    Args:
        name: The model, as the server knows it.
        base_url: The server's address, up to and with `/v1`.
        key: What the server wants to see as a bearer token; empty: none.
        timeout: Longest time of one try, in seconds.
        stall: Longest time between two parts of an answer that has begun, in seconds.
        tries: How often one request is sent before it is given up.
        requests: Most requests under way at once; others wait.
        stream: Whether answers come token by token, so that the time to the first is known.
        pauses: How long to wait between tries.
        dialect: How this server wants to be asked.

    Raises:
        ModelError: If the address is none.
    """

    def __init__(
        self, name: str, base_url: str, *, key: str = "", timeout: float = 600.0, stall: float = 60.0, tries: int = 5,
        requests: int = 256, stream: bool = False, pauses: Pauses | None = None, dialect: Dialect | None = None,
    ) -> None:  # fmt: skip
        self.name = name
        self.dialect = dialect or Dialect()
        self._url, self._whom = _address(base_url)
        self._key, self._timeout, self._stall, self._stream = key, timeout, stall, stream
        self._tries, self._pauses, self._asked = tries, pauses or Pauses(), 0
        self._places = asyncio.Semaphore(requests)
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    @property
    def settings(self) -> Mapping[str, JsonValue]:
        """What changes the answers."""
        return {"kind": "openai", "name": self.name, **self.dialect.json()}

    async def check(self) -> None:
        """Ask the server which models it has.

        Raises:
            ModelError: If it cannot be reached, refuses access, or has no model of this name.
        """
        names = await self._names()
        for tries in range(1, self._tries):
            if not isinstance(names, Failure) or names.kind not in ("rate_limited", "server_error", "truncated"):
                break
            await asyncio.sleep(self._pauses.seconds(tries, 0))
            names = await self._names()
        if isinstance(names, Failure):
            raise replace(names, fatal=True).error()
        if names is not None and self.name not in names:
            raise _no_model(self.name, names, self._whom)

    async def complete(self, request: Request) -> Completion:
        """Answer a request.

        Raises:
            ModelError: If there is no answer after all tries, or none that can be read.
        """
        started, waited, tries = time.monotonic(), 0.0, 0
        number, self._asked = self._asked, self._asked + 1
        data = encoded(self.dialect.body(self.name, request, stream=self._stream))
        while True:
            tries, begun = tries + 1, time.monotonic()
            async with self._places:
                waited += time.monotonic() - begun
                answer = await self._try(data, request)
            if isinstance(answer, _Answer):
                timing = Timing(answer.first - started, time.monotonic() - started, tries, waited)
                return completion_of(answer.body, request, self.dialect.parser, timing, self._whom)
            await self._pause(answer, tries, number)

    async def close(self) -> None:
        """Give back the connections."""
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _pause(self, failure: Failure, tries: int, number: int) -> None:
        """Wait until the next try; raise the failure if there is none."""
        if failure.kind == "wrong_model":
            names = await self._names()
            raise (
                failure.error()
                if names is None or isinstance(names, Failure)
                else _no_model(self.name, names, self._whom)
            )
        if not failure.passes or tries >= self._tries:
            raise failure.error(tries)
        if failure.asked is not None and failure.asked > self._pauses.longest:
            more = (
                f"; it asks to wait {failure.asked:g} seconds, and {self._pauses.longest:g} are the most that is waited"
            )
            raise failure.error(tries, more)
        await asyncio.sleep(self._pauses.seconds(tries, number, failure.asked))

    async def _try(self, data: bytes, request: Request) -> _Answer | Failure:
        """Send a request once."""
        session, errors = self._opened()
        try:
            async with session.post(f"{self._url}/chat/completions", data=data, allow_redirects=False) as response:
                if response.status == 200:
                    return await self._read(response, request)
                text = (await response.read()).decode("utf-8", "replace")
                refusal = Refusal(response.status, self._unsaid(text), asked_pause(response.headers))
                return failure_of(refusal, request, self._whom, self.name)
        except errors as error:
            return from_address(error, self._whom, self._timeout)

    async def _read(self, response: aiohttp.ClientResponse, request: Request) -> _Answer | Failure:
        """Read an answer as it comes."""
        events = Stream() if response.content_type == "text/event-stream" else None
        whole, first, clock = bytearray(), 0.0, asyncio.get_running_loop().time
        limit = asyncio.timeout(None)
        try:
            async with limit:
                async for chunk in response.content.iter_any():
                    limit.reschedule(clock() + self._stall)
                    if events is None:
                        whole += chunk
                    else:
                        events.feed(chunk)
                    if not first and (events is None or events.written):
                        first = time.monotonic()
        except TimeoutError as error:
            return from_address(error, self._whom, self._stall if limit.expired() else self._timeout)
        except ValueError:
            return Failure(f"{self._whom} sent an event that is not JSON", "bad_response")
        body = self._whole(bytes(whole)) if events is None else self._ended(events)
        if isinstance(body, Failure):
            return body
        if isinstance(body, Mapping) and "error" in body and "choices" not in body:
            return failure_of(_refused(body, self._unsaid), request, self._whom, self.name)
        return _Answer(body, first or time.monotonic())

    def _whole(self, data: bytes) -> JsonValue | Failure:
        try:
            return decoded(data)
        except ValueError:
            if data.lstrip()[:1] == b"{":
                return Failure(f"{self._whom} broke off before its answer was complete", "truncated", passes=True)
            found = " ".join(data[:200].decode("utf-8", "replace").split())[:60]
            advice = "is it an OpenAI-compatible server, and does its address end in /v1?"
            return Failure(f"{self._whom} sent {found!r}, which is not JSON; {advice}", "bad_response")

    def _ended(self, events: Stream) -> JsonValue | Failure:
        try:
            events.feed(b"\n")
        except ValueError:
            events = Stream()
        if events.error is not None:
            return events.error
        if not events.complete:
            return Failure(f"{self._whom} broke off before its answer was complete", "truncated", passes=True)
        return events.body()

    async def _names(self) -> Sequence[str] | Failure | None:
        """Return the models that the server says it has; None if it does not tell."""
        session, errors = self._opened()
        try:
            async with asyncio.timeout(CONNECT), session.get(f"{self._url}/models") as response:
                text = (await response.read()).decode("utf-8", "replace")
                if response.status == 404:
                    return None
                if response.status != 200:
                    return failure_of(Refusal(response.status, self._unsaid(text)), Request(()), self._whom, self.name)
        except errors as error:
            return from_address(error, self._whom, min(CONNECT, self._timeout))
        body = self._whole(text.encode())
        if isinstance(body, Failure):
            return body
        listed = body.get("data") if isinstance(body, Mapping) else None
        return [str(one["id"]) for one in listed if "id" in one] if isinstance(listed, list) else None

    def _opened(self) -> tuple[aiohttp.ClientSession, tuple[type[Exception], ...]]:
        """Return the session, and the errors that it may raise."""
        try:
            import aiohttp
        except ImportError:
            raise ModelError(
                "asking a server needs aiohttp; run: pip install aiohttp", kind="not_installed", fatal=True
            ) from None
        if self._closed:
            raise ModelError(f"the model {self.name} is closed; make a new one", kind="closed", fatal=True)
        if self._session is None:
            headers = {"Content-Type": "application/json"}
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEPT),
                timeout=aiohttp.ClientTimeout(total=self._timeout, sock_connect=min(CONNECT, self._timeout)),
                headers=headers | ({"Authorization": f"Bearer {self._key}"} if self._key else {}),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session, (aiohttp.ClientError, TimeoutError, OSError)

    def _unsaid(self, text: str) -> str:
        """Take the key out of what a server says."""
        return text.replace(self._key, "***") if self._key else text


def _address(base_url: str) -> tuple[str, str]:
    """Return an address to send to, and the same without what is nobody's business."""
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ModelError(
            f"{base_url!r} is no address of a server; write it like http://127.0.0.1:8000/v1",
            kind="wrong_address",
            fatal=True,
        )
    path = parts.path.rstrip("/").removesuffix("/chat/completions") or "/v1"
    return (
        parts._replace(path=path, query="", fragment="").geturl(),
        f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}",
    )


def _no_model(name: str, names: Sequence[str], whom: str) -> ModelError:
    close = difflib.get_close_matches(name, names, 1) or (names if len(names) == 1 else ())
    known = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(names[:8]) or 'none'}"
    return ModelError(f"{whom} has no model {name!r}; {known}", kind="wrong_model", fatal=True)


def _refused(body: Mapping[str, JsonValue], unsaid: Callable[[str], str]) -> Refusal:
    """Return an error that came with status 200 as what it is."""
    error = body["error"]
    code = error.get("code") if isinstance(error, Mapping) else None
    status = code if isinstance(code, int) and 400 <= code < 600 else 500
    return Refusal(status, unsaid(encoded(body).decode()))
