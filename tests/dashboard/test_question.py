"""What an address asks, and every way in which it can be wrong."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from dashboard.question import Address, Period, opening_period
from tests.web.runs import card_analysis
from web.figures import figures
from web.shell import BadRequestError

EXTENT = Period(date(2025, 1, 1), date(2025, 2, 28))
DIMENSIONS = ("city", "channel")
FIGURES = figures(card_analysis())
extents = st.builds(
    lambda first, days: Period(first, first + timedelta(days - 1)),
    st.dates(date(2000, 1, 1), date(2099, 1, 1)),
    st.integers(1, 3000),
)


def address(*pairs: tuple[str, str]) -> Address:
    return Address(MultiDict(list(pairs)), DIMENSIONS)


def reasons(*pairs: tuple[str, str]) -> list[str]:
    """Everything wrong with an address that may ask for days, values and a figure."""
    asked = address(*pairs)
    asked.question(EXTENT)
    asked.figure(FIGURES)
    with pytest.raises(BadRequestError, match=r".") as wrong:
        asked.close()
    return list(wrong.value.reasons)


@given(extents)
def test_the_opening_period_is_the_last_and_can_be_compared(extent: Period) -> None:
    opening = opening_period(extent)
    before = opening.before()
    assert before
    assert opening.last == extent.last
    assert opening.within(extent)
    assert before.days == opening.days
    assert before.within(extent) or extent.days == 1


@pytest.mark.parametrize(("days", "length"), [(1, 1), (2, 1), (7, 3), (13, 6), (14, 7), (30, 14), (59, 28), (400, 28)])
def test_the_opening_period_is_whole_weeks_where_there_are_enough(days: int, length: int) -> None:
    assert opening_period(Period(date(2025, 1, 1), date(2025, 1, 1) + timedelta(days - 1))).days == length


def test_days_and_values_are_read() -> None:
    asked = address(("from", "2025-02-01"), ("to", "2025-02-10"), ("where.city", "Delhi"), ("where.city", "Pune"))
    question = asked.question(EXTENT)
    asked.close()
    assert question.period == Period(date(2025, 2, 1), date(2025, 2, 10))
    assert question.previous() == Period(date(2025, 1, 22), date(2025, 1, 31))
    assert question.where == {"city": ("Delhi", "Pune")}
    assert not question.opening


@pytest.mark.parametrize(
    ("first", "last", "period"),
    [
        ("2024-06-01", "2025-01-05", Period(date(2025, 1, 1), date(2025, 1, 5))),
        ("2025-02-20", "2099-01-01", Period(date(2025, 2, 20), date(2025, 2, 28))),
        ("2026-01-01", "2026-02-01", None),
        ("0001-01-01", "9999-12-31", EXTENT),
    ],
)
def test_days_the_run_does_not_have_are_cut_off(first: str, last: str, period: Period | None) -> None:
    assert address(("from", first), ("to", last)).question(EXTENT).period == period


def test_a_period_is_compared_only_where_all_days_before_it_are_there() -> None:
    assert address(("from", "2025-01-30")).question(EXTENT).previous() is None
    assert address(("from", "2025-01-31")).question(EXTENT).previous() == Period(date(2025, 1, 2), date(2025, 1, 30))


@pytest.mark.parametrize(
    "text", ["banana", "", "2025-02-30", "20250201", "2025-W05-1", "2025-2-1", "2025-02-01T00:00", "202\u0665-01-01"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    assert reasons(("from", text)) == [f"from={text} is not a day; write it as 2025-02-01"]


def test_everything_wrong_is_said_at_once() -> None:
    assert reasons(
        ("from", "2025-02-03"),
        ("to", "2025-02-01"),
        ("metric", "sum_x"),
        ("wher.city", "x"),
        ("sort", "a"),
        ("metric", "b"),
    ) == [
        "from=2025-02-03 is after to=2025-02-01; swap them",
        "metric is given 2 times; give it once",
        "wher.city is not a parameter here; known: from, metric, to, where.city, where.channel",
        "sort is not a parameter here; known: from, metric, to, where.city, where.channel",
    ]


def test_an_unknown_figure_is_refused_with_those_there_are() -> None:
    (reason,) = reasons(("metric", "sum_x"))
    assert reason.startswith("metric=sum_x is not known; known: record_count, sum_amount, avg_amount, ")


def test_too_many_values_are_refused() -> None:
    assert reasons(*(("where.city", str(number)) for number in range(201))) == [
        "where.city names 201 values; at most 200 can be asked for"
    ]


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "ten", "", "1e3", "12345678901", "\u0661"])
def test_what_is_no_number_in_bounds_is_refused(text: str) -> None:
    asked = address(("page", text))
    assert asked.number("page", 1, 1, 100) == 1
    assert asked.reasons == [f"page={text} is not a whole number from 1 to 100"]
