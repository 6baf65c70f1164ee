"""A shuffle without memory: one-to-one for any count, and random enough for identifiers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.draws import Draws
from datagen.permute import LARGEST, shuffled


def shuffle(numbers: np.ndarray, count: int, seed: int = 1) -> np.ndarray:
    return shuffled(numbers.astype(np.uint64), count, Draws(seed, "t", "c", 0, 0))


@settings(deadline=None)
@given(st.integers(1, 3000), st.integers(0, 10**6))
def test_every_number_goes_to_a_place_of_its_own(count: int, seed: int) -> None:
    assert sorted(shuffle(np.arange(count), count, seed).tolist()) == list(range(count))


@settings(deadline=None)
@given(st.integers(3000, LARGEST), st.integers(0, 10**6))
def test_places_lie_below_the_count_and_differ(count: int, seed: int) -> None:
    numbers = np.unique(np.concatenate([np.arange(1000), np.linspace(0, count - 1, 1000).astype(np.uint64) // 2]))
    places = shuffle(numbers, count, seed)
    assert int(places.max()) < count
    assert len(np.unique(places)) == len(numbers)


@pytest.mark.parametrize("count", [10_000, 10**6 + 3, 2**40, LARGEST])
def test_places_look_drawn(count: int) -> None:
    places = shuffle(np.arange(10_000), count) / count
    # mean 1/2, sigma 0.2887 / 100 (of all places, where count is 10000: exactly the middle)
    assert abs(places.mean() - 0.5) < 5 * 0.0029
    # neighbours: sigma of a correlation 0.01
    assert abs(np.corrcoef(places[1:], places[:-1])[0, 1]) < 5 * 0.01
    assert abs(np.corrcoef(places, np.arange(10_000))[0, 1]) < 5 * 0.01
    # sixteen equal parts, of 625 each: chi-square 15, sigma sqrt(30) = 5.5
    parts = np.bincount((places * 16).astype(int), minlength=16)
    assert ((parts - 625) ** 2 / 625).sum() < 15 + 5 * 5.5


def test_even_three_numbers_are_put_in_every_order() -> None:
    orders = [tuple(shuffle(np.arange(3), 3, seed).tolist()) for seed in range(600)]
    # 6 orders of 100 each, sigma sqrt(600 * 1/6 * 5/6) = 9.1
    counts = [orders.count(order) for order in set(orders)]
    assert len(counts) == 6
    assert all(abs(count - 100) < 5 * 9.1 for count in counts)
