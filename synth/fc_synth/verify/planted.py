"""Planted defects: rows are spoiled in known ways, to see whether the certificates find it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fc_gym.errors import FcGymError, RecordError
from fc_gym.registration import load_domain
from fc_gym.types import to_json
from fc_synth.verify.checking import Job
from fc_synth.verify.lines import decoded_line, numbered_lines
from fc_synth.verify.meaning import asked_of
from fc_synth.verify.messages import talk_of
from fc_synth.verify.offered import offered_of
from fc_synth.verify.plants import calls, texts
from fc_synth.verify.plants.scene import Plant, Row, Scene
from fc_synth.verify.play import played
from fc_synth.verify.proofs import prove
from fc_synth.verify.record import Record

__all__ = ["PLANTS", "Count", "planted", "spoiled"]

TORN = "torn line"

PLANTS: Mapping[str, Plant] = {
    "hidden identifier in a query": Plant("no_leak", texts.leaked_identifier),
    "later result in a query": Plant("no_leak", texts.leaked_result),
    "tool named in a query": Plant("no_leak", texts.named_tool),
    "needless look-up": Plant("necessary", calls.needless_lookup),
    "something more is done": Plant("necessary", calls.something_more),
    "detour of look-ups": Plant("minimal", calls.detour),
    "goal that no call reaches": Plant("solvable", texts.unreachable),
    "other row than asked for": Plant("solvable", calls.other_row),
    "other value than asked for": Plant("solvable", calls.other_value),
    "ambiguous description": Plant("unique", texts.ambiguous),
    "invented identifier": Plant("observable", calls.invented_identifier),
    "look-up dropped": Plant("observable", calls.dropped_lookup),
    "action dropped": Plant("solvable", calls.dropped_write),
    "used in the message that shows it": Plant("observable", calls.same_message),
    "wrong tool output": Plant("replay", texts.wrong_output),
    "thoughts exchanged": Plant("grounded", texts.exchanged_thoughts),
    "foreseeing thought": Plant("grounded", texts.foreseeing_thought),
    "invented number in a reply": Plant("told", texts.invented_reply),
    "wrong origin claimed": Plant("sources", calls.wrong_origin),
    TORN: Plant("file", lambda scene: True),
}
"""The defects by name."""


@dataclass
class Count:
    """How often a defect was planted, and found."""

    planted: int = 0
    found: int = 0
    """By any certificate, that was not refuted before."""
    expected: int = 0
    """By the certificate that is made for it."""


def planted(job: Job, on_row: Callable[[], None] = lambda: None) -> dict[str, Count]:
    """Plant each defect in each row of a file that offers an occasion, and count those that are found.

    Args:
        job: The file.
        on_row: Told after each row.

    Raises:
        RecordError: To whoever owns the file, if a row cannot be read or has no world to be executed in.
    """
    counts = {name: Count() for name in PLANTS}
    for line, data in numbered_lines(Path(job.file)):
        place = f"{job.file}:{line}"
        row = dict(decoded_line(data, place))
        before = _refuted(prove(row, place, line, job.domain, job.budget).records)
        for number, name in enumerate(PLANTS):
            worse = spoiled(row, name, np.random.default_rng([line, number]), place, job.domain)
            if worse is None:
                continue
            found = _found(worse, place, line, job) - before
            counts[name].planted += 1
            counts[name].found += bool(found)
            counts[name].expected += PLANTS[name].certificate in found
        on_row()
    return counts


def spoiled(row: Row, plant: str, rng: np.random.Generator, place: str, domain: str = "") -> bytes | None:
    """Return the line of a spoiled copy of a row; None if it offers no occasion.

    Args:
        row: The row; not changed.
        plant: Name of the defect.
        rng: The source of chance.
        place: File and line, for complaints.
        domain: The domain to execute it in, if not the one that it names.

    Raises:
        RecordError: To whoever owns the file, if the row has no world to be executed in, or does not fit its `meta`.
    """
    meta = row.get("meta")
    if not isinstance(meta, Mapping) or not {"seed", "domain"} <= set(meta) or "messages" not in row:
        raise RecordError(
            f"{place}: defects can be planted only in rows with `messages`, a domain and a seed in `meta`"
        )
    if "variant" in meta:
        return None
    if plant == TORN:
        return to_json(row).encode()[:-20]
    talk = talk_of(row)
    world = offered_of(load_domain(domain or meta["domain"]), talk)
    play = played(world, talk, meta["seed"], meta.get("start"))
    scene = Scene(world, copy.deepcopy(row), play, asked_of(play), rng)
    try:
        return to_json(scene.row).encode() if PLANTS[plant].spoil(scene) else None
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise RecordError(
            f"{place}: the defect {plant!r} cannot be planted, since what the row says of itself does not fit it "
            f"({error!r}); plant defects in rows of `fc-gym synth`"
        ) from None


def _found(worse: bytes, place: str, line: int, job: Job) -> set[str]:
    try:
        return _refuted(prove(decoded_line(worse, place), place, line, job.domain, job.budget).records)
    except FcGymError:
        return {"file"}


def _refuted(records: tuple[Record, ...]) -> set[str]:
    return {one.name for one in records if one.verdict == "refuted"}
