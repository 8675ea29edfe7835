"""The operators by name."""

from __future__ import annotations

from collections.abc import Mapping

from fc_synth.variants.ambiguous import Ambiguous
from fc_synth.variants.case import Operator
from fc_synth.variants.confirmation import Confirmation
from fc_synth.variants.correction import Correction
from fc_synth.variants.distractors import Distractors
from fc_synth.variants.faults import Failed, Recovered
from fc_synth.variants.follow_up import FollowUp
from fc_synth.variants.implicit import ImplicitValue
from fc_synth.variants.long_context import LongContext
from fc_synth.variants.minimal_pair import MinimalPair
from fc_synth.variants.missing_function import MissingFunction
from fc_synth.variants.no_target import NoTarget
from fc_synth.variants.over_fill import OverFill
from fc_synth.variants.renaming import Renaming
from fc_synth.variants.stacking import Stacking
from fc_synth.variants.switching import Switching
from fc_synth.variants.under_fill import UnderFill
from fc_synth.variants.unsupported import Unsupported

__all__ = ["ALIASES", "OPERATORS"]

_ALL: tuple[Operator, ...] = (
    MissingFunction(), UnderFill(), LongContext(), Unsupported(), Distractors(), Renaming(), Correction(), Switching(),
    OverFill(), MinimalPair(), Recovered(), Failed(), FollowUp(), ImplicitValue(), Ambiguous(), Stacking(),
    Confirmation(), NoTarget(),
)  # fmt: skip

OPERATORS: Mapping[str, Operator] = {one.name: one for one in _ALL}
"""All operators, by name."""

ALIASES: Mapping[str, tuple[str, ...]] = {
    **{one.phenomenon: (one.name,) for one in _ALL if one.phenomenon and one.phenomenon != one.name},
    "fault": ("exception", "failed"),
}
"""Other names, each with the operators that it stands for in turn."""
