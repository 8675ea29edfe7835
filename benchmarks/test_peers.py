"""Peers beside us in the same run; those that do not import in the Python named by `--peer-python` are skipped."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import gymnasium as gym
import orjson
import pytest
from gymnasium.vector import SyncVectorEnv

from benchmarks.budget import AgainstFloor, FromElsewhere
from benchmarks.depot import long_task, short_task
from benchmarks.floor import CALLS, answer
from fc_gym.bfcl.executor import Executor
from fc_gym.bfcl.home import data_home
from fc_gym.bfcl.play import Session
from fc_gym.bfcl.tasks import BfclTask, load_tasks
from fc_gym.domain import Domain
from fc_gym.env import ToolEnv

pytestmark = pytest.mark.benchmark(group="peers")

ROOT = Path(__file__).parent.parent
ENVS, TURNS = 64, 10
TASKS = 60
PATIENCE = 300
"""Seconds until a peer is given up."""

STEP = "step, JSON in, JSON out"
VECTOR = f"vector step, {ENVS} envs"
TURN = "turn in a rollout of ten calls, zero-latency policy"
BFCL = "bfcl call text, with its share of reset"

Driver = Callable[..., dict[str, Any]]


@pytest.fixture
def driver(pytestconfig: pytest.Config) -> Driver:
    """Run one of `benchmarks/peers` in the Python of the peer."""
    python = pytestconfig.getoption("--peer-python") or sys.executable

    def run(name: str, *words: str) -> dict[str, Any]:
        command = [python, "-m", f"benchmarks.peers.{name}", *words]
        try:
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE)
        except (OSError, subprocess.TimeoutExpired) as error:
            pytest.skip(f"{name}: {type(error).__name__} when running {python}")
        if done.returncode:
            pytest.skip(f"{name}: {done.stderr.strip().splitlines()[-1]}; name a Python that has it by --peer-python")
        return dict(json.loads(done.stdout.splitlines()[-1]))

    return run


class Idle(gym.Env[Any, Any]):
    """Does nothing."""

    observation_space = gym.spaces.Discrete(2)
    action_space = gym.spaces.Discrete(2)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Begin."""
        super().reset(seed=seed)
        return 0, {}

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        """Do nothing."""
        return 0, 0.0, False, False, {}


class Floor(Idle):
    """Does the step of the FLOOR."""

    texts = itertools.cycle(CALLS)

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        """Answer a call."""
        return 0, 0.0, False, False, {"text": answer(next(self.texts))}


def test_our_step(against_floor: AgainstFloor, small: Domain) -> None:
    env, texts = gym.make("benchmarks/Small-v0", tasks=[long_task(small)]), itertools.cycle(CALLS)
    env.reset(seed=0)
    against_floor("fc_gym through gym.make", lambda: env.step([orjson.loads(next(texts))]), shape=STEP)


def test_step_of_gymnasium(against_floor: AgainstFloor) -> None:
    gym.register("benchmarks/Floor-v0", entry_point=lambda **_: Floor())
    env = gym.make("benchmarks/Floor-v0")
    env.reset(seed=0)
    what = "the FLOOR in an environment, through gym.make"
    against_floor(what, lambda: env.step(0), shape=STEP, peer=f"Gymnasium {gym.__version__}")


def test_step_of_gem(from_elsewhere: FromElsewhere, driver: Driver) -> None:
    from_elsewhere("ToolEnvWrapper around the FLOOR", lambda: driver("gem"), shape=STEP)


def test_step_of_verifiers(from_elsewhere: FromElsewhere, driver: Driver) -> None:
    from_elsewhere("env_response of its ToolEnv around the FLOOR", lambda: driver("verifiers", "step"), shape=STEP)


def test_our_turn(against_floor: AgainstFloor, small: Domain) -> None:
    rollout, script = pytest.importorskip("fc_agents.rollout"), pytest.importorskip("fc_agents.script")
    policy, task = script.GoldPolicy(), short_task(small, TURNS)
    env = ToolEnv(small, tasks=[task])
    play = partial(rollout.rollout, env, policy, 0, task)
    against_floor("fc_gym, recorded, graded, with origins", play, shape=TURN, per=TURNS)


def test_turn_of_verifiers(from_elsewhere: FromElsewhere, driver: Driver) -> None:
    from_elsewhere("rollout of its ToolEnv around the FLOOR", lambda: driver("verifiers", "turn"), shape=TURN)


def test_our_vector(against_floor: AgainstFloor, small: Domain) -> None:
    vector, texts = gym.make_vec("benchmarks/Small-v0", num_envs=ENVS, tasks=[long_task(small)]), itertools.cycle(CALLS)
    vector.reset(seed=0)

    def step() -> object:
        text = next(texts)
        return vector.step([[orjson.loads(text)] for _ in range(ENVS)])

    against_floor("fc_gym by make_vec", step, shape=VECTOR, per=ENVS)


@pytest.mark.parametrize("env", [Idle, Floor])
def test_vector_of_gymnasium(against_floor: AgainstFloor, env: type[Idle]) -> None:
    vector = SyncVectorEnv([env] * ENVS)
    vector.reset(seed=0)
    step, what = partial(vector.step, [0] * ENVS), f"SyncVectorEnv, {'nothing done' if env is Idle else 'the FLOOR'}"
    against_floor(what, step, shape=VECTOR, per=ENVS, peer=f"Gymnasium {gym.__version__}")


@pytest.fixture(scope="module")
def tasks() -> list[BfclTask]:
    """Some official tasks."""
    if not (data_home() / "possible_answer").is_dir():
        pytest.skip(f"bfcl: the official data is not in {data_home()}; `fc-gym bfcl fetch` gets it")
    return load_tasks(data_home(), "base")[:TASKS]


def test_our_bfcl(against_floor: AgainstFloor, tasks: list[BfclTask]) -> None:
    calls = sum(len(turn) for task in tasks for turn in task.truth)

    def play() -> None:
        for task in tasks:
            executor = Executor(Session(task.classes, task.config, task.long_context), task.id)
            for turn in task.truth:
                executor.run(turn)

    against_floor("fc_gym.bfcl", play, shape=BFCL, per=calls)


def test_official_bfcl(from_elsewhere: FromElsewhere, driver: Driver, tasks: list[BfclTask], tmp_path: Path) -> None:
    plain = [{"id": one.id, "config": one.config, "classes": one.classes, "truth": one.truth} for one in tasks]
    path = tmp_path / "tasks.json"
    path.write_bytes(orjson.dumps(plain))
    from_elsewhere("the official executor", lambda: driver("bfcl", str(path)), shape=BFCL)
