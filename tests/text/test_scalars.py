"""The text of single values: numbers in their shortest form, instants, flags."""

from __future__ import annotations

import tracemalloc

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.text.scalars import texts
from tests.text.plainly import DOUBLES, FIRST_US, LAST_US, WHOLE, arrays, decimal_text, plain_text

LAW = settings(deadline=None, max_examples=150)


def listed(array: pa.Array) -> list[str | None]:
    values: list[str | None] = texts(array).to_pylist()
    return values


@LAW
@given(st.integers(0, 30).flatmap(arrays))
def test_a_text_is_what_csv_writes_before_it_quotes_and_null_stays_null(array: pa.Array) -> None:
    values = array.to_pylist()
    made = texts(array)
    assert made.to_pylist() == [None if value is None else plain_text(value) for value in values]
    assert (made.type.value_type if pa.types.is_dictionary(made.type) else made.type) == pa.string()


@LAW
@given(st.one_of(*(st.lists(sort, min_size=1, max_size=50) for sort in DOUBLES)))
def test_a_double_is_its_shortest_decimal_without_an_exponent(values: list[float]) -> None:
    assert listed(pa.array(values)) == list(map(decimal_text, values))


@LAW
@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=30), st.integers(0, 15))
def test_a_rounded_double_has_no_more_digits_than_it_was_rounded_to(scaled: list[int], precision: int) -> None:
    values = [round(number / 10**precision, precision) for number in scaled]
    assert listed(pa.array(values)) == list(map(decimal_text, values))


@LAW
@given(st.one_of(*(st.lists(sort, min_size=1, max_size=50) for sort in WHOLE)))
def test_a_whole_number_is_its_digits(values: list[int]) -> None:
    assert listed(pa.array(values, pa.int64())) == list(map(str, values))


@LAW
@given(st.integers(0, 9_999), st.integers(0, 19))
def test_numbers_next_to_a_power_of_ten_have_the_right_length(step: int, power: int) -> None:
    values = [number for number in (10**power - step, 10**power + step) if number < 2**63]
    assert listed(pa.array(values, pa.int64())) == list(map(str, values))


def test_instants_have_six_digits_of_a_fraction_or_none() -> None:
    array = pa.array([0, 1, 1_500_000, 60_000_000], pa.timestamp("us", "UTC"))
    assert listed(array) == [
        "1970-01-01T00:00:00",
        "1970-01-01T00:00:00.000001",
        "1970-01-01T00:00:01.500000",
        "1970-01-01T00:01:00",
    ]


def test_two_instants_nine_thousand_years_apart_take_no_table_of_the_days_between() -> None:
    array = pa.array([FIRST_US, LAST_US], pa.timestamp("us", "UTC"))
    tracemalloc.start()
    assert listed(array) == ["0001-01-01T00:00:00", "9999-12-31T23:59:59.999999"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_flags_and_categories_stay_few() -> None:
    assert texts(pa.array([True, None])).type == pa.dictionary(pa.int8(), pa.string())
    assert texts(pa.array([1.5, 2.0]).dictionary_encode()).dictionary.to_pylist() == ["1.5", "2"]
