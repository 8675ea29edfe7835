"""A laboratory small enough to know every edge of its graph."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NewType

import numpy as np

from fc_gym.errors import ToolError

ProbeId = NewType("ProbeId", str)


@dataclass
class Probe:
    """Something to analyse.

    Names:
        the probe from {place}
        + of {grams} grams
    """

    id: ProbeId
    place: str
    grams: int
    analysed: bool = False


@dataclass
class Lab:
    """A laboratory with one oven."""

    probes: dict[ProbeId, Probe] = field(default_factory=dict)
    door_open: bool = False
    mains: bool = False
    battery: bool = False

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Lab:
        """Draw two to four probes; the oven is cold and the door in either state."""
        places = rng.permutation(["cellar", "roof", "garden", "river"])[: int(rng.integers(2, 5))]
        probes = [Probe(ProbeId(f"P{int(rng.integers(100, 999))}{n}"), str(p), n + 1) for n, p in enumerate(places)]
        return cls({probe.id: probe for probe in probes}, bool(rng.integers(2)))

    def list_probes(self) -> list[Probe]:
        """List the probes.

        Asks:
            tell me which probes there are
        Says:
            There are {result#} probes[, from {result[].place}].
        """
        return list(self.probes.values())

    def shut_door(self) -> None:
        """Shut the door of the oven.

        Asks:
            shut the oven
        Says:
            The oven is shut.
        """
        if not self.door_open:
            raise ToolError("the door is shut", code="door_shut", hint="leave it")
        self.door_open = False

    def open_door(self) -> None:
        """Open the door of the oven.

        Asks:
            open the oven
        Says:
            The oven is open.
        """
        if self.door_open:
            raise ToolError("the door is open", code="door_open", hint="leave it")
        self.door_open = True

    def plug_in(self) -> None:
        """Connect the oven to the mains.

        Asks:
            plug the oven in
        Says:
            The oven is on the mains.
        """
        if self.mains:
            raise ToolError("it is plugged in", code="plugged", hint="leave it")
        self.mains = True

    def fit_battery(self) -> None:
        """Put a battery into the oven.

        Asks:
            fit a battery to the oven
        Says:
            The oven has a battery.
        """
        if self.battery:
            raise ToolError("it has a battery", code="fitted", hint="leave it")
        self.battery = True

    def analyse_probe(self, probe: ProbeId) -> Probe:
        """Analyse a probe in the shut, powered oven.

        Args:
            probe: The probe.

        Asks:
            analyse {probe}
        Says:
            I have analysed {probe}, all {result.grams} grams of it.
        """
        row = self.probes.get(probe)
        if row is None:
            raise ToolError(f"there is no probe {probe}", code="not_found", hint="list them")
        if self.door_open:
            raise ToolError("the door is open", code="door_open", hint="shut it")
        if not (self.mains or self.battery):
            raise ToolError("there is no power", code="no_power", hint="plug it in or fit a battery")
        if row.analysed:
            raise ToolError("it was analysed before", code="analysed", hint="take another")
        row.analysed = True
        return row
