"""The page as it is sent, before any script has run."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashboard.app import create_app
from datagen.analysis import Dimension
from tests.web.runs import Event, card_analysis, card_events, plain_analysis, write_run
from web.published import Published

SPAN = re.compile(r'class="card span-(\d+)" id="([\w-]+)"')


def page(folder: Path, dataset: str = "card_transactions", query: str = "") -> str:
    response = create_app(Published(folder, dataset)).test_client().get(f"/{query}")
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_everything_the_page_loads_is_there_and_from_here(client: FlaskClient) -> None:
    loaded = re.findall(r'(?:src|href)="([^"#]+)"', client.get("/").get_data(as_text=True))
    assert len(loaded) > 8
    scripts = [address for address in loaded if address.endswith((".js", ".css", ".svg"))]
    for address in scripts:
        assert address.startswith("/static/")
        if address != "/static/chart.umd.js":
            with client.get(address) as response:
                assert response.status_code == 200, address


def test_nothing_in_the_page_needs_an_exception_from_the_policy(client: FlaskClient) -> None:
    text = client.get("/").get_data(as_text=True)
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text)


def test_words_are_those_of_the_analysis_and_markup_in_them_is_text(tmp_path: Path) -> None:
    hostile = card_analysis(
        title="<b>Card</b>", description='"><script>', dimensions=(Dimension("city", "<i>City</i>"),), stream=None
    )
    write_run(
        tmp_path,
        hostile,
        [replace(event, dimensions=event.dimensions[:1]) for event in card_events(date(2025, 1, 1), 2)],
    )
    text = page(tmp_path)
    assert "<h1>&lt;b&gt;Card&lt;/b&gt;</h1>" in text
    assert "<script>" not in text
    assert "<i>City" not in text


def test_the_address_chooses_what_the_titles_speak_of(client: FlaskClient) -> None:
    assert ">Amount per day<" in client.get("/").get_data(as_text=True)
    text = client.get("/?metric=rate_label_fraud").get_data(as_text=True)
    assert ">Fraud rate per day<" in text
    assert ">Fraud rate by city · channel<" in text
    assert client.get("/?metric=%3Cscript%3E&from=x&utm_source=y").status_code == 200


@pytest.mark.parametrize("dimensions", range(4))
@pytest.mark.parametrize("flags", [True, False])
def test_no_row_of_cards_ends_early(tmp_path: Path, dimensions: int, flags: bool) -> None:
    names = card_analysis().dimensions[:dimensions]
    analysis = plain_analysis(
        dimensions=names, boolean_fields=card_analysis().boolean_fields[:1] if flags else (), stream=None
    )
    write_run(tmp_path, analysis, [Event(date(2025, 1, 1), ("a",) * dimensions, (), (True,) * flags)])
    row = 0
    for span, card in SPAN.findall(page(tmp_path)):
        assert row + int(span) <= 12, card
        row = (row + int(span)) % 12
    assert row == 0


def test_with_nothing_published_the_page_stands_and_says_so(tmp_path: Path) -> None:
    text = page(tmp_path, "shop")
    assert "<h1>shop</h1>" in text
    assert "No extract has been made: no file in" in text
    assert 'data-shape=""' in text


def test_with_a_broken_pointer_the_page_stands_and_names_it(tmp_path: Path) -> None:
    folder = tmp_path / "output" / "shop" / "batch"
    folder.mkdir(parents=True)
    (folder / "current.json").write_text("{")
    assert "current.json: not a pointer to a run" in page(tmp_path, "shop")
