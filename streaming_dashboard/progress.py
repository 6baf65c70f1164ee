"""`progress.json` of a stream, checked: how its job stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from web.folder import Identity, NothingPublishedError, UnreadableError, identity
from web.streams import PROGRESS, Stream

FATES = ("windowed", "duplicate", "quarantined", "late")


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass of the replay over the rows."""

    shift_s: float  # how far its events are moved from their own time
    first: datetime | None  # of the moved events
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Batch:
    """How a micro-batch went."""

    at: datetime
    lag: int
    rows: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Stopped:
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    file: Identity  # which `progress.json` it was read from
    fingerprint: str
    topic: str
    servers: str
    application: str
    started_at: datetime
    committed_at: datetime
    published_at: datetime
    batch: int
    event_clock: datetime | None
    watermark: datetime | None
    rows: Mapping[str, int]  # `read` and the fates
    heartbeats: int
    reasons: Mapping[str, int]
    repaired: Mapping[str, int]
    closed: int  # windows
    open: int
    last_end: datetime | None  # of the closed ones
    epochs: Mapping[str, Epoch]
    lag: int
    history: tuple[Batch, ...]
    balanced: bool
    stopped: Stopped | None


def read_progress(stream: Stream, command: str) -> Progress:
    """NothingPublishedError, with the command to run, before the first commit; UnreadableError for anything else."""
    file = identity(stream.folder / PROGRESS)
    if file is None:
        reason = f"The streaming job has not committed a batch yet: no {stream.folder / PROGRESS}"
        raise NothingPublishedError("read", reason, command)
    document = stream.document(PROGRESS)
    try:
        return _progress(document, file)
    except KeyError as error:
        raise UnreadableError(f"{PROGRESS} of {stream.called}: no {error.args[0]}") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise UnreadableError(f"{PROGRESS} of {stream.called}: not the progress of a stream") from error


def _progress(raw: dict[str, Any], file: Identity) -> Progress:
    windows = raw["windows"]
    return Progress(
        file=file,
        fingerprint=str(raw["fingerprint"]),
        topic=str(raw["topic"]),
        servers=str(raw["bootstrap_servers"]),
        application=str(raw["application_id"]),
        started_at=_instant(raw["started_at"]),
        committed_at=_instant(raw["committed_at"]),
        published_at=_instant(raw["published_at"]),
        batch=int(raw["batch"]),
        event_clock=_maybe(raw["event_clock"]),
        watermark=_maybe(raw["watermark"]),
        rows={fate: int(raw["rows"][fate]) for fate in ("read", *FATES)},
        heartbeats=int(raw["heartbeats"]),
        reasons=_counts(raw["reasons"]),
        repaired=_counts(raw["repaired"]),
        closed=int(windows["closed"]),
        open=int(windows["open"]),
        last_end=_maybe(windows["last_end"]),
        epochs={str(name): _epoch(told) for name, told in raw["epochs"].items()},
        lag=int(raw["lag"]),
        history=tuple(map(_batch, raw["history"])),
        balanced=bool(raw["balanced"]),
        stopped=_stopped(raw["stopped"]),
    )


def _epoch(raw: dict[str, Any]) -> Epoch:
    """Messages of somebody else's say of no shift: they are not moved."""
    return Epoch(float(raw["shift_s"] or 0), _maybe(raw["first"]), _maybe(raw["last"]))


def _batch(raw: dict[str, Any]) -> Batch:
    """Spark's rate of a batch is its rows over its time."""
    seconds = int(raw["trigger_ms"]) / 1000
    return Batch(_instant(raw["at"]), int(raw["lag"]), float(raw["processed_per_s"]) * seconds, seconds)


def _stopped(raw: dict[str, Any] | None) -> Stopped | None:
    return None if raw is None else Stopped(_instant(raw["at"]), str(raw["reason"]))


def _counts(raw: dict[str, Any]) -> dict[str, int]:
    """The most first."""
    return {str(name): int(rows) for name, rows in sorted(raw.items(), key=lambda item: -int(item[1]))}


def _maybe(text: str | None) -> datetime | None:
    return None if text is None else _instant(text)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone")
    return instant
