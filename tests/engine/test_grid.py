"""Grids of instants are those of pandas, which names the frequencies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.frequency import read_frequency
from datagen.generators.instant import Instant
from datagen.grid import Grid
from datagen.timeline import Pattern, Window
from tests.engine.datasets import START_US, values

YEAR_US = 366 * 86_400_000_000
NAMES = [
    *("15min", "h", "6h", "D", "3D", "90s", "B", "W", "W-MON", "2W", "MS", "ME", "BMS", "BME", "SME", "SMS"),
    *("QS", "QE", "2QE", "QE-JAN", "QS-FEB", "BQE", "YS", "YE", "YE-MAR", "YS-APR", "BYE"),
]


def points(grid: Grid, window: Window) -> np.ndarray:
    return grid.at(np.arange(int(grid.below(np.array([window.end_us + 1]))[0])))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("start_us", [START_US, START_US + 33_333_000_000, START_US + 45 * 86_400_000_000])
def test_a_grid_has_the_instants_that_pandas_has(name: str, start_us: int) -> None:
    window = Window(start_us, start_us + YEAR_US)
    expected = pd.date_range(pd.Timestamp(start_us, unit="us"), pd.Timestamp(window.end_us, unit="us"), freq=name)
    found = points(Grid(window, read_frequency(name)), window)
    assert found.tolist() == expected.astype("datetime64[us]").astype(np.int64).tolist()


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(NAMES), st.integers(0, 2**45), st.lists(st.integers(-(2**40), 2**46), min_size=1, max_size=5))
def test_points_are_counted_as_they_lie(name: str, shift: int, instants: list[int]) -> None:
    window = Window(START_US + shift, START_US + shift + YEAR_US)
    grid = Grid(window, read_frequency(name))
    every = points(grid, window)
    asked = np.array(instants) + window.start_us
    assert grid.below(asked).tolist() == np.searchsorted(every, asked).tolist()


def test_instants_lie_on_the_grid_and_have_the_shares_of_their_pattern() -> None:
    window = Window(START_US, START_US + YEAR_US - 1)
    grid = Grid(window, read_frequency("6h"))
    weekdays = (1.0, 0.0, 1.0, 1.0, 1.0, 3.0, 2.0)
    hours = tuple(float(hour) for hour in range(24))
    drawn = values(Instant(window, Pattern(grid, hours, weekdays), "iso"), 40_000).cast("int64").to_numpy()
    assert set(((drawn - window.start_us) % 21_600_000_000).tolist()) == {0}
    days = np.bincount((drawn // 86_400_000_000 + 3) % 7, minlength=7) / 40_000
    assert np.abs(days - np.array(weekdays) / 9).max() < 0.012  # sigma at most 0.0024
    found = np.bincount(drawn // 3_600_000_000 % 24, minlength=24) / 40_000
    assert np.abs(found - np.array([hour * (hour % 6 == 0) / 36 for hour in range(24)])).max() < 0.0125
