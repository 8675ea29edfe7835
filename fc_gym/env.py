"""The Gymnasium environment around a session."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from fc_gym.domain import Domain, World
from fc_gym.errors import TaskError
from fc_gym.graph import ApiGraph
from fc_gym.kept import graph_of
from fc_gym.known import Known, grounded_calls
from fc_gym.measure import Probe
from fc_gym.render import event_text
from fc_gym.reward import RewardParts, total_named
from fc_gym.session import Reference, Session
from fc_gym.spaces import ToolCallSpace, observation_space
from fc_gym.state import Snapshot, State
from fc_gym.task import Limits, Task
from fc_gym.types import Action, JsonValue, ToolCall, ToolResult

__all__ = ["EnvSnapshot", "GroundedCalls", "Observation", "ToolEnv"]

Observation = dict[str, Any]
"""`{"user": str, "results": tuple[str, ...]}`: the last event only."""

_OPTIONS = ("task", "seed")


class ToolEnv(gym.Env[Observation, Action]):
    """A domain as a Gymnasium environment; an action is one response of a model.

    Observations hold the last event only: `user`, what the user said if a turn began (else empty), and `results`, the
    JSON text of each call's result. `info` holds `task`, `turn`, `tools`, `legal_tools`, `action_mask`,
    `grounded_calls`, `state_hash`, `reward_parts`, `total`, `errors` and `truncated_by`, all deterministic.

    Args:
        domain: Where to play.
        tasks: What to play; one is drawn at every reset. None: free play from a drawn start state, which ends with the
            first reply and in which the agent also speaks for the user.
        reward: The total of the reward parts: `dense`, `progress`, `outcome` or a function of `RewardParts`.
        errors: `actionable` refusals carry a hint, `terse` ones do not.
        legality: `off`: every tool on offer counts as legal; `keys`: those whose needed keys are known; `state`:
            those with a grounded call that would be accepted now.
        render_mode: `ansi`, `human` or None.
    """

    metadata = {"render_modes": ["ansi", "human"], "render_fps": 4}  # noqa: RUF012 (declared so by Gymnasium)

    def __init__(
        self,
        domain: Domain,
        *,
        tasks: Sequence[Task] | None = None,
        reward: str | Callable[[RewardParts], float] = "dense",
        errors: Literal["actionable", "terse"] = "actionable",
        legality: Literal["off", "keys", "state"] = "keys",
        render_mode: str | None = None,
    ) -> None:
        for name, value, allowed in (
            ("errors", errors, ("actionable", "terse")),
            ("legality", legality, ("off", "keys", "state")),
            ("render_mode", render_mode, (None, *self.metadata["render_modes"])),
        ):
            if value not in allowed:
                raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(map(str, allowed))}")
        self.domain = domain
        self.tasks = tuple(tasks) if tasks is not None else None
        if self.tasks == ():
            raise TaskError("tasks is empty; give at least one task, or None for free play")
        self.terse, self.legality, self.render_mode = errors == "terse", legality, render_mode
        self._reward = reward
        total_named(reward)
        self.settings = {
            "reward": reward if isinstance(reward, str) else "custom",
            "errors": errors,
            "legality": legality,
        }
        self.observation_space = observation_space()
        self.action_space = ToolCallSpace(domain)
        self._references: dict[int, Reference] = {}
        self._session: Session | None = None
        self._masked: tuple[tuple[str, ...], NDArray[np.int8]] | None = None
        self._last: Observation = {"results": (), "user": ""}

    @property
    def graph(self) -> ApiGraph:
        """The API graph of the domain, measured on first use."""
        return graph_of(self.domain)

    @property
    def total(self) -> Callable[[RewardParts], float]:
        """The total of the reward parts; looked up by name, so that the environment can be pickled."""
        return total_named(self._reward)

    @property
    def session(self) -> Session:
        """The running episode.

        Raises:
            gymnasium.error.ResetNeeded: Before the first reset.
        """
        if self._session is None:
            raise gym.error.ResetNeeded("call reset() before using the environment")
        return self._session

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode.

        Args:
            seed: Seeds all chance of this environment; in free play it is also the seed of the start state. None:
                the stream of chance goes on.
            options: `task`, a `Task` (or its JSON form, or a position in `tasks`) to play; `seed`, the seed of the
                start state in free play.

        Raises:
            ValueError: If an option is unknown.
            TaskError: If the task cannot be played here.
        """
        super().reset(seed=seed)
        options = options or {}
        for name in options:
            if name not in _OPTIONS:
                raise ValueError(f"unknown option {name!r}; reset takes {', '.join(_OPTIONS)}")
        task = self._chosen(options.get("task"))
        start = options.get("seed", seed)
        if task is None and start is None:
            start = int(self.np_random.integers(2**31))
        self._session = Session.start(self.domain, start or 0, task, self._reference(task), terse=self.terse)
        self._last = {"results": (), "user": self._session.user}
        if self.render_mode == "human":
            self.render()
        return self._last, self._info(RewardParts(), ())

    def step(self, action: Action) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Run the calls of one response, or take the reply that ends the turn.

        Args:
            action: A list of calls, or a text. A malformed call gives a refusal as its result.

        Raises:
            TypeError: If the action is neither a list nor a text.
        """
        session = self.session
        results: tuple[ToolResult, ...] = ()
        parts, user = RewardParts(), ""
        session.steps += 1
        session.count.steps += 1
        if isinstance(action, str):
            parts = session.reply(action)
            user = session.user
        elif isinstance(action, list | tuple):
            results = session.run(action)
        else:
            raise TypeError(f"an action is a list of calls or a text, not {type(action).__name__}")
        cut = "" if session.over else self._exhausted(session)
        if cut:
            parts = session.grade(None)
        self._last = {"results": tuple(result.text for result in results), "user": user}
        if self.render_mode == "human":
            self.render()
        return self._last, self.total(parts), session.over, bool(cut), self._info(parts, results, cut)

    def render(self) -> str | None:
        """Return the last event as text (`ansi`), or print it (`human`)."""
        text = event_text(self.session, self._last)
        if self.render_mode == "human":
            print(text)
            return None
        return text if self.render_mode == "ansi" else None

    def state_hash(self) -> str:
        """Return 32 hex digits that are equal for equal worlds."""
        return self.session.state.hash()

    def grounded_calls(self) -> GroundedCalls:
        """Return the calls with known values that would be accepted now."""
        return GroundedCalls(self.session)

    def snapshot(self) -> EnvSnapshot:
        """Return a mark of the episode and of the chance to come."""
        session = self.session.fork()
        return EnvSnapshot(session, session.state.snapshot(), copy.deepcopy(self._np_random), self._last)

    def restore(self, snapshot: EnvSnapshot) -> None:
        """Go back to a mark; it can be used again."""
        self._session = snapshot.session.fork()
        self._np_random = copy.deepcopy(snapshot.np_random)
        self._last = snapshot.last

    def fork(self) -> ToolEnv:
        """Return an independent environment in the same episode, with the same chance to come."""
        other = copy.copy(self)
        other.action_space = copy.deepcopy(self.action_space)
        other._np_random = copy.deepcopy(self._np_random)
        other._session = self._session.fork() if self._session else None
        return other

    def __deepcopy__(self, memo: dict[int, object]) -> ToolEnv:
        return self.fork()

    def _chosen(self, option: object) -> Task | None:
        if isinstance(option, int) and not isinstance(option, bool):
            if self.tasks is None or not 0 <= option < len(self.tasks):
                have = len(self.tasks or ())
                raise TaskError(f"there is no task {option}; the environment has {have}, counted from 0")
            return self.tasks[option]
        if option is not None:
            return Task.of(option)
        return self.tasks[int(self.np_random.integers(len(self.tasks)))] if self.tasks else None

    def _reference(self, task: Task | None) -> Reference | None:
        if task is None:
            return None
        if task.domain != self.domain.name:
            raise TaskError(f"task {task.id} is for the domain {task.domain}, not {self.domain.name}")
        known = self._references.get(id(task))
        if known is None or known.task is not task:
            known = Reference(self.domain, task)
            if self.tasks is not None and any(task is one for one in self.tasks):
                self._references[id(task)] = known
        return known

    def _exhausted(self, session: Session) -> str:
        limits = session.task.limits if session.task else Limits()
        if session.steps >= limits.steps:
            return "steps"
        return "steps_per_turn" if session.count.steps >= limits.steps_per_turn else ""

    def _info(self, parts: RewardParts, results: Sequence[ToolResult], cut: str = "") -> dict[str, Any]:
        session = self.session
        legal = self._legal(session)
        return {
            "task": session.task.id if session.task else "",
            "turn": session.turn,
            "tools": session.offered(),
            "legal_tools": legal,
            "action_mask": self._mask(legal),
            "grounded_calls": GroundedCalls(session),
            "state_hash": session.state.hash(),
            "reward_parts": parts.json(),
            "total": self.total(parts),
            "errors": tuple(result.refusal.code if result.refusal else "" for result in results),
            "truncated_by": cut,
        }

    def _legal(self, session: Session) -> tuple[str, ...]:
        if self.legality == "off":
            return session.offered()
        if self.legality == "keys":
            return session.legal()
        alive = {call.name for call in GroundedCalls(session)}
        return tuple(name for name in session.legal() if name in alive)

    def _mask(self, legal: tuple[str, ...]) -> NDArray[np.int8]:
        """Return a fresh array; it is worked out anew only if other tools are legal than last time."""
        if self._masked is None or self._masked[0] is not legal:
            among = frozenset(legal)
            self._masked = (legal, np.array([name in among for name in self.domain.names], dtype=np.int8))
        return self._masked[1].copy()


@dataclass(frozen=True)
class EnvSnapshot:
    """A mark of an episode, made by `ToolEnv.snapshot`."""

    session: Session
    state: Snapshot
    np_random: np.random.Generator | None
    last: Observation


class GroundedCalls(Sequence[ToolCall]):
    """The calls, with known values, that would be accepted at one moment; found out when first looked at.

    Args:
        session: The episode at that moment.
        per_tool: How many calls of one tool are considered at most.
    """

    def __init__(self, session: Session, per_tool: int = 64) -> None:
        self._domain, self._offered = session.domain, session.offered()
        self._state: State[World] = session.state.fork()
        self._known: Known = session.known
        self._size = session.known.size
        self._per_tool = per_tool
        self._calls: tuple[ToolCall, ...] | None = None

    def __len__(self) -> int:
        return len(self._found())

    def __getitem__(self, index: Any) -> Any:
        return self._found()[index]

    def __iter__(self) -> Iterator[ToolCall]:
        return iter(self._found())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __repr__(self) -> str:
        return f"GroundedCalls({'not looked at' if self._calls is None else len(self._calls)})"

    def json(self) -> list[JsonValue]:
        """Return the calls as plain JSON values."""
        return [{"name": call.name, "arguments": dict(call.arguments)} for call in self]

    def __reduce__(self) -> tuple[Callable[..., tuple[ToolCall, ...]], tuple[tuple[ToolCall, ...]]]:
        return tuple, (self._found(),)

    def _found(self) -> tuple[ToolCall, ...]:
        if self._calls is None:
            known, probe = self._known.limited(self._size), Probe(self._domain, self._state)
            self._calls = tuple(
                call
                for name in self._offered
                for call in grounded_calls(self._domain.tools[name], known, self._per_tool)
                if not probe.code(call)
            )
        return self._calls
