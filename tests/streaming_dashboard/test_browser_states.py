"""The states of the streaming page in a browser: loading, empty, wrong, old, paused; and that it comes back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from datagen.analysis import Dimension
from tests.streaming_dashboard.conftest import fill
from tests.web.browsing import CONTRASTS, EVIL, QUIET, Visit
from tests.web.runs import card_analysis, plain_analysis
from tests.web.served import serve
from tests.web.streams import BEGIN, Paid, iso, rows, write_position, write_quarantine, write_slots, write_stream

pytestmark = pytest.mark.browser
NAME = "card_transactions"


def live(data: Path, *options: str, port: int = 0) -> Any:
    return serve("--data", str(data), "--dataset", NAME, *options, port=port, module="streaming_dashboard")


def ago(seconds: float) -> str:
    return iso(datetime.now(UTC) - timedelta(seconds=seconds))


def test_a_card_that_waits_for_its_figures_shows_where_they_will_be(visit: Visit) -> None:
    tab = visit()
    tab.page.route("**/api/**", lambda route: None)
    page = tab.open()
    expect(page.locator(".card[data-state=loading]")).to_have_count(12)
    expect(page.locator(".skeleton:visible")).to_have_count(12)
    expect(page.locator("#timeline-title")).to_have_text("Amount per window")
    expect(page.locator("#pill")).to_have_text("connecting")


def test_an_empty_page_follows_the_stream_from_stage_to_stage(visit: Visit, tmp_path: Path, paid: list[Paid]) -> None:
    analysis = card_analysis()
    with live(tmp_path, "--refresh", "0.3") as served:
        page = visit(served.url).open()
        expect(page.locator("#timeline .cover")).to_contain_text("No extract has been made: no file in")
        expect(page.locator("#timeline code")).to_have_text(f"datagen generate schemas/{NAME}.json")
        expect(page.locator("[data-stage=generated] .stage-figure")).to_have_text("⚠ nothing yet")
        (tmp_path / "input" / NAME).mkdir(parents=True)
        (tmp_path / "input" / NAME / "2025-01-14.csv").touch()
        expect(page.locator("[data-stage=replayed] .stage-figure")).to_have_text("⚠ nothing yet")
        expect(page.locator("#timeline code")).to_have_text(f"demo up streaming --schema schemas/{NAME}.json")
        write_stream(tmp_path, analysis, [], settled=False)
        expect(page.locator("#timeline .cover")).to_contain_text("The streaming job has not committed a batch yet")
        expect(page.locator("[data-stage=read] .stage-figure")).to_have_text("⚠ nothing yet")
        write_stream(tmp_path, analysis, [])
        expect(page.locator("h1")).to_have_text("Card Transactions, live")
        expect(page.locator("#timeline .cover")).to_contain_text("No window yet")
        expect(page.locator("#clocks")).to_have_attribute("data-state", "ready")
        write_stream(tmp_path, analysis, paid[:3], batch=142)
        expect(page.locator("#timeline")).to_have_attribute("data-state", "ready")
        expect(page.locator("#leaders-open")).to_have_attribute("data-state", "ready")
        expect(page.locator("#leaders-closed .cover")).to_contain_text("No window has closed yet")
        expect(page.locator("#tile-sum_amount .cover")).to_contain_text("none closed yet")
        expect(page.locator("#reconciliation .cover")).to_contain_text("The batch job has not published a run")
        expect(page.locator("#reconciliation code")).to_have_text(f"demo up batch --schema schemas/{NAME}.json")
        fill(tmp_path, paid)
        expect(page.locator("#leaders-closed")).to_have_attribute("data-state", "ready")
        expect(page.locator("#badge")).to_have_text("✓ reconciled, 0 difference")


def test_when_every_window_is_closed_the_open_leaders_say_so(visit: Visit, tmp_path: Path, paid: list[Paid]) -> None:
    write_stream(tmp_path, card_analysis(), paid, clock=BEGIN + timedelta(days=2))
    with live(tmp_path) as served:
        page = visit(served.url).open()
        expect(page.locator("#leaders-open .cover")).to_contain_text("No window is open")
        expect(page.locator("#next-close")).to_have_text("none is open")


def test_differences_are_counted_and_named(visit: Visit, tmp_path: Path, paid: list[Paid]) -> None:
    fill(tmp_path, paid)
    kept = [event for place, event in enumerate(paid) if place not in (50, 51)]
    with live(tmp_path, "--refresh", "0.3") as served:
        page = visit(served.url).drawn()
        folder = write_stream(tmp_path, card_analysis(), kept, rows=rows(windowed=2998, late=2))
        expect(page.locator("#badge")).to_have_text("⚠ 2 records fewer, explained")
        expect(page.locator(".compared")).to_contain_text("2 late, 0 quarantined, 0 duplicate")
        write_quarantine(folder, 3, ["not JSON"] * 4)
        write_stream(tmp_path, card_analysis(), kept, rows=rows(windowed=2998, quarantined=4), reasons={"not JSON": 4})
        expect(page.locator("#account .reasons")).to_contain_text("not JSON")
        write_stream(tmp_path, card_analysis(), kept, rows=rows(windowed=2999))
        expect(page.locator("#badge")).to_have_text("✗ differs: 2 missing")
        expect(page.locator("#verdict")).to_have_text("✗ does not add up")
        expect(page.locator("#account .reasons")).to_contain_text("2,999 events were windowed, the windows hold 2,998")


def test_a_job_that_is_silent_leaves_its_windows_old(visit: Visit, tmp_path: Path, paid: list[Paid]) -> None:
    write_stream(tmp_path, card_analysis(), paid, committed_at=ago(200), published_at=ago(199))
    write_position(tmp_path, card_analysis(), 3016)
    with live(tmp_path, "--refresh", "0.3") as served:
        page = visit(served.url).open()
        expect(page.locator("#timeline")).to_have_attribute("data-state", "stale")
        expect(page.locator("#timeline .card-since")).to_contain_text("The streaming job has not committed since")
        expect(page.locator("#leaders-closed .card-age")).to_have_text("⚠ 3\u00a0min old")
        expect(page.locator("#clocks")).to_have_attribute("data-state", "ready")
        expect(page.locator("#pill")).to_have_text(re.compile("no commit · 3"))
        write_stream(tmp_path, card_analysis(), paid, committed_at=ago(1), published_at=ago(0), batch=142)
        expect(page.locator("#timeline")).to_have_attribute("data-state", "ready")
        expect(page.locator("#pill")).to_have_text(re.compile("^live · "))
        expect(page.locator("#announcer")).to_have_text("The stream is live")


@pytest.mark.parametrize(("reason", "state"), [("read all there was", "ready"), ("told to stop", "stale")])
def test_a_job_that_has_ended_is_told_from_one_that_was_done(
    visit: Visit, tmp_path: Path, paid: list[Paid], reason: str, state: str
) -> None:
    write_stream(tmp_path, card_analysis(), paid, stopped={"at": ago(5), "reason": reason})
    with live(tmp_path) as served:
        page = visit(served.url).open()
        expect(page.locator("#timeline")).to_have_attribute("data-state", state)
        expect(page.locator("#pill")).to_have_text(re.compile("^stopped · "))


def test_a_broken_file_fails_its_own_cards_and_is_tried_again(visit: Visit, tmp_path: Path, paid: list[Paid]) -> None:
    fill(tmp_path, paid)
    slots = next(tmp_path.glob("output/*/batch/runs/*/slots/*.parquet"))
    slots.write_bytes(b"PAR1")
    with live(tmp_path, "--refresh", "30") as served:
        tab = visit(served.url)
        tab.forgiven = ("503 (SERVICE UNAVAILABLE)",)
        page = tab.open()
        expect(page.locator("#reconciliation .cover")).to_contain_text("slots/ of run 7f3a: ")
        expect(page.locator("#reconciliation .cover")).to_contain_text("trying again in")
        expect(page.locator("#timeline")).to_have_attribute("data-state", "ready")
        write_slots(slots.parent.parent, card_analysis(), paid)
        page.get_by_role("button", name="Try now").click()
        expect(page.locator("#badge")).to_have_text("✓ reconciled, 0 difference")


def test_a_wrong_address_is_explained_and_reset(visit: Visit) -> None:
    tab = visit()
    tab.forgiven = ("400 (BAD REQUEST)",)
    page = tab.open("?metric=banana")
    expect(page.locator("#timeline .cover")).to_contain_text("metric=banana is not known; known: sum_amount")
    expect(page.locator("#clocks")).to_have_attribute("data-state", "ready")
    page.locator("#timeline .cover button").click()
    expect(page.locator("#timeline")).to_have_attribute("data-state", "ready")
    assert urlsplit(page.url).query == ""


def test_without_a_server_old_figures_stay_and_come_back(visit: Visit, tmp_path: Path, paid: list[Paid]) -> None:
    fill(tmp_path, paid)
    with live(tmp_path, "--refresh", "1") as served:
        tab = visit(served.url)
        tab.forgiven = QUIET
        tab.page.clock.install()
        page = tab.drawn()
        figure = page.locator("#tile-sum_amount .big").inner_text()
        served.stop()
        page.clock.run_for(2_000)
        expect(page.locator("#pill")).to_contain_text("no answer for")
        expect(page.locator(".card:not([data-state=stale])")).to_have_count(0)
        assert page.locator("#tile-sum_amount .big").inner_text() == figure
        port = urlsplit(served.url).port
    with live(tmp_path, port=port or 0):
        page.clock.run_for(31_000)
        expect(page.locator("#clocks")).to_have_attribute("data-state", "ready")


def test_a_paused_page_asks_nothing(visit: Visit, tmp_path: Path, paid: list[Paid]) -> None:
    fill(tmp_path, paid)
    with live(tmp_path, "--refresh", "1") as served:
        tab = visit(served.url)
        tab.page.clock.install()
        page = tab.drawn()
        page.locator("#pause").click()
        expect(page.locator("#pill")).to_contain_text("paused")
        before = len(tab.asked)
        write_stream(tmp_path, card_analysis(), paid, batch=142)
        page.clock.fast_forward("01:00:00")
        assert len(tab.asked) == before
        page.get_by_role("button", name="Resume").click()
        expect(page.locator("[data-stage=published] .stage-note")).to_contain_text("commit 142")


def test_another_business_gets_its_own_page(visit: Visit, tmp_path: Path, paid: list[Paid]) -> None:
    write_stream(tmp_path, card_analysis(), paid)
    with live(tmp_path, "--refresh", "0.3") as served:
        page = visit(served.url).open()
        expect(page.locator(".tile")).to_have_count(6)
        write_stream(tmp_path, plain_analysis(title="Visits", fingerprint="0badcafe" * 8), paid)
        expect(page.locator("h1")).to_have_text("Visits, live")
        expect(page.locator(".tile")).to_have_count(5)


@pytest.mark.parametrize("width", [1280, 360])
def test_markup_in_the_data_is_text(visit: Visit, tmp_path: Path, paid: list[Paid], width: int) -> None:
    events = [replace(event, group=EVIL[place % 8]) for place, event in enumerate(paid)]
    labels = map(Dimension, ("city", "channel", "merchant_cat"), ("<i>City</i>", '"><img src=x>', "{{x}}"))
    analysis = card_analysis(title="<b>Card</b>", dimensions=tuple(labels))
    reason = "<svg onload=alert(5)>"
    folder = write_stream(tmp_path, analysis, events)
    write_quarantine(folder, 1, [reason])
    write_stream(
        tmp_path, analysis, events, rows=rows(windowed=3000, quarantined=1), reasons={reason: 1}, topic="<u>t</u>"
    )
    with live(tmp_path) as served:
        page = visit(served.url, width=width).open()
        expect(page.locator("#timeline")).to_have_attribute("data-state", "ready")
        expect(page.locator("h1")).to_have_text("<b>Card</b>, live")
        expect(page.locator("#leaders-closed .bars")).to_contain_text("<img src=x onerror=alert(1)>")
        expect(page.locator("#account .reasons")).to_contain_text(reason)
        expect(page.locator("#foot-topic")).to_contain_text("<u>t</u>")
        page.locator("#timeline .twin-button").click()
        page.locator("#leaders-open .twin-button").click()
        assert page.locator("main :is(img, script, u, i > *, svg[onload])").count() == 0


def test_labels_of_any_length_leave_the_page_in_its_bounds(visit: Visit, tmp_path: Path, paid: list[Paid]) -> None:
    long = "an unreasonably long name " * 4
    amount = replace(card_analysis().numeric_fields[0], label=long)
    analysis = card_analysis(title=long, numeric_fields=(amount,), dimensions=(Dimension("city", long),))
    events = [replace(event, group=event.group + "y" * 300) for event in paid]
    write_stream(tmp_path, analysis, events, topic="t" * 200, reasons={"w" * 500: 1})
    with live(tmp_path) as served:
        for width in (360, 1280):
            page = visit(served.url, width=width).open()
            expect(page.locator("#timeline")).to_have_attribute("data-state", "ready")


def test_without_chart_js_the_table_stands_in_and_says_why(visit: Visit) -> None:
    tab = visit()
    tab.forgiven = ("net::ERR_FAILED",)
    tab.page.route("**/chart.umd.js", lambda route: route.abort())
    page = tab.drawn()
    expect(page.locator("#timeline .twin")).to_contain_text("Chart.js could not be loaded")
    expect(page.locator("#timeline .twin tbody tr")).to_have_count(36)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_in_every_state(visit: Visit, tmp_path: Path, paid: list[Paid], scheme: str) -> None:
    fill(tmp_path, paid)
    write_stream(tmp_path, card_analysis(), paid[1:], rows=rows(windowed=2999, late=1, duplicate=3))
    with live(tmp_path, "--refresh", "0.3") as served:
        tab = visit(served.url, scheme=scheme)
        tab.forgiven = QUIET
        page = tab.drawn()
        expect(page.locator("#badge")).to_have_class("verdict warn")
        assert page.evaluate(CONTRASTS) == []
        page.locator("#timeline .twin-button").click()
        served.stop()
        expect(page.locator("#timeline")).to_have_attribute("data-state", "stale")
        assert page.evaluate(CONTRASTS) == []


def test_the_next_window_to_close_is_counted_down_and_then_due(visit: Visit, tmp_path: Path, paid: list[Paid]) -> None:
    began = datetime.now(UTC)

    def commit(second: int, clock_min: int) -> None:
        at, clock = iso(began + timedelta(seconds=second)), BEGIN + timedelta(minutes=clock_min)
        told: dict[str, Any] = {"committed_at": at, "published_at": at, "batch": second, "event_clock": iso(clock)}
        write_stream(tmp_path, card_analysis(), paid[:50], clock=BEGIN + timedelta(minutes=20), **told)

    with live(tmp_path, "--refresh", "0.3") as served:
        commit(0, 20)
        page = visit(served.url).open()
        expect(page.locator("#next-close")).to_have_text(re.compile("^04:45 . 05:45$"))
        commit(1, 25)  # five minutes a second; the window closes when the clock is at 06:00
        expect(page.locator("#next-close")).to_have_text(re.compile("^04:45 . 05:45, in 1 s$"))
        expect(page.locator("#pace")).to_have_text(re.compile("^replayed at 300 . real time"))
        commit(2, 30)
        expect(page.locator("#next-close")).to_have_text(re.compile("^04:45 . 05:45, now due$"))
