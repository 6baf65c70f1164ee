"""`progress.json`: how the stream stands, for pages and people."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.runs import Clock, instant_text
from pipeline.times import SECOND_US
from streaming.panes import FIRST, LAST, SHIFT
from streaming.publisher import Standing
from streaming.shelves import Shelf

NAME = "progress.json"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REST = {"lag": 0, "input_per_s": 0.0, "processed_per_s": 0.0, "trigger_ms": 0}


@dataclass
class Progress:
    """Written anew after every published commit, and when the job stops."""

    output: Shelf
    identity: dict[str, Any]  # dataset, fingerprint, topic, bootstrap_servers, application_id, started_at
    clock: Clock

    def __post_init__(self) -> None:
        self._document: dict[str, Any] | None = None

    def tell(self, standing: Standing) -> None:
        self._document = {**self.identity, **_document(standing), "published_at": instant_text(self.clock())}
        self._write(None)

    def tell_stopped(self, reason: str) -> None:
        """Nothing is written of a job that never published."""
        if self._document is not None:
            self._write({"at": instant_text(self.clock()), "reason": reason})

    def _write(self, stopped: dict[str, str] | None) -> None:
        text = json.dumps({**(self._document or {}), "stopped": stopped}, indent=2, allow_nan=False, ensure_ascii=False)
        self.output.put(NAME, text.encode())


def _document(standing: Standing) -> dict[str, Any]:
    reached, account = standing.reached, standing.reached.account
    latest = reached.history[-1] if reached.history else {}
    return {
        "committed_at": _iso(standing.committed_ms * 1000),
        "batch": reached.batch,
        "event_clock": _iso(account.clock_us),
        "watermark": _iso(standing.watermark_us or None),
        "rows": {name: getattr(account, name) for name in ("read", "windowed", "late", "quarantined", "duplicate")},
        "heartbeats": account.heartbeats,
        "reasons": dict(sorted(account.reasons.items(), key=lambda item: -item[1])),
        "repaired": account.repaired,
        "windows": {
            "closed": reached.windows,
            "open": standing.open_windows,
            "first_start": _iso(reached.first_start_us),
            "last_end": _iso(reached.last_end_us),
        },
        "epochs": {
            epoch: {"shift_s": _seconds(told[SHIFT]), "first": _iso(told[FIRST]), "last": _iso(told[LAST])}
            for epoch, told in sorted(account.epochs.items(), key=lambda item: int(item[0]))
        },
        **REST,
        **{name: latest[name] for name in REST if name in latest},
        "history": reached.history,
        "balanced": standing.balanced,
    }


def _iso(instant_us: int | None) -> str | None:
    if instant_us is None:
        return None
    return instant_text(EPOCH + timedelta(microseconds=instant_us))


def _seconds(shift_us: int | None) -> float | int | None:
    """Whole seconds as such: a shift is of whole weeks."""
    if shift_us is None:
        return None
    return shift_us // SECOND_US if shift_us % SECOND_US == 0 else shift_us / SECOND_US
