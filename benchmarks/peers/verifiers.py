"""verifiers with the tool of the FLOOR, in the Python it is installed in: prints what a step or a turn takes.

Run as `python -m benchmarks.peers.verifiers step` or `... turn`: a step is the environment's answer to one tool call;
a turn is that within a rollout of ten calls, with a client that answers at once.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from importlib.metadata import version
from typing import Any

from benchmarks.floor import CALLS, answer
from benchmarks.interleaved import FULL, Spread, interleaved

__all__ = ["main"]

TURNS = 10
BATCH = 50


def place_stock(item: str, shelf: str, quantity: int, note: str) -> str:
    """Place stock on a shelf.

    Args:
        item: What to place.
        shelf: Where to place it.
        quantity: How many.
        note: A note.
    """
    arguments = {"item": item, "shelf": shelf, "quantity": quantity, "note": note}
    return answer(json.dumps({"name": "place_stock", "arguments": arguments}))


def main(what: str) -> None:
    """Measure, and print JSON."""
    import verifiers as vf  # type: ignore[import-not-found,unused-ignore]
    from datasets import Dataset  # type: ignore[import-not-found,unused-ignore]
    from verifiers.clients.client import Client  # type: ignore[import-not-found,unused-ignore]
    from verifiers.types import (  # type: ignore[import-not-found,unused-ignore]
        AssistantMessage,
        Response,
        ResponseMessage,
        ToolCall,
    )

    texts = itertools.cycle(json.dumps(json.loads(text)["arguments"]) for text in CALLS)
    rows = Dataset.from_list([{"prompt": [{"role": "user", "content": "Go."}], "answer": ""}])
    env = vf.ToolEnv(tools=[place_stock], max_turns=TURNS + 1, dataset=rows, rubric=vf.Rubric())
    loop = asyncio.new_event_loop()

    async def steps() -> None:
        for _ in range(BATCH):
            call = ToolCall(id="call_1", name="place_stock", arguments=next(texts))
            await env.env_response([AssistantMessage(content="", tool_calls=[call])], {"trajectory": []})

    def response(turn: int) -> Any:
        calls = [ToolCall(id=f"call_{turn}", name="place_stock", arguments=next(texts))] if turn < TURNS else None
        message = ResponseMessage(
            content="Done.", tool_calls=calls, finish_reason="tool_calls" if calls else "stop", is_truncated=False
        )
        return Response(id="1", created=0, model="none", usage=None, message=message)

    class Silent(Client):  # type: ignore[misc,unused-ignore]
        """Stands where a client is wanted; it is never asked."""

    Silent.__abstractmethods__ = frozenset()
    client, turn = object.__new__(Silent), itertools.count()

    async def get_model_response(*_: Any, **__: Any) -> Any:
        return response(next(turn) % (TURNS + 1))

    async def play() -> None:
        state = await env.rollout({"prompt": rows[0]["prompt"], "answer": "", "example_id": 0}, client, "none")
        if len(state["trajectory"]) != TURNS + 1 or state.get("error"):
            raise RuntimeError(f"the rollout went wrong: {state.get('error')!r}")

    env.get_model_response = get_model_response
    work, units = (steps, BATCH) if what == "step" else (play, TURNS)
    spread, floor = interleaved(lambda: loop.run_until_complete(work()), FULL)
    each = Spread(spread.low / units, spread.middle / units, spread.high / units)
    print(json.dumps({**each.json(), "floor_us": floor * 1e6, "peer": f"verifiers {version('verifiers')}"}))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "step")
