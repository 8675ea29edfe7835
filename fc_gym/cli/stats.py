"""What `list --stats` shows: how much there is to learn in each domain, and in all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fc_gym.cli.console import console, progress, say, say_json, table
from fc_gym.domain import Domain
from fc_gym.kept import graph_of
from fc_gym.plans import Plan, bounds, keep_plans, kept_plans
from fc_gym.variety import Variety, variety

__all__ = ["show_stats"]

_COUNTS = ("tools", "reads", "writes", "data", "state", "undo", "alternatives")
_LONG = (4, 6)
"""Calls from which on a plan counts as long, and as very long."""


def show_stats(domains: Sequence[Domain], *, json: bool, keep: bool) -> None:
    """Print the structural variety of domains.

    Args:
        domains: The domains.
        json: Print JSON instead of tables.
        keep: Search for plans anew, and keep them beside the domains.
    """
    found, places = [], []
    for domain in domains:
        plans = None if keep else kept_plans(domain)
        plans = plans if plans is not None else _searched(domain)
        places += [keep_plans(domain, plans)] if keep else []
        found.append(variety(graph_of(domain), plans))
    if json:
        say_json({"domains": [_body(one) for one in found], "total": _total(found)})
        return
    _show(found)
    for place in places:
        say(f"kept: {place}")


def _searched(domain: Domain) -> tuple[Plan, ...]:
    graph = graph_of(domain)
    with progress(f"searching plans in {domain.name}", len(domain.tools)) as advance:
        return bounds(graph, on_tool=advance)


def _show(found: list[Variety]) -> None:
    rows = [[one.domain, *_counts(one)] for one in found]
    total = _total(found)
    rows.append(["total", *(total[name] for name in _COUNTS)])
    console.print(table("tools and edges", ("domain", *_COUNTS), rows))
    columns = ("domain", "longest", ">= 4", ">= 6", "branching", "look-up", "guarded")
    rows = [[one.domain, one.farthest or "-", *_long(one), *_shares(one)] for one in found]
    rows.append(["total", *("" for _ in columns[1:])])
    rows[-1][2:4] = [_pair(*total[f"at_least_{calls}"]) for calls in _LONG]
    console.print(table("shortest plans", columns, rows))
    say("longest: the most calls that a tool's shortest plan takes; >= 4, >= 6: tools whose plan takes so many, as")
    say("proved to as found. branching: grounded calls to choose from; look-up: share of tools that need a row which")
    say("a result has to show; guarded: share of tools with a refusal that another tool lifts.")
    for what, missing in (("undo edge", total["without_undo"]), ("alternative", total["without_alternative"])):
        said = f"no {what}: {', '.join(missing)}" if missing else f"every domain has an {what}"
        say(said)


def _counts(one: Variety) -> list[int]:
    return [int(getattr(one, name)) for name in _COUNTS]


def _long(one: Variety) -> list[str]:
    return [_pair(*one.at_least(calls)) for calls in _LONG]


def _pair(proved: int, found: int) -> str:
    return str(proved) if proved == found else f"{proved} to {found}"


def _shares(one: Variety) -> list[str]:
    return [f"{one.branching:.1f}", _share(one.looked_up, one.tools), _share(one.guarded, one.tools)]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %"


def _body(one: Variety) -> dict[str, Any]:
    plans = {
        tool: {"lower": span.lower, "upper": span.upper, "least": span.least, "most": span.most}
        for tool, span in one.spans.items()
    }
    return {
        "domain": one.domain, **dict(zip(_COUNTS, _counts(one), strict=True)),
        "looked_up": one.looked_up / one.tools, "guarded": one.guarded / one.tools,
        "branching": round(one.branching, 2), "plans": plans,
    }  # fmt: skip


def _total(found: list[Variety]) -> dict[str, Any]:
    counts: dict[str, Any] = {name: sum(int(getattr(one, name)) for one in found) for name in _COUNTS}
    for calls in _LONG:
        pairs = [one.at_least(calls) for one in found]
        counts[f"at_least_{calls}"] = [sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)]
    counts["without_undo"] = [one.domain for one in found if not one.undo]
    counts["without_alternative"] = [one.domain for one in found if not one.alternatives]
    return counts
