"""The Gymnasium environment around a session."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import gymnasium as gym
import numpy as np

from fc_gym.chance import Chance
from fc_gym.domain import Domain
from fc_gym.errors import TaskError
from fc_gym.graph import ApiGraph
from fc_gym.kept import graph_of
from fc_gym.moment import BLANK, GroundedCalls, Masks, StepInfo
from fc_gym.references import References
from fc_gym.render import event_text
from fc_gym.reward import NOTHING, RewardParts, total_named
from fc_gym.session import Session
from fc_gym.spaces import ToolCallSpace, observation_space
from fc_gym.state import Snapshot
from fc_gym.task import Task
from fc_gym.types import Action, ToolResult

__all__ = ["EnvSnapshot", "Observation", "ToolEnv"]

Observation = dict[str, Any]
"""`{"user": str, "results": tuple[str, ...]}`: the last event only."""

_OPTIONS = ("task", "seed")


class ToolEnv(gym.Env[Observation, Action]):
    """A domain as a Gymnasium environment; an action is one response of a model.

    Observations hold the last event only: `user`, what the user said if a turn began (else empty), and `results`, the
    JSON text of each call's result. `info` holds `task`, `turn`, `tools`, `legal_tools`, `action_mask`,
    `grounded_calls`, `state_hash`, `reward_parts`, `total`, `errors` and `truncated_by`, all deterministic,
    and each worked out when it is first looked at (`fc_gym.info`).

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
        self.chance = Chance()
        self.apart = False
        """Whether its episodes take turns with those of other environments, so that each needs its own world."""
        self._references = References(domain, self.tasks or ())
        self._session: Session | None = None
        self._masks = Masks(domain.names)
        self._last: Observation = {"results": (), "user": ""}
        self._idle = None if callable(reward) else total_named(reward)(NOTHING)

    @property
    def graph(self) -> ApiGraph:
        """The API graph of the domain, measured on first use."""
        return graph_of(self.domain)

    @property
    def total(self) -> Callable[[RewardParts], float]:
        """The total of the reward parts; looked up by name, so that the environment can be pickled."""
        return total_named(self._reward)

    @property
    def _np_random(self) -> np.random.Generator | None:
        """What Gymnasium takes for the stream of chance; made late, since most episodes draw nothing from it."""
        return self.chance.stream

    @_np_random.setter
    def _np_random(self, stream: np.random.Generator | None) -> None:
        self.chance.stream = stream

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
        if type(seed) is int and seed >= 0:
            self.chance, self._np_random_seed = Chance(seed), seed
        elif seed is not None:
            super().reset(seed=seed)
        for name in options or ():
            if name not in _OPTIONS:
                raise ValueError(f"unknown option {name!r}; reset takes {', '.join(_OPTIONS)}")
        task = self._chosen(options.get("task") if options else None)
        start = seed if not options else options.get("seed", seed)
        if task is None and start is None:
            start = int(self.np_random.integers(2**31))
        reference = self._references.of(task) if task else None
        self._session = session = Session.start(
            self.domain, start or 0, task, reference, terse=self.terse, apart=self.apart
        )
        self._last = {"results": (), "user": session.user}
        if self.render_mode == "human":
            self.render()
        return self._last, self._info(session, NOTHING, self.total(NOTHING) if self._idle is None else self._idle)

    def step(self, action: Action) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Run the calls of one response, or take the reply that ends the turn.

        Args:
            action: A list of calls, or a text. A malformed call gives a refusal as its result.

        Raises:
            TypeError: If the action is neither a list nor a text.
        """
        session = self._session or self.session
        limits = session.limits
        session.steps += 1
        session.count.steps += 1
        results: tuple[ToolResult, ...] = ()
        parts, user, cut = NOTHING, "", ""
        if isinstance(action, (list, tuple)):
            results = session.run(action)
        elif isinstance(action, str):
            parts = session.reply(action)
            user = session.user
        else:
            raise TypeError(f"an action is a list of calls or a text, not {type(action).__name__}")
        if (session.steps >= limits.steps or session.count.steps >= limits.steps_per_turn) and not session.over:
            cut = "steps" if session.steps >= limits.steps else "steps_per_turn"
            parts = session.grade(None)
        self._last = {"results": tuple([result.text for result in results]), "user": user}
        if self.render_mode == "human":
            self.render()
        worth = self._idle if parts is NOTHING and self._idle is not None else self.total(parts)
        return self._last, worth, session.over, cut != "", self._info(session, parts, worth, results, cut)

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
        return EnvSnapshot(session, session.state.snapshot(), self.chance.copy(), self._last)

    def restore(self, snapshot: EnvSnapshot) -> None:
        """Go back to a mark; it can be used again."""
        self._session = snapshot.session.fork()
        self.chance = snapshot.chance.copy()
        self._last = snapshot.last

    def fork(self, *, apart: bool = False) -> ToolEnv:
        """Return an independent environment in the same episode, with the same chance to come.

        Args:
            apart: Many such environments will take turns: give this one, and each episode that it begins, a world of
                its own, so that a turn need not undo what the others did. Nothing else differs.
        """
        other = copy.copy(self)
        other.apart = apart or self.apart
        other.action_space = copy.deepcopy(self.action_space)
        other.chance = self.chance.copy()
        other._session = self._session.fork(apart=apart) if self._session else None
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
        if not self.tasks:
            return None
        return self.tasks[int(self.np_random.integers(len(self.tasks)))] if len(self.tasks) > 1 else self.tasks[0]

    def _info(
        self, session: Session, parts: RewardParts, worth: float, results: tuple[ToolResult, ...] = (), cut: str = ""
    ) -> dict[str, Any]:
        """Note what `info` follows from; each of its values is worked out when it is first looked at."""
        info, known = StepInfo(BLANK), session.known
        masks = self._masks if session.domain is self.domain else Masks(session.domain.names)
        info.session, info.masks, info.legality = session, masks, self.legality
        info.turn, info.offered, info.size, info.breadth = session.turn, session.offered(), known.size, known.breadth
        info.parts, info.total, info.results, info.cut, info.point = parts, worth, results, cut, None
        session.state.watch(info)
        return info


@dataclass(frozen=True)
class EnvSnapshot:
    """A mark of an episode, made by `ToolEnv.snapshot`."""

    session: Session
    state: Snapshot
    chance: Chance
    last: Observation
