"""The rule by which data counts as contaminated; it stands here and nowhere else.

Each measure tells strong matches from weak ones, which may be chance; its docstring says how. A measure is

* `flagged` if it has one strong match; or, if it is in `COUNTED`, more weak ones than chance gives (`most_weak`);
* `noted` if it has weak matches only, and not too many;
* `clean` if it has none;
* `nothing to compare` if the data, or the benchmark, has nothing of its kind.

Data is contaminated if one of its measures is flagged.
"""

from __future__ import annotations

from fc_synth.contamination.tally import Measure, Tally

__all__ = ["COUNTED", "most_weak", "rule_text", "verdict"]

COUNTED = frozenset({"tool names", "tool schemas", "entities of states and arguments"})
"""Measures of which several weak matches count; other measures may have any number."""
LEAST, SHARE = 3, 0.02
"""Weak matches that chance may always give, and the share of what the benchmark has that it may give."""


def most_weak(measure: Measure) -> int:
    """Return how many weak matches chance may give."""
    return max(LEAST, int(SHARE * measure.size))


def verdict(measure: Measure, tally: Tally) -> str:
    """Return `flagged`, `noted`, `clean` or `nothing to compare`.

    Args:
        measure: The measure.
        tally: What it counted.
    """
    if not measure.size or not (tally.checked or tally.seen):
        return "nothing to compare"
    strong = sum(hit.match.strong for hit in tally.hits.values())
    weak = len(tally.hits) - strong
    if strong or (measure.name in COUNTED and weak > most_weak(measure)):
        return "flagged"
    return "noted" if weak else "clean"


def rule_text() -> str:
    """Return the rule in one sentence."""
    names = ", ".join(sorted(COUNTED))
    several = f"more weak ones than {LEAST} and than {SHARE:.0%} of what the benchmark has ({names})"
    return f"flagged: one strong match, or {several}; noted: fewer weak ones; `fc_synth.contamination.rule` says more"
