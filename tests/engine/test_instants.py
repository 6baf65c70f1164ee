"""Instants drawn on their own, and how each format writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datagen.generators.instant import Instant, formatted
from datagen.generators.strftime import DIRECTIVES
from datagen.timeline import DAY_US, HOUR_US, I64, Curve, Flat, Profile, Ramp, Window
from tests.engine.datasets import MONTH, START_US, values
from tests.engine.schemas import curves, windows

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WEEK = Window(START_US, START_US + 7 * DAY_US - 1)
NINE_TO_FIVE = Profile((0.0,) * 9 + (1.0,) * 7 + (3.0,) + (0.0,) * 7, (1.0,) * 5 + (0.0, 0.0))


def drawn(window: Window, curve: Curve, rows: int) -> I64:
    at: I64 = values(Instant(window, curve, "iso"), rows).cast(pa.int64()).to_numpy()
    return at


@settings(deadline=None)
@given(windows(), curves())
@example(Window(START_US, START_US), Flat())
@example(Window(START_US, START_US), Ramp("down"))
def test_instants_lie_inside_the_window(window: Window, curve: Curve) -> None:
    at = drawn(window, curve, 500)
    assert window.start_us <= at.min()
    assert at.max() <= window.end_us


def test_both_ends_of_a_window_are_reached() -> None:
    assert set(drawn(Window(-1, 1), Flat(), 100).tolist()) == {-1, 0, 1}


def test_hours_and_weekdays_come_as_weighted() -> None:
    at = drawn(MONTH, NINE_TO_FIVE, 50_000)
    hours, days = at // HOUR_US % 24, (at // DAY_US + 3) % 7
    assert set(hours.tolist()) == set(range(9, 17))
    assert set(days.tolist()) == set(range(5))
    # 16 o'clock has 3 of 10: 15000, sigma sqrt(50000 * 0.3 * 0.7) = 102
    assert abs((hours == 16).sum() - 15_000) < 5 * 102
    # the month begins on a Wednesday: it has 5 Wednesdays and Thursdays among 22 working days: 11364, sigma 94
    assert abs((days == 2).sum() - 11_364) < 5 * 94


@pytest.mark.parametrize(("ramp", "share"), [(Ramp("up"), 0.25), (Ramp("down"), 0.75)])
def test_a_ramp_leaves_a_quarter_to_its_thin_half(ramp: Ramp, share: float) -> None:
    middle = (WEEK.start_us + WEEK.end_us) // 2
    early = (drawn(WEEK, ramp, 40_000) <= middle).sum()
    # sigma sqrt(40000 * 3/16) = 87
    assert abs(early - 40_000 * share) < 5 * 87


@settings(deadline=None)
@given(st.lists(st.integers(-(2**55), 2**56), min_size=1, max_size=5))
def test_coarser_formats_cut_and_never_round_up(instants: list[int]) -> None:
    window, array = Window(min(instants), max(instants)), np.array(instants)
    assert formatted(array, "epoch_s", window).to_pylist() == [instant // 1_000_000 for instant in instants]
    assert formatted(array, "epoch_ms", window).to_pylist() == [instant // 1_000 for instant in instants]
    assert formatted(array, "%f", window).to_pylist() == [f"{instant % 1_000_000:06}" for instant in instants]


LITERALS = st.text(st.characters(codec="utf-8", exclude_characters="%\0"), max_size=3)
PATTERNS = st.lists(st.sampled_from([f"%{letter}" for letter in DIRECTIVES]) | LITERALS, max_size=8).map(
    lambda pieces: "".join(["%Y", *pieces])
)


@settings(deadline=None, max_examples=80)
@given(PATTERNS, st.integers(-30_000, 40_000), st.lists(st.integers(0, 3 * DAY_US), min_size=1, max_size=5))
@example("%Y %I %p", 0, [0, HOUR_US, 12 * HOUR_US - 1, 12 * HOUR_US, 13 * HOUR_US, 24 * HOUR_US - 1])
def test_a_pattern_writes_what_the_standard_library_writes(pattern: str, day: int, offsets: list[int]) -> None:
    first = day * DAY_US
    instants = np.array([first + offset for offset in offsets])
    window = Window(first, first + 3 * DAY_US)
    expected = [(EPOCH + timedelta(microseconds=int(instant))).strftime(pattern) for instant in instants]
    assert formatted(instants, pattern, window).to_pylist() == expected


def test_the_year_has_four_digits_from_the_first_on() -> None:
    start = -719_162 * DAY_US
    assert formatted(np.array([start]), "%Y-%m-%d", Window(start, start)).to_pylist() == ["0001-01-01"]


@pytest.mark.parametrize(
    ("format", "message"),
    [
        ("%Q", r"^format=%Q has the unknown directive '%Q'; known: %Y %y %m %d "),
        ("%Y%", r"^format=%Y% has the unknown directive '%'; known: "),
        ("YYYY-MM-DD", r"^format=YYYY-MM-DD tells no time; use iso, epoch_s, epoch_ms or e.g. %Y-%m-%d$"),
        ("100%% %Z", r"^format=100%% %Z tells no time; "),
        ("%Y" * 101, r"^format is longer than 200 characters; shorten it$"),
    ],
)
def test_a_pattern_that_cannot_be_written_is_refused(format: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Instant(MONTH, Flat(), format)


def test_a_profile_that_leaves_nothing_in_the_window_is_refused() -> None:
    night = Window(START_US, START_US + 3 * HOUR_US)
    with pytest.raises(ValueError, match=r"^profile has no weight above 0 for any hour of time_window; "):
        Instant(night, NINE_TO_FIVE, "iso")
    with pytest.raises(ValueError, match=r"^hour_of_day has 2 weights, not 24$"):
        Profile((1.0, 2.0), (1.0,) * 7)
    with pytest.raises(ValueError, match=r"^day_of_week has no weight above 0; give at least one$"):
        Profile((1.0,) * 24, (0.0,) * 7)
    with pytest.raises(ValueError, match=r"^hour_of_day=-1.0 must not be below 0$"):
        Profile((-1.0,) * 24, (1.0,) * 7)


def test_a_window_that_ends_before_it_starts_or_never_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^time_window ends before it starts; swap start and end\?$"):
        Instant(Window(1, 0), Flat(), "iso")
    with pytest.raises(ValueError, match=r"^time_window is longer than 400 years; shorten it$"):
        Instant(Window(0, 401 * 366 * DAY_US), Flat(), "iso")
