"""Asking: what is asked for is done as asked, and the words leave no doubt about which rows are meant."""

from __future__ import annotations

from collections.abc import Sequence

from fc_synth.verify.meaning import Asked
from fc_synth.verify.play import Play
from fc_synth.verify.record import Record, settled

__all__ = ["solvable", "unique"]


def solvable(play: Play, asked: Sequence[Sequence[Asked]]) -> Record:
    """Check that an accepted call does each thing that the user asks for, with what the words mean.

    Args:
        play: The row, executed.
        asked: What is asked for in each turn.
    """
    against, open_ = [], []
    tally = {"requests": 0, "done": 0}
    for turn, requests in zip(play.turns, asked, strict=True):
        if not requests:
            open_.append((turn.place, "the words of the user are outside the grammar of the domain"))
        for one in requests:
            tally["requests"] += 1
            if one.step is None:
                why = one.wrong or "no call does it"
                against.append((turn.place, f"{one.request.text!r} asks for {one.request.tool}, and {why}"))
            elif not one.step.result.ok:
                against.append((one.step.place, f"{one.request.tool} is asked for and refused"))
            else:
                tally["done"] += 1
    return settled("solvable", against, open_, tally)


def unique(play: Play, asked: Sequence[Sequence[Asked]]) -> Record:
    """Check that the words for each row fit exactly one in the world as it is when they are said.

    Args:
        play: The row, executed.
        asked: What is asked for in each turn.
    """
    against, open_ = [], []
    tally = {"descriptions": 0, "one row": 0}
    for turn, requests in zip(play.turns, asked, strict=True):
        if not requests:
            open_.append((turn.place, "the words of the user are outside the grammar of the domain"))
        for meant in (meant for one in requests for meant in one.meant if meant.row):
            tally["descriptions"] += 1
            tally["one row"] += len(meant.values) == 1
            if len(meant.values) != 1:
                against.append((turn.place, f"{meant.words!r} fits {len(meant.values)} rows"))
    return settled("unique", against, open_, tally)
