from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from fc_gym.bfcl.bigfloat import rounded

BITS = st.integers(1, 80)
HALVES = st.builds(lambda half, power: Fraction(half, 2) * Fraction(2) ** power, st.integers(), st.integers(-90, 90))


def spacing(number: Fraction, bits: int) -> Fraction:
    """Distance of the numbers of so many bits around one."""
    step = Fraction(1)
    while abs(number) >= step * 2**bits:
        step *= 2
    while abs(number) < step * 2 ** (bits - 1):
        step /= 2
    return step


@given(st.fractions() | HALVES, BITS)
def test_a_number_is_rounded_to_its_bits_half_to_even(number: Fraction, bits: int) -> None:
    step = spacing(number, bits) if number else Fraction(1)
    assert rounded(number, bits) == round(number / step) * step


@given(st.fractions() | HALVES, BITS)
def test_a_number_is_rounded_down_towards_zero(number: Fraction, bits: int) -> None:
    step = spacing(number, bits) if number else Fraction(1)
    assert rounded(number, bits, down=True) == int(number / step) * step
