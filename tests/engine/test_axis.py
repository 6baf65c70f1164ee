"""The time axis: rows in the order of time, days as ranges of rows, counts as if rows were thrown one by one."""

from __future__ import annotations

import time
import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from datagen.axis import AxisPlan, lay_out
from datagen.draws import Draws
from datagen.generators.instant import Instant
from datagen.generators.uuid import Uuid
from datagen.modifiers import Nulls
from datagen.timeline import DAY_US, HOUR_US, Curve, Flat, Profile, Ramp, Window
from tests.engine.datasets import START_US, made, plan
from tests.engine.schemas import curves, windows

WEEK = Window(START_US, START_US + 7 * DAY_US - 1)
WORKING = Profile((0.0,) * 9 + (1.0, 2.0, 3.0, 1.0) + (0.0,) * 11, (1.0,) * 5 + (0.0, 4.0))


def laid_out(window: Window, curve: Curve, rows: int, seed: int = 1) -> AxisPlan:
    return lay_out("at", window, curve, rows, Draws(seed, "t", "at", 0, 0))


def instants(axis: AxisPlan, start: int, stop: int, seed: int = 1) -> NDArray[np.int64]:
    return axis.instants(start, stop, Draws(seed, "t", "at", start, stop).uniform("place"))


@settings(deadline=None)
@given(windows(), curves(), st.integers(0, 5000), st.integers(0, 10**6))
@example(Window(START_US, START_US), Flat(), 3, 1)
@example(Window(START_US, START_US), Ramp("up"), 3, 1)
@example(Window(START_US + 1, START_US + HOUR_US), Ramp("down"), 900, 1)
def test_rows_lie_in_the_window_in_the_order_of_time(window: Window, curve: Curve, rows: int, seed: int) -> None:
    axis = laid_out(window, curve, rows, seed)
    at = instants(axis, 0, rows, seed)
    assert len(at) == rows
    assert (np.diff(at) >= 0).all()
    assert rows == 0 or (window.start_us <= at[0] and at[-1] <= window.end_us)


@settings(deadline=None)
@given(windows(), curves(), st.integers(0, 5000))
def test_days_are_ranges_of_rows(window: Window, curve: Curve, rows: int) -> None:
    axis = laid_out(window, curve, rows)
    days = axis.days()
    at = instants(axis, 0, rows)
    first = np.datetime64(window.start_us, "us").astype("M8[D]")
    assert [day.date for day in days] == [str(first + np.timedelta64(offset, "D")) for offset in range(len(days))]
    assert days[-1].date == str(np.datetime64(window.end_us, "us").astype("M8[D]"))
    assert [days[0].start_row, days[-1].stop_row] == [0, rows]
    assert all(before.stop_row == after.start_row for before, after in pairwise(days))
    for day in days:
        assert set(at[day.start_row : day.stop_row].astype("M8[us]").astype("M8[D]").astype(str)) <= {day.date}


@settings(deadline=None)
@given(windows(), curves(), st.integers(1, 3000), st.integers(0, 3000), st.integers(0, 3000))
def test_any_range_of_rows_is_a_part_of_all(window: Window, curve: Curve, rows: int, one: int, other: int) -> None:
    axis = laid_out(window, curve, rows)
    start, stop = sorted((min(one, rows), min(other, rows)))
    assert instants(axis, start, stop).tolist() == instants(axis, 0, rows)[start:stop].tolist()


def test_the_rows_of_an_hour_are_spread_over_it() -> None:
    axis = laid_out(Window(START_US, START_US + HOUR_US - 1), Flat(), 1000)
    at = instants(axis, 0, 1000)
    assert ((at - START_US) * 1000 // HOUR_US).tolist() == list(range(1000))  # the k-th lies at (k + u) / n


@pytest.mark.parametrize("curve", [Flat(), Ramp("up"), Ramp("down")])
@pytest.mark.parametrize("length", [1, HOUR_US])
def test_even_the_last_draw_of_the_last_row_stays_in_the_window(curve: Curve, length: int) -> None:
    window = Window(START_US, START_US + length - 1)
    highest = np.full(1000, 1 - 2**-53)
    assert laid_out(window, curve, 1000).instants(0, 1000, highest).max() == window.end_us


@pytest.mark.parametrize("ramp", [Ramp("up"), Ramp("down")])
@pytest.mark.parametrize("length", [HOUR_US // 2, HOUR_US, 3 * HOUR_US // 2, 30 * DAY_US])
def test_a_ramp_is_a_straight_line_also_within_an_hour(ramp: Ramp, length: int) -> None:
    window = Window(START_US + 7, START_US + 6 + length)
    rows = 40_000
    at = (instants(laid_out(window, ramp, rows), 0, rows) - window.start_us) / length
    if ramp.direction == "down":
        at = 1 - at
    for share in (0.1, 0.25, 0.5, 0.9):
        # below x lies x^2 of all: sigma at most sqrt(rows) / 2 = 100
        assert abs((at < share).sum() - rows * share**2) < 5 * 100


def test_hours_without_weight_have_no_rows() -> None:
    at = instants(laid_out(WEEK, WORKING, 20_000), 0, 20_000)
    hours, days = at // HOUR_US % 24, (at // DAY_US + 3) % 7
    assert set(hours.tolist()) == {9, 10, 11, 12}
    assert set(days.tolist()) == {0, 1, 2, 3, 4, 6}
    # Sundays have 4 parts of 9: 8889, sigma sqrt(20000 * 4/9 * 5/9) = 70; 11 o'clock has 3 of 7: 8571, sigma 70
    assert abs((days == 6).sum() - 8889) < 5 * 70
    assert abs((hours == 11).sum() - 8571) < 5 * 70


def test_counts_are_multinomial() -> None:
    """Over 4000 seeds, 50 rows in 4 unequal buckets: means, variances and covariances of a multinomial."""
    window = Window(START_US + HOUR_US // 2, START_US + 4 * HOUR_US - 1)  # half an hour and three whole ones
    shares = np.array([0.5, 1, 1, 1]) / 3.5
    counts = np.array([np.diff(laid_out(window, Flat(), 50, seed).first_rows) for seed in range(4000)])
    assert set(counts.sum(axis=1)) == {50}
    covariances = 50 * (np.diag(shares) - np.outer(shares, shares))
    # the mean of 4000: sigma sqrt(variance / 4000); a covariance: sigma about sqrt(2) * variance / sqrt(4000)
    assert (np.abs(counts.mean(axis=0) - 50 * shares) < 5 * np.sqrt(np.diag(covariances) / 4000)).all()
    assert (np.abs(np.cov(counts.T) - covariances) < 5 * covariances.max() * 2**0.5 / 4000**0.5).all()


def test_one_row_falls_into_any_hour_by_its_weight() -> None:
    window = Window(START_US, START_US + 2 * HOUR_US - 1)
    firsts = sum(int(laid_out(window, Ramp("up"), 1, seed).first_rows[1]) for seed in range(4000))
    # the first of two hours has a quarter of a ramp: 1000, sigma sqrt(4000 * 3/16) = 27
    assert abs(firsts - 1000) < 5 * 27


def test_huge_tables_are_laid_out_in_the_memory_of_their_hours() -> None:
    window = Window(START_US, START_US + 40 * 365 * DAY_US)
    tracemalloc.start()
    axis = laid_out(window, WORKING, 2**40)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert axis.first_rows[-1] == 2**40
    assert peak < 350_400 * 8 * 40 + 2**21 * 8 * 8  # hours, and the rows by which the sum is off (sigma 2^20)
    at = instants(axis, 2**39, 2**39 + 1000)
    assert (np.diff(at) >= 0).all()


def test_a_plan_of_twenty_thousand_rows_takes_no_time() -> None:
    kinds = {"at": Instant(Window(START_US, START_US + 60 * DAY_US - 1), WORKING, "iso"), "id": Uuid()}
    plan(kinds, 20_000, axis="at")
    started = time.process_time()
    plan(kinds, 20_000, axis="at")
    assert time.process_time() - started < 0.05


def test_nulls_on_the_axis_stay_in_their_day() -> None:
    kinds = {"at": (Instant(WEEK, Flat(), "iso"), (Nulls(0.5),)), "id": Uuid()}
    with_nulls = plan(kinds, 1000, axis="at")
    table = with_nulls.tables["things"]
    at = made(with_nulls).column("at")
    # 500 nulls, sigma 16
    assert abs(at.null_count - 500) < 5 * 16
    for day in table.days():
        assert {str(value.date()) for value in at[day.start_row : day.stop_row].to_pylist() if value} == {day.date}


def test_a_table_without_an_axis_has_no_days() -> None:
    assert plan({"at": Instant(WEEK, Flat(), "iso")}, 10).tables["things"].days() == ()
