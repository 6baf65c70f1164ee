"""One published run of card payments, and the app over it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from dashboard.app import create_app
from tests.web.browsing import Visit, visiting
from tests.web.runs import Event, card_analysis, card_events, write_run
from tests.web.served import Served, serve
from web.published import Published

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
def served(data: Path) -> Iterator[Served]:
    """The page of the run in `data`, for tests that leave it as it is."""
    with serve("--data", str(data), "--refresh", "0.5") as served:
        yield served


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Visit]:
    """Opens tabs, on the served page where no other is named, and checks each at the end."""
    with visiting(browser, served.url) as visit:
        yield visit
