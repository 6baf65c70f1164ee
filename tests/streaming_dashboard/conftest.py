"""One stream of card payments with the batch run of the same rows, and the app over both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from streaming_dashboard.app import create_app
from tests.web.browsing import Visit, visiting
from tests.web.runs import card_analysis, card_events, write_run
from tests.web.served import Served, serve
from tests.web.streams import PUBLISHED_AT, Paid, payments, write_position, write_slots, write_stream
from web.published import Published
from web.streams import Streams

NAME = "card_transactions"
NOW = PUBLISHED_AT + timedelta(seconds=2)


@pytest.fixture(scope="session")
def paid() -> list[Paid]:
    """Eighteen hours of payments."""
    return payments(3_000, timedelta(hours=18))


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory, paid: list[Paid]) -> Path:
    """A data folder with a stream and a batch run, to be read only."""
    folder = tmp_path_factory.mktemp("data")
    fill(folder, paid, ahead=16)
    return folder


@pytest.fixture
def client(data: Path) -> Iterator[FlaskClient]:
    with app(data) as client:
        yield client


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, paid: list[Paid]) -> Iterator[Served]:
    """The page of a stream that has read all there is, for tests that leave it as it is."""
    data = tmp_path_factory.mktemp("served")
    fill(data, paid)
    with serve("--data", str(data), "--refresh", "0.5", module="streaming_dashboard") as served:
        yield served


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Visit]:
    """Opens tabs, on the served page where no other is named, and checks each at the end."""
    with visiting(browser, served.url) as visit:
        yield visit


def fill(folder: Path, paid: list[Paid], ahead: int = 0) -> None:
    """A stream, the batch run of the same rows, and a replay that is so many messages ahead."""
    run = write_run(folder, card_analysis(), card_events(date(2025, 1, 14), 2, 20))
    write_slots(run, card_analysis(), paid)
    write_stream(folder, card_analysis(), paid)
    write_position(folder, card_analysis(), len(paid) + ahead)


def app(folder: Path) -> FlaskClient:
    return create_app(Streams(folder, NAME), Published(folder, NAME), clock=lambda: NOW).test_client()
