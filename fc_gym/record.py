"""Trajectories: what an episode was, as one JSON line that can be played again to the byte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, version
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import TypeAdapter, ValidationError

from fc_gym.env import Observation, ToolEnv
from fc_gym.errors import RecordError
from fc_gym.origins import origins
from fc_gym.reward import NOTHING
from fc_gym.task import Task
from fc_gym.types import Action, JsonValue, Malformed, ToolCall, to_json

__all__ = ["FORMAT", "Header", "StepRecord", "Trajectory", "read_trajectories", "replayed"]

FORMAT = "fc_gym/trajectory/1"
"""Name and version of the line format."""


@dataclass(frozen=True)
class Header:
    """What has to be known to play an episode again, and who played it."""

    domain: str
    """A domain's name, or its class as `file.py:Class`."""
    fingerprint: str
    """Of the domain's tools; another one means that the domain has changed since."""
    seed: int
    task: Task | None = None
    tools: tuple[str, ...] = ()
    """The tools of the domain; what a turn offers is in the task."""
    policy: str = ""
    settings: Mapping[str, JsonValue] = field(default_factory=dict)
    """`env`: the settings of the environment; what else who plays wants to keep."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Versions of the packages that matter."""


@dataclass(frozen=True, init=False)
class StepRecord:
    """One step: the response and what came of it."""

    action: JsonValue
    """The calls as objects, malformed ones by what was wrong with them, or the reply."""
    results: tuple[str, ...]
    user: str
    reward: float
    parts: Mapping[str, float]
    state_hash: str
    sources: tuple[Mapping[str, JsonValue], ...] = ()
    """For each call, the origin of each argument leaf; null where nothing known had that value."""
    raw: str | None = None
    """The text of a model, where there was one."""
    terminated: bool = False
    truncated: bool = False

    def __init__(
        self, action: JsonValue, results: tuple[str, ...], user: str, reward: float, parts: Mapping[str, float],
        state_hash: str, sources: tuple[Mapping[str, JsonValue], ...] = (), raw: str | None = None,
        terminated: bool = False, truncated: bool = False,
    ) -> None:  # fmt: skip
        # one is made at every step, and setting ten attributes of a frozen class one by one takes as long as a step
        self.__dict__.update(
            action=action, results=results, user=user, reward=reward, parts=parts, state_hash=state_hash,
            sources=sources, raw=raw, terminated=terminated, truncated=truncated,
        )  # fmt: skip


@dataclass
class Trajectory:
    """An episode."""

    header: Header
    user: str = ""
    """The first message of the user."""
    start_hash: str = ""
    steps: list[StepRecord] = field(default_factory=list)
    completions: list[Mapping[str, JsonValue] | None] = field(default_factory=list)
    """For each step what a model's server told of its response: tokens, finish, usage; empty if no model played."""
    stopped: str = ""
    """Why who played gave up before the episode was over; empty if not."""

    @property
    def total(self) -> float:
        """The sum of rewards."""
        return sum(step.reward for step in self.steps)

    def line(self) -> str:
        """Return the trajectory as one line of JSON, without the line end."""
        header = {**vars(self.header), "task": _task_text(_Same(self.header.task)) if self.header.task else None}
        body = {"format": FORMAT, "header": header, "user": self.user, "start_hash": self.start_hash}
        more: dict[str, JsonValue] = {"completions": self.completions} if any(self.completions) else {}
        if self.stopped:
            more["stopped"] = self.stopped
        return to_json({**body, "steps": self.steps, **more, "return": self.total})

    @classmethod
    def begin(
        cls,
        env: ToolEnv,
        reference: str,
        seed: int,
        task: Task | None,
        policy: str = "",
        settings: Mapping[str, JsonValue] | None = None,
    ) -> tuple[Trajectory, Observation, dict[str, Any]]:
        """Reset an environment and begin to record.

        Args:
            env: Where the episode is played.
            reference: How the domain is named, so that it is found again.
            seed: Seeds the episode.
            task: What to play; None: free play.
            policy: The name of who plays.
            settings: What else to keep in the header.
        """
        observation, info = env.reset(seed=seed, options={"task": task} if task else None)
        kept = {"env": env.settings, **(settings or {})}
        tools = tuple(env.domain.tools)
        header = Header(reference, env.domain.fingerprint, seed, task, tools, policy, kept, _versions())
        return cls(header, observation["user"], info["state_hash"]), observation, info

    def step(
        self, env: ToolEnv, action: Action, raw: str | None = None, completion: Mapping[str, JsonValue] | None = None
    ) -> tuple[Observation, dict[str, Any], bool]:
        """Take a step and record it.

        Args:
            env: The environment of `begin`.
            action: The response.
            raw: The text it was read from.
            completion: What else is to be kept of a model's response, as plain JSON values.

        Returns:
            The observation, the info, and whether the episode is over.
        """
        plain: JsonValue = action
        sources: tuple[Mapping[str, JsonValue], ...] = ()
        if not isinstance(action, str):
            session = env.session
            sources = tuple([origins(session, call) for call in action])
            plain = [_plain(call) for call in action]
        observation, reward, terminated, truncated, info = env.step(action)
        parts = _NO_PARTS.copy() if getattr(info, "parts", None) is NOTHING else info["reward_parts"]
        self.steps.append(
            StepRecord(
                plain, observation["results"], observation["user"], float(reward), parts, info["state_hash"],
                sources, raw, terminated, truncated,
            )
        )  # fmt: skip
        self.completions.append(completion)
        return observation, info, terminated or truncated


def read_trajectories(path: Path) -> Iterator[Trajectory]:
    """Read trajectories from JSON lines, one at a time.

    Raises:
        RecordError: If the file cannot be read, or a line is torn or no trajectory; it names the line.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                yield _read(line, f"{path}:{number}")
    except OSError as error:
        raise RecordError(f"{path}: cannot be read ({error.strerror})") from None


def replayed(env: ToolEnv, trajectory: Trajectory) -> Trajectory:
    """Play a trajectory's actions again.

    Args:
        env: An environment of the same domain and settings.
        trajectory: What to play.

    Returns:
        A trajectory whose line is the same to the byte, if the world is.

    Raises:
        RecordError: If the domain's tools have changed since.
    """
    header = trajectory.header
    if header.fingerprint != env.domain.fingerprint:
        raise RecordError(
            f"the tools of {header.domain} have changed since ({header.fingerprint} then, {env.domain.fingerprint} now)"
        )
    again, _, _ = Trajectory.begin(env, header.domain, header.seed, header.task, header.policy, header.settings)
    again.header = header
    again.stopped = trajectory.stopped
    for step, completion in zip_longest(trajectory.steps, trajectory.completions):
        action: Action = step.action if isinstance(step.action, str) else _calls(step.action)
        again.step(env, action, step.raw, completion)
    return again


def _read(line: bytes, where: str) -> Trajectory:
    if not line.endswith(b"\n"):
        raise RecordError(f"{where}: the line is torn; the file ends in the middle of a trajectory")
    try:
        body = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise RecordError(f"{where}: not JSON ({error}); every line must be one trajectory") from None
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        found = body.get("format") if isinstance(body, dict) else type(body).__name__
        raise RecordError(f"{where}: not a trajectory of the format {FORMAT} but {found!r}")
    try:
        kept = {name: body.get(name) for name in ("header", "user", "start_hash", "steps")}
        more = {name: body[name] for name in ("completions", "stopped") if name in body}
        return _checked(_ADAPTER.validate_python({**kept, **more}), where)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RecordError(f"{where}: {place}: {first['msg']}") from None


def _checked(trajectory: Trajectory, where: str) -> Trajectory:
    steps, completions = len(trajectory.steps), len(trajectory.completions)
    if completions not in (0, steps):
        raise RecordError(f"{where}: {completions} completions for {steps} steps; there is one for each step, or none")
    return trajectory


def _plain(call: ToolCall | Malformed) -> JsonValue:
    if isinstance(call, Malformed):
        return {"malformed": call.message, "hint": call.hint}
    return {"name": call.name, "arguments": dict(call.arguments)}


def _calls(action: Sequence[JsonValue]) -> list[Any]:
    """Give the calls back as they were, malformed ones too."""
    return [
        Malformed(one["malformed"], one["hint"]) if "malformed" in one else ToolCall(one["name"], one["arguments"])
        for one in action
    ]


class _Same:
    """A task by its identity, since it cannot be hashed by its value."""

    __slots__ = ("task",)

    def __init__(self, task: Task) -> None:
        self.task = task

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.task is self.task

    def __hash__(self) -> int:
        return id(self.task)


@lru_cache(maxsize=8192)
def _task_text(same: _Same) -> orjson.Fragment:
    """Return the JSON of a task, which many episodes play."""
    return orjson.Fragment(to_json(same.task.json()))


def _versions() -> dict[str, str]:
    found = _version()
    return {"fc_gym": found} if found else {}


@cache
def _version() -> str:
    """Return the version of the installed package, which is looked for on the disk, so once; empty if there is none."""
    try:
        return version("fc-gym")
    except PackageNotFoundError:
        return ""


_NO_PARTS: Final = NOTHING.json()

_ADAPTER: TypeAdapter[Trajectory] = TypeAdapter[Any](Trajectory)
