"""The math tools of BFCL."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from typing import Any, Self

from fc_gym.bfcl.bigfloat import log_ratio, read_number, significant_bits

__all__ = ["MathAPI"]

MAX_PRECISION = 1_000
"""The most decimal digits that are worked out; more is told as an error."""

_MAX_DIGITS = 4_300  # of an integer that Python tells
_TOO_LONG = (
    f"Exceeds the limit ({_MAX_DIGITS} digits) for integer string conversion; "
    "use sys.set_int_max_str_digits() to increase the limit"
)
_TOO_PRECISE = f"Precision must be at most {MAX_PRECISION} digits"
_NOT_NUMBERS = "Both inputs must be numbers"
_NOT_ALL_NUMBERS = "All elements in the list must be numbers"
_METERS: Mapping[str, float] = {"km": 1e3, "m": 1.0, "cm": 1e-2, "mm": 1e-3, "um": 1e-6, "nm": 1e-9}
_FACTORS: Mapping[str, float] = {
    "cm_to_in": 0.393701, "in_to_cm": 2.54, "m_to_ft": 3.28084, "ft_to_m": 0.3048, "m_to_yd": 1.09361,
    "yd_to_m": 0.9144, "km_to_miles": 0.621371, "miles_to_km": 1.60934, "kg_to_lb": 2.20462, "lb_to_kg": 0.453592,
}  # fmt: skip


@dataclass
class MathAPI:
    """A calculator; it remembers nothing."""

    @classmethod
    def load(cls, config: Mapping[str, Any], *, long_context: bool = False) -> Self:
        """Make a calculator.

        Args:
            config: Changes nothing.
            long_context: Changes nothing.
        """
        return cls()

    def logarithm(self, value: float, base: float, precision: int) -> dict[str, Any]:
        """Work out a logarithm.

        Args:
            value: The number; below 0 the result is complex.
            base: The base.
            precision: Decimal digits, up to 1000.

        Returns:
            The result as a `BigFloat` or `BigComplex`, or an error if it cannot be worked out.
        """
        try:
            digits = int(precision)
            if digits > MAX_PRECISION:
                return {"error": _TOO_PRECISE}
            bits = significant_bits(digits)
            return {"result": log_ratio(read_number(value, bits), read_number(base, bits), bits)}
        except Exception as error:
            return {"error": str(error)}

    def mean(self, numbers: list[float]) -> dict[str, Any]:
        """Work out the mean.

        Args:
            numbers: At least one number.

        Returns:
            The result, or an error if the list is empty or holds something else.
        """
        if not numbers:
            return {"error": "Cannot calculate mean of an empty list"}
        try:
            return {"result": sum(numbers) / len(numbers)}
        except TypeError:
            return {"error": _NOT_ALL_NUMBERS}

    def standard_deviation(self, numbers: list[float]) -> dict[str, Any]:
        """Work out the standard deviation of a whole population.

        Args:
            numbers: At least one number.

        Returns:
            The result, or an error if the list is empty or holds something else.
        """
        if not numbers:
            return {"error": "Cannot calculate standard deviation of an empty list"}
        try:
            mean = sum(numbers) / len(numbers)
            return {"result": math.sqrt(sum((one - mean) ** 2 for one in numbers) / len(numbers))}
        except TypeError:
            return {"error": _NOT_ALL_NUMBERS}

    def si_unit_conversion(self, value: float, unit_in: str, unit_out: str) -> dict[str, Any]:
        """Convert a length between metric units.

        Args:
            value: The length.
            unit_in: km, m, cm, mm, um or nm.
            unit_out: One of the same.

        Returns:
            The result, or an error if a unit is unknown or the value no number or too large.
        """
        if not isinstance(value, int | float):
            return {"error": "Value must be a number"}
        if unit_in not in _METERS or unit_out not in _METERS:
            return {"error": _no_conversion(unit_in, unit_out)}
        try:
            return {"result": value * _METERS[unit_in] * (1 / _METERS[unit_out])}
        except OverflowError:
            return {"error": "Conversion resulted in a value too large to represent"}

    def imperial_si_conversion(self, value: float, unit_in: str, unit_out: str) -> dict[str, Any]:
        """Convert between an imperial unit and a metric one.

        Args:
            value: How much.
            unit_in: cm, in, m, ft, yd, km, miles, kg, lb, celsius or fahrenheit.
            unit_out: Its counterpart: cm and in, m and ft or yd, km and miles, kg and lb, celsius and fahrenheit.

        Returns:
            The result, which is the value where the units are the same whatever they are, or an error if the units are
            no counterparts or the value is no number or too large.
        """
        if not isinstance(value, int | float):
            return {"error": "Value must be a number"}
        try:
            if unit_in == unit_out:
                return {"result": value}
            conversion = f"{unit_in}_to_{unit_out}"
            if conversion == "celsius_to_fahrenheit":
                return {"result": value * (9 / 5) + 32}
            if conversion == "fahrenheit_to_celsius":
                return {"result": (value - 32) * (5 / 9)}
            if conversion in _FACTORS:
                return {"result": value * _FACTORS[conversion]}
        except OverflowError:
            return {"error": "Conversion resulted in a value too large to represent"}
        return {"error": _no_conversion(unit_in, unit_out)}

    def add(self, a: float, b: float) -> dict[str, Any]:
        """Add two numbers, or join two texts or two lists.

        Args:
            a: One.
            b: The other.

        Returns:
            The result, or an error if they do not go together.
        """
        try:
            return {"result": a + b}
        except TypeError:
            return {"error": _NOT_NUMBERS}

    def subtract(self, a: float, b: float) -> dict[str, Any]:
        """Subtract one number from another.

        Args:
            a: The number to subtract from.
            b: The number to subtract.

        Returns:
            The result, or an error if one is no number.
        """
        try:
            return {"result": a - b}
        except TypeError:
            return {"error": _NOT_NUMBERS}

    def multiply(self, a: float, b: float) -> dict[str, Any]:
        """Multiply two numbers.

        Args:
            a: One.
            b: The other.

        Returns:
            The result, or an error if one is no number.
        """
        if not isinstance(a, int | float) or not isinstance(b, int | float):
            return {"error": _NOT_NUMBERS}
        return {"result": a * b}

    def divide(self, a: float, b: float) -> dict[str, Any]:
        """Divide one number by another.

        Args:
            a: The number to divide.
            b: The number to divide by.

        Returns:
            The result, or an error if one is no number or the second is 0.
        """
        try:
            return {"error": "Cannot divide by zero"} if b == 0 else {"result": a / b}
        except TypeError:
            return {"error": _NOT_NUMBERS}

    def square_root(self, number: float, precision: int) -> dict[str, Any]:
        """Work out a square root.

        Args:
            number: A number of at least 0.
            precision: Decimal digits, 1-1000.

        Returns:
            The result as a `Decimal`, or an error if the number is negative, something is no number, or there are too
            many digits.

        Raises:
            ValueError: If the precision is below 1.
        """
        try:
            if number < 0:
                return {"error": "Cannot calculate square root of a negative number"}
            context = Context(prec=precision)
            if precision > MAX_PRECISION:
                return {"error": _TOO_PRECISE}
            return {"result": Decimal(number).sqrt(context)}
        except (TypeError, InvalidOperation):
            return {"error": "Input must be a number or computation resulted in an invalid operation"}

    def power(self, base: float, exponent: float) -> dict[str, Any]:
        """Raise a number to a power.

        Args:
            base: The number.
            exponent: The power.

        Returns:
            The result, or an error if one is no number.

        Raises:
            ValueError: If the result is an integer of more digits than Python tells.
        """
        if isinstance(base, int) and isinstance(exponent, int) and abs(base) > 1 and exponent > 0:
            _check_size(base, exponent)
        try:
            return {"result": base**exponent}
        except TypeError:
            return {"error": _NOT_NUMBERS}

    def absolute_value(self, number: float) -> dict[str, Any]:
        """Drop the sign of a number.

        Args:
            number: The number.

        Returns:
            The result, or an error if it is no number.
        """
        try:
            return {"result": abs(number)}
        except TypeError:
            return {"error": "Input must be a number"}

    def round_number(self, number: float, decimal_places: int = 0) -> dict[str, Any]:
        """Round a number, half to even.

        Args:
            number: The number.
            decimal_places: Digits to keep after the point; before it if negative.

        Returns:
            The result, or an error if something is no number.
        """
        if isinstance(number, int) and isinstance(decimal_places, int) and -decimal_places > number.bit_length() + 1:
            return {"result": 0}  # worked out, this would take minutes
        try:
            return {"result": round(number, decimal_places)}
        except TypeError:
            return {"error": "First input must be a number, second input must be an integer"}

    def percentage(self, part: float, whole: float) -> dict[str, Any]:
        """Tell how many percent of a whole a part is.

        Args:
            part: The part.
            whole: The whole.

        Returns:
            The result, or an error if one is no number or the whole is 0.
        """
        try:
            return {"error": "Whole value cannot be zero"} if whole == 0 else {"result": part / whole * 100}
        except TypeError:
            return {"error": _NOT_NUMBERS}

    def min_value(self, numbers: list[float]) -> dict[str, Any]:
        """Find the least.

        Args:
            numbers: At least one number.

        Returns:
            The result, or an error if the list is empty or its elements cannot be compared.
        """
        if not numbers:
            return {"error": "Cannot find minimum of an empty list"}
        try:
            return {"result": min(numbers)}
        except TypeError:
            return {"error": _NOT_ALL_NUMBERS}

    def max_value(self, numbers: list[float]) -> dict[str, Any]:
        """Find the greatest.

        Args:
            numbers: At least one number.

        Returns:
            The result, or an error if the list is empty or its elements cannot be compared.
        """
        if not numbers:
            return {"error": "Cannot find maximum of an empty list"}
        try:
            return {"result": max(numbers)}
        except TypeError:
            return {"error": _NOT_ALL_NUMBERS}

    def sum_values(self, numbers: list[float]) -> dict[str, Any]:
        """Add up numbers.

        Args:
            numbers: At least one number.

        Returns:
            The result, or an error if the list is empty or holds something else.
        """
        if not numbers:
            return {"error": "Cannot calculate sum of an empty list"}
        try:
            return {"result": sum(numbers)}
        except TypeError:
            return {"error": _NOT_ALL_NUMBERS}


def _no_conversion(unit_in: object, unit_out: object) -> str:
    return f"Conversion from '{unit_in}' to '{unit_out}' is not supported"


def _check_size(base: int, exponent: int) -> None:
    least_bits = (abs(base).bit_length() - 1) * exponent
    if least_bits > _MAX_DIGITS * 4:  # a digit is less than 4 bits; what is just too long is found when it is told
        raise ValueError(_TOO_LONG)
