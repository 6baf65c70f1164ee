"""Poisson counts: the distribution itself, at any mean, from the draws of their places."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest

from datagen.draws import Draws
from datagen.poisson import log_probability, poisson_counts

COUNT = 1_000_000


def counts(mean: float, *, seed: int = 2) -> np.ndarray:
    return poisson_counts(np.full(COUNT, mean), np.arange(COUNT), Draws(seed, "t", "c", 0, 0), "count")


def probability(count: int, mean: float) -> float:
    return math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))


@pytest.mark.parametrize("mean", [0.3, 4.0, 9.99, 10.0, 14.5, 40.0, 700.0])
def test_every_count_is_as_likely_as_the_formula_says(mean: float) -> None:
    drawn = counts(mean)
    observed = np.bincount(drawn, minlength=1)
    expected = COUNT * np.array([probability(count, mean) for count in range(len(observed))])
    common = expected >= 10
    # chi-square over the counts that are expected 10 times or more; the others as one class
    parts = [
        *zip(observed[common], expected[common], strict=True),
        (observed[~common].sum(), COUNT - expected[common].sum()),
    ]
    freedom = len(parts) - 1
    chi_square = sum((seen - wanted) ** 2 / wanted for seen, wanted in parts)
    assert abs(chi_square - freedom) < 5 * math.sqrt(2 * freedom)


@pytest.mark.parametrize("mean", [1e6, 1e12])
def test_large_counts_have_the_moments_of_their_mean(mean: float) -> None:
    drawn = (counts(mean) - mean) / math.sqrt(mean)
    # sigma of the mean 1/sqrt(n), of the variance sqrt(2/n), of the third moment sqrt(15/n), of the fourth sqrt(96/n)
    assert abs(drawn.mean()) < 5 / math.sqrt(COUNT)
    assert abs(drawn.var() - 1) < 5 * math.sqrt(2 / COUNT)
    assert abs((drawn**3).mean()) < 5 * math.sqrt(15 / COUNT)
    assert abs((drawn**4).mean() - 3) < 5 * math.sqrt(96 / COUNT)


@pytest.mark.parametrize("mean", [10.0, 17.3, 400.0, 30_000.0])
def test_the_logarithm_of_a_probability_is_that_of_the_formula(mean: float) -> None:
    counts = np.unique(np.concatenate([np.arange(40), mean + np.linspace(-8, 8, 50) * math.sqrt(mean)]).clip(0) // 1)
    expected = [count * math.log(mean) - mean - math.lgamma(count + 1) for count in counts]
    # the terms of the formula are as large as 300,000: nine digits are left of their difference
    assert log_probability(counts, np.full(len(counts), mean)).tolist() == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_the_logarithm_of_a_probability_keeps_its_digits_at_huge_means() -> None:
    mean, counts = 1.1e12, 1.1e12 + np.array([-5e6, -1e3, 0.0, 7.0, 3e6])
    with localcontext(prec=60):
        pi = Decimal("3.14159265358979323846264338327950288")
        expected = [
            float(k * (Decimal(mean) / k).ln() + k - Decimal(mean) - (2 * pi * k).ln() / 2 - 1 / (12 * k))
            for k in map(Decimal, counts.tolist())
        ]
    assert log_probability(counts, np.full(5, mean)).tolist() == pytest.approx(expected, abs=1e-7)


def test_nothing_is_counted_where_nothing_is_expected() -> None:
    means = np.array([0.0, 1e-300, 0.0])
    assert poisson_counts(means, np.arange(3), Draws(1, "t", "c", 0, 0), "count").tolist() == [0, 0, 0]


def test_a_count_depends_on_its_mean_and_its_place_alone() -> None:
    means = np.array([3.0, 500.0, 12.0, 0.5, 9000.0])
    places = np.array([7, -3, 2**40, 0, 11])
    draws = Draws(1, "t", "c", 0, 0)
    together = poisson_counts(means, places, draws, "count").tolist()
    alone = [int(poisson_counts(means[[i]], places[[i]], draws, "count")[0]) for i in range(5)]
    assert together == alone
