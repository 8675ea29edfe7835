"""The official tasks as a Gymnasium environment; an action is one response of a model."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, Literal

import gymnasium as gym
import numpy as np

from fc_gym.bfcl.credit import turn_credit
from fc_gym.bfcl.episode import Episode, call_text, called, fault, seeded
from fc_gym.bfcl.executor import Executor
from fc_gym.bfcl.grade import STEP_LIMIT, Grader
from fc_gym.bfcl.play import Played, Session
from fc_gym.bfcl.suite import as_task, offered_at, said, suite
from fc_gym.bfcl.tasks import BfclTask
from fc_gym.errors import TaskError
from fc_gym.reward import RewardParts, total_named
from fc_gym.spaces import ToolCallSpace, observation_space
from fc_gym.task import Task
from fc_gym.types import Action

__all__ = ["REWARDS", "BfclEnv"]

Observation = dict[str, Any]
"""`{"user": str, "results": tuple[str, ...]}`: the last event only."""

REWARDS = ("official", "signals")
"""Rewards besides the totals of `fc_gym.reward`."""


class BfclEnv(gym.Env[Observation, Action]):
    """Official multi-turn tasks, played step by step.

    An action is a list of calls (`ToolCall`s, their JSON form, or call texts such as `cd(folder='a')`), or a text: the
    reply, which ends the turn, as does an empty list. Observations hold the last event only: `user`, what the user says
    if a turn began, and `results`, the text of each call's result. `info` holds `task`, `turn`, `tools` (on offer now),
    `legal_tools` (the same), `action_mask`, `reward_parts`, `total`, `errors` (for each call `malformed`, `exception`,
    `refused` or nothing), `truncated_by`, and, once they are known, `credit` of a turn that ended and the official
    `verdict`.

    Args:
        tasks: What to play; one is drawn at every reset that names none.
        mode: `official`: 21 steps in a turn end the episode, functions that are not on offer can be called all the
            same, and a response with a malformed call ends the turn. `strict`: such calls are refused, do not run and
            can be mended, and who was stopped has failed, in the last turn too.
        exclude: Take the functions that a task names as excluded off what is offered.
        reward: `official`: 1.0 at the end if the official verdict is valid. `signals`: those of EnvTuning (arXiv
            2510.10197) for each response: -3 if it was malformed, -2 if a call raised, -1 if none did, and at the end
            of a turn 1 if it passed, else 0. Or a total of our reward parts: `dense`, `progress` (EnvTuning's share of
            turns passed), `outcome`, or a function of `RewardParts`.
        render_mode: `ansi`, `human` or None.

    Raises:
        TaskError: If there are no tasks.
        ValueError: If a setting is unknown.
    """

    metadata = {"render_modes": ["ansi", "human"], "render_fps": 4}  # noqa: RUF012 (declared so by Gymnasium)

    def __init__(
        self,
        tasks: Sequence[BfclTask],
        *,
        mode: Literal["official", "strict"] = "official",
        exclude: bool = False,
        reward: str | Callable[[RewardParts], float] = "official",
        render_mode: str | None = None,
    ) -> None:
        for name, value, allowed in (
            ("mode", mode, ("official", "strict")),
            ("render_mode", render_mode, (None, *self.metadata["render_modes"])),
        ):
            if value not in allowed:
                raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(map(str, allowed))}")
        if not tasks:
            raise TaskError("there are no tasks to play; give at least one")
        self.tasks = tuple(tasks)
        self.strict, self.exclude, self.render_mode = mode == "strict", exclude, render_mode
        self._reward = reward
        total_named(self._totalled)
        self.grader = Grader(strict=self.strict)
        self.observation_space = observation_space()
        self.action_space = ToolCallSpace(suite())
        self._episode: Episode | None = None
        self._last: Observation = {"results": (), "user": ""}

    @property
    def _totalled(self) -> str | Callable[[RewardParts], float]:
        return "outcome" if self._reward in REWARDS else self._reward

    @property
    def episode(self) -> Episode:
        """The running episode.

        Raises:
            gymnasium.error.ResetNeeded: Before the first reset.
        """
        if self._episode is None:
            raise gym.error.ResetNeeded("call reset() before using the environment")
        return self._episode

    @property
    def task(self) -> Task:
        """The task that is played, in the form of our own tasks."""
        return as_task(self.episode.task, exclude=self.exclude)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode.

        Args:
            seed: Seeds which task is drawn.
            options: `task`, the id of a task, its position, or a `BfclTask`; `random_seed`, a seed for the tools' own
                chance instead of the official ones.

        Raises:
            ValueError: If an option is unknown.
            TaskError: If there is no such task.
        """
        super().reset(seed=seed)
        options = options or {}
        for name in options:
            if name not in ("task", "random_seed"):
                raise ValueError(f"unknown option {name!r}; reset takes task, random_seed")
        task = seeded(self._chosen(options.get("task")), options.get("random_seed"))
        self._episode = Episode(task, Session(task.classes, task.config, task.long_context))
        self._last = {"results": (), "user": said(task, 0)}
        return self._last, self._info(RewardParts(), ())

    def step(self, action: Action | Sequence[object]) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Run the calls of one response, or take the reply that ends the turn.

        Args:
            action: A list of calls, or a text.

        Raises:
            TypeError: If the action is neither a list nor a text.
        """
        if not isinstance(action, str | list | tuple):
            raise TypeError(f"an action is a list of calls or a text, not {type(action).__name__}")
        episode = self.episode
        if episode.verdict is not None:
            raise gym.error.ResetNeeded("the episode is over; call reset()")
        texts = None if isinstance(action, str) or not action else [call_text(one) for one in action]
        if texts is None or (not self.strict and None in texts):
            return self._reply(malformed=texts is not None)
        offered = offered_at(episode.task, episode.turn, exclude=self.exclude) if self.strict else None
        run = [one for one in texts if one is not None and (offered is None or called(one) in offered)]
        played = [self._play(one, run) for one in texts]
        episode.turns[-1].append(run)
        episode.played += played
        episode.steps += 1
        episode.seen.update(one.text for one in played)
        parts, cut = RewardParts(), ""
        if episode.steps > STEP_LIMIT:
            parts, cut = self._close_turn(over=True), "steps_per_turn"
        self._last = {"results": tuple(one.text for one in played), "user": ""}
        errors = tuple(fault(one) for one in played)
        return self._last, self._paid(parts, errors), False, bool(cut), self._info(parts, errors, cut)

    def render(self) -> str | None:
        """Return the last event as text (`ansi`), or print it (`human`)."""
        user = f"user: {self._last['user']}\n" if self._last["user"] else ""
        text = user + "".join(f"result: {one}\n" for one in self._last["results"])
        if self.render_mode == "human":
            print(text, end="")
            return None
        return text if self.render_mode == "ansi" else None

    def fork(self) -> BfclEnv:
        """Return an independent environment in the same episode, with the same chance to come."""
        other = copy.copy(self)
        other.action_space = copy.deepcopy(self.action_space)
        other._np_random = copy.deepcopy(self._np_random)
        other._episode = self.snapshot() if self._episode else None
        return other

    def snapshot(self) -> Episode:
        """Return a mark of the episode, to be given to `restore`."""
        task = self.episode.task
        return copy.deepcopy(self.episode, {id(task): task})

    def restore(self, mark: Episode) -> None:
        """Go back to a mark; it can be used again."""
        self._episode = copy.deepcopy(mark, {id(mark.task): mark.task})

    def __deepcopy__(self, memo: dict[int, object]) -> BfclEnv:
        return self.fork()

    def _chosen(self, option: object) -> BfclTask:
        if option is None:
            return self.tasks[int(self.np_random.integers(len(self.tasks)))]
        if isinstance(option, BfclTask):
            return option
        if isinstance(option, int) and 0 <= option < len(self.tasks):
            return self.tasks[option]
        for task in self.tasks:
            if task.id == option:
                return task
        raise TaskError(f"there is no task {option!r} here; have {len(self.tasks)}, such as {self.tasks[0].id!r}")

    def _play(self, text: str | None, run: Sequence[str]) -> Played:
        if text is None:
            return Played("the call is malformed; write a tool's name and its arguments", exception="CallError")
        if text not in run:
            return Played(f"Error during execution: name '{called(text)}' is not defined", exception="NameError")
        episode = self.episode
        return Executor(episode.session, f"model_{episode.task.id}").play(text)

    def _reply(self, *, malformed: bool) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        episode = self.episode
        over = episode.turn + 1 == len(episode.task.turns)
        parts = self._close_turn(over=over)
        self._last = {"results": (), "user": ""}
        if not over:
            episode.turn += 1
            episode.turns.append([])
            episode.played, episode.steps = [], 0
            self._last = {"results": (), "user": said(episode.task, episode.turn)}
        errors = ("malformed",) if malformed else ()
        return self._last, self._paid(parts, errors, ended=True), over, False, self._info(parts, errors, ended=True)

    def _close_turn(self, *, over: bool) -> RewardParts:
        episode, share = self.episode, 1.0 / len(self.episode.task.turns)
        truth = self.grader.truth(episode.task)
        wanted, silent = truth.turns[episode.turn], not episode.turns[-1]
        found = turn_credit(episode.played, wanted, episode.session, episode.seen, truth.fields, silent=silent)
        episode.credits.append(found)
        if over:
            episode.verdict = self.grader.grade(episode.task, episode.turns)
        made = max(1, found.calls)
        return RewardParts(
            format=share * (1 - found.format_errors / made),
            execution=share * (1 - (found.exceptions + found.refusals) / made),
            state_match=share * found.state,
            response_match=share * found.recall,
            progress=share * found.passed,
            outcome=float(over and len(episode.credits) == len(truth.turns) and all(c.passed for c in episode.credits)),
        )

    def _paid(self, parts: RewardParts, errors: Sequence[str], *, ended: bool = False) -> float:
        episode = self.episode
        if self._reward == "official":
            return float(episode.verdict is not None and episode.verdict.valid)
        if self._reward != "signals":
            return total_named(self._totalled)(parts)
        if "malformed" in errors:
            return -3.0
        if ended:
            return float(episode.credits[-1].passed)
        return -2.0 if "exception" in errors else -1.0

    def _info(self, parts: RewardParts, errors: Sequence[str], cut: str = "", *, ended: bool = False) -> dict[str, Any]:
        episode = self.episode
        tools = offered_at(episode.task, episode.turn, exclude=self.exclude)
        among = frozenset(tools)
        closed = ended or bool(cut)
        return {
            "task": episode.task.id,
            "turn": episode.turn,
            "tools": tools,
            "legal_tools": tools,
            "action_mask": np.array([name in among for name in suite().names], dtype=np.int8),
            "reward_parts": parts.json(),
            "total": total_named(self._totalled)(parts),
            "errors": tuple(errors),
            "truncated_by": cut,
            "credit": asdict(episode.credits[-1]) if closed else None,
            "verdict": asdict(episode.verdict) if episode.verdict else None,
        }
