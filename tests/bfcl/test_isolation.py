"""Sessions that run at the same time in one process do what each does in a process of its own."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from fc_gym.bfcl.bulk import bulk
from fc_gym.bfcl.executor import Executor
from fc_gym.bfcl.grade import Grader
from fc_gym.bfcl.play import Session
from fc_gym.bfcl.tasks import CATEGORIES, BfclTask, load_tasks
from fc_gym.errors import TaskError
from tests.bfcl.alone import alone
from tests.bfcl.drawn import Drawn, Hints, hints_of
from tests.bfcl.leaks import Leak, leaks
from tests.bfcl.made_up import CONFIG

FOLDER = os.environ.get("FC_GYM_BFCL_DATA", "")
SESSIONS = int(os.environ.get("FC_GYM_ISOLATION_SESSIONS", "100"))
CALLS = 30
MEGABYTE = 2**20
PLAY = """
import json, sys
from fc_gym.bfcl.executor import Executor
from fc_gym.bfcl.play import Session
classes, config, long_context, calls = json.loads(sys.argv[1])
print(json.dumps(Executor(Session(classes, config, long_context), "m").run(calls)))
"""


def bulk_is_there() -> bool:
    try:
        return bool(bulk())
    except TaskError:
        return False


with_data = pytest.mark.skipif(not FOLDER, reason="set FC_GYM_BFCL_DATA to the folder that `fc-gym bfcl fetch` writes")
with_bulk = pytest.mark.skipif(
    not bulk_is_there(), reason="the long-context values are missing; `fc-gym bfcl fetch` gets them with the data"
)


def made_up() -> list[BfclTask]:
    """A task for every class with its default start state, and one of two classes with a ground truth."""
    names = ("GorillaFileSystem", "MathAPI", "MessageAPI", "TwitterAPI", "TicketAPI", "TradingBot", "TravelAPI")
    single = [
        BfclTask(f"multi_turn_base_{number}", (name,), {}, (), ())
        for number, name in enumerate((*names, "VehicleControlAPI"))
    ]
    poster = {"TwitterAPI": {"authenticated": True, "tweets": {}, "tweet_counter": 0}}
    truth = (("post_tweet(content='a')", "mention(tweet_id=0,mentioned_usernames=['@b'])", "post_tweet(content='c')"),)
    both = BfclTask("multi_turn_base_8", ("TwitterAPI", "TicketAPI"), {**poster, **CONFIG}, (), truth)
    return [*single, both]


def every_task() -> list[BfclTask]:
    return [
        task for name in CATEGORIES if name != "long_context" or bulk_is_there() for task in load_tasks(FOLDER, name)
    ]


def events(task: BfclTask, hints: Hints, seed: int, session: Session | None = None) -> Iterator[str]:
    """Play one session; every call with its result, then the state."""
    session = session or Session(task.classes, task.config, task.long_context)
    executor, drawn = Executor(session, f"m_{task.id}"), Drawn(task, hints, seed)
    for _ in range(CALLS):
        call = drawn.next()
        result = executor.play(call).text
        drawn.learn(result)
        yield f"{call} -> {result}"
    yield json.dumps(session.state(), sort_keys=True)


def by_itself(task: BfclTask, hints: Hints, seed: int) -> list[str]:
    return list(events(task, hints, seed))


def in_turn(running: Sequence[Iterator[str]]) -> list[list[str]]:
    """Play all sessions at once, a call of each in turn."""
    return [list(one) for one in zip(*zip(*running, strict=True), strict=True)]


def differing(pool: Sequence[BfclTask], sessions: int) -> list[str]:
    """Play every session by itself, then all of them at once, and name those that differ."""
    hints = hints_of(pool)
    plan = [(pool[seed * 37 % len(pool)], seed) for seed in range(sessions)]
    apart = [alone(partial(by_itself, task, hints, seed)) for task, seed in plan]
    together = in_turn([events(task, hints, seed) for task, seed in plan])
    return [f"{plan[at]}" for at in range(sessions) if apart[at] != together[at]]


def test_interleaved_sessions_of_every_class_do_what_each_does_by_itself() -> None:
    assert not differing(made_up(), SESSIONS)


@with_data
def test_interleaved_official_tasks_do_what_each_does_by_itself() -> None:
    assert not differing(every_task(), SESSIONS)


def test_sessions_that_share_an_instance_would_be_seen() -> None:
    task = made_up()[4]
    shared = Session(task.classes, task.config)
    running = [events(task, {}, seed, shared) for seed in range(2)]
    assert in_turn(running) != [by_itself(task, {}, seed) for seed in range(2)]


@pytest.mark.parametrize("number", [0, pytest.param(1, marks=with_bulk), pytest.param(2, marks=with_bulk), 3], ids=str)
def test_where_official_sessions_leak_ours_do_as_in_a_new_interpreter(number: int) -> None:
    leak = leaks(next(iter(bulk().travel.cards)) if bulk_is_there() else "")[number]
    sessions = [Session(leak.task.classes, leak.task.config, leak.task.long_context) for _ in range(2)]
    before, after = (Executor(session, "m") for session in sessions)
    later = after.run(leak.after[:1])
    before.run(leak.before)
    later += after.run(leak.after[1:])
    third = Session(leak.task.classes, leak.task.config, leak.task.long_context)
    assert later == Executor(third, "m").run(leak.after) == in_new_interpreter(leak)


def in_new_interpreter(leak: Leak) -> list[str]:
    told = json.dumps([leak.task.classes, leak.task.config, leak.task.long_context, leak.after])
    done = subprocess.run([sys.executable, "-c", PLAY, told], capture_output=True, text=True, check=True)
    results: list[str] = json.loads(done.stdout)
    return results


def resident() -> int:
    """Return how many bytes of this process lie in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def sizes_after_passes(pool: Sequence[BfclTask]) -> list[int]:
    """Five times over, grade the ground truth of every task, or play drawn calls where it has none."""
    grader, sizes = Grader(), list[int]()
    for _ in range(5):
        for task in pool:
            assert grader.grade(task, [[calls] for calls in task.truth]).valid
            assert task.truth or by_itself(task, {}, 0)
        sizes.append(resident())
    return sizes


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the size of a process is read from /proc")
@pytest.mark.parametrize("official", [False, pytest.param(True, marks=with_data)], ids=["made up", "official"])
def test_memory_does_not_grow_from_pass_to_pass(official: bool) -> None:
    pool = every_task() if official else made_up() * 80
    sizes = alone(lambda: sizes_after_passes(pool))
    assert sizes[4] - sizes[1] < MEGABYTE, f"{sizes} bytes after five passes over {len(pool)} tasks"
