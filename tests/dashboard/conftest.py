"""One published run of card payments, and the app over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright

from dashboard.app import create_app
from tests.dashboard.browsing import FLAGS, Tab, open_tab
from tests.dashboard.served import Served, serve
from tests.web.runs import Event, card_analysis, card_events, write_run
from web.published import Published

Visit = Callable[..., Tab]
NOW = datetime(2025, 3, 1, 10, 0, 26, tzinfo=UTC)


@pytest.fixture(scope="session")
def events() -> list[Event]:
    """59 days of payments."""
    return card_events(date(2025, 1, 1), 59, 12)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory, events: list[Event]) -> Path:
    """A data folder with one run, to be read only."""
    folder = tmp_path_factory.mktemp("data")
    write_run(folder, card_analysis(), events)
    return folder


@pytest.fixture
def client(data: Path) -> Iterator[FlaskClient]:
    with create_app(Published(data, "card_transactions"), clock=lambda: NOW).test_client() as client:
        yield client


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def served(data: Path) -> Iterator[Served]:
    """The page of the run in `data`, for tests that leave it as it is."""
    with serve("--data", str(data), "--refresh", "0.5") as served:
        yield served


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Visit]:
    """Opens tabs, on the served page where no other is named, and checks each at the end."""
    tabs: list[Tab] = []

    def opened(url: str = served.url, **options: Any) -> Tab:
        tabs.append(open_tab(browser, url, **options))
        return tabs[-1]

    yield opened
    for tab in tabs:
        tab.check()
        tab.page.context.close()
