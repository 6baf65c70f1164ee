"""Weighted choice: exact to 2^-64 whatever the number of values, and for each case its own."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from datagen.draws import U16, U64, Draws
from datagen.weights import GUIDE_CELLS, exact_bounds, weigh

WEIGHTS = st.lists(st.floats(0, 1e6) | st.sampled_from([0.0, 1e-300, 0.1, 3.0]), min_size=1, max_size=40).filter(any)


def bits_of(draws: Draws) -> list[int]:
    low = draws.u64("value.low") >> np.uint64(16)
    return [int(high) << 48 | int(rest) for high, rest in zip(draws.u16(), low, strict=True)]


def by_counting(bits: int, weights: list[float]) -> int:
    """The first value at which the exact shares up to it exceed the draw."""
    share = Fraction(0)
    total = sum(map(Fraction, weights))
    for place, weight in enumerate(weights):
        share += Fraction(weight)
        if bits < share * 2**64 / total // 1:
            return place
    raise AssertionError


@settings(deadline=None, max_examples=25)
@given(st.lists(WEIGHTS, min_size=1, max_size=5), st.integers(0, 10**9))
def test_a_pick_is_what_64_bits_say_whatever_the_guide(cases: list[list[float]], seed: int) -> None:
    draws = Draws(seed, "t", "c", 0, 400)
    case = np.arange(400) % len(cases)
    weights = weigh([(range(len(case)), case) for case in cases])
    picked = weights.pick(draws, None if len(cases) == 1 else case)
    expected = [by_counting(bits, cases[row % len(cases)]) for row, bits in enumerate(bits_of(draws))]
    assert picked.tolist() == expected


@dataclass(frozen=True)
class Given(Draws):
    """Draws that were decided beforehand."""

    bits: tuple[int, ...] = ()

    def u16(self, purpose: str = "value") -> U16:
        return np.array([bits >> 48 for bits in self.bits], np.uint16)

    def at(self, rows: NDArray[np.int64], purpose: str) -> U64:
        return np.array([(self.bits[row] & (2**48 - 1)) << 16 for row in rows], np.uint64)


def test_a_draw_at_a_bound_gives_the_code_behind_it_and_the_highest_the_last() -> None:
    weights = [0.3, 0.2, 0.0, 0.5]
    bounds = exact_bounds(weights)
    bits = [0, 2**64 - 1, *bounds[:2], *(bound - 1 for bound in bounds[:2])]
    picked = weigh([(range(4), weights)]).pick(Given(1, "t", "c", 0, len(bits), tuple(bits)))
    assert picked.tolist() == [0, 3, 1, 3, 0, 1]


def test_bounds_are_whole_numbers_of_exact_shares() -> None:
    assert exact_bounds([1.0, 1.0, 2.0]) == [2**62, 2**63]
    assert exact_bounds([0.1, 0.2]) == [Fraction(0.1) * 2**64 // (Fraction(0.1) + Fraction(0.2))]


@pytest.mark.parametrize("count", [2, 300, 5000, 100_000])
def test_shares_are_as_weighted_and_not_as_a_table_has_room_for(count: int) -> None:
    rows = 400_000
    rare = weigh([(range(count), [1.0] * (count - 1) + [0.003])])
    picked = rare.pick(Draws(3, "t", "c", 0, rows))
    halves = np.bincount(picked * 2 // count, minlength=2)
    # half of the rows fall on the first half of equally likely values: sigma sqrt(rows) / 2 = 316
    share = rows * (count // 2) / (count - 1 + 0.003)
    assert abs(halves[0] - share) < 5 * 316
    # the last: rows * 0.003 / (count - 1 + 0.003), Poisson
    expected = rows * 0.003 / (count - 1 + 0.003)
    assert abs((picked == count - 1).sum() - expected) < 5 * max(1, expected) ** 0.5


def test_a_weight_of_0_is_never_picked() -> None:
    weights = weigh([([0, 1, 2, 3], [0.0, 1.0, 0.0, 0.0])])
    assert set(weights.pick(Draws(1, "t", "c", 0, 10_000)).tolist()) == {1}


def test_many_cases_share_a_guide_of_bounded_size() -> None:
    weights = weigh([([0, 1], [1.0, float(case)]) for case in range(3000)])
    assert weights.guide.nbytes <= GUIDE_CELLS * weights.guide.itemsize
    case = np.repeat([1, 2999], 50_000)
    picked = weights.pick(Draws(1, "t", "c", 0, 100_000), case)
    # 0 with 1/2: 25000, sigma 112; with 1/3000: 16.7, sigma 4.1
    assert abs((picked[:50_000] == 0).sum() - 25_000) < 5 * 112
    assert abs((picked[50_000:] == 0).sum() - 16.7) < 5 * 4.1
