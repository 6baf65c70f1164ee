"""The streaming page in a browser: figures, colours, keyboard, themes, narrow screens, and that it moves nothing."""

from __future__ import annotations

import json
import re
import urllib.request
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.streaming_dashboard.conftest import fill
from tests.web.browsing import Tab, Visit
from tests.web.runs import card_analysis, plain_analysis
from tests.web.served import Served, serve
from tests.web.streams import Paid, write_stream

pytestmark = pytest.mark.browser
BLANK, DASH = "\u00a0", "\u2013"
NAME = "(({ id, className, tagName }) => id || className || tagName)(document.activeElement)"
OUTLINE = "document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle"
FILL = "node => getComputedStyle(node).backgroundImage"
WIDE = "nodes => nodes.filter(node => node.scrollWidth > node.clientWidth + 1).map(node => node.id)"
WATCH_MOVES = (
    "window.moved = 0; new PerformanceObserver(list => list.getEntries().forEach(e => window.moved += e.value))"
    ".observe({type: 'layout-shift', buffered: true})"
)


def ask(served: Served, path: str) -> Any:
    with urllib.request.urlopen(served.url + path) as response:
        return json.load(response)


def live(data: Path, *options: str) -> Any:
    return serve("--data", str(data), "--dataset", "card_transactions", *options, module="streaming_dashboard")


@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_draws_and_fills_itself_without_moving(
    visit: Visit, tmp_path: Path, paid: list[Paid], width: int
) -> None:
    fill(tmp_path, paid[:1500])
    with live(tmp_path, "--refresh", "0.3") as served:
        tab = visit(served.url, width=width)
        tab.page.add_init_script(WATCH_MOVES)
        page = tab.drawn()
        assert page.evaluate("window.moved") < 0.02
        before = page.evaluate("window.moved")
        write_stream(tmp_path, card_analysis(), paid, batch=142)
        expect(page.locator("[data-stage=published] .stage-note")).to_contain_text("commit 142")
        expect(page.locator("[data-stage=windowed] .stage-figure")).to_have_text("3,000 events")
        assert page.evaluate("window.moved") - before < 0.005


def test_figures_are_short_on_the_page_and_exact_in_tooltips(visit: Visit, served: Served) -> None:
    page = visit().drawn()
    last = {tile["metric"]: tile for tile in ask(served, "/api/windows")["last"]["tiles"]}
    amount = Decimal(last["sum_amount"]["value"])
    title = page.locator("#tile-sum_amount .big").get_attribute("title") or ""
    assert title.startswith(f"₹{BLANK}{amount:,.2f}, 14 Jan 2025")
    assert re.fullmatch(rf"₹{BLANK}[\d.]+{BLANK}k", page.locator("#tile-sum_amount .big").inner_text())
    expect(page.locator("#tile-record_count .big")).to_have_text(last["record_count"]["value"])
    expect(page.locator("#tile-lag .big")).to_have_text("0")
    expect(page.locator("#tile-late .big")).to_have_text("0")


def test_times_are_those_of_the_analysis_and_not_of_the_browser(visit: Visit) -> None:
    page = visit().drawn()
    expect(page.locator("#event-clock")).to_have_text(re.compile("^14 Jan 2025, 23:2"))
    expect(page.locator("#last-closed")).to_have_text(f"22:00 {DASH} 23:00")
    expect(page.locator("#next-close")).to_have_text(re.compile(f"^22:15 {DASH} 23:15"))


def test_the_badge_says_what_is_reconciled(visit: Visit, served: Served) -> None:
    page = visit().drawn()
    records = ask(served, "/api/reconciliation")["records"]["batch"]
    expect(page.locator("#badge")).to_have_text("✓ reconciled, 0 difference")
    expect(page.locator("#badge")).to_have_class("verdict good")
    row = page.locator("#reconciliation tbody tr").first
    expect(row.locator("td")).to_have_text(["Records", f"{records:,}", f"{records:,}"])
    expect(page.locator("#verdict")).to_have_text("✓ adds up")


def test_the_table_beside_the_timeline_has_the_same_figures_exact(visit: Visit, served: Served) -> None:
    page = visit().drawn()
    timeline = ask(served, "/api/windows")["timeline"]
    page.get_by_role("button", name="Amount per window table").click()
    rows = page.locator("#timeline .twin tbody tr")
    expect(rows).to_have_count(36)
    newest = rows.first.locator("td")
    expect(newest.nth(0)).to_have_text(re.compile(f"14 Jan 2025, 23:15 {DASH} 15 Jan 2025, 00:15"))
    expect(newest.nth(1)).to_have_text("open")
    expect(newest.nth(2)).to_have_text(f"₹{BLANK}{Decimal(timeline['totals'][-1]):,.2f}")
    expect(rows.last.locator("td").nth(1)).to_have_text("closed")


def test_a_group_has_one_colour_in_every_chart(visit: Visit) -> None:
    page = visit().drawn()
    legend = page.locator(".groups .swatch").evaluate_all("nodes => nodes.map(n => n.dataset.colour)")
    names = page.locator(".groups > span").all_inner_texts()
    colours = dict(zip(names, legend, strict=True))
    assert len(colours) == 6
    for card in ("#leaders-closed", "#leaders-open"):
        for row in page.locator(f"{card} .row").all():
            name = row.locator(".bar-label").inner_text()
            assert row.locator(".bar > i").get_attribute("data-colour") == colours.get(name, "5")


def test_open_windows_are_hatched_and_closed_ones_are_not(visit: Visit) -> None:
    page = visit().drawn()
    fills = page.evaluate(
        "Chart.getChart(document.querySelector('canvas')).data.datasets"
        ".map(d => d.backgroundColor.map(f => f instanceof CanvasPattern))"
    )
    assert all(fill == [False] * 31 + [True] * 5 for fill in fills)
    assert "repeating" in page.locator("#leaders-open .bar > i").first.evaluate(FILL)
    assert page.locator("#leaders-closed .bar > i").first.evaluate(FILL) == "none"


def test_figure_and_span_are_chosen_and_stand_in_the_address(visit: Visit, served: Served) -> None:
    page = visit().drawn()
    page.get_by_role("button", name="Records").click()
    expect(page.locator("#timeline-title")).to_have_text("Records per window")
    page.get_by_label("How many windows").select_option("24")
    expect(page.locator("#timeline canvas")).to_have_attribute("aria-label", re.compile("24 windows from"))
    assert "metric=record_count" in page.url
    assert "last=24" in page.url
    leaders = ask(served, "/api/windows?metric=record_count")["leaders"]["closed"]["rows"]
    expect(page.locator("#leaders-closed .bar-value").first).to_have_text(leaders[0]["value"])
    page.go_back()
    page.go_back()
    expect(page.locator("#timeline-title")).to_have_text("Amount per window")


def test_averages_are_lines_whose_open_end_is_dashed(visit: Visit) -> None:
    page = visit().drawn("?metric=avg_amount")
    kinds = page.evaluate("Chart.getChart(document.querySelector('canvas')).data.datasets.map(d => d.type)")
    assert set(kinds) == {"line"}
    dash = "Chart.getChart(document.querySelector('canvas')).data.datasets[0].segment.borderDash({p1DataIndex: %d})"
    assert page.evaluate(dash % 35) == [3, 3]
    assert page.evaluate(dash % 3) is None


def test_the_keyboard_reaches_everything_and_reads_the_chart(visit: Visit) -> None:
    page = visit().drawn()
    reached = []
    for _ in range(25):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(NAME))
        outline = page.evaluate(OUTLINE)
        assert outline is True or outline != "none", reached[-1]
    for wanted in ("pause", "theme", "last", "timeline-twin", "CANVAS", "compared", "leaders-open-twin"):
        assert wanted in reached, reached
    page.locator("#timeline canvas").focus()
    page.keyboard.press("End")
    expect(page.locator("#announcer")).to_have_text(re.compile(rf"14 Jan 2025, 23:15 {DASH} .*: open, ₹.*Mumbai: ₹"))
    page.keyboard.press("Home")
    expect(page.locator("#announcer")).not_to_contain_text("open,")


def test_the_point_that_is_read_stays_where_it_is_when_figures_come(
    visit: Visit, tmp_path: Path, paid: list[Paid]
) -> None:
    fill(tmp_path, paid)
    with live(tmp_path, "--refresh", "0.3") as served:
        page = visit(served.url).drawn()
        page.locator("#timeline canvas").focus()
        page.keyboard.press("Home")
        write_stream(tmp_path, card_analysis(), paid, batch=142)
        expect(page.locator("[data-stage=published] .stage-note")).to_contain_text("commit 142")
        active = page.evaluate("Chart.getChart(document.querySelector('canvas')).getActiveElements().map(e => e.index)")
        assert set(active) == {0}


def test_without_a_value_there_is_no_choice_of_figures(visit: Visit, tmp_path: Path, paid: list[Paid]) -> None:
    write_stream(tmp_path, plain_analysis(), paid)
    with live(tmp_path) as served:
        page = visit(served.url).open()
        expect(page.locator("#timeline")).to_have_attribute("data-state", "ready")
        expect(page.locator(".tile")).to_have_count(5)
        assert page.locator("#metric").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_everything_stays_in_its_bounds(visit: Visit, scheme: str, width: int) -> None:
    tab: Tab = visit(width=width, scheme=scheme)
    page = tab.drawn()
    assert page.locator(".card, .stage, .row").evaluate_all(WIDE) == []
