from __future__ import annotations

import bisect
import copy
import dataclasses
import functools
import gc
import heapq
import pickle
import random
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy
import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fc_gym.state import State, digest
from tests.state import strategies as make
from tests.state.strategies import Box, Held, Pair, Row, World

# Without shrinking, which takes minutes for scripts of this size.
MANY = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def is_plain(value: Any) -> bool:
    return not hasattr(type(value), "_fc_class") and all(map(is_plain, make.children(value)))


def steps(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    one = st.tuples(
        st.sampled_from(
            ["write"] * 6 + ["fork", "snapshot", "restore", "restore", "drop", "hash", "forget", "copy", "apart"]
        ),
        st.integers(0, 20),
        make.writes(values),
    )
    return st.lists(one, min_size=1, max_size=30)


class Model:
    """Sessions and marks, each with the deep copy that it must be equal to."""

    def __init__(self, world: World) -> None:
        self.sessions: list[tuple[State[World], World]] = [(State(world), copy.deepcopy(world))]
        self.marks: list[tuple[Any, World]] = []

    def play(self, action: str, number: int, step: tuple[Any, ...]) -> None:
        place = number % len(self.sessions)
        state, model = self.sessions[place]
        if action == "write":
            ours, theirs = make.write(state.world, step), make.write(model, step)
            assert make.difference(ours, theirs, "result") is None
        elif action == "fork":
            self.sessions.append((state.fork(), copy.deepcopy(model)))
        elif action == "apart":
            self.sessions.append((state.apart(), copy.deepcopy(model)))
        elif action == "copy":
            self.sessions[place] = (state.copy(), model)
            self.marks = [mark for mark in self.marks if len(self.sessions) > 1]
        elif action == "snapshot":
            self.marks.append((state.snapshot(), copy.deepcopy(model)))
        elif action == "restore" and self.marks:
            self.restore(place, number)
        elif action == "drop" and len(self.sessions) > 1:
            del self.sessions[place]
        elif action == "forget" and self.marks:
            del self.marks[number % len(self.marks)]
        elif action == "hash":
            assert state.hash() == State(copy.deepcopy(model)).hash()
        state, model = self.sessions[place % len(self.sessions)]
        assert make.difference(state.world, model) is None

    def restore(self, place: int, number: int) -> None:
        state, _ = self.sessions[place]
        mark, marked = self.marks[number % len(self.marks)]
        if mark._state._lineage is state._lineage:
            world = state.world
            state.restore(mark)
            assert state.world is world
            self.sessions[place] = (state, copy.deepcopy(marked))

    def check(self) -> None:
        for state, model in self.sessions:
            assert make.difference(state.world, model) is None
            assert make.difference(state.plain(), model) is None
            assert is_plain(state.plain())
            assert state.hash() == State(copy.deepcopy(model)).hash() == State(state.plain()).hash()
        for place in range(len(self.sessions)):
            for number in range(len(self.marks)):
                self.restore(place, number)
                state, model = self.sessions[place]
                assert make.difference(state.world, model) is None
                assert state.hash() == State(copy.deepcopy(model)).hash()


def play(world: World, script: list[Any]) -> Model:
    model = Model(world)
    for action, number, step in script:
        model.play(action, number, step)
    model.check()
    return model


@MANY
@given(make.WORLDS, steps(make.VALUES))
def test_any_interleaving_equals_deep_copies(world: World, script: list[Any]) -> None:
    model = play(world, script)
    assert all(state.fallback is None for state, _ in model.sessions)


@MANY
@given(make.WORLDS, steps(st.one_of(make.VALUES, make.VALUES, make.OPAQUE, st.lists(make.OPAQUE, max_size=2))))
def test_the_same_with_objects_that_cannot_be_tracked(world: World, script: list[Any]) -> None:
    play(world, script)


@MANY
@given(make.WORLDS, make.OPAQUE, steps(st.one_of(make.VALUES, make.OPAQUE)))
def test_the_same_when_they_are_there_from_the_start(world: World, opaque: Any, script: list[Any]) -> None:
    world.box.what = opaque
    assert State(copy.deepcopy(world)).fallback is not None
    play(world, script)


@MANY
@given(make.WORLDS, st.lists(make.writes(make.VALUES), max_size=12))
def test_audit_is_silent_on_recorded_writes(world: World, script: list[Any]) -> None:
    state = State(world)
    assert state.audit() is None
    for step in script:
        make.write(state.world, step)
    assert state.audit() is None


@MANY
@given(make.WORLDS, make.WORLDS, st.lists(make.writes(make.VALUES), max_size=3))
def test_equal_hash_means_equal_value(one: World, two: World, script: list[Any]) -> None:
    changed = copy.deepcopy(one)
    for step in script:
        make.write(changed, step)
    for other in (two, changed):
        same = canonical(one) == canonical(other)
        assert (State(copy.deepcopy(one)).hash() == State(copy.deepcopy(other)).hash()) == same


def canonical(value: Any) -> Any:
    """Return a string that is the same exactly for equal values, found without the code under test."""
    name = type(value).__name__
    if isinstance(value, dict):
        return f"{name}{sorted((canonical(key), canonical(item)) for key, item in value.items())}"
    if isinstance(value, set):
        return f"{name}{sorted(map(canonical, value))}"
    if isinstance(value, (list, tuple)):
        return f"{name}{[canonical(item) for item in value]}"
    if make.children(value) or hasattr(value, "__dict__"):
        return f"{name}{canonical(vars(value))}"
    return f"{name} {0.0 if value == 0 and name == 'float' else value!r}"


@dataclass(frozen=True)
class Plain:
    label: str
    inside: tuple[int, ...]


@dataclass
class Order:
    id: str
    lines: list[dict[str, Any]] = field(default_factory=list)
    status: str = "open"
    seen: set[str] = field(default_factory=set)

    @property
    def total(self) -> int:
        return sum(line["n"] for line in self.lines)

    @total.setter
    def total(self, value: int) -> None:
        self.lines = [{"n": value}]

    @functools.cached_property
    def first(self) -> str:
        return self.id[0]


@dataclass
class Shop:
    orders: dict[str, Order] = field(default_factory=dict)
    queue: list[Any] = field(default_factory=list)


def shop() -> Shop:
    return Shop({name: Order(name, [{"n": 1}, {"n": 2}], seen={"x"}) for name in "abc"}, [3, 1, 2])


def test_world_is_the_authors_object() -> None:
    world = shop()
    order = world.orders["a"]
    state = State(world)
    assert state.world is world and state.world.orders["a"] is order
    assert order.__class__ is Order and isinstance(order, Order) and type(order).__name__ == "Order"
    assert type(order).__qualname__ == Order.__qualname__ and type(order).__module__ == Order.__module__
    assert repr(order) == repr(shop().orders["a"])


def test_tracked_and_plain_are_equal_both_ways() -> None:
    tracked, plain = State(shop()).world, shop()
    assert tracked == plain and plain == tracked
    plain.orders["b"].lines[0]["n"] = 7
    assert tracked != plain and plain != tracked


@pytest.mark.parametrize(
    "copied",
    [
        copy.deepcopy,
        lambda world: pickle.loads(pickle.dumps(world)),
        lambda world: pickle.loads(pickle.dumps(world, protocol=0)),
        lambda world: pickle.loads(pickle._dumps(world)),  # type: ignore[attr-defined]
    ],
)
def test_copies_are_plain(copied: Any) -> None:
    made = copied(State(shop()).world)
    assert made == shop() and type(made) is Shop and type(made.orders) is dict
    order = made.orders["a"]
    assert (type(order), type(order.lines), type(order.lines[0]), type(order.seen)) == (
        Order,
        list,
        dict,
        set,
    )
    assert vars(order) == vars(shop().orders["a"])


def test_dataclass_functions_and_json() -> None:
    tracked, plain = State(shop()).world, shop()
    made = dataclasses.asdict(tracked)
    assert made == dataclasses.asdict(plain) and type(made["orders"]) is dict
    assert type(made["orders"]["a"]["lines"]) is list and type(made["orders"]["a"]["seen"]) is set
    assert dataclasses.fields(tracked) == dataclasses.fields(plain)
    replaced = dataclasses.replace(tracked.orders["a"], status="done")
    assert type(replaced) is Order and replaced.status == "done" and tracked.orders["a"].status == "open"
    for world in (tracked, plain):
        for order in world.orders.values():
            del order.seen
    assert orjson.dumps(tracked.queue) == orjson.dumps(plain.queue)
    assert orjson.dumps(vars(tracked.orders["a"])) == orjson.dumps(vars(plain.orders["a"]))
    assert orjson.dumps(tracked.orders["a"].lines) == b'[{"n":1},{"n":2}]'


def test_orjson_writes_rows() -> None:
    tracked = State(Row(1, ["a"], {"k": Row(2)})).world
    assert orjson.dumps(tracked) == orjson.dumps(Row(1, ["a"], {"k": Row(2)}))


def test_derived_containers_are_plain() -> None:
    world = State(shop()).world
    order = world.orders["a"]
    for made in (world.orders.copy(), world.orders | {}, {} | world.orders, type(world.orders)(world.orders)):
        assert type(made) is dict
    for items in (
        order.lines[:],
        order.lines + order.lines,
        order.lines.copy(),
        order.lines * 2,
        copy.copy(order.lines),
    ):
        assert type(items) is list
    for members in (
        order.seen | {1},
        order.seen.copy(),
        order.seen - {1},
        {1} ^ order.seen,
        copy.copy(order.seen),
    ):
        assert type(members) is set
    assert repr(order.seen) == "{'x'}"


def test_properties_cached_properties_and_vars() -> None:
    state = State(shop())
    mark, order = state.snapshot(), state.world.orders["b"]
    assert order.total == 3
    order.total = 5
    assert order.total == 5 and order.first == "b" and vars(order)["first"] == "b"
    assert "_fc" not in vars(order)
    vars(order)["status"] = "done"
    assert order.status == "done"
    state.restore(mark)
    assert state.world == shop() and "first" not in vars(order) and order.total == 3


def test_type_of_self_makes_usable_objects() -> None:
    state = State(shop())
    made = type(state.world.orders["a"])("new")
    made.status = "draft"
    assert made == Order("new", status="draft") and type(copy.deepcopy(made)) is Order
    mark = state.snapshot()
    state.world.orders["new"] = made
    made.status = "kept"
    assert state.hash() == State(state.plain()).hash()
    state.restore(mark)
    assert state.world == shop()


def test_objects_that_move_stay_themselves() -> None:
    state = State(shop())
    mark, orders = state.snapshot(), state.world.orders
    held = orders["b"]
    state.world.queue = [orders.pop(key) for key in ("b", "c")]
    state.world.queue = [order for order in state.world.queue if order.id != "c"]
    held.status = "moved"
    state.world.queue.append(held)
    assert state.world.queue[0] is held is state.world.queue[1]
    assert state.hash() == State(state.plain()).hash()
    held.lines[0]["n"] = 9
    assert state.hash() == State(state.plain()).hash()
    state.restore(mark)
    assert state.world == shop() and list(orders) == ["a", "b", "c"] and orders["b"] is held


def test_objects_from_another_world_are_copied() -> None:
    one, two = State(shop()), State(shop())
    two.world.queue.append(one.world.orders["a"])
    one.world.orders["a"].lines.append({"n": 5})
    assert two.world.queue[-1] == shop().orders["a"]
    three = State(one.world)
    assert three.world is not one.world and three == one


def test_objects_kept_across_restores_write_to_the_current_version() -> None:
    state = State(shop())
    order, mark = state.world.orders["a"], state.snapshot()
    other = state.fork()
    order.status = "kept"
    assert state.world.orders["a"].status == "kept" and other.world.orders["a"].status == "open"
    state.restore(mark)
    assert state.world.orders["a"].status == "open"


def test_hash_survives_processes_and_seeds() -> None:
    code = (
        f"import sys; sys.path[:0] = {sys.path!r}; import datetime, decimal;"
        "from tests.state import strategies as s;"
        "from fc_gym.state import State;"
        "rows = {'b': s.Row(1, [{1, 'x', None}], {'k': (1.5, b'')}), 'a': frozenset('abc')};"
        "w = s.World(rows, [s.Pair(1, 2)], {'x', 'y', 'z'}, decimal.Decimal('1.5'), datetime.date(2020, 1, 2));"
        "print(State(w).hash())"
    )
    seen = set()
    for seed in ("0", "1", "77"):
        run = [sys.executable, "-c", code]
        seen.add(subprocess.run(run, env={"PYTHONHASHSEED": seed}, check=True, capture_output=True).stdout)
    assert len(seen) == 1 and len(seen.pop().strip()) == 32


@pytest.mark.parametrize(
    ("one", "two", "equal"),
    [
        (1, 1.0, False),
        (1, True, False),
        (0.0, -0.0, True),
        (float("nan"), -float("nan"), True),
        ({1: 2}, {True: 2}, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ([1, 2], [2, 1], False),
        ((1,), [1], False),
        ({1, 2}, frozenset({1, 2}), False),
        (Box(1), Box(1), True),
        (["ab", "c"], ["a", "bc"], False),
        ([], {}, False),
        ([0.0, 1], [-0.0, 1], True),
        ({"a": 0.0}, {"a": -0.0}, True),
        ({"a": float("nan")}, {"a": None}, False),
        ({"a": float("inf")}, {"a": -float("inf")}, False),
        ({"a": 1.0}, {"a": 1}, False),
        ({"a": "1"}, {"a": 1}, False),
        ({1: 2}, {"1": 2}, False),
        ({1: 23}, {12: 3}, False),
        ({"a": 2**70, "b": 1}, {"b": 1, "a": 2**70}, True),
        ({"a": 2**70}, {"a": 2**70 + 1}, False),
        (["\ud800", 1], ["\ud801", 1], False),
        ({"\ud800": 1, "b": 2}, {"b": 2, "\ud800": 1}, True),
        ({"a": {"b": 1}}, {"a": [["b", 1]]}, False),
        (dict.fromkeys(range(30)), dict.fromkeys(reversed(range(30))), True),
        (dict.fromkeys("abcdefghi"), dict.fromkeys("ihgfedcba"), True),
        (dict.fromkeys("abcdefghi"), dict.fromkeys("abcdefgh"), False),
        (set(range(30)), set(range(1, 31)), False),
        (set(range(30)), frozenset(range(30)), False),
        ([Row(1, ["x" * 600])], [Row(1, ["x" * 601])], False),
        ({"k": Row(1, ["x" * 600])}, {"k": Row(1, ["x" * 601])}, False),
        ([Row(1), Row(2)], [Row(2), Row(1)], False),
        (make.Pair(1, 2), (1, 2), False),
        (b"a", "a", False),
        (1j, complex(-0.0, 1), True),
        (Box(Row()), Box(Box(0)), False),
    ],
)
def test_what_the_hash_tells_apart(one: Any, two: Any, equal: bool) -> None:
    assert (State(Box(one)).hash() == State(Box(two)).hash()) == equal
    assert (State(Box(one)) == State(Box(two))) == equal


def test_equal_keys_of_other_types_come_back() -> None:
    state = State(Box({1: "a", 2: "b"}))
    assert state.hash() != State(Box({True: "a", 2: "b"})).hash()
    mark = state.snapshot()
    del state.world.what[True]
    state.world.what[True] = "a"
    assert state.hash() == State(Box({True: "a", 2: "b"})).hash()
    state.restore(mark)
    assert [type(key) for key in state.world.what] == [int, int] and list(state.world.what) == [1, 2]


def test_set_pop_and_members_that_could_change() -> None:
    state = State(Box({1, 2, 3}))
    mark = state.snapshot()
    taken = state.world.what.pop()
    assert state.world.what == {1, 2, 3} - {taken}
    state.restore(mark)
    assert state.world.what == {1, 2, 3} and state.fallback is None
    box = Box(0)
    state.world.what.add(box)
    assert state.fallback is not None
    second = state.snapshot()
    next(iter(m for m in state.world.what if isinstance(m, Box))).what = 5
    state.restore(second)
    assert [m.what for m in state.world.what if isinstance(m, Box)] == [0]
    state.restore(mark)
    assert state.world.what == {1, 2, 3} and state.fallback is None


def test_a_failed_sort_is_recorded() -> None:
    state = State(Box([3, 1, 2, "x", 0]))
    mark = state.snapshot()
    with pytest.raises(TypeError):
        state.world.what.sort()
    state.restore(mark)
    assert state.world.what == [3, 1, 2, "x", 0]


class Api:
    """As others write it: a class without annotations, with a generator and a callback to itself."""

    def __init__(self) -> None:
        self.records = [{"id": 1, "tags": ["a"]}]
        self.random = random.Random(3)
        self.numpy = numpy.random.default_rng(4)
        self.calls = {"draw": self.draw}
        self.recent: deque[float] = deque(maxlen=3)

    def draw(self) -> float:
        value = self.random.random() + float(self.numpy.random())
        self.records.append({"id": len(self.records), "tags": [value]})
        self.recent.append(value)
        return value


def test_foreign_classes_work_by_copying() -> None:
    api = Api()
    state = State(api)
    assert state.world is api and type(api.records) is list and state.fallback is not None
    fork, mark, before = state.fork(), state.snapshot(), state.hash()
    drawn = [state.world.calls["draw"]() for _ in range(3)]
    assert state.hash() != before and fork.hash() == before
    assert [fork.world.calls["draw"]() for _ in range(3)] == drawn and fork == state
    state.restore(mark)
    assert state.world is api and state.hash() == before and state.audit() is None
    assert [state.world.draw() for _ in range(3)] == drawn and len(state.world.records) == 4
    fork.restore(mark)
    assert fork.hash() == before


class Slotted:
    __slots__ = ("items",)

    def __init__(self) -> None:
        self.items = [1]


def test_a_root_with_slots() -> None:
    state = State(Slotted())
    mark, fork = state.snapshot(), state.fork()
    state.world.items.append(2)
    assert fork.world.items == [1] and state.hash() != fork.hash()
    state.restore(mark)
    assert state.world.items == [1] and state == fork


@dataclass
class Chain:
    next: Any = None


def test_a_world_that_contains_itself() -> None:
    ring = Chain()
    ring.next = [ring]
    state = State(ring)
    mark, before = state.snapshot(), state.hash()
    state.world.next.append(1)
    assert state.hash() != before
    state.restore(mark)
    assert state.hash() == before and state.world.next[0] is state.world
    late = State(Chain(Chain()))
    mark, before = late.snapshot(), late.hash()
    late.world.next.next = late.world
    assert late.hash() != before and late.hash() == State(late.plain()).hash()
    late.restore(mark)
    assert late.hash() == before


def test_forks_that_part_before_an_untrackable_write() -> None:
    state = State(Box([1]))
    clean, other = state.snapshot(), state.fork()
    state.world.what = random.Random(1)
    tainted = state.snapshot()
    first = state.world.what.random()
    assert other.world.what == [1] and other.fallback is None
    other.world.what.append(2)
    state.restore(tainted)
    assert state.world.what.random() == first
    other.restore(tainted)
    assert other.world.what.random() == first
    grown = state.fork()
    for session in (state, other, grown):
        session.restore(clean)
        assert session.world.what == [1]


def test_frozen_classes_with_something_that_changes_inside() -> None:
    value = Held("h", [1])
    state = State(Box(value))
    mark = state.snapshot()
    state.world.what.inside.append(2)
    assert state.world.what is value == Held("h", [1, 2]) and state.hash() == State(state.plain()).hash()
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.label = "x"
    state.restore(mark)
    assert state.world.what == Held("h", [1])
    constant = Held("h", ())  # type: ignore[arg-type]
    assert type(State(Box(constant)).world.what) is Held


class Registered:
    made: ClassVar[list[type]] = []

    def __init_subclass__(cls, **kwargs: Any) -> None:
        Registered.made.append(cls)


def test_the_authors_subclass_hook_sees_only_the_authors_classes() -> None:
    class Mine(Registered):
        pass

    State(Mine())
    assert Registered.made == [Mine]


def test_snapshots_of_other_worlds_are_refused() -> None:
    one, two = State(shop()), State(shop())
    for stranger in (two, one.copy(), pickle.loads(pickle.dumps(one))):
        with pytest.raises(ValueError, match="another world"):
            one.restore(stranger.snapshot())
    with pytest.raises(TypeError, match="pickle the State"):
        pickle.dumps(one.snapshot())


def test_pickled_and_copied_states_are_independent() -> None:
    state = State(shop())
    state.world.queue.append(4)
    for other in (pickle.loads(pickle.dumps(state)), copy.deepcopy(state), state.copy(), state.fork()):
        assert other == state and other.world == state.world
        other.world.queue.clear()
        assert other != state and state.world.queue == [3, 1, 2, 4]
    assert state != 1
    with pytest.raises(TypeError):
        hash(state)


@MANY
@given(make.WORLDS, st.lists(make.writes(make.VALUES), max_size=8), st.lists(make.writes(make.VALUES), max_size=4))
def test_a_copy_is_what_a_deep_copy_is_and_forgets_no_digest(world: World, before: list[Any], after: list[Any]) -> None:
    state = State(world)
    for step in before:
        make.write(state.world, step)
    state.hash()
    copied, plain = state.copy(), copy.deepcopy(state.world)
    assert copied.audit() is None and copied.fallback is None
    assert make.difference(copied.world, plain) is None and copied.hash() == state.hash() == State(plain).hash()
    assert not {id(one) for one in make.containers(copied.world)} & {id(one) for one in make.containers(state.world)}
    kept = state.hash()
    for step in after:
        make.write(copied.world, step)
        assert copied.hash() == State(copied.plain()).hash()
    assert copied.audit() is None and state.audit() is None and state.hash() == kept


def test_the_first_hash_of_a_copy_writes_only_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    state = State(World(rows={f"r{number}": Row(number) for number in range(20)}))
    state.hash()
    copied, written = state.copy(), list[str]()
    monkeypatch.setattr(digest, "row_entry", lambda row, key, holder: written.append(key))
    assert copied.hash() == state.hash() and not written
    copied.world.rows["r3"].tags.append(1)
    assert copied.hash() != state.hash() and written == ["r3"]


def _put(name: str, value: Any) -> Callable[[Any], None]:
    return lambda rows: setattr(rows["r1"], name, value)


def _renamed(rows: Any) -> None:
    del rows["r1"].n
    rows["r1"].m = 1


def _shared(rows: Any) -> None:
    rows["r2"].notes = rows["r1"].notes
    rows["again"] = rows["r3"]


@pytest.mark.parametrize(
    "change",
    [
        *(_put("n", value) for value in (2**70, "\ud800", 0.0, -0.0, float("nan"), (1, 2), Box(1), {1}, b"x")),
        *(
            _put("notes", value)
            for value in ({1: 2}, {"a": 0.5}, {"a": (1,)}, {"a": 2**70}, dict.fromkeys("abcdefghi"))
        ),
        *(_put("tags", value) for value in ([0.0], [1.5], [[1]], list(range(9)), ["\ud800"])),
        lambda rows: rows.__setitem__("\ud800", Row()),
        lambda rows: rows.__setitem__(1, Row()),
        lambda rows: rows.__setitem__("plain", 1),
        _renamed,
        _shared,
    ],
)
def test_rows_of_every_sort_are_hashed_in_a_table_as_from_scratch(change: Callable[[Any], None]) -> None:
    state = State(World(rows={f"r{number}": Row(number) for number in range(12)}))
    hashes = {state.hash()}
    change(state.world.rows)
    for write in (lambda rows: None, _put("n", 7), lambda rows: rows["r1"].notes.update(b=1), _put("n", 8)):
        write(state.world.rows)
        assert state.hash() == State(state.plain()).hash() == state.copy().hash()
        hashes.add(state.hash())
    assert len(hashes) == 5


def test_constants_are_shared_by_a_copy_and_tuples_with_rows_are_not() -> None:
    pair, fixed = (Row(1), "x"), (1, (2, "y"), frozenset({3}))
    state = State(Box([pair, pair, fixed, Pair(1, 2), Plain("z", (1,))]))
    copied = state.copy()
    ours, theirs = state.world.what, copied.world.what
    assert theirs[0] is theirs[1] and theirs[0][0] is not ours[0][0] and theirs[0] == ours[0]
    assert all(theirs[place] is ours[place] for place in (2, 3, 4))


def test_a_world_is_weighed_by_its_rows_and_containers() -> None:
    row = Row()
    state = State(Box([row, row, Row()]))
    assert state.at_most(8) and not state.at_most(7)
    assert State(Box(random.Random(0))).at_most(2)


def test_a_world_that_was_written_behind_the_tracking_is_copied_as_python_copies() -> None:
    state = State(Box([1]))
    object.__setattr__(state.world, "label", [state.world])
    copied = state.copy()
    found: Any = copied.world
    assert found.label[0] is found and copied.fallback is not None


@pytest.mark.parametrize("warm", [False, True])
def test_audit_finds_what_goes_past_the_methods(warm: bool) -> None:
    state = State(shop())
    assert state.audit() is None
    bisect.insort(state.world.queue, 9)
    assert state.audit() is None
    if warm:
        state.world.queue.append(0)
    heapq.heappush(state.world.queue, 0)
    found = state.audit()
    assert found is not None and "world.queue" in found


def test_audit_finds_writes_to_what_was_stored() -> None:
    state = State(shop())
    state.audit()
    lines: list[Any] = []
    state.world.orders["z"] = Order("z", lines)
    lines.append({"n": 1})
    found = state.audit()
    assert found is not None and "after it was stored" in found
    state.world.queue = lines
    state.world.orders["z"].lines = lines
    found = state.audit()
    assert found is not None and "twice" in found


def test_audit_survives_what_undoing_does_not() -> None:
    state = State(shop())
    state.audit()
    state.world.orders["new"] = Order("new")
    dict.clear(state.world.orders)
    assert state.audit() is not None


def objects() -> int:
    gc.collect()
    return len(gc.get_objects())


def test_memory_stays_flat() -> None:
    state = State(shop())
    state.world.queue[0] = -1
    mark, before = state.snapshot(), objects()
    for number in range(3000):
        inner = state.snapshot()
        state.world.queue[0] = number
        state.world.orders["a"].lines = [{"n": number}]
        state.hash()
        state.restore(inner if number % 2 else mark)
        fork = state.fork()
        fork.world.queue.append(number)
        state.world.queue.append(number)
        state.world.queue.pop()
        state.restore(mark)
    del fork, inner
    assert objects() - before < 60


def test_nothing_is_recorded_when_nobody_can_go_back() -> None:
    state = State(shop())
    for _ in range(2):
        mark = state.snapshot()
        state.world.queue[0] += 1
        log = mark._state._cursor.version.log
        assert log is not None and len(log) == 1
        del mark, log
        before = objects()
        for number in range(3000):
            state.world.queue[0] = number
            state.world.orders["a"].lines = [{"n": number}]
            state = state.fork()
        assert objects() - before < 60


def test_rows_that_are_shared_by_ever_new_lists_stay_flat() -> None:
    state = State(shop())
    row = state.world.orders["a"]
    for _ in range(200):
        state.world.queue = [row]
        state.hash()
    assert len(row._fc.links) < 10  # type: ignore[attr-defined]


def test_worlds_are_freed_without_the_collector() -> None:
    class Freed(Box):
        alive = 0

        def __init__(self) -> None:
            Freed.alive += 1
            super().__init__([Row(1, [Row(2)])])

    import weakref

    gc.disable()
    try:
        world = Freed()
        weakref.finalize(world, lambda: setattr(Freed, "alive", Freed.alive - 1))
        state = State(world)
        mark = state.snapshot()
        del world
        state.world.what.append(state.world.what[0])
        state.hash()
        fork = state.fork()
        fork.world.what.pop()
        state.restore(mark)
        assert Freed.alive == 1
        del state, mark, fork
        assert Freed.alive == 0
    finally:
        gc.enable()


def test_a_long_chain_of_versions_is_walked_and_freed() -> None:
    state = State(Box(0))
    first = state.snapshot()
    marks = []
    for number in range(30_000):
        state.world.what = number
        marks.append(state.snapshot())
    del marks
    other = state.fork()
    other.restore(first)
    assert other.world.what == 0 and state.world.what == 29_999
    del state, other, first
