"""Rounding: the exact decimal half to even, and the double nearest to it."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datagen.draws import Draws
from datagen.generators.base import Rows
from datagen.modifiers import Clamp, Rounded
from datagen.rounding import rounded

DOUBLES = st.floats(allow_nan=False, allow_infinity=False)
NEAR_HALVES = st.builds(
    lambda n, p, d: np.nextafter((n + 0.5) / 10**p, d), st.integers(-(10**6), 10**6), st.integers(0, 15), DOUBLES
)


def exactly(value: float, digits: int) -> float:
    with localcontext(prec=400):
        return float(Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)) + 0.0


@settings(deadline=None, max_examples=200)
@given(
    st.lists(DOUBLES | NEAR_HALVES.map(float) | st.integers(-(10**7), 10**7).map(lambda n: n / 1000), max_size=20),
    st.integers(0, 15),
)
@example([2.675, 1.005, 0.285, 0.125, 0.375, -2.675, -0.5, -0.0, 1e308, -1e308, 5e-324], 2)
@example([114372219418939.47], 2)  # further from zero than its hundredths are exact
@example([float.fromhex("0x1.118f3cc84237bp+11")], 12)  # a tie that the last part of the product decides
@example([4503599627370496.5, 4503599627370497.5, 9007199254740993.0, 0.5, 1.5, 2.5], 0)
def test_rounding_is_that_of_the_exact_decimal(values: list[float], digits: int) -> None:
    expected = [exactly(value, digits) for value in values]
    assert list(map(repr, rounded(np.array(values, np.float64), digits).tolist())) == list(map(repr, expected))


def test_rounding_leaves_what_it_is_given() -> None:
    values = np.array([1.005, -0.0, 2.5])
    rounded(values, 0)
    assert values.tolist() == [1.005, -0.0, 2.5]


def test_a_clamp_cuts_off_and_rounding_follows() -> None:
    values = pa.array([-5.0, 0.004, 0.016, 99.0])
    rows, draws = Rows(0, 4), Draws(1, "t", "c", 0, 4)
    clamped = Clamp(0.0, 1.0).apply(values, rows, draws)
    assert clamped.to_pylist() == [0.0, 0.004, 0.016, 1.0]
    assert Rounded(2).apply(clamped, rows, draws).to_pylist() == [0.0, 0.0, 0.02, 1.0]


def test_a_clamp_the_wrong_way_round_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^min=9 is above max=3; swap them\?$"):
        Clamp(9, 3)
