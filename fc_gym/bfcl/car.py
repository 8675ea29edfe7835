"""The car that the vehicle tools act on: what is known about it, and what of it can be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from fc_gym.bfcl.draws import Draws

__all__ = ["FULL_BRAKE_NEWTONS", "Car"]

FULL_BRAKE_NEWTONS = 1000
"""Force of a fully pressed brake pedal, which starting the engine needs."""
_SEED = 141053
_TANK_GALLONS = 50.0
_PARKING_BRAKE_NEWTONS, _PARKING_SLOPE_DEGREES = 500.0, 10.0
_DOORS = ("driver", "passenger", "rear_left", "rear_right")
_TIRES = ("frontLeftTirePressure", "frontRightTirePressure", "rearLeftTirePressure", "rearRightTirePressure")
_HIDDEN = {
    "engineState": "engine_state",
    "parkingBrakeForce": "_parkingBrakeForce",
    "slopeAngle": "_slopeAngle",
    "brakePedalForce": "_brakePedalForce",
}
"""Names in a config to fields, where they differ."""
_COMPUTED = frozenset({"engine_state", "remainingUnlockedDoors", "long_context"})
"""Fields that a config cannot set by their own names."""
_SHOWN: Mapping[str, Mapping[str, str]] = {
    "fuel": {"fuelLevel": "fuelLevel"},
    "battery": {"batteryVoltage": "batteryVoltage"},
    "doors": {"doorStatus": "doorStatus"},
    "climate": {
        "currentACTemperature": "acTemperature",
        "fanSpeed": "fanSpeed",
        "climateMode": "acMode",
        "humidityLevel": "humidityLevel",
    },
    "headlights": {"headlightStatus": "headLightStatus"},
    "parkingBrake": {
        "parkingBrakeStatus": "parkingBrakeStatus",
        "parkingBrakeForce": "_parkingBrakeForce",
        "slopeAngle": "_slopeAngle",
    },
    "brakePedal": {"brakePedalStatus": "brakePedalStatus", "brakePedalForce": "_brakePedalForce"},
    "engine": {"engineState": "engine_state"},
}
"""Display option to what is told: name in the result to field."""


def _all_unlocked() -> dict[str, str]:
    return dict.fromkeys(_DOORS, "unlocked")


@dataclass
class Car:
    """The state of a car."""

    fuelLevel: float = 0.0
    """Gallons in the tank, up to 50."""
    batteryVoltage: float = 12.6
    """Volts."""
    engine_state: str = "stopped"
    """running or stopped."""
    remainingUnlockedDoors: int = 4
    """4 less the doors that are locked."""
    doorStatus: dict[str, str] = field(default_factory=_all_unlocked)
    """Door to locked or unlocked."""
    acTemperature: float = 25.0
    """Degrees Celsius."""
    fanSpeed: int = 50
    """0-100."""
    acMode: str = "auto"
    """auto, cool, heat or defrost."""
    humidityLevel: float = 50.0
    """Percent."""
    headLightStatus: str = "off"
    """on or off."""
    parkingBrakeStatus: str = "released"
    """engaged or released."""
    brakePedalStatus: str = "released"
    """pressed or released."""
    distanceToNextVehicle: float = 50.0
    """Meters."""
    cruiseStatus: str = "inactive"
    """active or inactive."""
    destination: str = "None"
    """Where the navigation leads."""
    frontLeftTirePressure: float = 32.0
    """Psi, as are the next three."""
    frontRightTirePressure: float = 32.0
    rearLeftTirePressure: float = 30.0
    rearRightTirePressure: float = 30.0
    long_context: bool = False
    """Whether results carry bulk data."""
    _parkingBrakeForce: float = 0.0
    """Newtons."""
    _slopeAngle: float = 0.0
    """Degrees."""
    _brakePedalForce: float = 0.0
    """Newtons, up to 1,000."""
    _random: Draws = field(default_factory=lambda: Draws(_SEED), repr=False, compare=False)
    """Where outside temperatures and speeds are drawn."""

    @classmethod
    def load(cls, config: Mapping[str, Any], *, long_context: bool = False) -> Self:
        """Make the start state of a task.

        Args:
            config: Values of fields by name, and `random_seed`; the names of four fields differ (the engine's state
                and the hidden ones); what is missing has its default, other names are ignored.
            long_context: Add bulk data to results.

        Returns:
            The car, which shares its doors with the config.
        """
        given = {_FIELDS[name]: value for name, value in config.items() if name in _FIELDS}
        car = cls(**given, long_context=long_context, _random=Draws.configured(config, _SEED))
        car.remainingUnlockedDoors = 4 - list(car.doorStatus.values()).count("locked")
        return car

    def _shown(self, option: str) -> dict[str, Any]:
        """Return what an option of the display shows."""
        shown = _SHOWN.get(option) if isinstance(option, str) else None
        if shown is None:
            return {"error": "Invalid option"}
        return {name: getattr(self, field_) for name, field_ in shown.items()}

    def _tires(self) -> dict[str, Any]:
        """Return the pressure of each tire, and whether their mean is healthy."""
        told: dict[str, Any] = {tire: getattr(self, tire) for tire in _TIRES}
        front = self.frontLeftTirePressure + self.frontRightTirePressure
        mean = (front + self.rearLeftTirePressure + self.rearRightTirePressure) / 4
        return {**told, "healthy_tire_pressure": 30 <= mean <= 35}

    def _obstacle(self) -> str:
        """Tell why the engine cannot start; empty if it can."""
        if self.remainingUnlockedDoors > 0:
            unlocked = ", ".join(door for door, status in self.doorStatus.items() if status == "unlocked")
            return f"All doors must be locked before starting the engine. Here are the unlocked doors: {unlocked}"
        if self.brakePedalStatus != "pressed":
            return "Brake pedal needs to be pressed when starting the engine."
        if self._brakePedalForce != FULL_BRAKE_NEWTONS:
            return "Must press the brake fully before starting the engine."
        return "Fuel tank is empty." if self.fuelLevel < 0.0 else ""

    def _filling_problem(self, gallons: float) -> str:
        """Tell why fuel cannot be filled in; empty if it can."""
        if gallons < 0:
            return "Fuel amount cannot be negative."
        if self.fuelLevel + gallons > _TANK_GALLONS:
            return "Cannot fill gas above the tank capacity."
        return "Fuel tank is empty. Min fuel level is 0 gallons." if self.fuelLevel + gallons < 0.0 else ""

    def _set_parking_brake(self, engaged: bool) -> dict[str, Any]:
        """Engage or release the parking brake, and return its state; the slope is 10 degrees from then on."""
        self.parkingBrakeStatus = "engaged" if engaged else "released"
        self._parkingBrakeForce = _PARKING_BRAKE_NEWTONS if engaged else 0.0
        self._slopeAngle = _PARKING_SLOPE_DEGREES
        return {name: getattr(self, name) for name in ("parkingBrakeStatus", "_parkingBrakeForce", "_slopeAngle")}


_FIELDS: Mapping[str, str] = {
    name: name for name in Car.__dataclass_fields__ if name not in _COMPUTED and not name.startswith("_")
} | _HIDDEN
"""Names in a config to fields."""
