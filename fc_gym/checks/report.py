"""What the conformance suite found in a domain."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from fc_gym.errors import DomainError
from fc_gym.types import JsonValue

__all__ = ["Checked", "Finding", "Report", "Severity", "distinct"]

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One promise that a domain breaks."""

    check: str
    """The name of the check."""
    where: str
    """`Class.method`, or `Class` where no method is to blame."""
    message: str
    """One sentence: what happens, what would be right, and the seed and call that show it."""
    severity: Severity = "error"
    """`warning`: allowed, but hardly meant."""

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True)
class Checked:
    """What one check tried and found."""

    check: str
    tried: int
    """How many calls, states, texts or keys it looked at."""
    findings: tuple[Finding, ...] = ()
    skipped: str = ""
    """What was left out, and why; empty if nothing was."""
    noted: str = ""
    """What else was seen, such as which tools undo each other; empty if nothing was."""

    @property
    def verdict(self) -> str:
        """`ok`, or how many errors and warnings, or `skipped`."""
        errors = sum(one.severity == "error" for one in self.findings)
        warnings = len(self.findings) - errors
        counts = ((errors, "error"), (warnings, "warning"))
        told = [f"{count} {noun}{'s' * (count > 1)}" for count, noun in counts if count]
        return ", ".join(told) or ("skipped" if self.skipped and not self.tried else "ok")


@dataclass(frozen=True)
class Report:
    """What `check_domain` found."""

    domain: str
    checks: tuple[Checked, ...]
    """One per check, in a fixed order."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, in the order of the checks."""
        return tuple(finding for one in self.checks for finding in one.findings)

    @property
    def ok(self) -> bool:
        """True if there is no finding of severity `error`."""
        return not any(one.severity == "error" for one in self.findings)

    def rows(self) -> list[dict[str, JsonValue]]:
        """Return one row per check, for a table: `check`, `tried`, `verdict` and `skipped`."""
        return [
            {"check": one.check, "tried": one.tried, "verdict": one.verdict, "skipped": one.skipped}
            for one in self.checks
        ]

    def raise_if_bad(self) -> None:
        """Do nothing if the domain keeps its promises.

        Raises:
            DomainError: To the author, with the message of every finding of severity `error`.
        """
        if not self.ok:
            bad = [f"{one} [{one.check}]" for one in self.findings if one.severity == "error"]
            raise DomainError(f"{self.domain} breaks {len(bad)} of its promises:\n" + "\n".join(bad))


def distinct(findings: Iterable[tuple[object, Finding]]) -> tuple[Finding, ...]:
    """Keep the first finding of each kind, so that one defect is told once.

    Args:
        findings: Findings, each with what makes its kind.
    """
    first: dict[object, Finding] = {}
    for kind, finding in findings:
        first.setdefault((finding.where, kind), finding)
    return tuple(first.values())
