"""Measured graphs that are kept in a file beside their domain, so that nobody has to measure them again."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import orjson

from fc_gym.domain import Domain
from fc_gym.errors import RecordError
from fc_gym.graph import ApiGraph, Edge, Measured
from fc_gym.joined import JoinedDomain
from fc_gym.measure import measure

__all__ = ["graph_of", "keep", "kept", "kept_path", "source_digest"]

_GRAPHS: dict[str, ApiGraph] = {}


def graph_of(domain: Domain) -> ApiGraph:
    """Return the API graph of a domain: as kept, if its source is still the same, else measured once per process.

    In a joined world, the parts are measured one by one; what joins them are data edges.
    """
    if isinstance(domain, JoinedDomain):
        parts = {name: graph_of(part).measured for name, part in domain.parts.items()}
        return ApiGraph(domain, Measured.union(parts.values()))
    key = f"{domain.world.__module__}.{domain.world.__qualname__}:{source_digest(domain)}"
    if key not in _GRAPHS:
        _GRAPHS[key] = ApiGraph(domain, kept(domain) or measure(domain))
    return _GRAPHS[key]


def kept(domain: Domain) -> Measured | None:
    """Return what was measured and kept; None if nothing was, or the domain's source has changed since.

    Raises:
        RecordError: If the file is no such record.
    """
    path = kept_path(domain)
    if path is None or not path.is_file():
        return None
    try:
        body = orjson.loads(path.read_bytes())
        if body["source"] != source_digest(domain):
            return None
        edges = [Edge(kind, *edge) for kind in ("state", "undo") for edge in body[kind]]
        refusals = {tool: frozenset(codes) for tool, codes in body["refusals"].items()}
        return Measured(frozenset(edges), frozenset(body["writes"]), frozenset(body["succeeded"]), refusals)
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise RecordError(f"{path}: not a measured graph ({error}); delete it or measure again") from None


def keep(graph: ApiGraph) -> Path:
    """Write what was measured beside the domain's module.

    Returns:
        The file, `graphs/<domain>.json`.

    Raises:
        RecordError: If there is no place for it.
    """
    path = kept_path(graph.domain)
    if path is None:
        raise RecordError(f"{graph.domain.name}: its class stands in no file, so its graph cannot be kept")
    measured, tree = graph.measured, graph.tree()
    body = {
        "domain": graph.domain.name,
        "source": source_digest(graph.domain),
        "state": tree["state"],
        "undo": tree["undo"],
        "writes": sorted(measured.writes),
        "succeeded": sorted(measured.succeeded),
        "refusals": {tool: sorted(codes) for tool, codes in sorted((measured.refusals or {}).items())},
    }
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_text(_lines(body), encoding="utf-8")
    except OSError as error:
        raise RecordError(f"{path}: cannot be written ({error.strerror})") from None
    return path


def kept_path(domain: Domain) -> Path | None:
    """Return where a domain's measured graph is kept; None if its class stands in no file."""
    source = getattr(sys.modules.get(domain.world.__module__), "__file__", None)
    return Path(source).parent / "graphs" / f"{domain.name}.json" if source else None


def source_digest(domain: Domain) -> str:
    """Return 16 hex digits of the file that a domain's class stands in; of its tools, if it stands in none."""
    source = getattr(sys.modules.get(domain.world.__module__), "__file__", None)
    text = Path(source).read_bytes() if source and Path(source).is_file() else domain.fingerprint.encode()
    return hashlib.blake2b(text, digest_size=8).hexdigest()


def _lines(body: dict[str, object]) -> str:
    """Write one edge a line, so that a person can read a change."""
    parts = []
    for name, value in body.items():
        if isinstance(value, list) and value and isinstance(value[0], list):
            inner = ",\n".join(f"    {orjson.dumps(one).decode()}" for one in value)
            parts.append(f'  "{name}": [\n{inner}\n  ]')
        else:
            parts.append(f'  "{name}": {orjson.dumps(value).decode()}')
    return "{\n" + ",\n".join(parts) + "\n}\n"
