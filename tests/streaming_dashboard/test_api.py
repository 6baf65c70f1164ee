"""What the page is drawn from: windows, leaders, clocks and rates as they were published, exact to the last digit."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from streaming_dashboard.app import create_app
from tests.streaming_dashboard.conftest import NOW, app
from tests.web.runs import card_analysis, plain_analysis, readings_analysis
from tests.web.streams import (
    BEGIN,
    PUBLISHED_AT,
    Paid,
    iso,
    payments,
    rows,
    write_position,
    write_quarantine,
    write_stream,
)
from web.published import Published
from web.streams import Streams

ENDPOINTS = ("/api/status", "/api/health", "/api/windows", "/api/reconciliation")
HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)


def get(client: FlaskClient, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200, response.get_data(as_text=True)
    return json.loads(response.data, parse_constant=pytest.fail)


def error(client: FlaskClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code in (400, 503), response.get_data(as_text=True)
    return str(response.get_json()["error"]["message"])


def total(events: Iterable[Paid]) -> Decimal:
    return sum((Decimal(event.amount) for event in events), Decimal(0))


def within(events: Iterable[Paid], start: str) -> list[Paid]:
    begin = datetime.fromisoformat(start)
    return [event for event in events if begin <= event.at < begin + HOUR]


def test_the_timeline_has_the_last_windows_to_the_digit(client: FlaskClient, paid: list[Paid]) -> None:
    timeline = get(client, "/api/windows")["timeline"]
    assert len(timeline["starts"]) == 36
    assert datetime.fromisoformat(timeline["starts"][-1]) == BEGIN + timedelta(hours=17.75)
    for place, start in enumerate(timeline["starts"]):
        assert Decimal(timeline["totals"][place]) == total(within(paid, start))
        parts = [Decimal(part["values"][place] or 0) for part in timeline["parts"]]
        assert sum(parts) == Decimal(timeline["totals"][place])


def test_a_window_is_closed_once_the_watermark_has_passed_its_end(client: FlaskClient, paid: list[Paid]) -> None:
    timeline = get(client, "/api/windows")["timeline"]
    watermark = paid[-1].at - QUARTER
    ends = [datetime.fromisoformat(end) for end in timeline["ends"]]
    assert timeline["open"] == [end > watermark for end in ends]
    assert sum(timeline["open"]) == 5


def test_other_figures_and_spans_may_be_asked_for(client: FlaskClient, paid: list[Paid]) -> None:
    timeline = get(client, "/api/windows?metric=record_count&last=24")["timeline"]
    assert timeline["totals"] == [str(len(within(paid, start))) for start in timeline["starts"]]
    assert len(timeline["starts"]) == 24
    averages = get(client, "/api/windows?metric=avg_amount&last=24")["timeline"]
    events = within(paid, averages["starts"][0])
    assert float(averages["totals"][0]) == pytest.approx(float(total(events)) / len(events))


def test_leaders_are_those_of_the_newest_closed_and_of_the_newest_open_window(
    client: FlaskClient, paid: list[Paid]
) -> None:
    answer = get(client, "/api/windows")
    for name, last in (("closed", False), ("open", True)):
        found = answer["leaders"][name]
        newest = max(
            s
            for s, still in zip(answer["timeline"]["starts"], answer["timeline"]["open"], strict=True)
            if still == last
        )
        assert found["start"] == newest
        sums: Counter[str] = Counter()
        for event in within(paid, newest):
            sums[event.group] += Decimal(event.amount)  # type: ignore[assignment]
        assert {row["group"]: Decimal(row["value"]) for row in found["rows"]} == sums
        values = [Decimal(row["value"]) for row in found["rows"]]
        assert values == sorted(values, reverse=True)


def test_tiles_compare_the_newest_closed_window_with_the_one_that_ended_when_it_began(
    client: FlaskClient, paid: list[Paid]
) -> None:
    last = get(client, "/api/windows")["last"]
    before = (datetime.fromisoformat(last["start"]) - HOUR).isoformat()
    records, amount = last["tiles"]
    assert (records["metric"], amount["metric"]) == ("record_count", "sum_amount")
    assert (records["value"], records["previous"]) == (
        str(len(within(paid, last["start"]))),
        str(len(within(paid, before))),
    )
    assert Decimal(amount["value"]) == total(within(paid, last["start"]))
    assert amount["change"] == pytest.approx(
        float(total(within(paid, last["start"])) / total(within(paid, before))) - 1
    )
    assert len(amount["line"]) == 60


def test_a_group_keeps_its_colour_whatever_comes_later(tmp_path: Path) -> None:
    analysis, first = card_analysis(), payments(900, timedelta(hours=26))
    later = [Paid(event.at + timedelta(hours=27), "Oslo", "9999.00") for event in first[:300]]
    write_stream(tmp_path, analysis, first)
    client = app(tmp_path)
    before = colours(get(client, "/api/windows"))
    assert len(before) == 5
    for watching in (client, app(tmp_path)):  # who has looked all the time, and who starts anew
        write_stream(tmp_path, analysis, [*first, *later])
        assert colours(get(watching, "/api/windows?last=96")) == before
    newest = get(client, "/api/windows")["leaders"]["open"]["rows"][0]
    assert (newest["group"], newest["colour"]) == ("Oslo", 5)


def test_early_on_a_larger_group_takes_the_colour_of_the_smallest_alone(tmp_path: Path) -> None:
    analysis, first = card_analysis(), payments(600, timedelta(hours=3))
    write_stream(tmp_path, analysis, first)
    client = app(tmp_path)
    before = colours(get(client, "/api/windows"))
    write_stream(tmp_path, analysis, [*first, *(Paid(event.at, "Oslo", "9999.00") for event in first)])
    after = colours(get(client, "/api/windows"))
    (lost,) = before.keys() - after.keys()
    assert after == {group: colour for group, colour in before.items() if group != lost} | {"Oslo": before[lost]}


def colours(answer: dict[str, Any]) -> dict[str, int]:
    return {part["group"]: part["colour"] for part in answer["timeline"]["parts"] if part["group"]}


def test_a_window_without_a_record_is_a_gap_and_not_zero(tmp_path: Path) -> None:
    events = [event for event in payments(400, timedelta(hours=8)) if not 2 <= event.at.hour < 5]
    write_stream(tmp_path, card_analysis(), events)
    timeline = get(app(tmp_path), "/api/windows")["timeline"]
    totals = dict(zip(timeline["starts"], timeline["totals"], strict=True))
    assert totals[(BEGIN + timedelta(hours=3)).isoformat()] is None
    assert len(timeline["starts"]) == 8 * 4 + 3


def test_where_nothing_is_summed_windows_count_records(tmp_path: Path) -> None:
    write_stream(tmp_path, plain_analysis(), payments(200, timedelta(hours=4)))
    answer = get(app(tmp_path), "/api/windows")
    assert answer["metric"] == "record_count"
    assert [tile["metric"] for tile in answer["last"]["tiles"]] == ["record_count"]
    assert list(answer["figures"]) == ["record_count"]


def test_readings_are_averaged_since_their_sum_says_nothing(tmp_path: Path) -> None:
    analysis = replace(readings_analysis(), dataset="card_transactions")
    events = payments(200, timedelta(hours=4))
    write_stream(tmp_path, analysis, events)
    answer = get(app(tmp_path), "/api/windows")
    assert answer["metric"] == "avg_temperature_c"
    found = within(events, answer["timeline"]["starts"][4])
    assert float(answer["timeline"]["totals"][4]) == pytest.approx(float(total(found)) / len(found), abs=1e-4)


def test_an_open_window_that_is_closed_meanwhile_counts_once(tmp_path: Path, paid: list[Paid]) -> None:
    analysis = card_analysis()
    folder = write_stream(tmp_path, analysis, paid[:-400])
    before = (folder / "open" / "windows.parquet").read_bytes()
    write_stream(tmp_path, analysis, paid)
    (folder / "open" / "windows.parquet").write_bytes(before)  # a commit is half published
    client = app(tmp_path)
    assert get(client, "/api/health")["account"]["doubts"] == []
    timeline = get(client, "/api/windows")["timeline"]
    closed = [place for place, still in enumerate(timeline["open"]) if not still]
    assert all(Decimal(timeline["totals"][place]) == total(within(paid, timeline["starts"][place])) for place in closed)


def test_only_days_that_were_replaced_are_read_again(tmp_path: Path, paid: list[Paid]) -> None:
    analysis = card_analysis()
    folder = write_stream(tmp_path, analysis, [*paid[:500], *payments(500, HOUR, BEGIN + timedelta(days=1))])
    client = app(tmp_path)
    get(client, "/api/windows")
    first, mark = folder / "closed" / "2025-01-14.parquet", (folder / "closed" / "2025-01-14.parquet").stat()
    first.write_bytes(b"x" * mark.st_size)
    os.utime(first, ns=(mark.st_atime_ns, mark.st_mtime_ns))
    (folder / "open" / "windows.parquet").touch()
    assert get(client, "/api/windows")["timeline"]["starts"]


def test_stages_tell_how_far_everything_has_come(client: FlaskClient, paid: list[Paid]) -> None:
    stages = get(client, "/api/health")["stages"]
    assert stages["generated"] is None
    assert (stages["replayed"]["messages"], stages["replayed"]["known"]) == (3016, True)
    assert (stages["read"]["events"], stages["read"]["behind"]) == (3000, 16)
    assert stages["windowed"]["events"] == len(paid)
    assert stages["published"]["batch"] == 141


def test_without_a_position_what_has_arrived_is_what_was_replayed(tmp_path: Path, paid: list[Paid]) -> None:
    write_stream(tmp_path, card_analysis(), paid, heartbeats=1, lag=16)
    stages = get(app(tmp_path), "/api/health")["stages"]
    assert stages["replayed"] == {"messages": 3000 + 1 + 16, "known": False, "done": False, "at": None}
    assert stages["read"]["behind"] == 16


def test_clocks_name_the_last_closed_window_and_the_next(client: FlaskClient, paid: list[Paid]) -> None:
    clocks = get(client, "/api/health")["clocks"]
    assert datetime.fromisoformat(clocks["event_clock"]) == pytest.approx(paid[-1].at, abs=timedelta(milliseconds=1))
    assert datetime.fromisoformat(clocks["last"]["end"]) == BEGIN + timedelta(hours=17.5)
    assert datetime.fromisoformat(clocks["next"]["start"]) == BEGIN + timedelta(hours=16.75)
    assert datetime.fromisoformat(clocks["next"]["closes"]) == BEGIN + timedelta(hours=18)


def test_the_speed_of_event_time_follows_from_commits(tmp_path: Path, paid: list[Paid]) -> None:
    client = app(tmp_path)
    for second in range(4):
        clock = BEGIN + timedelta(hours=2) + second * timedelta(minutes=10)
        at = PUBLISHED_AT + timedelta(seconds=second)
        write_stream(tmp_path, card_analysis(), paid[:100], clock=clock, committed_at=iso(at))
        times = get(client, "/api/health")["clocks"]["times_real"]
        assert times == (None if second == 0 else pytest.approx(600))


def test_rates_are_measured_over_idle_moments_too(client: FlaskClient) -> None:
    rates = get(client, "/api/health")["rates"]
    assert rates["per_s"] == pytest.approx(31_000 / 30.5)  # 31 batches of 1,000 begin within 30 s, the last lasts 0.5 s
    assert rates["busy_per_s"] == 2000
    assert rates["age_s"] == pytest.approx(0.9)
    assert rates["p99_s"] == 0.5


@pytest.mark.parametrize(
    ("age", "acknowledged", "changes", "expected"),
    [
        (2, 3016, {}, ("live", 16, None)),
        (3600, 3000, {}, ("idle", 0, None)),
        (3600, 3016, {}, ("silent", 16, "The streaming job has not committed since")),
        (3600, None, {"lag": 16}, ("silent", 16, "The streaming job has not committed since")),
        (3600, None, {}, ("idle", 0, None)),
        (2, 3000, {"stopped": {"at": iso(PUBLISHED_AT), "reason": "read all there was"}}, ("stopped", 0, None)),
        (
            2,
            3000,
            {"stopped": {"at": iso(PUBLISHED_AT), "reason": "failed"}},
            ("stopped", 0, "The streaming job has ended (failed) at"),
        ),
    ],
)
def test_a_stream_is_live_idle_silent_or_stopped(
    tmp_path: Path,
    paid: list[Paid],
    age: int,
    acknowledged: int | None,
    changes: dict[str, Any],
    expected: tuple[str, int, str | None],
) -> None:
    published = {"published_at": iso(NOW - timedelta(seconds=age)), "committed_at": iso(NOW - timedelta(seconds=age))}
    write_stream(tmp_path, card_analysis(), paid, **published | changes)
    if acknowledged is not None:
        write_position(tmp_path, card_analysis(), acknowledged)
    standing = get(app(tmp_path), "/api/status")["standing"]
    assert (standing["state"], standing["behind"], standing["trouble"]) == expected


def test_versions_change_with_what_they_stand_for(tmp_path: Path, paid: list[Paid]) -> None:
    analysis = card_analysis()
    write_stream(tmp_path, analysis, paid)
    client = app(tmp_path)
    first = get(client, "/api/status")["versions"]
    assert get(client, "/api/status")["versions"] == first
    write_position(tmp_path, analysis, 4000)
    second = get(client, "/api/status")["versions"]
    assert {name for name in first if first[name] != second[name]} == {"health"}
    write_stream(tmp_path, analysis, paid[:-1])
    third = get(client, "/api/status")["versions"]
    assert all(second[name] != third[name] for name in second)


def test_the_account_adds_up_or_says_where_not(tmp_path: Path, paid: list[Paid]) -> None:
    analysis = card_analysis()
    fates = rows(windowed=3000, late=4, quarantined=2, duplicate=3)
    folder = write_stream(tmp_path, analysis, paid, rows=fates, reasons={"not JSON": 2})
    write_quarantine(folder, 140, ["not JSON", "not JSON"])
    write_quarantine(folder, 142, ["of a batch that is not published"])
    write_stream(tmp_path, analysis, paid, rows=fates, reasons={"not JSON": 2})
    account = get(app(tmp_path), "/api/health")["account"]
    assert account["doubts"] == []
    assert account["reasons"] == [{"reason": "not JSON", "rows": 2}]
    assert account["rows"] == {"read": 3009, "windowed": 3000, "late": 4, "quarantined": 2, "duplicate": 3}


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({"rows": {**rows(windowed=2999), "read": 3000}}, "3,000 events were read, 2,999 are accounted for"),
        ({"rows": rows(windowed=2999)}, "2,999 events were windowed, the windows hold 3,000"),
        ({"rows": rows(windowed=3000, quarantined=1)}, "1 events were quarantined, quarantine/ holds 0"),
        ({"balanced": False}, "the job itself says that its account does not balance"),
    ],
)
def test_what_does_not_add_up_is_said(tmp_path: Path, paid: list[Paid], changes: dict[str, Any], doubt: str) -> None:
    write_stream(tmp_path, card_analysis(), paid, **changes)
    assert doubt in get(app(tmp_path), "/api/health")["account"]["doubts"]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/api/windows?metric=city", "metric=city is not known; known: sum_amount, record_count, avg_amount"),
        ("/api/windows?last=25", "last=25 is not known; known: 24, 36, 72, 96"),
        ("/api/windows?from=1", "from is not a parameter here; known: last, metric"),
        ("/api/health?x=1", "x is not a parameter here; known: none"),
        ("/api/status?x=1", "x is not a parameter here; known: none"),
        ("/api/reconciliation?x=1", "x is not a parameter here; known: none"),
    ],
)
def test_a_wrong_address_is_explained(client: FlaskClient, path: str, reason: str) -> None:
    assert error(client, path) == reason


def test_the_empty_stage_is_named_with_the_command_to_run(tmp_path: Path) -> None:
    client = app(tmp_path)

    def empty() -> tuple[str, str, str]:
        answers = [get(client, path)["empty"] for path in ENDPOINTS]
        assert all(answer == answers[0] for answer in answers)
        assert client.get("/readyz").status_code == 503
        return answers[0]["stage"], answers[0]["reason"], answers[0]["command"]

    stage, reason, command = empty()
    assert (stage, command) == ("generated", "datagen generate schemas/card_transactions.json")
    assert reason.startswith("No extract has been made: no file in ")
    extract = tmp_path / "input" / "card_transactions" / "2025-01-01.csv"
    extract.parent.mkdir(parents=True)
    extract.touch()
    up = "demo up streaming --schema schemas/card_transactions.json"
    assert (empty()[0], empty()[2]) == ("replayed", up)
    write_position(tmp_path, card_analysis(), 5)
    assert empty()[0] == "read"
    write_stream(tmp_path, card_analysis(), [], settled=False)
    stage, reason, command = empty()
    assert (stage, command) == ("read", up)
    assert reason.startswith("The streaming job has not committed a batch yet: no ")
    write_stream(tmp_path, card_analysis(), [])
    assert get(client, "/api/windows")["timeline"]["starts"] == []
    assert get(client, "/api/windows")["leaders"] == {"closed": None, "open": None}
    assert client.get("/readyz").get_json()["error"]["reasons"][-1] == "No window has an event yet"
    write_stream(tmp_path, card_analysis(), [Paid(BEGIN, "Pune", "1.00")])
    assert get(client, "/api/windows")["last"] is None
    assert "No window" not in str(client.get("/readyz").get_json())


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("progress.json", b"{", "progress.json of stream 5c19e2aa: not JSON"),
        ("progress.json", b"{}", "progress.json of stream 5c19e2aa: no windows"),
        ("progress.json", b"[]", "progress.json of stream 5c19e2aa: not an object"),
        ("analysis.json", b"{}", "analysis.json of stream 5c19e2aa: not a description of a dataset"),
        ("closed/2025-01-14.parquet", b"PAR1", "closed/2025-01-14.parquet of stream 5c19e2aa: "),
        ("open/windows.parquet", b"", "open/windows.parquet of stream 5c19e2aa: "),
    ],
)
def test_what_is_wrong_with_a_file_is_said(
    tmp_path: Path, paid: list[Paid], name: str, content: bytes, reason: str
) -> None:
    folder = write_stream(tmp_path, card_analysis(), paid)
    (folder / name).write_bytes(content)
    assert error(app(tmp_path), "/api/windows").startswith(reason)


def test_windows_of_other_columns_are_refused_by_name(tmp_path: Path, paid: list[Paid]) -> None:
    folder = write_stream(tmp_path, plain_analysis(), paid)
    (folder / "analysis.json").write_text(card_analysis().to_json())
    assert error(app(tmp_path), "/api/windows") == "open/windows.parquet of stream 5c19e2aa: no column amount"


def test_the_stream_last_at_work_is_shown_unless_another_is_named(tmp_path: Path, paid: list[Paid]) -> None:
    older = card_analysis(fingerprint="aaaaaaaa" + "0" * 56, title="Before")
    write_stream(tmp_path, older, paid)
    write_stream(tmp_path, card_analysis(), paid)
    assert get(app(tmp_path), "/api/status")["stream"]["short"] == "5c19e2aa"
    named = create_app(Streams(tmp_path, "card_transactions", "aaaaaaaa0"), Published(tmp_path, "card_transactions"))
    assert get(named.test_client(), "/api/status")["stream"]["short"] == "aaaaaaaa"
    assert b"<h1>Before, live</h1>" in named.test_client().get("/").data
