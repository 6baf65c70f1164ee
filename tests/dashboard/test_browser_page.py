"""The page in a browser: figures, formats, filters, keyboard, themes, narrow screens."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.web.browsing import Tab
from tests.web.served import Served

pytestmark = pytest.mark.browser
Visit = Callable[..., Tab]
NAME = "(({ id, className, tagName }) => id || className || tagName)(document.activeElement)"
OUTLINE = "document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle"
BLANK, DASH, MINUS = "\u00a0", "\u2013", "\u2212"


def ask(served: Served, path: str) -> Any:
    with urllib.request.urlopen(served.url + path) as response:
        return json.load(response)


def tile(page: Page, metric: str) -> str:
    return page.locator(f"#tile-{metric} .big").inner_text()


def test_the_page_draws_itself_without_a_complaint_and_without_moving(visit: Visit) -> None:
    page = visit().page
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => list.getEntries().forEach(e => window.moved += e.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page.goto("about:blank")
    tab = Tab(page, visit().url)
    tab.drawn()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.moved") < 0.02


def test_figures_are_short_on_the_tile_and_exact_in_its_tooltip(visit: Visit, served: Served) -> None:
    page = visit().drawn()
    answer = {shown["metric"]: shown for shown in ask(served, "/api/overview")["tiles"]}
    amount = Decimal(answer["sum_amount"]["value"])
    assert page.locator("#tile-sum_amount .big").get_attribute("title") == f"₹{BLANK}{amount:,.2f}"
    assert re.fullmatch(rf"₹{BLANK}[\d.]+{BLANK}k", tile(page, "sum_amount"))
    assert tile(page, "record_count") == f"{int(answer['record_count']['value']):,}"
    assert tile(page, "rate_label_fraud") == f"{float(answer['rate_label_fraud']['value']) * 100:.2f}{BLANK}%"


def test_a_rise_is_good_or_bad_as_the_analysis_says(visit: Visit, served: Served) -> None:
    page = visit().drawn()
    for shown in ask(served, "/api/overview")["tiles"]:
        polarity = ask(served, "/api/overview")["figures"][shown["metric"]]["polarity"]
        change = page.locator(f"#tile-{shown['metric']} .change b")
        rises = shown["change"] > 0
        expected = {None: "", "good": "good" if rises else "bad", "bad": "bad" if rises else "good"}[polarity]
        assert (change.get_attribute("class") or "") == expected
        assert change.inner_text().startswith("+" if rises else MINUS)
        spoken = {"good": "better", "bad": "worse", "": ""}[expected]
        assert spoken in change.inner_text()


def test_times_are_those_of_the_analysis_and_not_of_the_browser(visit: Visit) -> None:
    tab = visit()
    tab.page.route("**/api/overview", lambda route: None)  # the others do not wait for what it says
    page = tab.open()
    for place in ("#pill", "[data-stage=published]"):
        time = page.locator(f"{place} time")
        # one zone, under its new name or its old
        expect(time).to_have_attribute("title", re.compile("^1 Mar 2025, 15:30:12 Asia/(Kolkata|Calcutta)$"))


WRITTEN = {
    "en-GB": "₹ 2.43 M | ₹ 1.00 M | -₹ 0.50 | ₹ 9,999.99 | 12,345,678,901,234,567,890.12 | 1.32 % | +5.8 % | -0.21 pt",
    "de-DE": "2,43 M ₹ | 1,00 M ₹ | -0,50 ₹ | 9.999,99 ₹ | 12.345.678.901.234.567.890,12 | 1,32 % | +5,8 % | -0,21 pt",
}


@pytest.mark.parametrize("locale", WRITTEN)
def test_figures_are_written_as_the_locale_has_them_to_the_last_digit(visit: Visit, locale: str) -> None:
    found = (
        visit(locale=locale)
        .drawn()
        .evaluate(
            """async () => {
            const { Formats } = await import("/static/web/format.js");
            const rupees = new Formats({ currency: "INR", timezone: "UTC" });
            const money = { format: "money", kind: "sum", digits: 2 };
            const number = { format: "number", kind: "sum", digits: 2 };
            const rate = { format: "percent", kind: "rate", digits: 8 };
            return [
                rupees.short("2430000.49", money), rupees.short("999999.99", money), rupees.short("-0.50", money),
                rupees.short("9999.99", money), rupees.exact("12345678901234567890.12", number),
                rupees.short("0.0132", rate), rupees.change(0.058, money).text, rupees.change(-0.0021, rate).text,
            ];
        }"""
        )
    )
    assert [text.replace(BLANK, " ").replace(MINUS, "-") for text in found] == WRITTEN[locale].split(" | ")


def test_an_unknown_currency_and_zone_do_not_stop_the_page(visit: Visit) -> None:
    found = (
        visit()
        .drawn()
        .evaluate(
            """async () => {
            const { Formats } = await import("/static/web/format.js");
            const odd = new Formats({ currency: "rubles", timezone: "Mars/Olympus" });
            return [odd.short("1.5", { format: "money", kind: "sum", digits: 2 }), odd.timezone];
        }"""
        )
    )
    assert found == [f"rubles{BLANK}1.50", "UTC"]


def test_filters_stand_in_the_address_and_the_back_button_undoes_them(visit: Visit, served: Served) -> None:
    tab = visit()
    page = tab.drawn()
    all_records = tile(page, "record_count")
    page.locator("summary", has_text="City").click()
    page.get_by_label("Delhi").check()
    expect(page.locator("#tile-record_count .big")).not_to_have_text(all_records)
    assert "where.city=Delhi" in page.url
    page.get_by_label("Pune").check()
    expect(page).to_have_url(re.compile(r"where\.city=Delhi&where\.city=Pune$"))
    expect(page.locator(".chip-dimension b").first).to_have_text("Delhi +1")
    both = ask(served, "/api/overview?where.city=Delhi&where.city=Pune")["records"]
    expect(page.locator("#tile-record_count .big")).to_have_text(f"{both:,}")
    page.go_back()
    expect(page.locator(".chip-dimension b").first).to_have_text("Delhi")
    page.go_back()
    expect(page.locator("#tile-record_count .big")).to_have_text(all_records)
    shared = tab.drawn("?where.city=Delhi&where.city=Pune")
    assert tile(shared, "record_count") == f"{both:,}"
    shared.get_by_role("button", name="Reset", exact=True).click()
    expect(shared).to_have_url(f"{served.url}/")


def test_days_are_chosen_by_preset_and_by_hand(visit: Visit) -> None:
    page = visit().drawn()
    page.locator("#period summary").click()
    page.get_by_role("button", name="All days").click()
    expect(page).to_have_url(re.compile("from=2025-01-01&to=2025-02-28"))
    expect(page.locator("#compared")).to_have_text("no equal period before it to compare with")
    page.locator("#period summary").click()
    page.get_by_label("From", exact=True).fill("2025-02-10")
    page.get_by_label("To", exact=True).fill("2025-02-05")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#period summary")).to_have_text(re.compile(rf"5.{DASH}.10 Feb 2025"))
    expect(page.locator("#compared")).to_contain_text("30 Jan")


def test_a_value_is_found_by_typing_a_part_of_it(visit: Visit) -> None:
    page = visit().drawn()
    page.locator("summary", has_text="City").click()
    page.get_by_label("Search City").fill("hyd")
    expect(page.locator(".choices:visible label")).to_have_count(1)
    expect(page.locator(".choices:visible label")).to_contain_text("Hyderabad")


def test_a_bar_leads_to_its_own_records(visit: Visit) -> None:
    page = visit().drawn()
    page.locator("#segments-3 a.bar-label").first.click()
    expect(page).to_have_url(re.compile(r"\?where\.city=\w+&where\.channel=\w+$"))
    expect(page.locator("#segments-0 .row")).to_have_count(1)


def test_the_figure_and_the_split_are_chosen_and_remembered_in_the_address(visit: Visit) -> None:
    tab = visit()
    page = tab.drawn()
    page.locator("#metric button", has_text="Records").click()
    expect(page.locator("#trend-title")).to_have_text("Records per day")
    expect(page.locator("#segments-0-title")).to_have_text("Records by city")
    expect(page.get_by_role("button", name="Records by city table")).to_be_visible()
    page.get_by_role("link", name="Contactless").click()
    expect(page.locator("#trend-title")).to_have_text("Contactless per day")
    expect(page.locator(".tile-link[aria-current]")).to_have_text("Contactless")
    page.locator("#split").select_option("channel")
    expect(page.locator("#trend .legend")).to_contain_text("TRANSIT")
    page.locator("#metric select").select_option("rate_label_fraud")
    expect(page).to_have_url(re.compile(r"\?metric=rate_label_fraud&split=channel$"))
    again = tab.drawn("?metric=rate_label_fraud&split=channel")
    assert again.locator("#metric select").input_value() == "rate_label_fraud"
    assert again.locator("#split").input_value() == "channel"


def test_every_chart_has_a_name_and_a_table_twin_with_exact_figures(visit: Visit, served: Served) -> None:
    page = visit().drawn()
    trend = ask(served, "/api/overview")["trend"]
    name = page.locator("#trend canvas").get_attribute("aria-label") or ""
    assert name.startswith("Amount per day, 1")
    assert f"most ₹{BLANK}{max(map(Decimal, trend['values'])):,.2f} on " in name
    assert all(page.locator(".spark svg").evaluate_all("all => all.map(one => one.getAttribute('aria-label'))"))
    for card in ("trend", "segments-0", "segments-1", "segments-2", "segments-3", "rates"):
        page.locator(f"#{card} .twin-button").click()
        expect(page.locator(f"#{card} .twin table")).to_be_visible()
        assert page.locator(f"#{card} .twin caption").inner_text()
    cells = page.locator("#trend .twin tbody tr:first-child td").all_inner_texts()
    assert cells[1] == f"₹{BLANK}{Decimal(trend['values'][0]):,.2f}"
    page.locator("#trend .twin-button").click()
    expect(page.locator("#trend canvas")).to_be_visible()


def test_the_chart_is_read_point_by_point_with_the_keyboard(visit: Visit, served: Served) -> None:
    page = visit().drawn()
    trend = ask(served, "/api/overview")["trend"]
    page.locator("#trend canvas").focus()
    said = page.locator("#announcer")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text(f"Sat, 1 Feb 2025, ₹{BLANK}{Decimal(trend['values'][0]):,.2f}, 4 Jan: ")
    page.keyboard.press("End")
    expect(said).to_contain_text("Fri, 28 Feb 2025")
    page.keyboard.press("ArrowLeft")
    expect(said).to_contain_text("Thu, 27 Feb 2025")


def test_everything_is_reached_and_worked_with_the_keyboard(visit: Visit) -> None:
    page = visit().drawn()
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the figures")).to_be_focused()
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        reached.add(page.evaluate(NAME))
        assert page.evaluate(OUTLINE) != "none"
    assert {"pause", "theme", "SUMMARY", "split", "CANVAS", "bar-label", "trend-twin", "sorter", "download"} <= reached
    page.locator(".chip-dimension summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".choices:visible label").first).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("where.city="))
    page.keyboard.press("Escape")
    expect(page.locator(".chip[open]")).to_have_count(0)
    expect(page.locator(".chip-dimension summary").first).to_be_focused()


def test_rows_are_sorted_and_paged_by_the_server(visit: Visit, served: Served) -> None:
    page = visit().drawn()
    first = page.locator("#rows tbody tr:first-child td")
    page.locator("#rows th[data-column=sum_amount] .sorter").click()
    top = ask(served, "/api/rows?sort=-sum_amount")
    expect(first.nth(5)).to_have_text(f"{Decimal(top['rows'][0][top['columns'].index('sum_amount')]):,.2f}")
    assert page.locator("#rows th[data-column=sum_amount]").get_attribute("aria-sort") == "descending"
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#pages")).to_have_text(f"11{DASH}20 of {top['count']:,}")
    assert "page=2" in page.url
    page.go_back()
    expect(page.locator("#pages")).to_have_text(f"1{DASH}10 of {top['count']:,}")


def test_the_download_is_what_is_shown(visit: Visit) -> None:
    page = visit().drawn("?where.city=Delhi&sort=-sum_amount&page=2&metric=record_count")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert download.value.suggested_filename == "card_transactions_2025-02-01_2025-02-28.csv"
    lines = download.value.path().read_text().splitlines()
    assert all(line.split(",")[1] == "Delhi" for line in lines[1:])


def test_the_account_adds_up_in_green_and_names_every_reason(visit: Visit) -> None:
    page = visit().drawn()
    expect(page.locator("#verdict")).to_have_text("✓ adds up")
    expect(page.locator("#quality .account-legend")).to_contain_text("quarantined 3")
    expect(page.locator("#quality .reasons tr").first).to_have_text("not a number2")
    expect(page.locator("#quality .reasons")).to_contain_text("repaired: city, blank -> UNKNOWN")
    expect(page.locator("#files tbody tr").first).to_contain_text("2025-01-01.csv")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 640, 1000, 1280])
def test_nothing_sticks_out_at_any_width(visit: Visit, width: int, scheme: str) -> None:
    tab = visit(width=width, scheme=scheme)
    page = tab.drawn()
    page.locator(".chip-dimension summary").first.click()
    expect(page.locator(".choices:visible label").first).to_be_visible()
    box = page.locator(".panel:visible").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_the_theme_follows_the_system_until_one_is_chosen_and_that_is_remembered(visit: Visit) -> None:
    tab = visit(scheme="dark")
    page = tab.drawn()
    background = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(background) == "rgb(15, 18, 23)"
    page.locator("#theme").click()
    assert page.evaluate(background) == "rgb(246, 247, 249)"
    page = tab.drawn()
    assert page.evaluate(background) == "rgb(246, 247, 249)"
    expect(page.locator("#theme-name")).to_have_text("Light")
    page.locator("#theme").click()
    page.locator("#theme").click()
    assert page.evaluate(background) == "rgb(15, 18, 23)"


def test_nothing_moves_for_who_asked_for_that(visit: Visit) -> None:
    page = visit().page
    page.route("**/api/**", lambda route: None)
    page.goto(visit().url)
    moving = "[...document.querySelectorAll('*')].filter(one => getComputedStyle(one).animationName !== 'none').length"
    assert page.evaluate(moving) == 0
