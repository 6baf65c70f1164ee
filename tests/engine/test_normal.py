"""Quantiles of the normal distribution, against the standard library and against their inverse."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datagen.normal import quantiles

SHARES = st.floats(2**-53, 1 - 2**-53) | st.integers(2, 53).map(lambda power: 2.0**-power)


@settings(deadline=None, max_examples=60)
@given(st.lists(SHARES, min_size=1, max_size=20))
@example([2**-53, 1 - 2**-53, 0.5, 0.075, 0.925, 0.075 - 1e-12, math.exp(-25), math.exp(-25) * 1.0001])
def test_quantiles_are_those_of_the_standard_library(shares: list[float]) -> None:
    expected = [NormalDist().inv_cdf(share) for share in shares]
    assert quantiles(np.array(shares)).tolist() == pytest.approx(expected, rel=3e-15, abs=1e-300)


def test_as_much_lies_below_a_quantile_as_was_asked_for() -> None:
    shares = 10.0 ** -np.linspace(0.302, 15.9, 400)
    below = [math.erfc(-deviate / math.sqrt(2)) / 2 for deviate in quantiles(shares.copy()).tolist()]
    assert below == pytest.approx(shares.tolist(), rel=1e-13)
    assert quantiles(1 - shares[:50]).tolist() == pytest.approx((-quantiles(shares[:50].copy())).tolist(), rel=1e-13)
