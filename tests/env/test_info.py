"""Promises of a lazy info: nobody can tell it from a dict, and what it tells is of its moment."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fc_gym.env import ToolEnv
from fc_gym.info import PENDING, Info
from fc_gym.registration import load_domain, make_env
from fc_gym.state import State
from fc_gym.task import Task, Turn
from fc_gym.types import ToolCall

KEYS: Any = "abdef"
EAGER = {"a": 1, "b": [2, {"c": 3}], "d": "text", "e": None, "f": {"g": 4.5}}


class Toy(Info):
    """Has the values of `EAGER`."""

    __slots__ = ("asked",)
    asked: list[str]
    ways = {key: partial(lambda key, info: info.worked_out(key), key) for key in EAGER}  # noqa: RUF012

    def worked_out(self, key: str) -> Any:
        """Note that a value was asked for."""
        self.asked.append(key)
        return copy.deepcopy(EAGER[key])


def toy() -> Toy:
    """Return a dict of which nothing is worked out."""
    made = Toy(dict.fromkeys(Toy.ways, PENDING))
    made.asked = []
    return made


keys = st.sampled_from([*EAGER, "x", "y"])


def _popped(one: dict[str, Any], key: str) -> Any:
    return one.pop(key, "none")


def _cut(one: dict[str, Any], key: str) -> Any:
    one.pop("x", None)
    return one.popitem() if one else None


def _deleted(one: dict[str, Any], key: str) -> Any:
    try:
        del one[key]
    except KeyError as error:
        return repr(error)


def _read(one: dict[str, Any], key: str) -> Any:
    try:
        return one[key]
    except KeyError as error:
        return repr(error)


def _set(one: dict[str, Any], key: str) -> Any:
    one[key] = f"new {key}"


def _merged(one: dict[str, Any], key: str) -> Any:
    one |= {key: 1}
    return sorted(one)


def _matched(one: dict[str, Any], key: str) -> Any:
    match one:
        case {"a": a, **rest}:
            return a, rest
        case _:
            return None


def _called(one: dict[str, Any], key: str) -> Any:
    return (lambda **named: named)(**one)


LOOKS: dict[str, Callable[[dict[str, Any], str], Any]] = {
    "[]": _read,
    "get": lambda one, key: (one.get(key), one.get(key, 7)),
    "in": lambda one, key: key in one,
    "len": lambda one, key: (len(one), bool(one)),
    "iter": lambda one, key: (list(one), list(reversed(one)), sorted(one), set(one), list(one.keys())),
    "items": lambda one, key: (list(one.items()), list(one.values())),
    "star": lambda one, key: {**one, "x": 1},
    "dict": lambda one, key: (dict(one), dict(one, x=1), {} | one, one | {"y": 2}, {"y": 2} | one),
    "update": lambda one, key: {"z": 0, **{}} | dict(one.items()),
    "updated": lambda one, key: _updated(one),
    "copy": lambda one, key: (one.copy(), copy.copy(one), copy.deepcopy(one)),
    "pickle": lambda one, key: [pickle.loads(pickle.dumps(one, protocol)) for protocol in range(6)],
    "json": lambda one, key: (json.dumps(one), json.dumps(one, indent=1), json.JSONEncoder(indent=1).encode(one)),
    "orjson": lambda one, key: orjson.dumps(dict(one)),
    "repr": lambda one, key: (repr(one), str(one), f"{one}"),
    "equal": lambda one, key: (one == EAGER, one == toy(), one != EAGER, dict(EAGER) == one, one == KEYS, one != KEYS),
    "format": lambda one, key: ("{a}".format_map({"a": 0} | one), "%(a)s" % ({"a": 0} | one)),
    "match": _matched,
    "call": _called,
    "set": _set,
    "del": _deleted,
    "pop": _popped,
    "popitem": _cut,
    "setdefault": lambda one, key: one.setdefault(key, 9),
    "ior": _merged,
    "clear": lambda one, key: one.clear() if key == "y" else None,
}


def _updated(one: dict[str, Any]) -> dict[str, Any]:
    other: dict[str, Any] = {"a": 0, "z": 0}
    other.update(one)
    return other


@given(st.lists(st.tuples(st.sampled_from(sorted(LOOKS)), keys), max_size=8))
@settings(deadline=None, max_examples=400)
def test_whatever_is_done_with_it_it_is_the_dict_that_was_filled_at_once(looks: list[tuple[str, str]]) -> None:
    lazy, eager = toy(), copy.deepcopy(EAGER)
    for name, key in looks:
        assert LOOKS[name](lazy, key) == LOOKS[name](eager, key), name
    assert list(lazy.items()) == list(eager.items())


@pytest.mark.parametrize("name", sorted(LOOKS))
def test_no_look_shows_a_value_that_is_not_worked_out(name: str) -> None:
    assert "PENDING" not in repr(LOOKS[name](toy(), "b"))


def test_copies_are_plain_dicts_and_it_is_a_dict() -> None:
    info = toy()
    assert isinstance(info, dict)
    for twin in (info.copy(), copy.copy(info), copy.deepcopy(info), pickle.loads(pickle.dumps(info)), {**info}):
        assert type(twin) is dict and twin == EAGER
    with pytest.raises(TypeError, match="unhashable"):
        hash(info)


def test_a_value_is_worked_out_once_and_only_if_it_is_looked_at() -> None:
    info = toy()
    assert "a" in info and len(info) == len(EAGER) and list(info) == list(EAGER) and info.asked == []
    assert info["a"] == info["a"] == info.get("a") == 1 and info.asked == ["a"]
    info["b"] = 5
    assert dict(info)["b"] == 5 and "b" not in info.asked


def test_c_code_that_reads_the_storage_fails_rather_than_show_the_marks() -> None:
    with pytest.raises(TypeError):
        orjson.dumps(toy())


# ---------------------------------------------------------------- of its moment


def shown(info: dict[str, Any]) -> dict[str, Any]:
    """Return all of an info in a form that can be compared."""
    plain = dict(info)
    return {**plain, "action_mask": plain["action_mask"].tolist(), "grounded_calls": tuple(plain["grounded_calls"])}


def course(env: ToolEnv, seed: int, look: Callable[[dict[str, Any]], Any]) -> Iterator[Any]:
    """Play at random, with a look at every info as it comes."""
    rng = np.random.default_rng(seed)
    _, info = env.reset(seed=seed)
    yield look(info)
    for position in range(7):
        calls = env.grounded_calls()
        action: Any = [calls[int(rng.integers(len(calls)))], ToolCall("nope")] if position != 4 else "Done."
        *_, info = env.step(action)
        yield look(info)


@pytest.mark.parametrize("domain", ["shop", "calendar", "mail"])
@pytest.mark.parametrize("legality", ["off", "keys", "state"])
@given(seed=st.integers(0, 1000))
@settings(deadline=None, max_examples=3)
def test_looked_at_late_it_tells_what_it_would_have_told_at_once(domain: str, legality: str, seed: int) -> None:
    tasks = [Task("t", domain, seed, (Turn("Hello."), Turn("And?"), Turn("Well?")))]
    early = list(course(make_env(domain, tasks, legality=legality), seed, shown))
    env = make_env(domain, tasks, legality=legality)
    late = list(course(env, seed, lambda info: info))
    env.reset(seed=seed)
    order = np.random.default_rng(seed).permutation(len(late))
    assert [shown(late[position]) for position in order] == [early[position] for position in order]


def test_a_look_does_not_disturb_the_episode() -> None:
    plain, watched = make_env("shop"), make_env("shop")
    infos: list[dict[str, Any]] = []

    def look(info: dict[str, Any]) -> dict[str, Any]:
        infos.append(info)
        return shown(infos[len(infos) // 2])

    list(course(watched, 3, look))
    list(course(plain, 3, lambda info: None))
    assert watched.state_hash() == plain.state_hash() and shown(watched.step([])[-1]) == shown(plain.step([])[-1])


class Watcher:
    """Who may want to come back."""

    point: Any = None


@given(st.lists(st.sampled_from(["write", "watch", "drop", "fork", "look", "restore"]), max_size=14))
@settings(deadline=None, max_examples=100)
def test_a_watcher_finds_the_world_of_its_moment_whatever_happens_in_between(acts: list[str]) -> None:
    domain = load_domain("shop")
    state: State[Any] = domain.sample(1)
    first, count = state.snapshot(), 0
    held: list[tuple[Watcher, str]] = []
    for act in acts:
        if act == "write":
            count += 1
            next(iter(state.world.products.values())).stock = 100 + count
        elif act == "watch":
            watcher = Watcher()
            state.watch(watcher)
            held.append((watcher, state.copy().hash()))
        elif act == "drop" and held:
            del held[0]
        elif act == "fork":
            fork = state.fork()
            next(iter(fork.world.products.values())).stock = 7
            assert fork.hash() != state.hash()
        elif act == "restore":
            state.restore(first)
        for watcher, was in held if act == "look" else ():
            assert state.hash_seen_by(watcher) == state.seen_by(watcher).hash() == was
    for watcher, was in reversed(held):
        assert state.seen_by(watcher).hash() == state.hash_seen_by(watcher) == was
    assert state.audit() is None
