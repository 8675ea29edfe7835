"""Models that write what a plan says, in each of the formats."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fc_agents.bfcl.policies import bfcl_policy
from fc_agents.models.request import Completion, Request, Usage
from fc_agents.models.scripted import ScriptedModel

from fc_gym.bfcl.classes import functions_of
from fc_gym.bfcl.decode import read_call
from fc_gym.bfcl.env import BfclEnv
from fc_gym.bfcl.episode import call_text
from fc_gym.bfcl.suite import by_name
from fc_gym.bfcl.tasks import BfclTask
from fc_gym.types import to_json

FILES = {
    "GorillaFileSystem": "gorilla_file_system",
    "MathAPI": "math_api",
    "MessageAPI": "message_api",
    "TwitterAPI": "posting_api",
    "TicketAPI": "ticket_api",
    "TradingBot": "trading_bot",
    "TravelAPI": "travel_booking",
    "VehicleControlAPI": "vehicle_control",
}
"""Official file names of the descriptions."""

Step = Sequence[str] | str
"""Call texts, or a reply."""


def plan_of(task: BfclTask, policy: str) -> list[Step]:
    """Return all that a policy does in a task, response by response."""
    env, player = BfclEnv([task]), bfcl_policy(policy)
    observation, info = env.reset(options={"task": task})
    player.begin(env, 0)
    steps: list[Step] = []
    over = False
    while not over:
        said: Any = player.act(observation, info)
        steps.append(said if isinstance(said, str) else [call_text(one) or str(one) for one in said])
        observation, _, terminated, truncated, info = env.step(said)
        over = terminated or truncated
    return steps


def prompted(step: Step) -> Completion:
    text = step if isinstance(step, str) else "[" + ", ".join(_keyword(one) for one in step) + "]"
    return Completion(text, content=text, usage=Usage(7, 5))


def thinking(step: Step) -> Completion:
    text = f"What is there to do?\n</think>\n\n{prompted(step).raw}"
    return Completion(text, content=text, usage=Usage(7, 9))


def called(step: Step) -> Completion:
    if isinstance(step, str):
        return Completion(step, content=step, usage=Usage(7, 5))
    calls = tuple(by_name(read_call(one)) for one in step)
    raw = "\n".join(
        f"<tool_call>{to_json({'name': one.name, 'arguments': dict(one.arguments)})}</tool_call>" for one in calls
    )
    return Completion(raw, calls=calls, finish="tool_calls", usage=Usage(7, 5))


WRITERS: Mapping[str, Callable[[Step], Completion]] = {"prompt": prompted, "fc": called, "funreason": thinking}


def writer(plans: Mapping[str, Sequence[Step]], form: str, latency: Any = 0.0) -> ScriptedModel:
    """Return a model that writes the plan of each task; it knows the task by the request's `sample`."""

    def answer(request: Request) -> Completion:
        task = request.sample.rpartition("/")[0]
        before = sum(one["role"] == "assistant" for one in request.messages)
        return WRITERS[form](plans[task][before])

    return ScriptedModel(answer, latency, name=f"writer-{form}")


def _keyword(text: str) -> str:
    call = by_name(read_call(text))
    return f"{call.name}({', '.join(f'{name}={value!r}' for name, value in call.arguments.items())})"


def docs_of(*classes: str) -> dict[str, list[dict[str, Any]]]:
    """Return descriptions of all functions of some classes, in the official form."""
    return {name: [_doc(tool, function) for tool, function in functions_of(name).items()] for name in classes}


def write_docs(folder: Path, docs: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Write descriptions into a folder in the official layout; classes without any have an empty file."""
    (folder / "multi_turn_func_doc").mkdir(parents=True)
    for name in FILES:
        path = folder / "multi_turn_func_doc" / f"{FILES[name]}.json"
        path.write_text("\n".join(json.dumps(doc) for doc in docs.get(name, ())))


def _doc(name: str, function: Callable[..., object]) -> dict[str, Any]:
    words = [one for one in inspect.signature(function).parameters.values() if one.name != "self"]
    return {
        "name": name,
        "description": f"Tool description: {name}.",
        "parameters": {
            "type": "dict",
            "properties": {one.name: {"type": "string", "description": f"The {one.name}."} for one in words},
            "required": [one.name for one in words if one.default is one.empty],
        },
        "response": {"type": "dict", "properties": {}},
    }
