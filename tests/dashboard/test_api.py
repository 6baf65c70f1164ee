"""What the page is drawn from: exact figures for every question, clear words for what cannot be answered."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard.app import create_app
from datagen.analysis import Dimension
from tests.web.runs import (
    RUN,
    Event,
    card_analysis,
    card_events,
    plain_analysis,
    point,
    readings_analysis,
    write_run,
)
from web.published import Published

FEBRUARY = (date(2025, 2, 1), date(2025, 2, 28))
JANUARY = (date(2025, 1, 4), date(2025, 1, 31))
ENDPOINTS = ("/api/status", "/api/overview", "/api/quality", "/api/rows", "/api/values?dimension=city")
Keep = Callable[[Event], bool]


def within(span: tuple[date, date], keep: Keep = lambda _: True) -> Callable[[list[Event]], list[Event]]:
    return lambda events: [event for event in events if span[0] <= event.day <= span[1] and keep(event)]


def amount(events: list[Event]) -> Decimal:
    return sum((Decimal(event.numbers[0]) for event in events), Decimal(0))


def tile(answer: dict[str, Any], metric: str) -> dict[str, Any]:
    return next(tile for tile in answer["tiles"] if tile["metric"] == metric)


def get(client: FlaskClient, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200, response.get_data(as_text=True)
    return json.loads(response.data, parse_constant=pytest.fail)


def test_the_page_opens_with_the_last_four_weeks_and_those_before(client: FlaskClient, events: list[Event]) -> None:
    answer = get(client, "/api/overview")
    now, before = within(FEBRUARY)(events), within(JANUARY)(events)
    assert answer["period"] == {
        "from": "2025-02-01",
        "to": "2025-02-28",
        "first": "2025-01-01",
        "last": "2025-02-28",
        "opening": True,
        "previous": {"from": "2025-01-04", "to": "2025-01-31"},
    }
    total = tile(answer, "sum_amount")
    assert (total["value"], total["previous"]) == (str(amount(now)), str(amount(before)))
    assert total["change"] == pytest.approx(float(amount(now) / amount(before)) - 1)
    fraud = tile(answer, "rate_label_fraud")
    rates = [sum(event.flags[2] for event in side) / len(side) for side in (now, before)]
    assert float(fraud["value"]) == pytest.approx(rates[0])
    assert fraud["change"] == pytest.approx(rates[0] - rates[1])


def test_filters_hold_for_every_figure(client: FlaskClient, events: list[Event]) -> None:
    path = "/api/overview?from=2025-02-01&to=2025-02-28&where.city=Delhi&where.city=Pune&where.channel=POS"
    answer = get(client, path)
    kept = within(FEBRUARY, lambda event: event.dimensions[0] in ("Delhi", "Pune") and event.dimensions[1] == "POS")
    assert tile(answer, "sum_amount")["value"] == str(amount(kept(events)))
    assert answer["records"] == len(kept(events))
    assert {row["values"][0] for row in answer["segments"][0]["rows"]} == {"Delhi", "Pune"}
    assert sum(Decimal(row["value"]) for row in answer["segments"][-1]["rows"]) == amount(kept(events))
    assert get(client, path.replace("overview", "rows"))["count"] == len(
        {(event.day, event.dimensions) for event in kept(events)}
    )


def test_the_trend_has_every_day_in_step_with_the_one_compared(client: FlaskClient, events: list[Event]) -> None:
    trend = get(client, "/api/overview?metric=record_count")["trend"]
    assert (trend["days"][0], trend["days"][-1]) == ("2025-02-01", "2025-02-28")
    assert (trend["previous_days"][0], trend["previous_days"][-1]) == ("2025-01-04", "2025-01-31")
    for name in ("", "previous_"):
        counted = [str(sum(str(event.day) == day for event in events)) for day in trend[f"{name}days"]]
        assert trend[f"{name}values"] == counted


def test_a_day_without_a_record_is_absent_and_not_zero(tmp_path: Path) -> None:
    events = [event for event in card_events(date(2025, 1, 1), 10, 5) if event.day.day != 8]
    write_run(tmp_path, card_analysis(), events)
    client = create_app(Published(tmp_path, "card_transactions")).test_client()
    trend = get(client, "/api/overview?metric=record_count")["trend"]
    assert dict(zip(trend["days"], trend["values"], strict=True))["2025-01-08"] is None


def test_segments_are_those_of_the_first_dimensions_and_of_the_first_two_together(client: FlaskClient) -> None:
    segments = get(client, "/api/overview")["segments"]
    assert [card["dimensions"] for card in segments] == [["city"], ["channel"], ["merchant_cat"], ["city", "channel"]]
    assert segments[3]["count"] > len(segments[3]["rows"]) == 20


def test_a_split_adds_up_day_by_day_and_has_the_colours_of_the_segments(client: FlaskClient) -> None:
    answer = get(client, "/api/overview?metric=sum_amount&split=city")
    parts = answer["trend"]["parts"]
    assert [part["colour"] for part in parts] == [0, 1, 2, 3, 4, 5]
    assert parts[-1]["value"] is None
    for place, whole in enumerate(answer["trend"]["values"]):
        assert sum(Decimal(part["values"][place] or 0) for part in parts) == Decimal(whole)
    colours = {part["value"]: part["colour"] for part in parts}
    assert all(row["colour"] == colours.get(row["values"][0], 5) for row in answer["segments"][0]["rows"])
    assert all(row["colour"] is None for card in answer["segments"][1:] for row in card["rows"])


def test_a_tiles_line_has_no_step_that_is_not_whole(client: FlaskClient) -> None:
    days = tile(get(client, "/api/overview?from=2025-01-01&to=2025-02-28"), "record_count")["days"]
    assert len(days) == 59
    assert all(isinstance(value, float) for value in days)


def test_a_long_period_is_drawn_in_whole_steps(tmp_path: Path) -> None:
    write_run(tmp_path, card_analysis(), card_events(date(2025, 1, 1), 130, 3))
    client = create_app(Published(tmp_path, "card_transactions")).test_client()
    answer = get(client, "/api/overview?from=2025-01-01&to=2025-05-10&metric=record_count")
    days = tile(answer, "record_count")["days"]
    assert len(days) == 130 // 3
    assert sum(days) == sum(int(value) for value in answer["trend"]["values"][1:])


def test_no_match_is_an_answer_without_figures(client: FlaskClient) -> None:
    for question in ("where.city=Atlantis", "from=2030-01-01&to=2030-01-02"):
        answer = get(client, f"/api/overview?{question}")
        assert {tile["value"] for tile in answer["tiles"]} == {None}
        assert [card["rows"] for card in answer["segments"]] == [[], [], [], []]
        assert get(client, f"/api/rows?{question}")["rows"] == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/api/overview?from=banana", "from=banana is not a day; write it as 2025-02-01"),
        ("/api/overview?from=2025-02-02&to=2025-02-01", "from=2025-02-02 is after to=2025-02-01; swap them"),
        ("/api/overview?split=country", "split=country is not known; known: city, channel, merchant_cat"),
        ("/api/overview?where.country=IN", "where.country is not a parameter here; known: "),
        ("/api/overview?page=2", "page is not a parameter here; known: "),
        ("/api/rows?sort=country", "sort=country is not known; known: event_time_date, -event_time_date, city, "),
        ("/api/rows?page=0", "page=0 is not a whole number from 1 to 100000000"),
        ("/api/rows?size=1000", "size=1000 is not a whole number from 1 to 200"),
        ("/rows.csv?page=1", "page is not a parameter here; known: "),
        ("/api/values", "dimension is missing; known: city, channel, merchant_cat"),
        ("/api/values?dimension=amount", "dimension=amount is not known; known: city, channel, merchant_cat"),
        ("/api/values?dimension=city&from=2025-01-01", "from is not a parameter here; known: dimension, search, size"),
    ],
)
def test_a_wrong_parameter_is_named_with_a_way_out(client: FlaskClient, path: str, reason: str) -> None:
    response = client.get(path)
    assert response.status_code == 400
    error = response.get_json()["error"]
    assert error["code"] == "bad_parameter"
    assert error["reasons"][0].startswith(reason)


def test_values_are_listed_with_their_records_and_found_by_a_part(client: FlaskClient, events: list[Event]) -> None:
    answer = get(client, "/api/values?dimension=city")
    counted = {row["value"]: row["records"] for row in answer["values"]}
    assert counted == {name: sum(event.dimensions[0] == name for event in events) for name in counted}
    assert answer["count"] == 8
    assert list(counted.values()) == sorted(counted.values(), reverse=True)
    assert [row["value"] for row in get(client, "/api/values?dimension=city&search=ELH")["values"]] == ["Delhi"]
    assert len(get(client, "/api/values?dimension=city&size=3")["values"]) == 3


def test_a_page_past_the_end_is_the_last(client: FlaskClient) -> None:
    last = get(client, "/api/rows?page=99999&size=7")
    assert last["start"] + len(last["rows"]) == last["count"]
    assert last["start"] % 7 == 0


def test_answers_say_of_which_run_they_are_and_what_time_it_is(client: FlaskClient) -> None:
    for path in ENDPOINTS:
        answer = get(client, path)
        assert answer["run"]["id"] == RUN
        assert answer["now"] == "2025-03-01T10:00:26+00:00"


def test_a_new_run_is_shown_as_soon_as_the_pointer_names_it(tmp_path: Path) -> None:
    events = card_events(date(2025, 1, 1), 20, 5)
    write_run(tmp_path, card_analysis(), events)
    client = create_app(Published(tmp_path, "card_transactions")).test_client()
    path = "/api/overview?from=2025-01-01&to=2025-12-31"
    assert get(client, path)["records"] == len(events)
    newer = write_run(tmp_path, card_analysis(), events[:10], run="20250301T110000Z-9b01", pointer=False)
    assert get(client, path)["records"] == len(events)
    point(newer.parent.parent, newer.name, card_analysis().fingerprint)
    assert get(client, path)["records"] == 10
    assert get(client, "/api/status")["run"]["short"] == "9b01"


def test_a_run_cleared_away_is_still_shown_from_memory_and_its_missing_files_are_named(tmp_path: Path) -> None:
    folder = write_run(tmp_path, card_analysis(), card_events(date(2025, 1, 1), 20, 5))
    client = create_app(Published(tmp_path, "card_transactions")).test_client()
    get(client, "/api/overview")
    shutil.rmtree(folder / "parquet")
    get(client, "/api/overview")
    (folder / "quality.json").unlink()
    response = client.get("/api/quality")
    assert response.status_code == 503
    assert response.get_json()["error"]["message"] == "quality.json of run 7f3a: not there"


@pytest.fixture
def nothing(tmp_path: Path) -> Iterator[FlaskClient]:
    with create_app(Published(tmp_path, "shop")).test_client() as client:
        yield client


@pytest.mark.parametrize("path", [*ENDPOINTS, "/rows.csv"])
def test_with_nothing_published_every_endpoint_says_why_and_what_to_run(nothing: FlaskClient, path: str) -> None:
    empty = get(nothing, path)["empty"]
    assert empty["stage"] == "generated"
    assert empty["command"] == "datagen generate schemas/shop.json"


def test_not_ready_says_why(nothing: FlaskClient, data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DEMO_ARTIFACTS", str(tmp_path / "none"))
    reasons = nothing.get("/readyz").get_json()["error"]["reasons"]
    assert [reason.partition(":")[0] for reason in reasons] == ["Chart.js is not there", "No extract has been made"]
    (tmp_path / "none" / "web").mkdir(parents=True)
    (tmp_path / "none" / "web" / "chart.umd.js").touch()
    ready = create_app(Published(data, "card_transactions")).test_client().get("/readyz")
    assert ready.status_code == 200


def test_columns_may_be_called_like_words_of_sql_or_of_the_address(tmp_path: Path) -> None:
    names = (Dimension("order", "Order"), Dimension("from", "From"), Dimension("sort", "Sort"))
    amount = replace(card_analysis().numeric_fields[0], name="select")
    write_run(tmp_path, card_analysis(dimensions=names, numeric_fields=(amount,)), card_events(date(2025, 1, 1), 14, 5))
    client = create_app(Published(tmp_path, "card_transactions")).test_client()
    answer = get(client, "/api/overview?from=2025-01-08&where.order=Delhi&where.from=POS&split=sort&metric=sum_select")
    assert {row["values"][0] for row in answer["segments"][0]["rows"]} == {"Delhi"}
    rows = get(client, "/api/rows?from=2025-01-08&where.order=Delhi&where.from=POS&sort=-order")
    assert rows["count"] > 0
    assert get(client, "/api/values?dimension=from")["count"] == 4


def test_other_businesses_need_no_other_code(tmp_path: Path) -> None:
    readings = [
        Event(event.day, event.dimensions[:2], ("61.5", "2", "0.2500"), (event.flags[2],))
        for event in card_events(date(2025, 1, 1), 14, 5)
    ]
    write_run(tmp_path, readings_analysis(), readings)
    answer = get(create_app(Published(tmp_path, "iot_sensors")).test_client(), "/api/overview")
    assert answer["metric"] == "avg_temperature_c"
    assert tile(answer, "avg_temperature_c")["value"] == "61.50000"
    assert tile(answer, "avg_load")["value"] == "0.25000000"
    assert answer["figures"]["avg_temperature_c"]["unit"] == "°C"
    write_run(tmp_path, plain_analysis(), [Event(event.day, event.dimensions[:1]) for event in readings])
    plain = get(create_app(Published(tmp_path, "card_transactions")).test_client(), "/api/overview")
    assert [shown["metric"] for shown in plain["tiles"]] == ["record_count"]
    assert (plain["rates"], plain["currency"]) == ([], None)
