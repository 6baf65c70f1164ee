"""The CSV of aggregated rows: all of them, exact, filtered, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import math
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from flask.testing import FlaskClient

from dashboard.app import create_app
from tests.web.runs import Event, aggregate, card_analysis, card_events, write_parquet, write_run
from web.published import Published


def read(client: FlaskClient, path: str) -> list[dict[str, str]]:
    response = client.get(path)
    assert response.status_code == 200
    assert response.content_type == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.get_data(as_text=True), newline="")))


def test_every_aggregated_row_is_there_to_the_cent(client: FlaskClient, events: list[Event]) -> None:
    rows = read(client, "/rows.csv?from=2025-01-01&to=2025-02-28")
    expected = aggregate(card_analysis(), events).to_pylist()
    assert len(rows) == len(expected)
    assert list(rows[0]) == [name for name in rows[0] if name in expected[0]]
    keys = ("event_time_date", "city", "channel", "merchant_cat")
    sums = {tuple(str(row[key]) for key in keys): row["sum_amount"] for row in expected}
    assert {tuple(row[key] for key in keys): Decimal(row["sum_amount"]) for row in rows} == sums
    assert not any("e" in row["avg_amount"].lower() for row in rows)


def test_the_filter_and_the_order_are_applied(client: FlaskClient) -> None:
    rows = read(client, "/rows.csv?from=2025-02-01&to=2025-02-03&where.city=Delhi&sort=-sum_amount")
    assert {row["city"] for row in rows} == {"Delhi"}
    assert {row["event_time_date"] for row in rows} == {"2025-02-01", "2025-02-02", "2025-02-03"}
    sums = [Decimal(row["sum_amount"]) for row in rows]
    assert sums == sorted(sums, reverse=True)


def test_the_file_is_named_after_what_it_holds(client: FlaskClient) -> None:
    header = client.get("/rows.csv?from=2025-02-01&to=2025-02-03").headers["Content-Disposition"]
    assert header == 'attachment; filename="card_transactions_2025-02-01_2025-02-03.csv"'


def test_no_match_is_a_file_with_a_header_alone(client: FlaskClient) -> None:
    assert read(client, "/rows.csv?where.city=Atlantis") == []


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff0b1", "=cmd|' /C calc'!A0"]
)
def test_text_that_a_spreadsheet_would_compute_stands_behind_an_apostrophe(tmp_path: Path, text: str) -> None:
    assert exported(tmp_path, text) == f"'{text}"


@pytest.mark.parametrize("text", ["Delhi", "a=b", '"quoted", with a comma', "two\nlines", "O'Hara", "", "007", "日本"])
def test_other_text_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    assert exported(tmp_path, text) == text


def exported(folder: Path, city: str) -> str:
    write_run(folder, card_analysis(), [Event(date(2025, 1, 1), (city, "POS", "fuel"), ("-5.00",), (False,) * 3)])
    (row,) = read(create_app(Published(folder, "card_transactions")).test_client(), "/rows.csv")
    assert row["sum_amount"] == "-5.00"
    return row["city"]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_is_absent(tmp_path: Path, number: float) -> None:
    events = card_events(date(2025, 1, 1), 1, 2)
    folder = write_run(tmp_path, card_analysis(), events) / "parquet"
    table = aggregate(card_analysis(), events)
    none = pa.array([number] * table.num_rows, pa.float64())
    shutil.rmtree(folder)
    write_parquet(
        folder, table.set_column(table.column_names.index("avg_amount"), "avg_amount", none), table.column_names[0]
    )
    client = create_app(Published(tmp_path, "card_transactions")).test_client()
    page = client.get("/api/rows").get_json()
    assert {row[page["columns"].index("avg_amount")] for row in page["rows"]} == {None}
    assert {row["avg_amount"] for row in read(client, "/rows.csv")} == {""}


def test_head_sends_no_rows(client: FlaskClient) -> None:
    response = client.head("/rows.csv")
    assert (response.status_code, response.data) == (200, b"")


def test_rows_longer_than_a_batch_come_whole(tmp_path: Path) -> None:
    events = [
        Event(date(2025, 1, 1), (f"city {number}", "POS", "fuel"), ("1.00",), (False,) * 3) for number in range(4_500)
    ]
    write_run(tmp_path, card_analysis(), [*events, *card_events(date(2025, 1, 2), 1)])
    rows = read(create_app(Published(tmp_path, "card_transactions")).test_client(), "/rows.csv?to=2025-01-01")
    assert len({row["city"] for row in rows}) == 4_500
