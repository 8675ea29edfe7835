"""Recovery over a file: the origins of all arguments, compared with what the rows claim, where they claim any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fc_gym.errors import DomainError, RecordError, TaskError
from fc_gym.registration import load_domain
from fc_synth.recover.compare import Comparison
from fc_synth.recover.literal import recovered
from fc_synth.recover.perturbed import recovered_in
from fc_synth.verify.checking import Job
from fc_synth.verify.foreign import foreign_talk
from fc_synth.verify.lines import decoded_line, numbered_lines
from fc_synth.verify.offered import offered_of
from fc_synth.verify.play import Play, played
from fc_synth.verify.proofs import seed_of
from fc_synth.verify.provenance import claimed_sources
from fc_synth.verify.talk import Talk

__all__ = ["compared"]


def compared(job: Job, on_row: Callable[[], None] = lambda: None) -> tuple[dict[str, Comparison], Counter[str]]:
    """Recover the origins of all arguments of a file.

    Args:
        job: The file.
        on_row: Told after each row.

    Returns:
        What compares with the claims of the rows, by `texts` alone and with the `world` at hand, where there are
        claims; and how many arguments are of which kind, by the best that could be done.

    Raises:
        RecordError: To whoever owns the file, if a row cannot be read or executed.
    """
    found: dict[str, Comparison] = {}
    kinds: Counter[str] = Counter()
    for line, data in numbered_lines(Path(job.file)):
        place = f"{job.file}:{line}"
        row = decoded_line(data, place)
        talk, meta = foreign_talk(row, place), row.get("meta")
        best = recovered(talk)
        if isinstance(meta, Mapping) and "domain" in meta and "seed" in meta and "variant" not in meta:
            truth = claimed_sources(meta)
            found.setdefault("texts", Comparison()).add(truth, best)
            best = recovered_in(_played(job.domain or str(meta["domain"]), talk, meta, place))
            found.setdefault("world", Comparison()).add(truth, best)
        kinds.update(one.kind for one in best.values())
        on_row()
    return found, kinds


def _played(domain: str, talk: Talk, meta: Mapping[str, Any], place: str) -> Play:
    seed = seed_of(meta, place)
    try:
        return played(offered_of(load_domain(domain), talk), talk, seed, meta.get("start"))
    except (DomainError, TaskError) as error:
        raise RecordError(f"{place}: {error}") from None
