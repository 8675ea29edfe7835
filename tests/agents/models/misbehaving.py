"""A server on a real socket that answers, or fails, as a test tells it to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from fc_agents.models.openai import OpenAiModel
from fc_agents.models.request import Request, Sampling
from fc_agents.models.retry import Pauses

Respond = Callable[[web.Request, Mapping[str, Any]], Awaitable[web.StreamResponse]]

ASK = Request([{"role": "user", "content": "Is it there?"}])
LOOK = {
    "type": "function",
    "function": {"name": "look", "description": "Look.", "parameters": {"type": "object", "properties": {}}},
}
OVER = web.AppKey("over", asyncio.Event)
"""Set when the server ends."""
QUICK = Pauses(first=0.001, longest=0.05)


@dataclass
class Server:
    """What the server has heard, and what it does."""

    responses: list[Respond]
    """One for each request; the last for all that follow."""
    names: Sequence[str] | None = ("tiny",)
    """The models it lists; None: it lists none."""
    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    page: str = ""
    """What it shows in place of its models."""
    refusals: int = 0
    """How often it fails before it lists its models."""
    now: int = 0
    most: int = 0
    """Most requests under way at once."""

    async def chat(self, request: web.Request) -> web.StreamResponse:
        body = orjson.loads(await request.read())
        number = len(self.bodies)
        self.bodies.append(body)
        self.keys.append(request.headers.get("Authorization", ""))
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            return await self.responses[min(number, len(self.responses) - 1)](request, body)
        finally:
            self.now -= 1

    async def models(self, request: web.Request) -> web.Response:
        if self.names is None:
            raise web.HTTPNotFound
        if self.page:
            return web.Response(text=self.page, content_type="text/html")
        if self.refusals:
            self.refusals -= 1
            raise web.HTTPServiceUnavailable
        return web.json_response({"data": [{"id": name} for name in self.names]})


@asynccontextmanager
async def serving(*responses: Respond, names: Sequence[str] | None = ("tiny",)) -> AsyncIterator[Server]:
    """Run a server until the block ends."""
    server = Server(list(responses), names)
    app = web.Application(client_max_size=2**26)
    app[OVER] = asyncio.Event()
    app.router.add_post("/v1/chat/completions", server.chat)
    app.router.add_get("/v1/models", server.models)
    runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=0.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert runner.addresses
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield server
    finally:
        app[OVER].set()
        await runner.cleanup()


@asynccontextmanager
async def asking(server: Server | str, name: str = "tiny", **options: Any) -> AsyncIterator[OpenAiModel]:
    """Give a model of the server, closed when the block ends."""
    url = server if isinstance(server, str) else server.url
    model = OpenAiModel(name, url, **{"pauses": QUICK, "tries": 3, "timeout": 30.0, **options})
    try:
        yield model
    finally:
        await model.close()


def saying(body: Mapping[str, Any] | str | bytes, status: int = 200, **headers: str) -> Respond:
    """Answer with a body, given as JSON values or as text."""
    raw = body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else orjson.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def respond(request: web.Request, asked: Mapping[str, Any]) -> web.StreamResponse:
        return web.Response(body=raw, status=status, headers={"Content-Type": "application/json", **named})

    return respond


def whole(content: str | None = "Yes.", finish: str = "stop", **message: Any) -> dict[str, Any]:
    """Return an answer in one piece."""
    return {
        "model": "tiny",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": content, **message}, "finish_reason": finish}
        ],
        "usage": {"prompt_tokens": 7, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}},
    }


def streaming(pieces: Iterable[bytes], *, after: str = "end", pause: float = 0.0) -> Respond:
    """Send pieces of a stream; after them end it, break the connection off, or say nothing more."""

    async def respond(request: web.Request, asked: Mapping[str, Any]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for piece in pieces:
            await response.write(piece)
            await asyncio.sleep(pause)
        if after == "break":
            assert request.transport is not None
            request.transport.abort()
        elif after == "silence":
            await request.app[OVER].wait()
        return response

    return respond


def event(delta: Mapping[str, Any], finish: str | None = None, **more: Any) -> bytes:
    """Return one event of a stream."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish, **more.pop("choice", {})}
    return b"data: " + orjson.dumps({"model": "tiny", "choices": [choice], **more}) + b"\n\n"


def failing(status: int, message: str, **more: Any) -> Respond:
    """Answer with an error as OpenAI's servers word it."""
    return saying({"error": {"message": message, **more}}, status)


async def silent(request: web.Request, asked: Mapping[str, Any]) -> web.StreamResponse:
    """Say nothing at all."""
    await request.app[OVER].wait()
    return web.Response()


async def broken_off(request: web.Request, asked: Mapping[str, Any]) -> web.StreamResponse:
    """Promise more bytes than are sent."""
    response = web.StreamResponse(headers={"Content-Length": "500", "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"choices": [')
    assert request.transport is not None
    request.transport.abort()
    return response


WITH_TOOLS = Request(ASK.messages, tools=[LOOK])
WITH_LOGPROBS = Request(ASK.messages, sampling=Sampling(logprobs=True, token_ids=True))
