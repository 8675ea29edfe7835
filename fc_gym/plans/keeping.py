"""Plans that are kept in a file beside their domain, so that nobody has to search for them again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import orjson

from fc_gym.domain import Domain
from fc_gym.errors import RecordError
from fc_gym.kept import kept_path, source_digest
from fc_gym.plans.plan import Plan
from fc_gym.types import JsonValue, ToolCall

__all__ = ["keep_plans", "kept_plans", "plans_path"]


def kept_plans(domain: Domain) -> tuple[Plan, ...] | None:
    """Return the plans that are kept; None if none are, or the domain's source has changed since.

    Raises:
        RecordError: If the file is no such record.
    """
    path = plans_path(domain)
    if path is None or not path.is_file():
        return None
    try:
        body = orjson.loads(path.read_bytes())
        if body["source"] != source_digest(domain):
            return None
        return tuple(_read(domain, one) for one in body["plans"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise RecordError(f"{path}: no record of plans ({error}); delete it or search again") from None


def keep_plans(domain: Domain, plans: Iterable[Plan]) -> Path:
    """Write plans beside the domain's module.

    Returns:
        The file, `plans/<domain>.json`, with one plan a line.

    Raises:
        RecordError: If there is no place for it.
    """
    path = plans_path(domain)
    if path is None:
        raise RecordError(f"{domain.name}: its class stands in no file, so its plans cannot be kept")
    lines = ",\n".join(f"    {orjson.dumps(_written(plan)).decode()}" for plan in plans)
    head = f'{{\n  "domain": "{domain.name}",\n  "source": "{source_digest(domain)}",\n'
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'{head}  "plans": [\n{lines}\n  ]\n}}\n', encoding="utf-8")
    except OSError as error:
        raise RecordError(f"{path}: cannot be written ({error.strerror})") from None
    return path


def plans_path(domain: Domain) -> Path | None:
    """Return where a domain's plans are kept; None if its class stands in no file."""
    graph = kept_path(domain)
    return graph.parent.parent / "plans" / graph.name if graph else None


def _written(plan: Plan) -> dict[str, JsonValue]:
    calls = [[call.name, dict(call.arguments)] for call in plan.calls]
    return {"tool": plan.tool, "seed": plan.seed, "lower": plan.lower, "calls": calls}


def _read(domain: Domain, body: dict[str, JsonValue]) -> Plan:
    calls = tuple(ToolCall(name, arguments) for name, arguments in body["calls"])
    if not calls or calls[-1].name != body["tool"] or body["tool"] not in domain.tools:
        raise ValueError(f"{body['tool']!r} is not what its plan ends with")
    return Plan(body["tool"], int(body["seed"]), int(body["lower"]), calls)
