"""Environments stepped side by side in one process, as `SyncVectorEnv` does, with fewer copies."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space, concatenate, create_empty_array
from numpy.typing import NDArray

from fc_gym.env import ToolEnv
from fc_gym.info import PENDING
from fc_gym.info import Info as LazyInfo
from fc_gym.moment import StepInfo

__all__ = ["BatchInfo", "ToolVectorEnv"]

Env = gym.Env[Any, Any]
Info = dict[str, Any]
Step = tuple[Any, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], Info]


class ToolVectorEnv(VectorEnv[Any, Sequence[Any], NDArray[Any]]):
    """Several environments as one; equal, step by step, to `SyncVectorEnv` over the same environments.

    Args:
        env_fns: Makes each environment, once.
        autoreset_mode: What follows the end of an episode: `NextStep` resets it with the next step, whose
            action is ignored; `SameStep` resets it at once and gives the end as `final_obs` and `final_info`;
            `Disabled` leaves it to `reset(options={"reset_mask": ...})`.

    Raises:
        ValueError: If there is no environment, no such mode, or the spaces differ.
    """

    def __init__(
        self,
        env_fns: Sequence[Callable[[], Env]],
        *,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    ) -> None:
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.envs = [make() for make in env_fns]
        if not self.envs:
            raise ValueError("env_fns is empty; give at least one function that makes an environment")
        first = self.envs[0]
        self.num_envs = len(self.envs)
        self.metadata = {**first.metadata, "autoreset_mode": self.autoreset_mode}
        self.render_mode = first.render_mode
        self.single_action_space = first.action_space
        self.action_space = batch_space(first.action_space, self.num_envs)
        self.single_observation_space = first.observation_space
        self.observation_space = batch_space(first.observation_space, self.num_envs)
        self._need_equal_spaces()
        self._ours = all(type(env) is ToolEnv for env in self.envs)
        self._observations: list[Any] = [None] * self.num_envs
        self._over = np.zeros(self.num_envs, dtype=np.bool_)

    @property
    def np_random_seed(self) -> tuple[int | None, ...]:  # type: ignore[override]
        """The seed of each environment."""
        return self.get_attr("np_random_seed")

    @property  # type: ignore[misc]
    def np_random(self) -> tuple[np.random.Generator, ...]:  # type: ignore[override]
        """The stream of chance of each environment."""
        return self.get_attr("np_random")

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, Info]:
        """Begin episodes.

        Args:
            seed: One seed per environment, or a number s, which stands for s, s + 1, and so on.
            options: As for the environments, and `reset_mask`, an array of bool: which of them to reset.

        Raises:
            TypeError, ValueError: If the seeds are too few or too many, or the mask is no such array.
        """
        seeds = self._seeds(seed)
        rest = dict(options) if options is not None else None
        mask = self._mask(rest.pop("reset_mask")) if rest is not None and "reset_mask" in rest else None
        infos: list[Info | None] = [None] * self.num_envs
        for position, env in enumerate(self.envs):
            if mask is None or mask[position]:
                self._observations[position], infos[position] = env.reset(seed=seeds[position], options=rest)
                self._over[position] = False
        return self._batched(), self._together(infos)

    def step(self, actions: Sequence[Any]) -> Step:
        """Step every environment with its own action.

        Args:
            actions: One action per environment.

        Raises:
            ValueError: If they are too few or too many.
            gymnasium.error.ResetNeeded: If an episode is over and resetting is left to the caller.
        """
        given = self._actions(actions)
        rewards, ends, cuts = ([0.0] * self.num_envs for _ in range(3))
        infos: list[Info | None] = []
        waiting = self._over.tolist() if self.autoreset_mode is AutoresetMode.NEXT_STEP else [False] * self.num_envs
        for position, env in enumerate(self.envs):
            if waiting[position]:
                self._observations[position], info = env.reset()
            else:
                observation, reward, terminated, truncated, info = env.step(given[position])
                rewards[position], ends[position], cuts[position] = float(reward), terminated, truncated
                if (terminated or truncated) and self.autoreset_mode is AutoresetMode.SAME_STEP:
                    last = {"final_obs": observation, "final_info": info}
                    observation, info = env.reset()
                    info = {**last, **info}
                self._observations[position] = observation
            infos.append(info)
        over, cut = np.array(ends, dtype=np.bool_), np.array(cuts, dtype=np.bool_)
        self._over = over | cut
        return self._batched(), np.array(rewards, dtype=np.float64), over, cut, self._together(infos)

    def render(self) -> tuple[Any, ...]:
        """Render every environment."""
        return tuple(env.render() for env in self.envs)

    def call(self, name: str, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Call a method of every environment, or read an attribute that is none."""
        found = (env.get_wrapper_attr(name) for env in self.envs)
        return tuple(one(*args, **kwargs) if callable(one) else one for one in found)

    def get_attr(self, name: str) -> tuple[Any, ...]:
        """Read an attribute of every environment."""
        return self.call(name)

    def set_attr(self, name: str, values: Any) -> None:
        """Set an attribute of every environment.

        Args:
            name: Its name.
            values: A list or tuple with one value each, or anything else: the value for all.

        Raises:
            ValueError: If they are too few or too many.
        """
        each = values if isinstance(values, list | tuple) else [values] * self.num_envs
        if len(each) != self.num_envs:
            raise ValueError(f"{len(each)} values for {self.num_envs} environments; give one each")
        for env, value in zip(self.envs, each, strict=True):
            env.set_wrapper_attr(name, value)

    def close_extras(self, **kwargs: Any) -> None:
        """Close every environment."""
        for env in self.envs:
            env.close()

    def _need_equal_spaces(self) -> None:
        for position, env in enumerate(self.envs):
            for name in ("action_space", "observation_space"):
                one, first = getattr(env, name), getattr(self.envs[0], name)
                if one != first:
                    raise ValueError(f"environment {position} has the {name} {one}, but 0 has {first}")

    def _seeds(self, seed: int | Sequence[int | None] | None) -> Sequence[int | None]:
        if seed is None:
            return [None] * self.num_envs
        if isinstance(seed, int | np.integer):
            return [int(seed) + position for position in range(self.num_envs)]
        if len(seed) != self.num_envs:
            raise ValueError(f"{len(seed)} seeds for {self.num_envs} environments; give one each")
        return seed

    def _mask(self, mask: object) -> NDArray[np.bool_]:
        if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_:
            kind = getattr(mask, "dtype", type(mask).__name__)
            raise TypeError(f"reset_mask must be a numpy array of bool, not {kind}")
        if mask.shape != (self.num_envs,) or not mask.any():
            raise ValueError(f"reset_mask must have {self.num_envs} entries and a True in it, not {mask}")
        return mask

    def _actions(self, actions: Sequence[Any]) -> Sequence[Any]:
        if isinstance(actions, str) or len(actions) != self.num_envs:
            got = "one text" if isinstance(actions, str) else f"{len(actions)} actions"
            raise ValueError(f"{got} for {self.num_envs} environments; give a list with one action each")
        if self.autoreset_mode is AutoresetMode.DISABLED and self._over.any():
            over = ", ".join(map(str, np.flatnonzero(self._over)))
            raise gym.error.ResetNeeded(f"the episodes of {over} are over; reset them with a reset_mask")
        return actions

    def _together(self, infos: Sequence[Info | None]) -> Info:
        """Gather infos; those of our own environments when they are first looked at."""
        lazy = [info for info in infos if type(info) is StepInfo]
        if not self._ours or len(lazy) < len(infos):
            return _combined(infos)
        made = BatchInfo(BatchInfo.blank)
        made.infos = lazy
        return made

    def _batched(self) -> Any:
        if self._ours:
            return {key: tuple([one[key] for one in self._observations]) for key in ("results", "user")}
        space = self.single_observation_space
        empty: Any = create_empty_array(space, n=self.num_envs)
        return concatenate(space, self._observations, empty)


def _combined(infos: Sequence[Info | None]) -> Info:
    """Gather infos as `VectorEnv._add_info` does, but key by key: the values, and who has any."""
    given = [info for info in infos if info is not None]
    if len(given) == len(infos) and all(len(info) == len(given[0]) for info in given):
        with contextlib.suppress(KeyError):
            return _gathered({key: [info[key] for info in given] for key in given[0]})
    gathered: Info = {}
    for key in dict.fromkeys(key for info in given for key in info):
        has = np.array([info is not None and key in info for info in infos], dtype=np.bool_)
        values = [info[key] if info and key in info else None for info in infos]
        gathered[key], gathered[f"_{key}"] = _column(key, values, has), has
    return gathered


def _gathered(columns: Mapping[str, list[Any]]) -> Info:
    """Gather what every environment has."""
    gathered: Info = {}
    for key, values in columns.items():
        gathered[key], gathered[f"_{key}"] = _whole(key, values), np.ones(len(values), dtype=np.bool_)
    return gathered


def _whole(key: str, values: list[Any]) -> Any:
    """Gather the values of one key, which every environment has."""
    if key != "final_obs" and type(values[0]) in (int, float, bool):
        return np.array(values, dtype=type(values[0]))
    return _column(key, values, np.ones(len(values), dtype=np.bool_))


def _column(key: str, values: list[Any], has: NDArray[np.bool_]) -> Any:
    first = values[int(has.argmax())]
    kind = type(first)
    if isinstance(first, dict) and key != "final_obs":
        return _combined(values)
    if isinstance(first, np.ndarray) and key != "final_obs":
        column = np.zeros((len(values), *first.shape), dtype=first.dtype)
    elif key != "final_obs" and (kind in (int, float, bool) or issubclass(kind, np.number)):
        column = np.zeros(len(values), dtype=kind)
    else:
        return np.fromiter(values, dtype=object, count=len(values))
    for position in np.flatnonzero(has):
        column[position] = values[position]
    return column


class BatchInfo(LazyInfo):
    """The infos of all environments, gathered key by key when one is looked at."""

    __slots__ = ("infos",)
    infos: Sequence[Info]

    ways = {  # noqa: RUF012 (declared so by LazyInfo)
        name: way
        for key in StepInfo.ways
        for name, way in (
            (key, lambda batch, key=key: _whole(key, [info[key] for info in batch.infos])),
            (f"_{key}", lambda batch: np.ones(len(batch.infos), dtype=np.bool_)),
        )
    }
    blank = dict.fromkeys(ways, PENDING)
