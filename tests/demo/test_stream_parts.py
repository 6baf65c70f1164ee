"""When the parts of the streaming half count as ready, and as well. What they note of themselves is made up here."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo import register
from demo.effective import Business
from demo.health import SILENT_S, Looker
from demo.readings import replay_position, stream_progress
from demo.register import Entry
from demo.stream_parts import has_windows, replay

SCHEMA = Path(__file__).parents[2] / "schemas" / "card_transactions.json"
NOW = datetime.now(UTC)


@pytest.fixture
def business(tmp_path: Path) -> Business:
    return Business(SCHEMA, tmp_path)


def publish(business: Business, *, at: datetime | None = None, **more: Any) -> None:
    told = {
        "published_at": (at or datetime.now(UTC)).isoformat(),
        "event_clock": "2025-01-01T12:00:00.000Z",
        "rows": {"read": 90},
        "heartbeats": 1,
        "windows": {"closed": 4, "open": 2},
        "lag": 0,
        "balanced": True,
        **more,
    }
    put(business.folders.stream(business.analysis) / "progress.json", told)


def replayed(business: Business, acknowledged: int, **more: Any) -> None:
    told = {"acknowledged": acknowledged, "done": False, "place": {"due": 1_735_732_800_000_000}, **more}
    put(business.folders.position(business.analysis), told)


def put(path: Path, told: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told))


def fault(business: Business) -> str | None:
    """Of a job that is this very process."""
    me = Entry("streaming", "healthy", None, os.getpid(), register.began(os.getpid()), None, "", None, None)
    return Looker(business.folders, business.analysis).fault(me)


def test_a_job_is_ready_when_it_has_published_closed_windows_itself(business: Business) -> None:
    assert not has_windows(business, NOW)
    publish(business, windows={"closed": 0, "open": 7})
    assert not has_windows(business, NOW)
    publish(business, at=NOW - timedelta(seconds=1))  # an earlier life did
    assert not has_windows(business, NOW)
    publish(business)
    assert has_windows(business, NOW)


def test_a_replay_is_ready_when_something_is_acknowledged(business: Business) -> None:
    part = replay(business, "127.0.0.1:1", 600)
    assert not part.ready(NOW)
    replayed(business, 0, place=None)
    assert not part.ready(NOW)
    replayed(business, 3)
    assert part.ready(NOW)


def test_what_the_parts_note_is_read(business: Business) -> None:
    publish(business)
    replayed(business, 91)
    told = stream_progress(business.folders, business.analysis)
    sent = replay_position(business.folders, business.analysis)
    assert told
    assert sent
    assert (told.closed, told.open, told.messages, told.clock) == (4, 2, 91, sent.clock)
    assert fault(business) is None


def test_a_file_that_is_half_there_is_none(business: Business) -> None:
    path = business.folders.position(business.analysis)
    path.parent.mkdir(parents=True)
    path.write_text('{"acknow')
    assert replay_position(business.folders, business.analysis) is None


def test_a_job_that_says_nothing_while_messages_wait_is_not_well(business: Business) -> None:
    long_ago = datetime.now(UTC) - timedelta(seconds=SILENT_S + 5)
    publish(business, at=long_ago)
    replayed(business, 91)
    assert fault(business) is None
    replayed(business, 100)
    assert str(fault(business)).startswith("9 messages wait, and it has published nothing for 6")
    publish(business)
    assert fault(business) is None


def test_an_account_that_does_not_add_up_is_told(business: Business) -> None:
    publish(business, balanced=False)
    assert fault(business) == "what it read and what it published do not add up"
