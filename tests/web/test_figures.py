"""Which figures a dataset has, in which order, and that they are exact."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.runs import card_analysis, plain_analysis, readings_analysis
from web.figures import RECORDS, Figure, figures, inside, lead, tiles

SUM, AVERAGE, RATE = (
    next(figure for figure in figures(card_analysis()) if figure.kind == kind) for kind in ("sum", "average", "rate")
)


def names(shown: tuple[Figure, ...]) -> list[str]:
    return [figure.name for figure in shown]


def test_money_is_summed_first_and_flags_that_mean_something_come_before_the_others() -> None:
    known = figures(card_analysis())
    assert names(tiles(known)) == [
        "record_count",
        "sum_amount",
        "avg_amount",
        "rate_is_contactless",
        "rate_label_fraud",
        "rate_is_international",
    ]
    assert lead(known).name == "sum_amount"


def test_readings_are_averaged_and_shares_never_summed() -> None:
    known = figures(readings_analysis())
    assert lead(known).name == "avg_temperature_c"
    assert names(tiles(known)) == ["record_count", "avg_temperature_c", "rate_is_alarm", "avg_load", "sum_starts"]
    assert "sum_load" not in names(known)


def test_without_numbers_and_flags_there_is_the_number_of_records() -> None:
    known = figures(plain_analysis())
    assert names(known) == names(tiles(known)) == ["record_count"]
    assert lead(known).name == "record_count"


def test_labels_come_from_the_analysis() -> None:
    known = figures(card_analysis(labels={"record_count": "Payments"}))
    assert [figure.label for figure in known[:3]] == ["Payments", "Amount", "Average amount"]


@pytest.mark.parametrize(
    ("label", "lowered"), [("Amount", "amount"), ("GMV", "GMV"), ("É", "É"), ("Über uns", "über uns"), ("", "")]
)
def test_a_label_inside_another_is_lowered_unless_it_is_an_abbreviation(label: str, lowered: str) -> None:
    assert inside(label) == lowered


@given(st.integers(1, 10**12), st.decimals(min_value=-(10**30), max_value=10**30, places=2))
def test_averages_are_the_sum_over_the_records_to_the_last_digit_given(records: int, total: Decimal) -> None:
    value = AVERAGE.value({RECORDS: records, AVERAGE.summed: total})
    assert isinstance(value, Decimal)
    assert abs(Fraction(value) - Fraction(total) / records) <= Fraction(1, 2 * 10**AVERAGE.digits)


@given(st.integers(1, 10**12), st.decimals(min_value=-(10**30), max_value=10**30, places=2))
def test_sums_are_left_as_they_are(records: int, total: Decimal) -> None:
    assert SUM.value({RECORDS: records, SUM.summed: total}) == total


@pytest.mark.parametrize("figure", [SUM, AVERAGE, RATE])
def test_no_record_has_no_figure(figure: Figure) -> None:
    assert figure.value({RECORDS: 0, figure.summed: 0}) is None


@pytest.mark.parametrize(
    ("figure", "now", "before", "change"),
    [
        (SUM, Decimal("110.00"), Decimal("100.00"), 0.1),
        (SUM, Decimal("-50.00"), Decimal("-100.00"), 0.5),
        (SUM, Decimal("1.00"), Decimal("0.00"), None),
        (SUM, Decimal("1.00"), None, None),
        (SUM, None, Decimal("1.00"), None),
        (RATE, Decimal("0.02"), Decimal("0.05"), -0.03),
        (RATE, Decimal("0.02"), Decimal("0.00"), 0.02),
    ],
)
def test_amounts_move_in_shares_and_rates_in_points(
    figure: Figure, now: Decimal | None, before: Decimal | None, change: float | None
) -> None:
    assert figure.change(now, before) == (None if change is None else pytest.approx(change))
