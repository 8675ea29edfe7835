"""Faults: how a tool goes wrong in an episode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from fc_gym.errors import TaskError
from fc_gym.form import FORMS

if TYPE_CHECKING:
    from fc_gym.domain import Domain

__all__ = ["Fault", "Kind"]

Kind = Literal["transient", "rate_limit", "permission", "stale_key", "partial", "drift"]


@dataclass(frozen=True)
class Fault:
    """One way in which one tool goes wrong.

    `transient`: the tool is down; what helps is to call it again. `rate_limit`: it may be called again after `times`
    calls of other tools. `permission`: it is forbidden; what helps, if anything, is another tool. `stale_key`: a row
    has another identifier from now on; what helps is to look it up again. `partial`: only the first `keep` items of
    every list are shown; what helps is to call again. `drift`: a parameter is called otherwise now (`to`), or takes
    its values in another form (`form`); the refusal says which.
    """

    kind: Kind
    tool: str
    """The tool that goes wrong; for `stale_key` empty, since the row is known to all."""
    after: int = 0
    """How many calls go well first: calls of the tool; for `stale_key` calls of any."""
    times: int | None = 1
    """How many calls it strikes (for `rate_limit`: how many others lift it); None: all from then on."""
    parameter: str = ""
    """For `drift`: the parameter."""
    to: str = ""
    """For `drift`: its new name; for `stale_key`: the new identifier."""
    form: str = ""
    """For `drift`: one of `FORMS`."""
    value: str = ""
    """For `stale_key`: the old identifier."""
    keep: int = 1
    """For `partial`: how many items are shown."""

    @property
    def lasting(self) -> bool:
        """True if repeating the call never helps."""
        return self.times is None or self.kind in ("stale_key", "drift", "permission")

    def check(self, domain: Domain, where: str) -> None:
        """Refuse a fault that cannot happen.

        Args:
            domain: Where it should happen.
            where: The name of the task, for the complaint.

        Raises:
            TaskError: To whoever wrote the task.
        """
        if self.kind == "stale_key":
            if not self.value or not self.to or self.tool:
                raise TaskError(f"{where}: a stale_key fault needs `value` and `to`, and no tool")
            return
        if self.tool not in domain.tools:
            raise TaskError(f"{where}: a fault strikes {self.tool!r}; have {', '.join(domain.names)}")
        if self.kind == "drift":
            parameters = domain.tools[self.tool].parameters
            if self.parameter not in parameters:
                have = ", ".join(parameters) or "none"
                raise TaskError(
                    f"{where}: {self.tool} has no parameter {self.parameter!r} that could drift; have {have}"
                )
            if (self.form in FORMS) == bool(self.to) or self.to in parameters:
                raise TaskError(f"{where}: a drift needs a new name in `to`, or a form: {', '.join(FORMS)}")
