from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NewType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fc_gym import Domain, ToolCall, load_domain
from fc_gym.env import ToolEnv
from fc_gym.errors import DomainError, ToolError
from fc_gym.joined import JoinedDomain, join
from fc_gym.kept import graph_of

NoteId = NewType("NoteId", str)


@dataclass
class Note:
    """A note.

    Names:
        the note {name}
    """

    id: NoteId
    name: str
    pinned: bool = False


@dataclass
class Paper:
    """A note on paper.

    Names:
        the paper {name}
    """

    id: NoteId
    name: str
    shelf: int = 3


@dataclass
class Board:
    """A board with notes."""

    notes: dict[NoteId, Note] = field(default_factory=dict)

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Board:
        first = NoteId(f"N-{int(rng.integers(1000))}")
        return cls({first: Note(first, "first")})

    def pin_note(self, note: NoteId) -> Note:
        """Pin a note.

        Args:
            note: The note.
        """
        self.notes[note].pinned = True
        return self.notes[note]

    def write_note(self, name: str) -> Note:
        """Write a note.

        Args:
            name: What it is called, such as "milk".
        """
        made = NoteId(f"B-{len(self.notes)}")
        self.notes[made] = Note(made, name)
        return self.notes[made]

    def rename_note(self, note: NoteId, name: str) -> Note:
        """Call a note something else.

        Args:
            note: The note.
            name: The new name, such as "bread".
        """
        self.notes[note].name = name
        return self.notes[note]


@dataclass
class Shelf:
    """A shelf with papers."""

    papers: dict[NoteId, Paper] = field(default_factory=dict)

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Shelf:
        first = NoteId(f"P-{int(rng.integers(1000))}")
        return cls({first: Paper(first, "map")})

    def move_paper(self, note: NoteId, shelf: int) -> Paper:
        """Move a paper.

        Args:
            note: The paper.
            shelf: Where to, such as "4".
        """
        if note not in self.papers:
            raise ToolError("there is no such paper", code="not_found")
        self.papers[note].shelf = shelf
        return self.papers[note]

    def burn_paper(self, note: NoteId) -> bool:
        """Burn a paper.

        Args:
            note: The paper.
        """
        return self.papers.pop(note, None) is not None


@pytest.fixture
def both() -> JoinedDomain:
    return JoinedDomain([Domain(Board), Domain(Shelf)])


def test_every_part_knows_the_rows_of_a_shared_key(both: JoinedDomain) -> None:
    world = both.sample(0).world
    assert set(world.board.notes) == set(world.shelf.papers) and len(world.board.notes) == 2


def test_a_new_row_can_be_used_by_the_tools_of_the_other_part(both: JoinedDomain) -> None:
    world = both.sample(0).world
    assert both.execute(world, ToolCall("write_note", {"name": "milk"})).refusal is None
    moved = both.execute(world, ToolCall("move_paper", {"note": "B-2", "shelf": 9}))
    assert moved.refusal is None and world.shelf.papers["B-2"] == Paper(NoteId("B-2"), "milk", 9)


def test_a_change_of_a_common_field_is_seen_everywhere_and_no_other(both: JoinedDomain) -> None:
    world = both.sample(0).world
    both.execute(world, ToolCall("write_note", {"name": "milk"}))
    both.execute(world, ToolCall("move_paper", {"note": "B-2", "shelf": 9}))
    both.execute(world, ToolCall("rename_note", {"note": "B-2", "name": "bread"}))
    assert (world.shelf.papers["B-2"].name, world.shelf.papers["B-2"].shelf) == ("bread", 9)


def test_what_is_deleted_in_one_part_stays_in_the_others_and_does_not_come_back(both: JoinedDomain) -> None:
    world = both.sample(0).world
    name = next(iter(world.board.notes))
    both.execute(world, ToolCall("burn_paper", {"note": name}))
    for call in (ToolCall("write_note", {"name": "milk"}), ToolCall("pin_note", {"note": name})):
        assert name in world.board.notes and name not in world.shelf.papers
        assert both.execute(world, call).refusal is None
    assert name not in world.shelf.papers and "B-2" in world.shelf.papers


@given(st.integers(0, 300))
def test_worlds_agree_on_the_day_and_never_share_an_identifier_by_chance(seed: int) -> None:
    joined = load_domain("shop+mail+bank+hotel+clinic+releases")
    assert isinstance(joined, JoinedDomain)
    world = joined.sample(seed).world
    parts = [getattr(world, name) for name in joined.parts]
    assert len({one.today for one in parts}) == 1
    counters = sorted(one.minted for one in parts)
    assert all(later - earlier >= 5_000 for earlier, later in pairwise(counters))


@dataclass
class Stopped:
    """A world whose day never fits."""

    today: str = "1999-01-01"

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Stopped:
        return cls()

    def wait_here(self) -> bool:
        """Wait."""
        return True


def test_worlds_that_never_go_together_are_told() -> None:
    with pytest.raises(DomainError, match="stopped did not go with the other worlds in 256 draws"):
        join([load_domain("shop"), Domain(Stopped)]).sample(0)


def test_the_graph_has_edges_across_the_parts(both: JoinedDomain) -> None:
    edges = {(edge.source, edge.target) for edge in graph_of(both).edges if edge.kind == "data"}
    assert ("write_note", "move_paper") in edges


@given(st.integers(0, 50))
def test_a_joined_world_is_the_same_from_the_same_seed_and_each_part_as_alone(seed: int) -> None:
    joined = load_domain("shop+mail")
    assert isinstance(joined, JoinedDomain)
    assert joined.sample(seed).hash() == joined.sample(seed).hash()
    assert joined.sample(seed).world.shop.orders == load_domain("shop").sample(seed).world.orders


def test_it_is_played_forked_and_pickled_like_any_other() -> None:
    joined = load_domain("shop+mail")
    assert pickle.loads(pickle.dumps(joined)) is joined
    env = ToolEnv(joined)
    env.reset(seed=1)
    other = env.fork()
    env.step([env.grounded_calls()[0]])
    assert joined.part_of("send_draft").name == "mail"
    state = joined.sample(3)
    assert pickle.loads(pickle.dumps(state.plain())) == state.plain()
    assert other.state_hash() == ToolEnv(joined).reset(seed=1)[1]["state_hash"]


def test_a_joined_world_is_followed_and_not_copied() -> None:
    state = load_domain("shop+mail").sample(3)
    fork = state.fork()
    assert hasattr(type(state.world), "_fc_class")
    fork.world.shop.minted += 1
    assert fork.hash() != state.hash() and state.plain() == load_domain("shop+mail").sample(3).plain()


def test_one_domain_alone_is_itself() -> None:
    assert join([load_domain("shop")]) is load_domain("shop")


class Desk(Board):
    """Another board."""


class Radio:
    """A class that somebody else wrote."""

    def pin_note(self, note: str) -> str:
        """Pin.

        Args:
            note: Which.
        """
        return note


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([Domain(Board), Domain(Desk)], "board and desk both have a tool 'pin_note'; rename one of them"),
        ([Domain(Board), Domain(Board)], "board is named twice"),
        ([Domain(Board), Domain(Radio)], "board and radio cannot be joined"),
        ([], "nothing to join"),
    ],
)
def test_what_cannot_be_joined_is_told(parts: list[Domain], words: str) -> None:
    with pytest.raises(DomainError, match=words):
        JoinedDomain(parts)


def test_an_unknown_part_is_told() -> None:
    with pytest.raises(DomainError, match="unknown domain 'mial'; did you mean mail"):
        load_domain("shop+mial")
