"""The states of the page in a browser: loading, empty, wrong, old; and that it comes back by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Route, expect

from datagen.analysis import Dimension
from tests.web.browsing import CONTRASTS, EVIL, QUIET, Tab
from tests.web.runs import Event, card_analysis, card_events, plain_analysis, point, write_run
from tests.web.served import serve

pytestmark = pytest.mark.browser
Visit = Callable[..., Tab]
EVENTS = card_events(date(2025, 1, 1), 20, 8)
NEWER = "20250301T110000Z-9b01"
NAMES = ("city", "channel", "merchant_cat")


def hold_answers(tab: Tab) -> None:
    """The server is there and never answers."""
    tab.page.route("**/api/**", lambda route: None)


def test_a_card_that_waits_for_its_figures_shows_where_they_will_be(visit: Visit) -> None:
    tab = visit()
    hold_answers(tab)
    page = tab.open()
    expect(page.locator(".card[data-state=loading]")).to_have_count(15)
    expect(page.locator(".skeleton:visible")).to_have_count(15)
    assert page.locator(".card").first.get_attribute("aria-busy") == "true"
    expect(page.locator("#trend-title")).to_have_text("Amount per day")
    expect(page.locator("#pill")).to_have_text("connecting")


def test_an_empty_page_says_why_and_what_to_run_and_fills_itself(visit: Visit, tmp_path: Path) -> None:
    with serve("--data", str(tmp_path), "--dataset", "card_transactions", "--refresh", "0.3") as served:
        tab = visit(served.url)
        page = tab.open()
        expect(page.locator("#rows .cover")).to_contain_text("No extract has been made: no file in")
        expect(page.locator("#rows code")).to_have_text("datagen generate schemas/card_transactions.json")
        expect(page.locator("[data-stage=generated] .stage-figure")).to_have_text("⚠ nothing yet")
        expect(page.locator("#pill")).to_have_text("nothing published yet")
        extract = tmp_path / "input" / "card_transactions" / "2025-01-01.csv"
        extract.parent.mkdir(parents=True)
        extract.touch()
        expect(page.locator("#rows code")).to_have_text("demo up batch --schema schemas/card_transactions.json")
        write_run(tmp_path, card_analysis(), EVENTS)
        expect(page.locator("h1")).to_have_text("Card Transactions")
        expect(page.locator("#tile-record_count .big")).to_have_text(re.compile(r"\d+"))


def test_filters_that_match_nothing_say_so_and_are_undone_with_one_press(visit: Visit) -> None:
    page = visit().open("?where.city=Atlantis")
    expect(page.locator("#trend .cover")).to_contain_text("No record matches the filters")
    expect(page.locator("#tile-sum_amount .cover")).to_contain_text("no match")
    expect(page.locator("#trend-title")).to_have_text("Amount per day")
    expect(page.locator("#quality")).to_have_attribute("data-state", "ready")
    page.locator("#trend .cover button").click()
    expect(page.locator("#trend")).to_have_attribute("data-state", "ready")
    assert urlsplit(page.url).query == ""


def test_an_address_that_cannot_be_answered_is_explained(visit: Visit) -> None:
    tab = visit()
    tab.forgiven = ("400 (BAD REQUEST)",)
    page = tab.open("?from=banana&where.country=IN")
    expect(page.locator("#trend .cover")).to_contain_text("from=banana is not a day; write it as 2025-02-01; where.c")
    expect(page.locator("#trend .cover")).not_to_contain_text("trying again")
    expect(page.locator("#quality")).to_have_attribute("data-state", "ready")
    page.locator("#rows .cover button").click()
    expect(page.locator("#rows")).to_have_attribute("data-state", "ready")


def test_a_missing_file_fails_its_own_cards_and_is_tried_again(visit: Visit, tmp_path: Path) -> None:
    folder = write_run(tmp_path, card_analysis(), EVENTS)
    account = (folder / "quality.json").read_text()
    (folder / "quality.json").unlink()
    with serve("--data", str(tmp_path), "--refresh", "30") as served:
        tab = visit(served.url)
        tab.forgiven = ("503 (SERVICE UNAVAILABLE)",)
        page = tab.open()
        expect(page.locator("#quality .cover")).to_contain_text("quality.json of run 7f3a: not there")
        expect(page.locator("#quality .cover")).to_contain_text(re.compile(r"trying again in \d+.s"))
        expect(page.locator("#trend")).to_have_attribute("data-state", "ready")
        again = page.locator("#quality .cover button")
        again.focus()
        with page.expect_response("**/api/quality"):
            page.keyboard.press("Enter")
        expect(again).to_be_focused()
        (folder / "quality.json").write_text(account)
        again.click()
        expect(page.locator("#verdict")).to_have_text("✓ adds up")


def test_without_a_server_old_figures_stay_and_go_on_ageing_until_it_is_back(visit: Visit, tmp_path: Path) -> None:
    write_run(tmp_path, card_analysis(), EVENTS)
    with serve("--data", str(tmp_path), "--refresh", "1") as served:
        tab = visit(served.url)
        tab.forgiven = QUIET
        tab.page.clock.install()
        page = tab.drawn()
        figure = page.locator("#tile-sum_amount .big").inner_text()
        served.stop()
        page.clock.run_for(2_000)
        expect(page.locator("#pill")).to_contain_text("no answer for")
        expect(page.locator("#announcer")).to_have_text("the server does not answer")
        expect(page.locator(".card:not([data-state=stale])")).to_have_count(0)
        expect(page.locator("#trend .card-since")).to_contain_text("The server has not answered since")
        assert page.locator("#tile-sum_amount .big").inner_text() == figure
        page.clock.fast_forward("05:00")
        expect(page.locator("#pill")).to_have_text("no answer for 5\u00a0min")
        expect(page.locator("#trend .card-age")).to_have_text("⚠ 5\u00a0min old")
        port = urlsplit(served.url).port
    with serve("--data", str(tmp_path), port=port or 0):
        page.clock.run_for(31_000)
        expect(page.locator("#trend")).to_have_attribute("data-state", "ready")
        expect(page.locator("#pill")).to_contain_text("published")


def test_a_server_that_is_not_there_from_the_start_is_waited_for(visit: Visit, tmp_path: Path) -> None:
    write_run(tmp_path, card_analysis(), EVENTS)
    with serve("--data", str(tmp_path), "--refresh", "1") as served:
        tab = visit(served.url)
        tab.forgiven = ("net::ERR_FAILED",)
        tab.page.route("**/api/**", lambda route: route.abort())
        page = tab.open()
        expect(page.locator("#trend .cover")).to_contain_text("The figures could not be read")
        expect(page.locator("#pill")).to_have_text("no answer")
        page.unroute("**/api/**")
        page.locator("#trend .cover button").click()
        expect(page.locator("#trend")).to_have_attribute("data-state", "ready")


def test_a_paused_page_asks_nothing_and_goes_on_ageing(visit: Visit, tmp_path: Path) -> None:
    folder = write_run(tmp_path, card_analysis(), EVENTS)
    with serve("--data", str(tmp_path), "--refresh", "1") as served:
        tab = visit(served.url)
        tab.page.clock.install()
        page = tab.drawn()
        page.locator("#pause").click()
        expect(page.locator("#pill")).to_contain_text("paused")
        before = len(tab.asked)
        age = page.locator("#pill time").inner_text()
        write_run(tmp_path, card_analysis(), EVENTS[:50], run=NEWER)
        page.clock.fast_forward("50:00:00")
        expect(page.locator("#pill time")).not_to_have_text(age)
        assert len(tab.asked) == before
        page.get_by_role("button", name="Resume").click()
        expect(page.locator("[data-stage=published] .stage-figure")).to_have_text("run 9b01")
        assert folder.exists()


def test_pausing_while_an_answer_is_under_way_is_pausing_too(visit: Visit) -> None:
    tab = visit()
    tab.page.clock.install()
    page = tab.drawn()
    held: list[Route] = []
    page.route("**/api/status", lambda route: held.append(route))
    with page.expect_request("**/api/status"):
        page.clock.run_for(1_000)
    page.locator("#pause").click()
    with page.expect_response("**/api/status"):
        held[0].continue_()
    before = len(tab.asked)
    page.clock.run_for(60_000)
    assert len(tab.asked) == before


def test_a_new_run_appears_by_itself_and_is_announced(visit: Visit, tmp_path: Path) -> None:
    write_run(tmp_path, card_analysis(), EVENTS)
    with serve("--data", str(tmp_path), "--refresh", "0.3") as served:
        page = visit(served.url).drawn("?from=2025-01-01&to=2025-01-20")
        page.evaluate("window.same = true")
        folder = write_run(tmp_path, card_analysis(), EVENTS[:50], run=NEWER, pointer=False)
        point(folder.parent.parent, NEWER, card_analysis().fingerprint)
        expect(page.locator("#tile-record_count .big")).to_have_text("50")
        expect(page.locator("#announcer")).to_have_text("Run 9b01 is published")
        expect(page.locator("#foot-folder")).to_contain_text(NEWER)
        assert page.evaluate("window.same")


def test_another_business_under_the_same_name_gets_its_own_page(visit: Visit, tmp_path: Path) -> None:
    write_run(tmp_path, card_analysis(), EVENTS)
    with serve("--data", str(tmp_path), "--refresh", "0.3") as served:
        page = visit(served.url).drawn()
        plain = [Event(event.day, event.dimensions[:1]) for event in EVENTS]
        write_run(tmp_path, plain_analysis(title="Visits"), plain, run=NEWER)
        expect(page.locator("h1")).to_have_text("Visits")
        expect(page.locator(".tile")).to_have_count(1)


@pytest.mark.parametrize("width", [1280, 360])
def test_markup_in_the_data_is_text(visit: Visit, tmp_path: Path, width: int) -> None:
    events = [
        replace(event, dimensions=(EVIL[place % 8], EVIL[place % 7], event.dimensions[2]))
        for place, event in enumerate(EVENTS)
    ]
    analysis = card_analysis(
        title="<b>Card</b>",
        description="<script>alert(4)</script>",
        dimensions=tuple(
            map(Dimension, ("city", "channel", "merchant_cat"), ("<i>City</i>", '"><img src=x>', "{{x}}"))
        ),
    )
    reasons = [{"reason": "<svg onload=alert(5)>", "rows": 3}]
    write_run(tmp_path, analysis, events, quality={"reasons": reasons, "warnings": ["<u>warned</u>"]})
    with serve("--data", str(tmp_path)) as served:
        tab = visit(served.url, width=width)
        page = tab.drawn("?split=city")
        expect(page.locator("h1")).to_have_text("<b>Card</b>")
        expect(page.locator("#segments-0 .bars")).to_contain_text("<script>alert(2)</script>")
        expect(page.locator("#trend .legend")).to_contain_text("<img src=x onerror=alert(1)>")
        expect(page.locator(".reasons")).to_contain_text("<svg onload=alert(5)>")
        assert page.locator("main :is(img, script, b > b, i > *, svg[onload])").count() == 0
        page.locator(".chip-dimension summary").first.click()
        box = page.get_by_label(EVIL[4])
        box.check()
        expect(page.locator("#segments-0 .row")).to_have_count(1)
        expect(page.locator("#segments-0 .bar-label")).to_have_text(EVIL[4])


def test_labels_of_any_length_leave_the_page_in_its_bounds(visit: Visit, tmp_path: Path) -> None:
    long = "an unreasonably long name " * 4
    analysis = card_analysis(
        title=long,
        description="x" * 200,
        dimensions=tuple(Dimension(name, long) for name in NAMES),
        numeric_fields=(replace(card_analysis().numeric_fields[0], label=long),),
        boolean_fields=tuple(replace(flag, label=long) for flag in card_analysis().boolean_fields),
    )
    events = [replace(event, dimensions=("y" * 300, "z" * 300, event.dimensions[2])) for event in EVENTS]
    write_run(tmp_path, analysis, events, quality={"reasons": [{"reason": "w" * 500, "rows": 1}]})
    with serve("--data", str(tmp_path)) as served:
        for width in (360, 1280):
            visit(served.url, width=width).drawn()


def test_without_chart_js_the_table_stands_in_and_says_why(visit: Visit) -> None:
    tab = visit()
    tab.forgiven = ("net::ERR_FAILED",)
    tab.page.route("**/chart.umd.js", lambda route: route.abort())
    page = tab.drawn()
    expect(page.locator("#trend .twin")).to_contain_text("Chart.js could not be loaded")
    expect(page.locator("#trend .twin tbody tr")).to_have_count(28)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_in_every_state(visit: Visit, tmp_path: Path, scheme: str) -> None:
    folder = write_run(tmp_path, card_analysis(), EVENTS)
    (folder / "quality.json").unlink()
    with serve("--data", str(tmp_path), "--refresh", "0.3") as served:
        tab = visit(served.url, scheme=scheme)
        tab.forgiven = (*QUIET, "503 (SERVICE UNAVAILABLE)", "400 (BAD REQUEST)")
        page = tab.open("?where.city=Delhi&split=city")
        expect(page.locator("#quality")).to_have_attribute("data-state", "error")
        expect(page.locator("#trend")).to_have_attribute("data-state", "ready")
        page.locator(".chip-dimension summary").first.click()
        expect(page.locator(".choices:visible label").first).to_be_visible()
        assert page.evaluate(CONTRASTS) == []
        page.locator("#segments-0 .twin-button").click()
        served.stop()
        expect(page.locator("#trend")).to_have_attribute("data-state", "stale")
        assert page.evaluate(CONTRASTS) == []
