"""What became of every message, batch by batch: read = windowed + late + quarantined + duplicate.

A batch whose messages were all right and all passed is told by what the query observed of it. Any other is looked at
again. None of it is taken from the counters of Spark's operators.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from streaming.look import Seen
from streaming.panes import BEATS, CLOCK, FIRST, GOOD, HIGH_EPOCH, LAST, LOW_EPOCH, READ, REPAIRED, SHIFT

Observed = Mapping[str, Any]  # what the query observed of a batch before duplicates and late events went


@dataclass
class Entry:
    """One batch, or all batches together."""

    read: int = 0
    heartbeats: int = 0
    quarantined: int = 0
    late: int = 0
    duplicate: int = 0
    windowed: int = 0
    clock_us: int | None = None
    reasons: dict[str, int] = field(default_factory=dict)
    repaired: dict[str, int] = field(default_factory=dict)
    epochs: dict[str, dict[str, int | None]] = field(default_factory=dict)  # first_us, last_us, shift_us

    @property
    def adds_up(self) -> bool:
        return self.read == self.windowed + self.late + self.quarantined + self.duplicate

    def add(self, other: Entry) -> None:
        for name in ("read", "heartbeats", "quarantined", "late", "duplicate", "windowed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.clock_us = _greatest(self.clock_us, other.clock_us)
        self.reasons = dict(Counter(self.reasons) + Counter(other.reasons))
        self.repaired = dict(Counter(self.repaired) + Counter(other.repaired))
        for epoch, told in other.epochs.items():
            self.epochs[epoch] = _wider(self.epochs.get(epoch), told)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def from_json(text: str | bytes) -> Entry:
    return Entry(**json.loads(text))


def by_observation(judged: Observed, passed: int) -> Entry | None:
    """The entry of a batch of which there is nothing to find out; None where it must be looked at again."""
    read, good = judged[READ], judged[GOOD]
    if not read == good == passed or judged[LOW_EPOCH] != judged[HIGH_EPOCH]:
        return None
    epochs = {str(judged[LOW_EPOCH]): {name: judged[name] for name in (FIRST, LAST, SHIFT)}} if good else {}
    return Entry(
        read=read,
        heartbeats=judged[BEATS],
        windowed=passed,
        clock_us=judged[CLOCK],
        repaired={
            name.removeprefix(REPAIRED): rows for name, rows in judged.items() if name.startswith(REPAIRED) and rows
        },
        epochs=epochs,
    )


def by_looking(seen: Seen, passed: int) -> Entry:
    """The entry of a batch that was looked at again, of which so many events came into windows."""
    return Entry(
        read=seen.read,
        heartbeats=seen.heartbeats,
        quarantined=seen.quarantined,
        late=seen.late,
        duplicate=seen.good - seen.late - passed,
        windowed=passed,
        clock_us=seen.clock_us,
        reasons=dict(seen.reasons),
        repaired={name: rows for name, rows in seen.repaired.items() if rows},
        epochs={str(epoch): dict(told) for epoch, told in seen.epochs.items()},
    )


def _wider(one: Mapping[str, int | None] | None, other: Mapping[str, int | None]) -> dict[str, int | None]:
    if one is None:
        return dict(other)
    first = min(filter(None, (one[FIRST], other[FIRST])), default=None)
    return {FIRST: first, LAST: _greatest(one[LAST], other[LAST]), SHIFT: _greatest(one[SHIFT], other[SHIFT])}


def _greatest(one: int | None, other: int | None) -> int | None:
    return max((value for value in (one, other) if value is not None), default=None)
