"""Batch and stream side by side: equal where nothing went wrong, and every difference found, counted and named."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datagen.analysis import Analysis, Stream
from tests.streaming_dashboard.conftest import NAME, app
from tests.web.runs import card_analysis, card_events, plain_analysis, point, write_run
from tests.web.streams import BEGIN, Paid, cut_of, iso, payments, rows, write_slots, write_stream

WEEKS = timedelta(weeks=97)


def batch(data: Path, analysis: Analysis, events: list[Paid], run: str = "20250301T100000Z-7f3a") -> Path:
    folder = write_run(data, card_analysis(), card_events(BEGIN.date(), 1, 5), run=run)
    write_slots(folder, analysis, events)
    point(folder.parent.parent, run, analysis.fingerprint)
    return folder


def compared(data: Path) -> dict[str, Any]:
    response = app(data).get("/api/reconciliation")
    assert response.status_code == 200, response.get_data(as_text=True)
    found: dict[str, Any] = json.loads(response.data, parse_constant=pytest.fail)
    return found


def closed(events: list[Paid], end: timedelta) -> list[Paid]:
    return [event for event in events if event.at < BEGIN + end]


@pytest.mark.parametrize("shift", [timedelta(0), WEEKS, -WEEKS])
def test_the_same_rows_reconcile_wherever_the_replay_moved_them(
    tmp_path: Path, paid: list[Paid], shift: timedelta
) -> None:
    write_stream(tmp_path, card_analysis(), paid, shift=shift)
    batch(tmp_path, card_analysis(), paid)
    found = compared(tmp_path)
    assert (found["state"], found["differing"], found["windows"]) == ("reconciled", 0, 17)
    whole = len(closed(paid, timedelta(hours=17)))
    assert found["records"] == {"batch": whole, "stream": whole}
    assert found["value"]["batch"] == found["value"]["stream"]


def test_every_epoch_is_compared_with_the_same_slots(tmp_path: Path) -> None:
    first = payments(400, timedelta(hours=5))
    second = [replace(event, at=event.at + timedelta(weeks=1)) for event in first]
    epochs = {
        "0": {"shift_s": 0, "first": iso(first[0].at), "last": iso(first[-1].at)},
        "1": {"shift_s": 604_800, "first": iso(second[0].at), "last": iso(second[-1].at)},
    }
    write_stream(tmp_path, card_analysis(), [*first, *second], epochs=epochs)
    batch(tmp_path, card_analysis(), first)
    found = compared(tmp_path)
    assert (found["state"], found["epochs"], found["windows"]) == ("reconciled", 2, 9)
    write_stream(tmp_path, card_analysis(), [*first, *second[1:]], epochs=epochs)
    found = compared(tmp_path)
    assert (found["state"], found["missing"], found["differing"]) == ("differs", 1, 1)


def test_what_the_replay_has_not_reached_is_not_compared(tmp_path: Path, paid: list[Paid]) -> None:
    write_stream(tmp_path, card_analysis(), paid[:1000])
    batch(tmp_path, card_analysis(), paid)
    found = compared(tmp_path)
    assert found["state"] == "reconciled"
    assert found["records"]["batch"] < 1000


def test_a_beginning_that_was_never_replayed_is_missing(tmp_path: Path, paid: list[Paid]) -> None:
    write_stream(tmp_path, card_analysis(), paid[600:])
    batch(tmp_path, card_analysis(), paid)
    found = compared(tmp_path)
    assert (found["state"], found["missing"]) == ("differs", 600)


@pytest.mark.parametrize("place", [0, 700, 1500])
def test_one_lost_record_is_found(tmp_path: Path, paid: list[Paid], place: int) -> None:
    lost = paid[place]
    write_stream(tmp_path, card_analysis(), [*paid[:place], *paid[place + 1 :]])
    batch(tmp_path, card_analysis(), paid)
    found = compared(tmp_path)
    assert (found["state"], found["missing"], found["surplus"], found["differing"]) == ("differs", 1, 0, 1)
    assert found["listed"][0]["group"] == lost.group
    assert found["listed"][0]["records"]["batch"] == found["listed"][0]["records"]["stream"] + 1


def test_late_and_quarantined_records_explain_as_many_missing_ones_and_no_more(
    tmp_path: Path, paid: list[Paid]
) -> None:
    batch(tmp_path, card_analysis(), paid)
    kept = [event for place, event in enumerate(paid) if place not in (50, 51, 52)]
    for late, state in ((2, "explained"), (1, "differs")):
        write_stream(tmp_path, card_analysis(), kept, rows=rows(windowed=len(kept), late=late, quarantined=1))
        found = compared(tmp_path)
        assert (found["state"], found["missing"]) == (state, 3)
        assert found["allowed"] == {"late": late, "quarantined": 1, "duplicate": 0}


def test_a_record_too_many_is_never_explained(tmp_path: Path, paid: list[Paid]) -> None:
    batch(tmp_path, card_analysis(), paid)
    write_stream(tmp_path, card_analysis(), [paid[0], *paid], rows=rows(windowed=3001, late=9))
    found = compared(tmp_path)
    assert (found["state"], found["missing"], found["surplus"]) == ("differs", 0, 1)


def test_a_cent_is_a_difference(tmp_path: Path, paid: list[Paid]) -> None:
    batch(tmp_path, card_analysis(), paid)
    write_stream(tmp_path, card_analysis(), [replace(paid[0], amount="0.01"), *paid[1:]])
    found = compared(tmp_path)
    assert (found["state"], found["missing"], found["differing"]) == ("differs", 0, 1)


def test_where_nothing_is_summed_records_are_compared(tmp_path: Path, paid: list[Paid]) -> None:
    batch(tmp_path, plain_analysis(), paid)
    write_stream(tmp_path, plain_analysis(), paid)
    found = compared(tmp_path)
    assert (found["state"], found["value"]) == ("reconciled", None)


def test_before_there_is_something_to_compare_it_says_what_is_missing(tmp_path: Path, paid: list[Paid]) -> None:
    analysis = card_analysis()
    write_stream(tmp_path, analysis, paid[:5])
    found = compared(tmp_path)
    assert (found["state"], found["command"]) == ("waiting", "datagen generate schemas/card_transactions.json")
    (tmp_path / "input" / NAME).mkdir(parents=True)
    (tmp_path / "input" / NAME / "x.csv").touch()
    assert compared(tmp_path)["command"] == "demo up batch --schema schemas/card_transactions.json"
    batch(tmp_path, analysis, paid)
    assert compared(tmp_path)["reason"] == "No window has closed yet"
    # windows from 23:15 on are closed before the first that begins at a full hour is
    write_stream(
        tmp_path, analysis, [Paid(BEGIN + timedelta(minutes=1), "Pune", "1.00")], clock=BEGIN + timedelta(minutes=45)
    )
    assert compared(tmp_path)["reason"] == "No window has closed yet that shares no event with another"


def test_runs_of_another_schema_are_not_compared(tmp_path: Path, paid: list[Paid]) -> None:
    write_stream(tmp_path, card_analysis(), paid)
    batch(tmp_path, card_analysis(fingerprint="0badcafe" * 8), paid)
    found = compared(tmp_path)
    assert found["state"] == "waiting"
    assert found["reason"] == "The batch run 7f3a is of schema 0badcafe, the stream of 5c19e2aa"
    assert found["command"] == "demo up batch --schema schemas/card_transactions.json"


def test_a_new_run_is_compared_anew(tmp_path: Path, paid: list[Paid]) -> None:
    write_stream(tmp_path, card_analysis(), paid)
    batch(tmp_path, card_analysis(), paid[1:])
    client = app(tmp_path)
    before = client.get("/api/status").get_json()["versions"]
    assert client.get("/api/reconciliation").get_json()["state"] == "differs"
    batch(tmp_path, card_analysis(), paid, run="20250301T110000Z-9b01")
    after = client.get("/api/status").get_json()["versions"]
    assert {name for name in before if before[name] != after[name]} == {"reconciliation"}
    assert client.get("/api/reconciliation").get_json()["state"] == "reconciled"


def test_slots_that_cannot_be_read_are_named(tmp_path: Path, paid: list[Paid]) -> None:
    write_stream(tmp_path, card_analysis(), paid)
    run = batch(tmp_path, card_analysis(), paid)
    (run / "slots" / "part-00000-test.snappy.parquet").write_bytes(b"PAR1")
    response = app(tmp_path).get("/api/reconciliation")
    assert response.status_code == 503
    assert response.get_json()["error"]["message"].startswith("slots/ of run 7f3a: ")
    assert app(tmp_path).get("/api/windows").status_code == 200


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    slides=st.integers(1, 6),
    slide_s=st.sampled_from([60, 300, 900]),
    offsets=st.lists(st.integers(0, 4 * 3600 * 1000), min_size=1, max_size=40),
    lost=st.integers(0, 39),
)
def test_however_windows_are_cut_a_loss_is_found_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, slides: int, slide_s: int, offsets: list[int], lost: int
) -> None:
    data = tmp_path_factory.mktemp("cut")
    analysis = card_analysis(stream=Stream(slides * slide_s, slide_s, 900, cut_of(card_analysis()).group_by, "amount"))
    events = [
        Paid(BEGIN + timedelta(milliseconds=at), f"g{at % 3}", f"{at % 1000 / 100:.2f}") for at in sorted(offsets)
    ]
    late = Paid(BEGIN + timedelta(days=2), "end", "1.00")  # closes all before it
    write_stream(data, analysis, [*events, late])
    batch(data, analysis, [*events, late])
    assert compared(data)["state"] == "reconciled"
    kept = [event for place, event in enumerate(events) if place != lost % len(events)]
    write_stream(data, analysis, [*kept, late], epochs={"0": {"shift_s": 0, "first": iso(BEGIN), "last": None}})
    found = compared(data)
    assert found["state"] == "waiting" or (found["state"], found["missing"], found["surplus"]) == ("differs", 1, 0)
