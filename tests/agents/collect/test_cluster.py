"""Promises of what a cluster rests on, none of which needs a cluster."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from fc_agents import commands
from fc_agents.collect.cluster import RayBackend
from fc_agents.collect.job import Batch, Job
from fc_agents.collect.player import Player
from fc_agents.collect.shares import HOPELESS, MOST, Shares
from fc_agents.models.model import ModelError
from hypothesis import given, settings
from hypothesis import strategies as st

from fc_gym.errors import FcGymError, TaskError
from tests.agents.chat.speaking import Speaker
from tests.agents.collect.kept import collected, job_of, lines_in

SEEDS = range(100, 160)


def follows(pieces: Iterable[Any]) -> bool:
    return all(list(one) == list(range(one[0], one[0] + len(one))) for one in pieces)


@settings(max_examples=300)
@given(data=st.data())
def test_whatever_dies_every_episode_is_reported_once_or_named(data: st.DataObject) -> None:
    indices = sorted(data.draw(st.sets(st.integers(0, 59), min_size=1)))
    size, count = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 4))
    deadly = data.draw(st.sets(st.sampled_from(indices), max_size=MOST - 1))
    shares, done = Shares(SEEDS, indices, size), list[int]()
    workers: list[list[int]] = [[] for _ in range(count)]
    chance, accidents = data.draw(st.randoms(use_true_random=False)), MOST - 1 - len(deadly)
    while len(shares) or any(workers):
        number = chance.randrange(count)
        pieces, mine = shares.take(workers[number], 3 * size), workers[number]
        assert follows(pieces) and all(len(one) <= size for one in pieces)
        mine += [index for piece in pieces for index in piece]
        assert len(mine) <= 3 * size
        accident = bool(mine) and accidents > 0 and chance.random() < 0.1
        if accident or (mine and mine[0] in deadly):
            accidents -= accident
            shares.lost(mine)
            workers[number] = []
        elif mine:
            done.append(mine.pop(0))
    named = str(_raised(shares))
    assert all(str(SEEDS[index]) in named for index in set(indices) - set(done))
    assert len(done) == len(set(done)) and set(indices) - deadly <= set(done) | _hopeless(named)
    assert not set(done) & deadly


def _raised(shares: Shares) -> Exception | str:
    try:
        shares.finish()
    except FcGymError as error:
        return error
    return ""


def _hopeless(named: str) -> set[int]:
    return {index for index in range(60) if str(SEEDS[index]) in named}


def test_an_episode_that_two_workers_died_with_is_given_alone_and_last() -> None:
    shares = Shares(SEEDS, range(6), 3)
    for _ in range(2):
        assert [list(one) for one in shares.take((), 3)] == [[0, 1, 2]]
        shares.lost([2, 0, 1])
    assert shares.take((), 9) == [range(3, 6)]
    assert shares.take((3,), 9) == []
    assert shares.take((), 9) == [[0]] and shares.take((0,), 9) == [] and shares.take((), 9) == [[1]]


@pytest.mark.parametrize(("count", "words"), [(1, "seed 100"), (2, "seeds 100 and 101")])
def test_episodes_that_every_worker_dies_with_are_named_at_the_end(count: int, words: str) -> None:
    shares = Shares(SEEDS, range(5), 5)
    for _ in range(HOPELESS):
        shares.lost(range(count))
    with pytest.raises(FcGymError, match=f"every worker that played {words} died, 3 of them") as told:
        shares.finish()
    assert "\n" not in str(told.value)


def test_a_cluster_in_which_every_worker_dies_is_given_up() -> None:
    shares = Shares(SEEDS, range(5), 5)
    for _ in range(HOPELESS - 1):
        shares.lost(range(5))
    with pytest.raises(FcGymError, match="every worker that played seeds 100, 101, 102, 103 and 104 died"):
        shares.lost(range(5))


@pytest.mark.parametrize("chatting", [False, True])
def test_a_player_gives_what_it_was_given_and_nothing_twice(tmp_path: Path, chatting: bool) -> None:
    job = job_of(12, wait=0.001) if chatting else Job("mail", "random", range(3, 15))
    player, lines = Player(job, 4, os.getcwd()), dict[int, str]()
    player.ready()
    pieces: list[range] = [range(0, 5), range(5, 9)]
    while len(lines) < 12:
        for batch in player.turn(pieces):
            assert isinstance(batch, Batch) and not lines.keys() & dict(batch.lines).keys()
            lines.update(batch.lines)
        pieces = [range(9, 12)] if 9 <= len(lines) < 12 else []
    collected(tmp_path, job)
    assert [lines[index] for index in range(12)] == lines_in(tmp_path)


def test_what_goes_wrong_in_a_player_is_the_last_it_says(tmp_path: Path) -> None:
    player = Player(job_of(3, made=lambda: Speaker(fatal=3)), 1, str(tmp_path / "not there"))
    *_, error = player.turn([range(0, 3)])
    assert isinstance(error, ModelError) and str(error) == "the model is gone"
    player = Player(Job("mail", "rnadom", range(3)), 1, os.getcwd())
    (error,) = player.turn([range(0, 3)])
    assert isinstance(error, TaskError) and "unknown policy 'rnadom'" in str(error)


def test_a_player_whose_thread_ends_says_so() -> None:
    class Leaving(Speaker):
        async def check(self) -> None:
            raise EOFError

    (error,) = Player(job_of(3, made=Leaving), 1, os.getcwd()).turn([range(0, 3)])
    assert isinstance(error, RuntimeError) and "stopped before it was told to" in str(error)


@pytest.mark.parametrize("name", ["out", "out.jsonl"])
def test_a_missing_ray_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(FcGymError, match="the backend ray needs Ray; run: pip install ray") as told:
        commands.rollout("mail", policy="random", episodes=2, backend="ray", workers=2, out=tmp_path / name)
    assert "\n" not in str(told.value)


def test_an_address_goes_with_the_cluster_only(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="the process backend has no use for --ray-address; add --backend ray"):
        commands.rollout("mail", policy="random", workers=2, ray_address="auto", out=tmp_path)


def test_a_model_plays_as_many_episodes_at_once_as_it_does_elsewhere() -> None:
    assert [RayBackend(workers, 10).each for workers in (1, 3, 10, 11)] == [10, 4, 1, 1]
