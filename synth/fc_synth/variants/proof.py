"""Proofs: what a variant claims, decided from the row alone by executing it and its clean twin."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fc_gym.domain import Domain
from fc_gym.renamed import renamed
from fc_synth.variants.claims import CLAIMS
from fc_synth.variants.course import earned, perfect, silent
from fc_synth.variants.evidence import Evidence, evidence_of
from fc_synth.variants.goals import Proof, judged
from fc_synth.variants.registry import OPERATORS
from fc_synth.variants.script import Row

__all__ = ["proofs_of"]


def proofs_of(domain: Domain, row: Row) -> list[Proof]:
    """Prove a variant.

    Every variant is replayed, its verified course must earn the full reward and an agent that does and says nothing
    must not; an agent that behaves as in the clean dialogue must fail too, unless the variant only makes the setting
    harder, in which case it must pass. What else is proved depends on the operator.

    Args:
        domain: The row's domain.
        row: A row with `meta.variant`.

    Returns:
        For each claim its name, `proved`, `refuted` or `unknown`, and what was found.
    """
    data = row["meta"].get("variant")
    if not isinstance(data, dict) or data.get("kind") not in OPERATORS:
        return [Proof("variant", "unknown", "the row does not say of which kind it is")]
    try:
        found = evidence_of(domain, row)
        if isinstance(found, str):
            return [Proof("replay", "refuted", found)]
        return [*_common(found), *CLAIMS[data["kind"]](found)]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        return [Proof("variant", "refuted", f"what the row says of itself does not fit it ({error!r})")]


def _common(found: Evidence) -> Iterator[Proof]:
    row, course = found.row, found.course
    said = [message["content"] for message in row["messages"] if message["role"] == "tool"]
    same = list(course.texts) == said and course.end.state.hash() == row["meta"]["certificate"]["state_hash"]
    yield judged("replay", same, "" if same else "results or final state are others than the row says")
    yield judged("observable", not course.unseen, ", ".join(course.unseen))
    yield judged("no leak", not (told := _told(found)), f"a user says {', '.join(told)}" if told else "")
    yield judged("grounded", not (made_up := _made_up(row)), ", ".join(made_up))
    yield judged("gold", course.perfect, "the verified course earns the full reward")
    reference, task = course.reference, course.task
    idle = earned(found.domain, task, silent(found.script), reference)
    yield judged("silent", idle.outcome == 0.0, f"doing nothing earns progress {idle.progress:.2f}")
    preserves = OPERATORS[found.data["kind"]].preserves
    blind = earned(found.domain, task, found.unvaried(added=preserves), reference)
    if preserves:
        yield judged("preserved", perfect(blind), "the calls of the clean dialogue are still right")
    else:
        words = f"the clean behaviour earns execution {blind.execution:.2f}, progress {blind.progress:.2f}"
        yield judged("unvaried", not perfect(blind), words)


def _told(found: Evidence) -> list[str]:
    """Return the identifiers and names of tools that a user says."""
    worlds = [found.course.before[0].state.world, found.course.end.state.world]
    keys = {str(key) for world in worlds for one in found.domain.entities.values() for key in one.rows(world)}
    hidden = {*keys, *(name for name in renamed(found.domain, found.script.names).tools if "_" in name)}
    text = "\n".join(scene.user for scene in found.script.scenes).casefold()
    return sorted(one for one in hidden if one.casefold() in text)


def _made_up(row: Row) -> list[str]:
    """Return the identifiers in reasoning and replies that nothing had shown by then."""
    shown, wrong = "", []
    for message in row["messages"]:
        if message["role"] == "assistant":
            said = f"{message.get('reasoning_content', '')} {message['content']}"
            wrong += [one for one in _IDENTIFIER.findall(said) if one not in shown]
        shown += message["content"]
    return wrong


_IDENTIFIER = re.compile(r"\b[A-Z]{2,4}-[A-Z0-9]{4,}\b")
