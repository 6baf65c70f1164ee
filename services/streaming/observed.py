"""What Spark's listener hears of each batch, kept until the publisher takes it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pyspark.sql.streaming.listener import (
    QueryIdleEvent,
    QueryProgressEvent,
    QueryStartedEvent,
    QueryTerminatedEvent,
    StreamingQueryListener,
)

from streaming.checkpoint import Span
from streaming.panes import JUDGED, PASSED, ROWS


@dataclass(frozen=True, slots=True)
class Rates:
    """How a batch went."""

    at: str
    lag: int  # messages that had arrived and were not in the batch
    input_per_s: float
    processed_per_s: float
    trigger_ms: int


@dataclass(frozen=True, slots=True)
class Observed:
    """One batch; what was counted in it is None where it had nothing to run."""

    judged: Mapping[str, Any] | None
    passed: int | None
    span: Span | None
    rates: Rates


class Listener(StreamingQueryListener):
    """Takes note of every batch of one query, in order, and wakes whoever waits."""

    def __init__(self, span: Callable[[int], Span], woken: threading.Event) -> None:
        self._span, self._woken = span, woken
        self._lock = threading.Lock()
        self._noted: dict[int, Observed] = {}

    def take(self) -> dict[int, Observed]:
        """What was noted since."""
        with self._lock:
            noted, self._noted = self._noted, {}
        return noted

    def note(self, progress: Mapping[str, Any]) -> None:
        batch = int(progress["batchId"])
        counts = progress.get("observedMetrics") or {}
        judged, passed = counts.get(JUDGED), counts.get(PASSED)
        try:
            span = self._span(batch)
        except FileNotFoundError:
            span = None
        observed = Observed(judged, passed[ROWS] if passed else None, span, _rates(progress))
        with self._lock:
            self._noted[batch] = observed
        self._woken.set()

    def onQueryStarted(self, event: QueryStartedEvent) -> None:  # noqa: N802 Spark's name
        pass

    def onQueryProgress(self, event: QueryProgressEvent) -> None:  # noqa: N802
        self.note(json.loads(event.progress.json))

    def onQueryIdle(self, event: QueryIdleEvent) -> None:  # noqa: N802
        pass

    def onQueryTerminated(self, event: QueryTerminatedEvent) -> None:  # noqa: N802
        self._woken.set()


def _rates(progress: Mapping[str, Any]) -> Rates:
    source = progress["sources"][0]
    latest, reached = _total(source.get("latestOffset")), _total(source.get("endOffset"))
    return Rates(
        at=progress["timestamp"],
        lag=max(0, latest - reached) if latest else 0,
        input_per_s=_rate(progress.get("inputRowsPerSecond")),
        processed_per_s=_rate(progress.get("processedRowsPerSecond")),
        trigger_ms=int(progress.get("durationMs", {}).get("triggerExecution", 0)),
    )


def _total(offsets: Any) -> int:
    """Of all partitions of the one topic."""
    if isinstance(offsets, str):
        offsets = json.loads(offsets)
    return sum(sum(topic.values()) for topic in offsets.values()) if isinstance(offsets, dict) else 0


def _rate(value: Any) -> float:
    """Spark says NaN or Infinity, as text, where nothing was read."""
    return round(value, 1) if isinstance(value, int | float) and value == value and abs(value) < 1e12 else 0.0
