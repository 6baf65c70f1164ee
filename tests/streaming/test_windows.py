"""Windows as sums of panes, and panes as files and state tell them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql.types import DecimalType

from datagen.analysis import Stream as Cut
from streaming.panes import GROUP, ROWS, START, TOTAL
from streaming.windows import SECOND_US, decimal_type, instants_us, pane_schema, until, window_schema, windows_of

VALUE = decimal_type(DecimalType(38, 2))
slides = st.sampled_from([1, 60, 900, 3_600, 86_400])
panes = st.dictionaries(
    st.tuples(st.integers(-50, 50), st.sampled_from(["a", "b", "c"])),
    st.tuples(st.integers(1, 9), st.decimals(-999, 999, places=2)),
    max_size=30,
)


@given(panes=panes, slide_s=slides, count=st.integers(1, 9))
def test_a_window_is_the_sum_of_the_panes_in_it(panes: dict[Any, Any], slide_s: int, count: int) -> None:
    cut = Cut(slide_s * count, slide_s, 0, "city", "amount")
    rows: Counter[tuple[int, str]] = Counter()
    sums: Counter[tuple[int, str]] = Counter()
    for (place, group), (number, total) in panes.items():
        for window in range(place - count + 1, place + 1):
            rows[window, group] += number
            sums[window, group] += total
    expected = [
        {"city": group, "amount": sums[window, group], "record_count": rows[window, group], "place": window}
        for window, group in sorted(rows)
    ]
    found = windows_of(table(panes, slide_s), cut, window_schema(cut, VALUE))
    places = instants_us(found, "window_start") // (slide_s * SECOND_US)
    told = [
        {**row, "place": int(place)}
        for row, place in zip(found.drop_columns(["window_start", "window_end"]).to_pylist(), places, strict=True)
    ]
    assert told == expected
    assert all(row["window_end"] - row["window_start"] == timedelta(seconds=cut.window_s) for row in found.to_pylist())


def table(panes: dict[Any, Any], slide_s: int) -> pa.Table:
    columns = {
        START: pa.array([place * slide_s * SECOND_US for place, _ in panes], pa.int64()).cast(
            pa.timestamp("us", "UTC")
        ),
        GROUP: [group for _, group in panes],
        ROWS: [number for number, _ in panes.values()],
        TOTAL: pa.array([total for _, total in panes.values()], VALUE),
    }
    return pa.table(columns, pane_schema(VALUE))


def test_sums_are_exact_where_doubles_are_not() -> None:
    cut = Cut(2, 1, 0, "city", "amount")
    big = {(0, "a"): (1, Decimal("90071992547409930.01")), (1, "a"): (1, Decimal("0.02"))}
    sums = windows_of(table(big, 1), cut, window_schema(cut, VALUE))["amount"].to_pylist()
    assert sums == [Decimal("90071992547409930.01"), Decimal("90071992547409930.03"), Decimal("0.02")]


def test_without_a_value_windows_are_counts() -> None:
    cut = Cut(2, 1, 0, "city", None)
    panes = table({(0, "a"): (3, Decimal(1))}, 1).drop_columns([TOTAL])
    found = windows_of(panes, cut, window_schema(cut, None))
    assert found.schema.names == ["city", "record_count", "window_start", "window_end"]
    assert found["record_count"].to_pylist() == [3, 3]


def test_no_panes_are_no_windows() -> None:
    cut = Cut(2, 1, 0, "city", "amount")
    assert windows_of(table({}, 1), cut, window_schema(cut, VALUE)).num_rows == 0
    assert until(table({}, 1), START, 0).num_rows == 0
