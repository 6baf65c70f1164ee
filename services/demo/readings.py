"""What the parts tell of themselves in files: how far the replay is, and where the stream stands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from datagen.analysis import Analysis
from demo.folders import Folders

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Replayed:
    acknowledged: int
    clock: datetime | None  # the event clock
    done: bool
    noted_at: datetime


@dataclass(frozen=True)
class Streamed:
    published_at: datetime
    closed: int
    open: int
    messages: int  # that were read, heartbeats too
    lag: int
    balanced: bool
    clock: datetime | None


def replay_position(folders: Folders, analysis: Analysis) -> Replayed | None:
    """None where there is none yet."""
    path = folders.position(analysis)
    told = _read(path)
    if told is None:
        return None
    due = (told.get("place") or {}).get("due")
    return Replayed(
        acknowledged=int(told["acknowledged"]),
        clock=None if due is None else EPOCH + timedelta(microseconds=int(due)),
        done=bool(told["done"]),
        noted_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
    )


def acknowledged(folders: Folders, analysis: Analysis) -> int | None:
    position = replay_position(folders, analysis)
    return None if position is None else position.acknowledged


def stream_progress(folders: Folders, analysis: Analysis) -> Streamed | None:
    """None where nothing is published yet."""
    told = _read(folders.stream(analysis) / "progress.json")
    if told is None:
        return None
    return Streamed(
        published_at=datetime.fromisoformat(told["published_at"]),
        closed=int(told["windows"]["closed"]),
        open=int(told["windows"]["open"]),
        messages=int(told["rows"]["read"]) + int(told["heartbeats"]),
        lag=int(told["lag"]),
        balanced=bool(told["balanced"]),
        clock=datetime.fromisoformat(told["event_clock"]) if told["event_clock"] else None,
    )


def _read(path: Path) -> dict[str, Any] | None:
    try:
        told = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return told if isinstance(told, dict) else None
