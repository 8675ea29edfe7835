"""Logarithms as binary floats of any precision, told in the way of the official results: `mpf('1.4649734')`."""

from __future__ import annotations

import decimal
import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache

__all__ = ["BigComplex", "BigFloat", "digits_shown", "log_ratio", "read_number", "rounded", "significant_bits"]

Real = Fraction | float
"""An exact number, or a float that is infinite or no number."""

_BITS_PER_DIGIT = 3.3219280948873626
_GUARD_DIGITS = 25
_GUARD_BITS = 10  # what the parts of a complex quotient have more than the quotient
_MAX_EXPONENT = 20_000
_DOUBLE_DIGITS, _DOUBLE_SHOWN = 15, 17
_SPECIAL = {"inf": math.inf, "+inf": math.inf, "-inf": -math.inf, "nan": math.nan}


@dataclass(frozen=True, slots=True)
class BigFloat:
    """A real result.

    >>> BigFloat(Fraction(3, 2), 10)
    mpf('1.5')
    """

    value: Real
    """The number."""
    digits: int
    """Significant decimal digits to tell."""

    def __repr__(self) -> str:
        return f"mpf('{_told(self.value, self.digits)}')"


@dataclass(frozen=True, slots=True)
class BigComplex:
    """A complex result, as a logarithm of or to a negative number is."""

    real: Real
    """The real part."""
    imaginary: Real
    """The imaginary part."""
    digits: int
    """Significant decimal digits to tell."""

    def __repr__(self) -> str:
        return f"mpc(real='{_told(self.real, self.digits)}', imag='{_told(self.imaginary, self.digits)}')"


def significant_bits(digits: int) -> int:
    """Return the bits that a float of so many decimal digits has."""
    return max(1, round((digits + 1) * _BITS_PER_DIGIT))


def digits_shown(bits: int) -> int:
    """Return how many digits tell a float of so many bits from every other."""
    digits = max(1, round(bits / _BITS_PER_DIGIT) - 1)
    return _DOUBLE_SHOWN if digits == _DOUBLE_DIGITS else digits + 3


def read_number(value: object, bits: int) -> Real:
    """Read a number exactly, or, if it is a text such as `2.5`, `1e3` or `1/3`, rounded.

    Raises:
        TypeError: If it is no number.
        ZeroDivisionError: If it is a text that divides by zero.
    """
    if isinstance(value, float):
        return Fraction(value) if math.isfinite(value) else value
    if isinstance(value, int):
        return Fraction(value)
    try:
        if isinstance(value, str):
            return _read_text(value.lower().strip(), bits)
    except ValueError:
        pass
    raise TypeError(f"cannot create mpf from {value!r}")


def log_ratio(value: Real, base: Real, bits: int) -> BigFloat | BigComplex:
    """Divide the natural logarithms of two numbers, each rounded before.

    Args:
        value: The number.
        base: The base.
        bits: Precision of the logarithms and of the quotient.

    Raises:
        ZeroDivisionError: If the base is 1.

    >>> log_ratio(Fraction(5), Fraction(3), 20)
    mpf('1.4649734')
    """
    shown = digits_shown(bits)
    top, bottom = _log(value, bits), _log(base, bits)
    if isinstance(top, tuple):
        parts = _complex_ratio(top, bottom, bits) if isinstance(bottom, tuple) else _scaled(top, bottom, bits)
    elif isinstance(bottom, tuple):
        parts = _real_over_complex(top, bottom, bits)
    else:
        return BigFloat(_over(top, bottom, bits), shown)
    return BigComplex(*parts, shown)


def _scaled(top: tuple[Real, Real], bottom: Real, bits: int) -> tuple[Real, Real]:
    return _over(top[0], bottom, bits), _over(top[1], bottom, bits)


def _real_over_complex(top: Real, bottom: tuple[Real, Real], bits: int) -> tuple[Real, Real]:
    size = _plus(_times(bottom[0], bottom[0]), _times(bottom[1], bottom[1]), bits)
    return _over(_times(bottom[0], top), size, bits), _over(-_times(bottom[1], top), size, bits)


def _complex_ratio(top: tuple[Real, Real], bottom: tuple[Real, Real], bits: int) -> tuple[Real, Real]:
    (a, b), (c, d) = top, bottom
    size = _plus(_times(c, c), _times(d, d), bits)
    real = _plus(_times(a, c), _times(b, d), bits)
    imaginary = _plus(_times(b, c), -_times(a, d), bits)
    return _over(real, size, bits), _over(imaginary, size, bits)


def _log(number: Real, bits: int) -> Real | tuple[Real, Real]:
    if number < 0:
        return _positive_log(-number, bits), rounded(_pi(bits), bits)
    return _positive_log(number, bits)


def _positive_log(number: Real, bits: int) -> Real:
    if isinstance(number, float):
        return number
    if not number:
        return -math.inf
    top, bottom = number.numerator, number.denominator
    near_one = max(0, bottom.bit_length() - abs(top - bottom).bit_length())
    context = decimal.Context(
        prec=int((bits + near_one) / _BITS_PER_DIGIT) + _GUARD_DIGITS, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN
    )
    return rounded(Fraction(context.divide(Decimal(top), Decimal(bottom)).ln(context)), bits)


def rounded(number: Fraction, bits: int, *, down: bool = False) -> Fraction:
    """Round to so many significant bits.

    Args:
        number: The number.
        bits: At least 1.
        down: Towards zero instead of to the nearest.

    >>> rounded(Fraction(11, 8), 2)
    Fraction(3, 2)
    """
    if not number:
        return number
    size, bottom = abs(number.numerator), number.denominator
    shift = bits - (size.bit_length() - bottom.bit_length())
    top, bottom = size << max(shift, 0), bottom << max(-shift, 0)
    if top >= bottom << bits:
        shift, bottom = shift - 1, bottom << 1
    whole, rest = divmod(top, bottom)
    if not down and (rest * 2, whole & 1) > (bottom, 0):  # half to even
        whole += 1
    whole = whole if number > 0 else -whole
    return Fraction(whole << max(-shift, 0), 1 << max(shift, 0))


@cache
def _pi(bits: int) -> Fraction:
    one = 1 << (bits + 4 * _GUARD_BITS)
    return Fraction(16 * _arctan_inverse(5, one) - 4 * _arctan_inverse(239, one), one)


def _arctan_inverse(number: int, one: int) -> int:
    power = one // number
    total, odd, sign = power, 1, 1
    while power:
        power //= number * number
        odd, sign = odd + 2, -sign
        total += sign * (power // odd)
    return total


def _read_text(text: str, bits: int) -> Real:
    if text in _SPECIAL:
        return _SPECIAL[text]
    if "/" in text:
        top, bottom = text.split("/")
        return _over(Fraction(int(top.rstrip("l"))), Fraction(int(bottom.rstrip("l"))), bits)
    text = text.rstrip("l")
    float(text)  # raises where the text is no number
    exact = Decimal(text)
    if not exact.is_finite() or abs(exact.adjusted()) > _MAX_EXPONENT:
        raise ValueError(text)
    return rounded(Fraction(exact), bits)


def _times(one: Real, other: Real) -> Real:
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return one * other
    return _extended(one) * _extended(other)


def _plus(one: Real, other: Real, bits: int) -> Real:
    if isinstance(one, Fraction) and isinstance(other, Fraction):
        return rounded(one + other, bits + _GUARD_BITS, down=True)
    return _extended(one) + _extended(other)


def _over(top: Real, bottom: Real, bits: int) -> Real:
    if not bottom:
        raise ZeroDivisionError
    if isinstance(top, Fraction) and isinstance(bottom, Fraction):
        return rounded(top / bottom, bits)
    if isinstance(top, Fraction) and not math.isnan(bottom):
        return Fraction(0)
    return _extended(top) / _extended(bottom)


def _extended(number: Real) -> float:
    """Return a number that behaves alike among the infinite ones."""
    return number if isinstance(number, float) else float((number > 0) - (number < 0))


def _told(number: Real, digits: int) -> str:
    if isinstance(number, float):
        return "nan" if math.isnan(number) else "+inf" if number > 0 else "-inf"
    if not number:
        return "0.0"
    sign, (figures, exponent) = "-" if number < 0 else "", _figures(abs(number), digits)
    split, ending = 1, f"e{exponent:+d}" if exponent > 0 else f"e{exponent}"
    if min(-(digits // 3), -5) < exponent < digits:
        figures, split, ending = "0" * -exponent + figures, max(exponent, 0) + 1, ""
    after = figures[split:].rstrip("0")
    return f"{sign}{figures[:split]}.{after or '0'}{ending}"


def _figures(number: Fraction, digits: int) -> tuple[str, int]:
    """Return the first digits of a positive number, the last one rounded half up, and the power of ten of the first."""
    exponent = math.floor((number.numerator.bit_length() - number.denominator.bit_length()) / _BITS_PER_DIGIT) + 1
    while number < Fraction(10) ** exponent:
        exponent -= 1
    whole = math.floor(number * Fraction(10) ** (digits - 1 - exponent) + Fraction(1, 2))
    if whole == 10**digits:
        return str(whole // 10), exponent + 1
    return str(whole), exponent
