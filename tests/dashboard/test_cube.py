"""Sums asked of a run equal the same sums made the plain way, whatever the values are called."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.cube import Cube
from dashboard.palette import OTHER, palette
from dashboard.question import Period, Question
from tests.web.runs import Event, aggregate, card_analysis, card_events, write_parquet, write_run
from web.figures import Figure
from web.folder import UnreadableError
from web.published import Published, Run

ANALYSIS = card_analysis()
FIRST = date(2025, 1, 1)
NAMES = st.sampled_from(["Delhi", "Pune", "", "x' or '1'='1", '"city"', "<b>", "%", "日本", "UNKNOWN", "null", "007"])
AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2).map(str)
EVENTS = st.lists(
    st.builds(
        Event,
        st.integers(0, 9).map(lambda days: FIRST + timedelta(days)),
        st.tuples(NAMES, NAMES, NAMES),
        st.tuples(AMOUNTS),
        st.tuples(st.booleans(), st.booleans(), st.booleans()),
    ),
    min_size=1,
    max_size=40,
)
WHERE = st.dictionaries(
    st.sampled_from(["city", "channel", "merchant_cat"]),
    st.lists(NAMES, min_size=1, max_size=3, unique=True).map(tuple),
)
Sums = tuple[int, Decimal, int]


def cube_of(events: Iterable[Event]) -> Cube:
    return cube_from(aggregate(ANALYSIS, events))


def cube_from(table: pa.Table) -> Cube:
    """Of a run that holds these rows and nothing else that a cube would read."""
    with TemporaryDirectory() as folder:
        write_parquet(Path(folder) / "parquet", table, table.column_names[0])
        (Path(folder) / "analysis.json").write_text(ANALYSIS.to_json())
        return Cube(Run("20250301T100000Z-7f3a", Path(folder), ANALYSIS.fingerprint, datetime.now(UTC)))


def asked(cube: Cube, where: dict[str, tuple[str, ...]] | None = None) -> Question:
    return Question(cube.extent, cube.extent, where or {}, opening=False)


def matching(events: Iterable[Event], where: dict[str, tuple[str, ...]]) -> list[Event]:
    places = {"city": 0, "channel": 1, "merchant_cat": 2}
    return [event for event in events if all(event.dimensions[places[name]] in where[name] for name in where)]


def plainly(events: Iterable[Event], key: Callable[[Event], Any]) -> dict[Any, Sums]:
    """Records, amount and frauds of each group."""
    groups: dict[Any, list[Event]] = defaultdict(list)
    for event in events:
        groups[key(event)].append(event)
    return {
        name: (
            len(group),
            sum((Decimal(event.numbers[0]) for event in group), Decimal(0)),
            sum(event.flags[2] for event in group),
        )
        for name, group in groups.items()
    }


def sums(totals: Any) -> Sums:
    return totals["record_count"], totals["sum_amount"], totals["count_label_fraud"]


def figure(cube: Cube, name: str) -> Figure:
    return next(figure for figure in cube.figures if figure.name == name)


@settings(deadline=None, max_examples=20)
@given(EVENTS, WHERE)
def test_days_and_segments_equal_a_plain_recomputation(events: list[Event], where: dict[str, tuple[str, ...]]) -> None:
    cube = cube_of(events)
    question = asked(cube, where)
    counted = matching(events, where)
    days = cube.per_day(question, cube.extent)
    assert {day: sums(totals) for day, totals in days.items()} == plainly(counted, lambda event: event.day)
    both, count = cube.top(question, ("city", "channel"), figure(cube, "sum_amount"), 1000)
    plain = plainly(counted, lambda event: event.dimensions[:2])
    assert {segment.values: segment.totals["sum_amount"] for segment in both} == {
        name: total[1] for name, total in plain.items()
    }
    assert count == len(plain)


@settings(deadline=None, max_examples=20)
@given(EVENTS)
def test_parts_of_a_split_add_up_to_the_whole(events: list[Event]) -> None:
    cube = cube_of(events)
    question = asked(cube)
    colours = palette(cube, question, "city")
    parts = cube.per_day_by(question, cube.extent, "city", tuple(colours.colours))
    for day, totals in cube.per_day(question, cube.extent).items():
        assert sum(part[day]["sum_amount"] for part in parts.values() if day in part) == totals["sum_amount"]
    assert set(parts) - {None} == set(colours.colours)


@settings(deadline=None, max_examples=20)
@given(EVENTS, st.sampled_from(["event_time_date", "city", "record_count", "sum_amount", "avg_amount"]), st.booleans())
def test_pages_hold_every_row_once_and_in_order(events: list[Event], order: str, descending: bool) -> None:
    cube = cube_of(events)
    question = asked(cube)
    size = cube.size(question)
    paged = [
        row for start in range(0, size, 3) for row in cube.rows(question, order, descending, slice(start, start + 3))
    ]
    assert paged == [row for batch in cube.batches(question, order, descending, 4) for row in batch]
    assert sorted(map(str, paged)) == sorted(
        str(tuple(row[name] for name in cube.columns)) for row in aggregate(ANALYSIS, events).to_pylist()
    )
    shown = [row[cube.columns.index(order)] for row in paged]
    assert shown == sorted(
        shown, key=lambda value: value.encode() if isinstance(value, str) else value, reverse=descending
    )


@pytest.mark.parametrize("name", ["record_count", "sum_amount", "avg_amount", "rate_label_fraud"])
def test_segments_stand_in_the_order_of_their_figures(name: str) -> None:
    cube = cube_of(card_events(FIRST, 10, 50))
    shown = figure(cube, name)
    found, count = cube.top(asked(cube), ("city",), shown, 5)
    values = [shown.value(segment.totals) for segment in found]
    assert len(found) == 5
    assert count == 8
    assert values == sorted(values, key=lambda value: value or 0, reverse=True)


def test_values_are_searched_for_in_any_case_and_not_as_a_pattern() -> None:
    cube = cube_of(
        [Event(FIRST, (name, "POS", "fuel"), ("1.00",), (False,) * 3) for name in ("New Delhi", "100 %", "a_b", "axb")]
    )
    assert cube.values("city", "delhi", 10) == ([("New Delhi", 1)], 1)
    assert cube.values("city", "%", 10) == ([("100 %", 1)], 1)
    assert cube.values("city", "a_b", 10) == ([("a_b", 1)], 1)
    assert cube.values("city", "", 2)[1] == 4


def test_colours_do_not_depend_on_filters_and_those_asked_for_have_one() -> None:
    cube = cube_of(card_events(FIRST, 10, 50))
    plain = palette(cube, asked(cube), "city").colours
    assert len(plain) == 5
    best, _ = cube.top(asked(cube), ("city",), figure(cube, "sum_amount"), 5)
    assert list(plain) == sorted(segment.values[0] for segment in best)
    assert palette(cube, asked(cube, {"channel": ("ATM",)}), "city").colours == plain
    some = palette(cube, asked(cube, {"city": ("Jaipur", "Delhi")}), "city")
    assert some.colours["Delhi"] == plain["Delhi"]
    assert some.colours["Jaipur"] not in (plain["Delhi"], OTHER)
    assert some.colour("Mumbai") == some.colour(None) == OTHER


@pytest.mark.parametrize("name", ["city", "record_count", "sum_amount", "count_label_fraud"])
def test_a_column_that_the_analysis_promises_and_the_rows_lack_is_named(name: str) -> None:
    table = aggregate(ANALYSIS, card_events(FIRST, 1)).drop_columns([name])
    with pytest.raises(UnreadableError, match=f"^parquet/ of run 7f3a: no column {name}$"):
        cube_from(table)


def test_names_of_columns_may_be_written_in_another_case() -> None:
    table = aggregate(ANALYSIS, card_events(FIRST, 2))
    upper = [table.column_names[0], *(name.upper() for name in table.column_names[1:])]
    assert cube_from(table.rename_columns(upper)).extent == Period(FIRST, FIRST + timedelta(1))


def test_files_that_a_writer_keeps_for_itself_are_no_data(tmp_path: Path) -> None:
    events = card_events(FIRST, 2, 5)
    day = next((write_run(tmp_path, ANALYSIS, events) / "parquet").glob("*=*"))
    for name in ("_temporary.parquet", ".part-0.parquet"):
        (day / name).write_text("not Parquet")
    assert Cube(Published(tmp_path, ANALYSIS.dataset).current()).records() == len(events)


def test_rows_that_cannot_be_read_are_said_to_be_so(tmp_path: Path) -> None:
    folder = write_run(tmp_path, ANALYSIS, card_events(FIRST, 2, 5)) / "parquet"
    run = Published(tmp_path, ANALYSIS.dataset).current()
    next(folder.rglob("*.parquet")).write_bytes(b"half a file")
    with pytest.raises(UnreadableError, match=r"^parquet/ of run 7f3a: .*half|^parquet/ of run 7f3a: .*parquet"):
        Cube(run)
    shutil.rmtree(folder)
    with pytest.raises(UnreadableError, match=r"^parquet/ of run 7f3a: no Parquet file$"):
        Cube(run)


def test_sums_past_64_bits_stay_exact() -> None:
    largest = Decimal("99999999999999999999999999999.99")
    cube = cube_of([Event(FIRST, (city, "POS", "fuel"), (str(largest),), (True,) * 3) for city in "ab"])
    totals = cube.per_day(asked(cube), cube.extent)[FIRST]
    assert totals["sum_amount"] == 2 * largest
    assert {column: type(value) for column, value in totals.items() if column != "sum_amount"} == dict.fromkeys(
        ("record_count", "count_is_contactless", "count_label_fraud", "count_is_international"), int
    )
