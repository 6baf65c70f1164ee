"""How far a replay is, on disk, so that one that starts again goes on where the last one was acknowledged."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from datagen.errors import UserError
from datagen.sinks.durable import new_file, sync_folder
from datagen.sinks.faults import told
from datagen.ways import reset
from event_generator.emission import Place


@dataclass(frozen=True, slots=True)
class Position:
    """What is fixed at the first start, and how far it is now."""

    fingerprint: str | None
    topic: str
    topic_id: str
    source: str  # digest of the extracts
    shift_us: int
    settings: Mapping[str, Any]  # by option, what would send other messages or in another order
    place: Place | None = None  # the last message that is acknowledged with all before it
    acknowledged: int = 0
    done: bool = False

    def at(self, place: Place | None, acknowledged: int, done: bool = False) -> Position:
        return replace(self, place=place or self.place, acknowledged=acknowledged, done=done)


def read(path: Path) -> Position | None:
    """None where there is none. UserError where the file is none."""
    with told(path):
        try:
            text = path.read_text("utf-8")
        except FileNotFoundError:
            return None
    try:
        raw = json.loads(text)
        place = Place(**raw.pop("place")) if raw["place"] else raw.pop("place")
        return Position(**raw, place=place)
    except (ValueError, TypeError, KeyError) as error:
        raise UserError(f"{path}: no position of a replay ({error}); remove it to start over") from error


def write(path: Path, position: Position) -> None:
    """Old or new, never half."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with told(path):
        fresh.unlink(missing_ok=True)
        target = new_file(fresh)
        try:
            target.write(json.dumps(asdict(position), indent=1).encode())
            target.finish()
        finally:
            target.close()
        os.replace(fresh, path)
        sync_folder(path.parent)


def require_same(found: Position, wanted: Position, path: Path) -> None:
    """UserError for the first thing that would make one replay of two."""
    for option, value in wanted.settings.items():
        before = found.settings.get(option)
        if before != value:
            raise UserError(
                f"{path}: the replay to {found.topic} began with {option} {_said(before)}, not {_said(value)}; "
                f"go on with {option} {_said(before)}, or start over with {reset()}"
            )
    if found.source != wanted.source:
        raise UserError(
            f"{path}: the extracts are not those that the replay to {found.topic} began with; start over with {reset()}"
        )


def _said(value: Any) -> str:
    return json.dumps(value) if not isinstance(value, str) else value
