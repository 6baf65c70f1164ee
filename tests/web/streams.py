"""Streams for tests: folders of exactly the layout a streaming job leaves, windows counted the plain way."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from datagen.analysis import Analysis, Stream

BEGIN = datetime(2025, 1, 14, tzinfo=UTC)
PUBLISHED_AT = datetime(2025, 3, 1, 10, 0, 12, 345000, UTC)
INSTANT = pa.timestamp("us", tz="UTC")
Cells = dict[tuple[datetime, str], list["Paid"]]


@dataclass(frozen=True)
class Paid:
    """An event that came into windows: when, of which group, and its value as decimal text."""

    at: datetime
    group: str
    amount: str


def payments(count: int, lasting: timedelta, begin: datetime = BEGIN, seed: int = 7) -> list[Paid]:
    """In order of time, cities uneven."""
    rng = random.Random(seed)
    cities = ["Mumbai", "Delhi", "Bengaluru", "Hyderabad", "Pune", "Kolkata", "Chennai", "Jaipur"]
    whole_us = int(lasting.total_seconds() * 1_000_000)
    instants = sorted(rng.randrange(whole_us) for _ in range(count))
    return [
        Paid(
            begin + timedelta(microseconds=at),
            rng.choices(cities, [25, 22, 17, 12, 9, 7, 5, 3])[0],
            f"{rng.lognormvariate(5, 1):.2f}",
        )
        for at in instants
    ]


def cut_of(analysis: Analysis) -> Stream:
    assert analysis.stream is not None
    return analysis.stream


def write_stream(
    data: Path,
    analysis: Analysis,
    events: Sequence[Paid],
    *,
    shift: timedelta = timedelta(0),
    clock: datetime | None = None,
    settled: bool = True,
    **changes: Any,
) -> Path:
    """Writes what a job has published when its event clock stands so (at the last event); gives the folder.

    The events are the batch job's, moved by `shift`. `changes` replace parts of progress.json.
    """
    cut, folder = cut_of(analysis), data / "output" / analysis.dataset / f"stream-{analysis.fingerprint[:8]}"
    moved = [Paid(event.at + shift, event.group, event.amount) for event in events]
    clock = clock or max((event.at for event in moved), default=None)
    watermark = clock - timedelta(seconds=cut.watermark_s) if clock else None
    cells = windows(moved, cut)
    closed = {key: cell for key, cell in cells.items() if watermark and _end(key, cut) <= watermark}
    opened = {key: cell for key, cell in cells.items() if key not in closed}
    for day in sorted({start.date() for start, _ in closed}):
        of_day = {key: cell for key, cell in closed.items() if key[0].date() == day}
        _write(folder / "closed" / f"{day}.parquet", table(of_day, analysis))
    _write(folder / "open" / "windows.parquet", table(opened, analysis))
    put(folder / "analysis.json", analysis.to_json())
    told = progress(analysis, moved, shift) | {
        "event_clock": clock and iso(clock),
        "watermark": watermark and iso(watermark),
        "windows": {
            "closed": len(closed),
            "open": len(opened),
            "first_start": iso(min(closed)[0]) if closed else None,
            "last_end": iso(_end(max(closed), cut)) if closed else None,
        },
    }
    if settled:
        put(folder / "progress.json", json.dumps(told | changes))
    return folder


def windows(events: Iterable[Paid], cut: Stream) -> Cells:
    """Every window with an event of a group."""
    cells: Cells = {}
    for event in events:
        second = int(event.at.timestamp() // cut.slide_s) * cut.slide_s
        for start_s in range(second, second - cut.window_s, -cut.slide_s):
            cells.setdefault((datetime.fromtimestamp(start_s, UTC), event.group), []).append(event)
    return cells


def table(cells: Cells, analysis: Analysis) -> pa.Table:
    cut, keys = cut_of(analysis), sorted(cells)
    columns: dict[str, pa.Array] = {cut.group_by: pa.array([group for _, group in keys], pa.string())}
    if cut.value:
        sums = [sum((Decimal(event.amount) for event in cells[key]), Decimal(0)) for key in keys]
        columns[cut.value] = pa.array(sums, pa.decimal128(38, 2))
    columns["record_count"] = pa.array([len(cells[key]) for key in keys], pa.int64())
    columns["window_start"] = pa.array([start for start, _ in keys], INSTANT)
    columns["window_end"] = pa.array([_end(key, cut) for key in keys], INSTANT)
    return pa.table(columns)


def write_slots(run: Path, analysis: Analysis, events: Iterable[Paid]) -> None:
    """The slots of a batch run over the same events, unmoved."""
    cut = cut_of(analysis)
    cells = windows(events, Stream(cut.slide_s, cut.slide_s, 0, cut.group_by, cut.value))
    made = (
        table(cells, analysis)
        .drop_columns(["window_end"])
        .rename_columns({"window_start": "slot_start"} | ({cut.value: f"sum_{cut.value}"} if cut.value else {}))
    )
    _write(run / "slots" / "part-00000-test.snappy.parquet", made)


def write_quarantine(stream: Path, batch: int, reasons: Sequence[str]) -> None:
    count = len(reasons)
    columns = {
        "topic": ["topic"] * count,
        "partition": [0] * count,
        "offset": list(range(count)),
        "timestamp": pa.array([PUBLISHED_AT] * count, INSTANT),
        "reason": list(reasons),
        "key": [b"k"] * count,
        "value": [b"{"] * count,
    }
    _write(stream / "quarantine" / f"{batch}.parquet", pa.table(columns))


def write_position(data: Path, analysis: Analysis, acknowledged: int, done: bool = False) -> Path:
    """The replay's, as far as a page reads it."""
    path = data / "state" / analysis.dataset / f"replay-{topic(analysis)}.json"
    put(path, json.dumps({"topic": topic(analysis), "acknowledged": acknowledged, "done": done}))
    return path


def topic(analysis: Analysis) -> str:
    return f"{analysis.dataset}-{analysis.fingerprint[:8]}"


def progress(analysis: Analysis, events: Sequence[Paid], shift: timedelta) -> dict[str, Any]:
    """All went well, and all was read."""
    epoch = (
        {"shift_s": int(shift.total_seconds()), "first": iso(events[0].at), "last": iso(events[-1].at)}
        if events
        else {}
    )
    return {
        "dataset": analysis.dataset,
        "fingerprint": analysis.fingerprint,
        "topic": topic(analysis),
        "bootstrap_servers": "127.0.0.1:19092",
        "application_id": "local-1",
        "started_at": iso(PUBLISHED_AT - timedelta(minutes=1)),
        "committed_at": iso(PUBLISHED_AT - timedelta(milliseconds=200)),
        "published_at": iso(PUBLISHED_AT),
        "batch": 141,
        "rows": {"read": len(events), "windowed": len(events), "late": 0, "quarantined": 0, "duplicate": 0},
        "heartbeats": 0,
        "reasons": {},
        "repaired": {},
        "epochs": {"0": epoch} if events else {},
        "lag": 0,
        "input_per_s": 1000.0,
        "processed_per_s": 2000.0,
        "trigger_ms": 500,
        "history": history(),
        "balanced": True,
        "stopped": None,
    }


def history(batches: int = 40) -> list[dict[str, Any]]:
    """A batch of 1,000 events a second, half a second each; the last began 900 ms before it was published."""
    last = PUBLISHED_AT - timedelta(milliseconds=900)
    return [
        {
            "at": iso(last - timedelta(seconds=batches - 1 - place)),
            "lag": 10 + place % 7,
            "input_per_s": 1000.0,
            "processed_per_s": 2000.0,
            "trigger_ms": 500,
        }
        for place in range(batches)
    ]


def rows(**fates: int) -> Mapping[str, int]:
    """`read` is what they add up to."""
    told = {"windowed": 0, "late": 0, "quarantined": 0, "duplicate": 0} | fates
    return {"read": sum(told.values())} | told


def iso(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def put(path: Path, text: str) -> None:
    """In one step, as the job does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}.tmp")
    made.write_text(text, encoding="utf-8")
    os.replace(made, path)


def _write(path: Path, made: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(made, path.with_name(f".{path.name}.tmp"))
    os.replace(path.with_name(f".{path.name}.tmp"), path)


def _end(key: tuple[datetime, str], cut: Stream) -> datetime:
    return key[0] + timedelta(seconds=cut.window_s)
