"""The vehicle tools of BFCL: doors, engine, brakes, climate and ways of one car."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fc_gym.bfcl.bulk import bulk
from fc_gym.bfcl.car import FULL_BRAKE_NEWTONS, Car
from fc_gym.bfcl.keys import ZipCode
from fc_gym.bfcl.places import kilometers, zip_code
from fc_gym.bfcl.texts import Spelled

__all__ = ["VehicleControlAPI"]

_ON_THE_WAY = "intermediaryCities"
_MILES_PER_GALLON, _GALLONS_PER_LITER, _LITERS_PER_GALLON = 20.0, 0.264172, 3.78541


@dataclass
class VehicleControlAPI(Car):
    """A car with its tools; it stands still: its speed is drawn, and nothing uses fuel."""

    def startEngine(self, ignitionMode: str) -> dict[str, Any]:
        """Start the engine; whatever else it does, STOP stops it first and then is told to be no valid mode.

        Args:
            ignitionMode: START or STOP.

        Returns:
            The state of engine, fuel and battery, or an error that names what is in the way.
        """
        if ignitionMode == "STOP":
            self.engine_state = "stopped"
        if obstacle := self._obstacle():
            return {"error": obstacle}
        if ignitionMode != "START":
            return {"error": "Invalid ignition mode."}
        self.engine_state = "running"
        return {"engineState": "running", "fuelLevel": self.fuelLevel, "batteryVoltage": self.batteryVoltage}

    def fillFuelTank(self, fuelAmount: float) -> dict[str, Any]:
        """Fill fuel into the tank.

        Args:
            fuelAmount: Gallons to add.

        Returns:
            The fuel level, or an error if the amount is negative or the tank would hold too much or too little.
        """
        if problem := self._filling_problem(fuelAmount):
            return {"error": problem}
        self.fuelLevel += fuelAmount
        return {"fuelLevel": self.fuelLevel}

    def lockDoors(self, unlock: bool, door: list[str]) -> dict[str, Any]:
        """Lock or unlock doors, one after the other.

        Args:
            unlock: Whether to unlock.
            door: Which doors: driver, passenger, rear_left, rear_right.

        Returns:
            What was done and how many doors are unlocked.

        Raises:
            KeyError: At a door that there is not, with those before it done.
        """
        wanted, change = ("unlocked", 1) if unlock else ("locked", -1)
        for one in door:
            if self.doorStatus[one] != wanted:
                self.doorStatus[one] = wanted
                self.remainingUnlockedDoors += change
        return {"lockStatus": wanted, "remainingUnlockedDoors": self.remainingUnlockedDoors}

    def adjustClimateControl(
        self, temperature: float, unit: str = "celsius", fanSpeed: int = 50, mode: str = "auto"
    ) -> dict[str, Any]:
        """Set temperature, fan and mode of the climate control.

        Args:
            temperature: The temperature, stored in degrees Celsius and told as it was given.
            unit: celsius or fahrenheit.
            fanSpeed: 0-100.
            mode: auto, cool, heat or defrost; anything is taken.

        Returns:
            What was set, or an error if the fan speed is out of range.
        """
        if not 0 <= fanSpeed <= 100:
            return {"error": "Fan speed must be between 0 and 100."}
        self.acTemperature = temperature
        if unit == "fahrenheit":
            self.acTemperature = (temperature - 32) * 5 / 9
        self.fanSpeed, self.acMode = fanSpeed, mode
        return {"currentACTemperature": temperature, "climateMode": mode, "humidityLevel": self.humidityLevel}

    def get_outside_temperature_from_google(self) -> dict[str, Any]:
        """Draw an outside temperature.

        Returns:
            Degrees Celsius, between -10 and 40.
        """
        past = bulk().vehicle.past_weather() if self.long_context else {}
        return {**past, "outsideTemperature": self._random.uniform(-10, 40)}

    def get_outside_temperature_from_weather_com(self) -> dict[str, int]:
        """Ask a weather service that is always out of reach.

        Returns:
            An error.
        """
        return {"error": 404}

    def setHeadlights(self, mode: str) -> dict[str, str]:
        """Switch the headlights.

        Args:
            mode: on, off, or auto, which switches them off.

        Returns:
            Whether they are on, or an error if the mode is another.
        """
        if mode not in ("on", "off", "auto"):
            return {"error": "Invalid headlight mode."}
        self.headLightStatus = "on" if mode == "on" else "off"
        return {"headlightStatus": self.headLightStatus}

    def displayCarStatus(self, option: str) -> dict[str, Any]:
        """Show one part of the car's state.

        Args:
            option: fuel, battery, doors, climate, headlights, parkingBrake, brakePedal or engine.

        Returns:
            What was asked for, or an error if the option is another.
        """
        return ({"metadata": bulk().vehicle.car} if self.long_context else {}) | self._shown(option)

    def activateParkingBrake(self, mode: str) -> dict[str, Any]:
        """Engage or release the parking brake; the slope is 10 degrees from then on.

        Args:
            mode: engage or release.

        Returns:
            The state of the brake, or an error if the mode is another.
        """
        if mode not in ("engage", "release"):
            return {"error": "Invalid mode"}
        guide = {"parkingBrakeInstruction": bulk().vehicle.parking_brake} if self.long_context else {}
        return guide | self._set_parking_brake(mode == "engage")

    def pressBrakePedal(self, pedalPosition: float) -> dict[str, Any]:
        """Press the brake pedal and keep it there.

        Args:
            pedalPosition: From 0, which releases it, to 1.

        Returns:
            The state of the pedal, or an error if the position is out of range.
        """
        if not 0 <= pedalPosition <= 1:
            return {"error": "Pedal position must be between 0 and 1."}
        if pedalPosition == 0:
            return self.releaseBrakePedal()
        self.brakePedalStatus, self._brakePedalForce = "pressed", FULL_BRAKE_NEWTONS * pedalPosition
        return {"brakePedalStatus": "pressed", "brakePedalForce": float(self._brakePedalForce)}

    def releaseBrakePedal(self) -> dict[str, Any]:
        """Release the brake pedal.

        Returns:
            The state of the pedal.
        """
        self.brakePedalStatus, self._brakePedalForce = "released", 0.0
        return {"brakePedalStatus": "released", "brakePedalForce": 0.0}

    def setCruiseControl(self, speed: float, activate: bool, distanceToNextVehicle: float) -> dict[str, Any]:
        """Switch the cruise control.

        Args:
            speed: A multiple of 5 between 0 and 120; not checked if switched off.
            activate: Whether to switch it on.
            distanceToNextVehicle: Meters; kept even if the speed is refused.

        Returns:
            The state of the cruise control, or an error if the engine is off or the speed is out of range.
        """
        distance, speed = float(distanceToNextVehicle), float(speed)
        if self.engine_state == "stopped":
            return {"error": "Start the engine before activating the cruise control."}
        self.distanceToNextVehicle = distance
        if activate and not (0 <= speed <= 120 and speed % 5 == 0):
            return {"error": "Invalid speed"}
        self.cruiseStatus = "active" if activate else "inactive"
        return {"cruiseStatus": self.cruiseStatus, "currentSpeed": speed, "distanceToNextVehicle": distance}

    def get_current_speed(self) -> dict[str, float]:
        """Draw a speed.

        Returns:
            Kilometers per hour, between 0 and 120.
        """
        return {"currentSpeed": self._random.uniform(0, 120)}

    def display_log(self, messages: list[str]) -> dict[str, list[str]]:
        """Show messages.

        Args:
            messages: The messages.

        Returns:
            The same.
        """
        return {"log": messages}

    def estimate_drive_feasibility_by_mileage(self, distance: float) -> dict[str, bool]:
        """Estimate how far the fuel goes, at 20 miles per gallon.

        Args:
            distance: Miles to drive.

        Returns:
            Whether it goes that far.
        """
        return {"canDrive": not self.fuelLevel * _MILES_PER_GALLON < distance}

    def liter_to_gallon(self, liter: float) -> dict[str, float]:
        """Convert liters to gallons.

        Args:
            liter: How many.

        Returns:
            The gallons.
        """
        return {"gallon": liter * _GALLONS_PER_LITER}

    def gallon_to_liter(self, gallon: float) -> dict[str, float]:
        """Convert gallons to liters.

        Args:
            gallon: How many.

        Returns:
            The liters.
        """
        return {"liter": gallon * _LITERS_PER_GALLON}

    def estimate_distance(self, cityA: ZipCode, cityB: ZipCode) -> dict[str, Any]:
        """Estimate how far it is from one city to another.

        Args:
            cityA: Zip code of the one.
            cityB: Zip code of the other.

        Returns:
            Kilometers, or an error if this way is not among the 12 that are known.
        """
        length = kilometers(cityA, cityB)
        told = {"error": "distance not found in database."} if length is None else {"distance": length}
        if not self.long_context:
            return told
        more = bulk().vehicle
        return Spelled({**told, _ON_THE_WAY: list(more.cities)}, {_ON_THE_WAY: more.cities_json})

    def get_zipcode_based_on_city(self, city: str) -> dict[str, ZipCode]:
        """Look up the zip code of a city.

        Args:
            city: Its name.

        Returns:
            The zip code; 00000 if the city is not among the 11 that are known.
        """
        return {"zipcode": zip_code(city)}

    def set_navigation(self, destination: str) -> dict[str, str]:
        """Lead to a place.

        Args:
            destination: Street, city and state.

        Returns:
            A sentence that says so.
        """
        self.destination = destination
        return {"status": "Navigating to " + destination}

    def check_tire_pressure(self) -> dict[str, Any]:
        """Measure the pressure of the tires.

        Returns:
            Psi of each, and whether their mean is healthy: between 30 and 35.
        """
        return {**self._tires(), "car_info": bulk().vehicle.car if self.long_context else {}}

    def find_nearest_tire_shop(self) -> dict[str, str]:
        """Name the nearest tire shop, which is always the same.

        Returns:
            Its address.
        """
        return {"shopLocation": "456 Oakwood Avenue, Rivermist, 83214"}
