"""Measured edges against those that a domain's author knows to be there."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import orjson

from fc_gym.domain import Domain
from fc_gym.errors import RecordError
from fc_gym.graph import ApiGraph, Edge
from fc_gym.types import JsonValue

__all__ = ["KINDS", "Score", "read_truth", "score"]

KINDS: tuple[Literal["data", "state", "undo"], ...] = ("data", "state", "undo")
_MEASURED: tuple[Literal["state", "undo"], ...] = ("state", "undo")


@dataclass(frozen=True)
class Score:
    """How measured edges agree with the true ones; data edges are derived, so they are not compared."""

    domain: str
    true: Set[Edge]
    measured: Set[Edge]

    def rows(self) -> list[tuple[str, ...]]:
        """Return domain, kind, true, measured, precision and recall, one row per kind."""
        return [self._row(kind) for kind in _MEASURED]

    def differences(self) -> list[str]:
        """Return one line per edge that only one side has."""
        missed = [f"missed: {_told(self.domain, edge)}" for edge in sorted(self.true - self.measured)]
        return missed + [f"not true: {_told(self.domain, edge)}" for edge in sorted(self.measured - self.true)]

    def _row(self, kind: str) -> tuple[str, ...]:
        true = {edge for edge in self.true if edge.kind == kind}
        measured = {edge for edge in self.measured if edge.kind == kind}
        both = len(true & measured)
        return (
            self.domain, kind, str(len(true)), str(len(measured)), _share(both, len(measured)), _share(both, len(true))
        )  # fmt: skip


def score(graph: ApiGraph, true: Set[Edge]) -> Score:
    """Compare a measured graph with the true edges."""
    return Score(graph.domain.name, true, graph.measured.edges)


def read_truth(path: Path, domain: Domain) -> frozenset[Edge]:
    """Read the true edges of a domain: `{"state": [[source, target, code], ...], "undo": [...]}`.

    Raises:
        RecordError: If the file cannot be read, or an edge names a tool that the domain does not have.
    """
    try:
        body = orjson.loads(path.read_bytes())
    except OSError as error:
        raise RecordError(f"{path}: cannot be read ({error.strerror})") from None
    except orjson.JSONDecodeError as error:
        raise RecordError(f"{path}: not JSON ({error})") from None
    if not isinstance(body, dict):
        raise RecordError(f'{path}: must be {{"state": [[source, target, code], ...], "undo": [...]}}')
    return frozenset(_edge(path, domain, kind, one) for kind in _MEASURED for one in _listed(path, body, kind))


def _listed(path: Path, body: dict[str, JsonValue], kind: str) -> list[JsonValue]:
    found = body.get(kind, [])
    if not isinstance(found, list):
        raise RecordError(f"{path}: {kind} is no list")
    return found


def _edge(path: Path, domain: Domain, kind: Literal["state", "undo"], value: JsonValue) -> Edge:
    if not (isinstance(value, list) and len(value) == 3 and all(isinstance(part, str) for part in value)):
        raise RecordError(f"{path}: {kind}: {value!r} is not [source, target, code]")
    source, target, code = value
    for name in (source, target):
        if name not in domain.tools:
            raise RecordError(f"{path}: {kind}: {name!r} is no tool of {domain.name}; have {', '.join(domain.tools)}")
    return Edge(kind, source, target, code)


def _told(domain: str, edge: Edge) -> str:
    verb = "lifts" if edge.kind == "state" else "causes"
    return f"{domain}: {edge.source} {verb} {edge.label} of {edge.target}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"
