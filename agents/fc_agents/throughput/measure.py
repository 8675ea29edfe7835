"""What was measured at one setting."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields

from fc_agents.throughput.clock import Shares
from fc_agents.throughput.judged import Judged
from fc_agents.throughput.setting import Setting
from fc_agents.throughput.watched import Asked
from fc_gym.types import JsonValue

__all__ = ["REACHED", "Ideal", "Measure", "percentile"]

REACHED = 0.95
"""Share of the ideal rate that is to be reached with a simulated model."""


@dataclass(frozen=True, slots=True)
class Ideal:
    """What a model of set latency allows if everything else takes no time."""

    latency: float
    """Seconds per response."""
    rate: float
    """Requests per second."""
    reached: float
    """Requests per second."""

    @property
    def share(self) -> float:
        """How much of it was reached, from 0 to 1."""
        return self.reached / self.rate if self.rate else 0.0

    @property
    def verdict(self) -> str:
        """Whether that is enough."""
        return "kept" if self.share >= REACHED else "MISSED"


@dataclass(frozen=True)
class Measure:
    """How fast one setting was, and what came of it."""

    setting: Setting
    episodes: int
    """Played to their end."""
    seconds: float
    asked: Asked
    shares: Shares | None
    """None over several processes."""
    constraining: float
    """Seconds in which constraints were worked out, a part of the driver's; 0 over several processes."""
    failed: Mapping[str, int] = field(default_factory=Counter)
    """Episodes that came to nothing, by kind."""
    judged: Judged = field(default_factory=Judged)
    """What is to be said of the calls of these episodes."""
    stopped: str = ""
    """Why it ended early; empty if it did not."""
    ideal: Ideal | None = None
    """With a simulated model."""

    @property
    def tokens_per_second(self) -> float:
        """Tokens that the model wrote."""
        return self._per_second(self.asked.written)

    @property
    def requests_per_second(self) -> float:
        """Requests that were answered."""
        return self._per_second(self.asked.responses)

    @property
    def episodes_per_second(self) -> float:
        """Episodes that were played to their end."""
        return self._per_second(self.episodes)

    @property
    def cached(self) -> float:
        """Share of the tokens of prompts that the server had in its cache, from 0 to 1."""
        return self.asked.cached / max(1, self.asked.prompted)

    @property
    def illegal(self) -> int:
        """Calls that cannot be made under the graph: of an unknown tool, with bad arguments, or with unknown rows."""
        return sum(self.judged.verdicts[one] for one in ("unknown tool", "bad arguments", "not legal", "not grounded"))

    @property
    def driver_us(self) -> float | None:
        """Microseconds of the driver per request, constraints included; None if it is not known."""
        if self.shares is None:
            return None
        return 1e6 * self.shares.driver * self.seconds / max(1, self.asked.responses)

    def json(self) -> dict[str, JsonValue]:
        """Return it as plain JSON values; times are in seconds unless their name says otherwise."""
        asked = self.asked
        rates = {
            "tokens_per_second": self.tokens_per_second, "requests_per_second": self.requests_per_second,
            "episodes_per_second": self.episodes_per_second, "cached": self.cached, "driver_us": self.driver_us,
        }  # fmt: skip
        counts = {name: getattr(asked, name) for name in ("responses", "prompted", "written", "tries", "constraints")}
        times = {
            f"{name}_{words}": percentile(found, share)
            for name, found in (("first", asked.first), ("whole", asked.whole), ("fresh", asked.fresh))
            for words, share in (("median", 0.5), ("p95", 0.95))
        }
        body = {
            **asdict(self.setting), "episodes": self.episodes, "seconds": self.seconds, **rates, **counts, **times,
            **{f"share_{one.name}": getattr(self.shares, one.name, None) for one in fields(Shares)},
            "constraining": self.constraining,
        }  # fmt: skip
        rounded = {name: round(value, 6) if isinstance(value, float) else value for name, value in body.items()}
        ideal = None if self.ideal is None else {**asdict(self.ideal), "share": self.ideal.share}
        more = {
            "failed": dict(self.failed),
            "failed_requests": dict(asked.failed),
            "verdicts": dict(self.judged.verdicts),
        }
        return {
            **rounded,
            **more,
            "broken": self.judged.broken,
            "cut": self.judged.cut,
            "stopped": self.stopped,
            "ideal": ideal,
        }

    def _per_second(self, count: int) -> float:
        return count / max(self.seconds, 1e-9)


def percentile(found: Sequence[float], share: float) -> float | None:
    """Return the smallest value that so large a share does not exceed; the median between two; None of nothing.

    >>> percentile([3.0, 1.0, 2.0, 4.0], 0.95)
    4.0
    """
    if not found:
        return None
    return statistics.median(found) if share == 0.5 else sorted(found)[math.ceil(share * len(found)) - 1]
