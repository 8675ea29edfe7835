"""The conformance suite for authors of domains: one call that proves what a domain promises."""

from __future__ import annotations

from fc_gym.checks.report import Checked, Finding, Report
from fc_gym.checks.suite import check_domain

__all__ = ["Checked", "Finding", "Report", "check_domain"]
