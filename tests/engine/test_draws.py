"""Draws: the same wherever they are made, and as random as their arithmetic says."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from datagen.draws import Draws, draw_key, mix, round_to_bits, scaled

MILLION = 1_000_000
COUNTS = st.integers(1, 2**64)


def draws(start: int, stop: int, *, seed: int = 1, column: str = "c") -> Draws:
    return Draws(seed, "t", column, start, stop)


def test_the_mix_is_the_one_of_draw_version_1() -> None:
    # worked out with whole numbers of Python, apart from NumPy
    def by_hand(counter: int, key: tuple[int, int]) -> int:
        mask = 2**64 - 1
        x = (counter * 0x9E3779B97F4A7C15 + key[0]) & mask
        x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9 + key[1]) & mask
        x = (x ^ x >> 27) * 0x94D049BB133111EB & mask
        return x ^ x >> 31

    key = draw_key(7, "table", "column", "value")
    counters = [0, 1, 2, 2**40, 2**64 - 1]
    assert mix(np.array(counters, np.uint64), key).tolist() == [by_hand(counter, key) for counter in counters]


def test_keys_are_those_of_draw_version_1() -> None:
    assert draw_key(7, "table", "column", "value") == (0x9B21A2D40F584D3A, 0xD8AC8206507EF2F7)


def test_parts_of_a_key_do_not_run_into_each_other() -> None:
    assert draw_key(1, "ab", "c", "v") != draw_key(1, "a", "bc", "v")
    assert draw_key(11, "a", "c", "v") != draw_key(1, "1a", "c", "v")


@settings(deadline=None)
@given(st.integers(0, 2**41), st.integers(0, 40), st.integers(0, 40))
def test_a_draw_depends_on_its_row_alone(start: int, before: int, length: int) -> None:
    whole, part = draws(start, start + before + length), draws(start + before, start + before + length)
    for name in ("u64", "u16", "uniform", "open_uniform", "normal"):
        assert getattr(part, name)().tolist() == getattr(whole, name)()[before:].tolist()
    assert part.chance(0.3).tolist() == whole.chance(0.3)[before:].tolist()
    places = np.arange(length)
    assert whole.at(places + before, "p").tolist() == part.u64("p").tolist()


@settings(deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20), COUNTS)
def test_scaling_is_the_upper_half_of_the_exact_product(bits: list[int], count: int) -> None:
    assert scaled(np.array(bits, np.uint64), count).tolist() == [bit * count >> 64 for bit in bits]


def test_uniforms_never_meet_the_ends_they_exclude() -> None:
    class Extreme(Draws):
        def u64(self, purpose: str = "value") -> NDArray[np.uint64]:
            return np.array([0, 2**64 - 1], np.uint64)

    ends = Extreme(1, "t", "c", 0, 2)
    assert ends.uniform().tolist() == [0.0, 1 - 2**-53]
    assert ends.open_uniform().tolist() == [2**-53, 1 - 2**-53]
    assert np.abs(ends.normal()).max() < 8.3


@settings(deadline=None)
@given(st.floats(0, 1))
def test_a_probability_in_bits_is_exact(probability: float) -> None:
    assert round_to_bits(probability) <= probability * 2**64 < round_to_bits(probability) + 1


@pytest.mark.parametrize("probability", [0.0, 2**-60, 0.003, 0.5, 1 / 3, 0.9999999, 1.0])
def test_a_chance_compares_64_bits_although_it_draws_16_at_first(probability: float) -> None:
    count = 300_000  # of which about 5 need their further bits
    some = draws(0, count, column=f"c{probability}")
    bits = some.u16().astype(object) * 2**48 + (some.u64("value.low") >> np.uint64(16)).astype(object)
    assert some.chance(probability).tolist() == (bits < round_to_bits(probability)).tolist()


def test_all_16_bits_and_their_pairs_are_equally_likely() -> None:
    lanes = draws(0, 16 * MILLION).u16()
    cells = np.bincount(lanes, minlength=65536)
    # chi-square, 65535 degrees of freedom: mean 65535, sigma sqrt(2 * 65535) = 362; five sigma
    expected = len(lanes) / 65536
    assert abs(((cells - expected) ** 2 / expected).sum() - 65535) < 5 * 362
    for distance in (1, 2, 3, 4, 5):  # neighbours share a mix or not
        pairs = np.bincount(lanes[distance:] >> 8 | lanes[:-distance] & 0xFF00, minlength=65536)
        expected = (len(lanes) - distance) / 65536
        assert abs(((pairs - expected) ** 2 / expected).sum() - 65535) < 5 * 362


def test_uniforms_fill_the_unit_evenly_and_have_no_memory() -> None:
    unit = draws(0, MILLION).uniform()
    # mean 1/2 with sigma sqrt(1/12/10^6) = 0.00029; variance 1/12 with sigma sqrt(1/180/10^6) = 0.0000745
    assert abs(unit.mean() - 0.5) < 5 * 0.00029
    assert abs(unit.var() - 1 / 12) < 5 * 0.0000745
    # Kolmogorov-Smirnov: sqrt(n) * D above 2.23 has probability 2 exp(-2 * 2.23^2) = 10^-4
    steps = np.arange(MILLION) / MILLION
    ordered = np.sort(unit)
    assert 1000 * max((ordered - steps).max(), (steps + 1 / MILLION - ordered).max()) < 2.23
    for lag in (1, 2, 3, 4, 7, 64, 1024, 65536):
        # correlation of independent neighbours: sigma 1/sqrt(n) = 0.001
        assert abs(np.corrcoef(unit[lag:], unit[:-lag])[0, 1]) < 5 * 0.00101


def test_every_bit_is_set_half_the_time_and_none_follows_another() -> None:
    bits = np.unpackbits(draws(0, 262_144).u64().view(np.uint8)).reshape(-1, 64).astype(np.float32)
    signs = bits * 2 - 1
    # each of 64 * 63 / 2 pairs and 64 means: sigma 1/sqrt(262144) = 0.00195; five sigma over 2080 of them
    together = signs.T @ signs / len(signs)
    assert np.abs(signs.mean(axis=0)).max() < 5 * 0.00195
    assert np.abs(together - np.eye(64)).max() < 5 * 0.00195


def test_one_flipped_bit_of_row_or_key_flips_half_of_the_draw() -> None:
    rows = np.arange(4096, dtype=np.uint64)
    key = draw_key(1, "t", "c", "v")
    base = mix(rows.copy(), key)
    for bit in range(64):
        # flips of 64 bits in 4096 rows: mean 32, sigma 4 / sqrt(4096) = 0.0625; rows that differ in upper bits
        # go through fewer rounds of the mix, so a wide margin: an eighth of a bit
        near = mix(rows ^ np.uint64(1 << bit), key)
        assert abs(np.bitwise_count(base ^ near).mean() - 32) < 5 * 0.0625, bit


def test_columns_purposes_and_seeds_are_independent_of_each_other() -> None:
    count = 100_000
    units = [
        draws(0, count, seed=seed, column=column).uniform(purpose)
        for seed in (1, 2)
        for column in "ab"
        for purpose in "vw"
    ]
    for left, right in combinations(units, 2):
        # sigma 1/sqrt(100000) = 0.00316 for each of 28 pairs, also when shifted against each other by a row
        assert abs(np.corrcoef(left, right)[0, 1]) < 5 * 0.00316
        assert abs(np.corrcoef(left[1:], right[:-1])[0, 1]) < 5 * 0.00316
        assert not np.intersect1d(left, right).size


def test_normal_deviates_are_normal() -> None:
    deviates = draws(0, MILLION).normal()
    # mean: sigma 0.001; variance: sigma sqrt(2 / 10^6) = 0.00141; excess: sigma sqrt(24 / 10^6) = 0.0049
    assert abs(deviates.mean()) < 5 * 0.001
    assert abs(deviates.var() - 1) < 5 * 0.00141
    assert abs((deviates**4).mean() - 3) < 5 * 0.0098  # sigma of the fourth moment: sqrt(96 / 10^6)
    for bound in np.linspace(-4, 4, 33):
        # so many lie below: sigma sqrt(10^6 * p * (1 - p)), at most 500
        below = MILLION * math.erfc(-bound / math.sqrt(2)) / 2
        assert abs((deviates < bound).sum() - below) < 5 * math.sqrt(below * (1 - below / MILLION))
