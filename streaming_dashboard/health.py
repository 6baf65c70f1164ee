"""How the stream does: stages, clocks, rates, and what became of every event, checked to add up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow.parquet as pq

from datagen.analysis import Stream as Cut
from streaming_dashboard.progress import FATES, Batch, Progress
from streaming_dashboard.standing import Standing
from streaming_dashboard.windows import Snapshot
from web.streams import Made, Replayed, Stream

RECENT = timedelta(seconds=30)
REASONS = 50
SPARKS = 60


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast event time runs, from commits that were seen: (committed at, event clock), the oldest first."""

    seen: tuple[tuple[datetime, datetime], ...] = ()

    def after(self, progress: Progress) -> Pace:
        clock = progress.event_clock
        if clock is None or (self.seen and self.seen[-1][0] >= progress.committed_at):
            return self
        return Pace((*self.seen, (progress.committed_at, clock))[-10:])

    @property
    def times_real(self) -> float | None:
        """None before two commits, and where it makes no sense: a new epoch's clock leaps."""
        if len(self.seen) < 2:
            return None
        (began, first), (ended, last) = self.seen[0], self.seen[-1]
        speeds = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in zip(self.seen, self.seen[1:], strict=False)]
        speed = (last - first) / (ended - began)
        return speed if 0 < speed <= 3 * sorted(speeds)[len(speeds) // 2] else None


def stages(progress: Progress, made: Made | None, replayed: Replayed | None, behind: int) -> dict[str, Any]:
    """From the first row to this page. Of a replay that is not known here, what has arrived is what it sent."""
    arrived = progress.rows["read"] + progress.heartbeats + progress.lag
    return {
        "generated": made and {"rows": made.rows, "files": made.files, "bytes": made.bytes, "at": made.at},
        "replayed": {
            "messages": replayed.acknowledged if replayed else arrived,
            "known": replayed is not None,
            "done": replayed is not None and replayed.done,
            "at": replayed and replayed.at,
        },
        "read": {"events": progress.rows["read"], "behind": behind, "at": progress.committed_at},
        "windowed": {"events": progress.rows["windowed"], "open": progress.open, "at": progress.committed_at},
        "published": {"closed": progress.closed, "batch": progress.batch, "at": progress.published_at},
    }


def clocks(progress: Progress, snapshot: Snapshot, cut: Cut, pace: Pace) -> dict[str, Any]:
    """`next` is the window that will close first, when the event clock is a watermark past its end."""
    last = _first_row(snapshot.ask("select start_s, stop_s from closed order by stop_s desc limit 1"))
    coming = _first_row(snapshot.ask("select start_s, stop_s from open order by stop_s limit 1"))
    return {
        "event_clock": progress.event_clock,
        "watermark": progress.watermark,
        "watermark_s": cut.watermark_s,
        "last": last,
        "next": coming and coming | {"closes": instant(coming["stop_s"] + cut.watermark_s)},
        "times_real": pace.times_real,
    }


def rates(progress: Progress, standing: Standing) -> dict[str, Any]:
    """Events per second over the last half minute of batches, and while they ran; how long a batch takes."""
    live = standing.state == "live"
    recent = [batch for batch in progress.history if batch.at >= progress.history[-1].at - RECENT]
    seconds = sorted(batch.seconds for batch in progress.history)
    return {
        "per_s": throughput(recent) if live else 0.0,
        "busy_per_s": _busy(progress.history),
        "lag": standing.behind,
        "age_s": _age(progress),
        "p99_s": seconds[-1 - len(seconds) // 100] if seconds else None,
        "batches": len(progress.history),
        "sparks": {
            "per_s": [batch.rows / batch.seconds if batch.seconds else 0.0 for batch in progress.history[-SPARKS:]],
            "lag": [batch.lag for batch in progress.history[-SPARKS:]],
            "age_s": [batch.seconds for batch in progress.history[-SPARKS:]],
        },
    }


def throughput(batches: Sequence[Batch]) -> float | None:
    """From the first batch's begin to the last one's end, what lies between them included."""
    if not batches:
        return None
    lasted = (batches[-1].at - batches[0].at).total_seconds() + batches[-1].seconds
    return sum(batch.rows for batch in batches) / lasted if lasted > 0 else None


def _busy(batches: Iterable[Batch]) -> float | None:
    full = [batch for batch in batches if batch.rows and batch.seconds]
    return sum(batch.rows for batch in full) / sum(batch.seconds for batch in full) if full else None


def _age(progress: Progress) -> float | None:
    """How old what the last batch read was when it could be seen: from the batch's begin to its publication."""
    if not progress.history:
        return None
    return max(0.0, (progress.published_at - progress.history[-1].at).total_seconds())


def account(progress: Progress, snapshot: Snapshot, stream: Stream, cut: Cut) -> dict[str, Any]:
    listed = list(progress.reasons.items())
    return {
        "rows": progress.rows,
        "heartbeats": progress.heartbeats,
        "doubts": doubts(progress, snapshot, stream, cut),
        "reasons": [{"reason": reason, "rows": rows} for reason, rows in listed[:REASONS]],
        "more_reasons": sum(rows for _, rows in listed[REASONS:]),
        "repaired": [{"column": name, "rows": rows} for name, rows in progress.repaired.items()],
    }


def doubts(progress: Progress, snapshot: Snapshot, stream: Stream, cut: Cut) -> list[str]:
    """Why the account does not add up; empty where it does.

    Every windowed event lies in exactly one window that begins at a multiple of the windows' length, so that the
    published windows themselves are asked.
    """
    rows, found = progress.rows, []
    accounted = sum(rows[fate] for fate in FATES)
    if rows["read"] != accounted:
        found.append(f"{rows['read']:,} events were read, {accounted:,} are accounted for")
    elif not progress.balanced:
        found.append("the job itself says that its account does not balance")
    if snapshot.told != progress.file:
        return found  # a commit is being published just now
    held = _held(snapshot, cut)
    if held != rows["windowed"]:
        found.append(f"{rows['windowed']:,} events were windowed, the windows hold {held:,}")
    aside = quarantined(stream, progress.batch)
    if aside != rows["quarantined"]:
        found.append(f"{rows['quarantined']:,} events were quarantined, quarantine/ holds {aside:,}")
    return found


def _held(snapshot: Snapshot, cut: Cut) -> int:
    both = "select rows, start_s from closed union all select rows, start_s from open"
    sql = f"select coalesce(sum(rows), 0) from ({both}) where start_s % $window_s = 0"
    return int(snapshot.ask(sql, {"window_s": cut.window_s})[0][0])


def quarantined(stream: Stream, batch: int) -> int:
    """Messages put aside up to a batch; each batch's stand in a file of its own."""
    files = (stream.folder / "quarantine").glob("*.parquet")
    told = [path for path in files if path.stem.isdigit() and int(path.stem) <= batch]
    return sum(pq.read_metadata(path).num_rows for path in told)


def instant(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _first_row(rows: list[tuple[Any, ...]]) -> dict[str, Any] | None:
    if not rows:
        return None
    start_s, stop_s = rows[0]
    return {"start": instant(start_s), "end": instant(stop_s), "stop_s": stop_s}
