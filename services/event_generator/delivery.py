"""What transport does to events: late, twice, unreadable, out of order. Drawn by row number, so the same each time."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen.draws import Draws
from datagen.errors import UserError
from datagen.messages import TRUTH
from event_generator.block import I64

SECOND_US = 1_000_000
UNITS_S = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
SPAN = re.compile(r"(\d+(?:\.\d+)?) *([smh]?)")
NONE, LATE, DUPLICATE, CORRUPT = range(4)
NAMES = {LATE: "late", DUPLICATE: "duplicate", CORRUPT: "corrupt"}
MOST_REPEAT_US = 60 * SECOND_US  # between an event and its repeat

Faults = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Shares of all events, and spans of event time. A row suffers one fault at most."""

    late: float = 0.0
    late_us: int = 0
    duplicate: float = 0.0
    corrupt: float = 0.0
    disorder_us: int = 0
    seed: int = 0
    repeat_us: int = MOST_REPEAT_US

    def __post_init__(self) -> None:
        for name, rate in (("late", self.late), ("duplicate", self.duplicate), ("corrupt", self.corrupt)):
            if not 0 <= rate <= 1:
                raise UserError(f"{name}: {rate} is no share of the events; give one from 0 to 1")
        if self.late + self.duplicate + self.corrupt > 1:
            raise UserError("late, duplicate and corrupt together are more than all events; give shares of at most 1")

    @property
    def plain(self) -> bool:
        """Every event once, in order and as it is."""
        return not (self.late or self.duplicate or self.corrupt or self.disorder_us)

    @property
    def plants(self) -> bool:
        """Whether there is something for a truth file to tell."""
        return bool(self.late or self.duplicate or self.corrupt)

    def faults(self, start: int, stop: int) -> Faults:
        """What happens to each of these rows."""
        drawn = self._draws(start, stop).uniform("fault")
        bounds = np.cumsum([self.late, self.duplicate, self.corrupt])
        places = np.searchsorted(bounds, drawn, side="right")
        return np.array([LATE, DUPLICATE, CORRUPT, NONE], np.int8)[places]

    def due(self, times: I64, faults: Faults, start: int) -> I64:
        """At which event time each row is sent."""
        due = times + np.where(faults == LATE, self.late_us, 0)
        if self.disorder_us:
            due += self._draws(start, start + len(times)).below(self.disorder_us + 1, "disorder").astype(np.int64)
        return due

    def repeats_after(self, start: int, stop: int) -> I64:
        """How long after each row its repeat would be sent."""
        return 1 + self._draws(start, stop).below(self.repeat_us, "repeat").astype(np.int64)

    def harmed(self, value: bytes, row: int) -> bytes:
        """The event as it arrives: cut off, or with a byte that no text has."""
        bits = int(self._draws(row, row + 1).u64("harm")[0])
        place = 1 + (bits >> 1) % max(1, len(value) - 1)
        return value[:place] if bits & 1 else value[:place] + b"\xff" + value[place:]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def _draws(self, start: int, stop: int) -> Draws:
        return Draws(self.seed, "replay", "delivery", start, stop)


def truth(fault: int, row_id: str, epoch: int, amount_us: int | None) -> str:
    """A line of the truth file; the amount is in seconds."""
    amount = None if amount_us is None else amount_us / SECOND_US
    return json.dumps(dict(zip(TRUTH, (row_id, epoch, NAMES[fault], amount), strict=True)), ensure_ascii=False)


def delivery_of(
    document: Mapping[str, Any],
    *,
    late: str | None,
    duplicate: float | None,
    corrupt: float | None,
    disorder_s: float | None,
    seed: int,
    watermark_s: int | None,
) -> Delivery:
    """Options before the document's `delivery`. UserError for what is none."""
    said: Mapping[str, Any] = document.get("delivery") or {}
    late_rate, late_s = _late(late) if late is not None else _declared_late(said.get("late") or {})
    disorder = disorder_s if disorder_s is not None else (said.get("disorder") or {}).get("seconds", 0)
    half_us = (watermark_s or 0) * SECOND_US // 2
    return Delivery(
        late=late_rate,
        late_us=round(late_s * SECOND_US),
        duplicate=duplicate if duplicate is not None else (said.get("duplicate") or {}).get("rate", 0),
        corrupt=corrupt if corrupt is not None else (said.get("corrupt") or {}).get("rate", 0),
        disorder_us=round(disorder * SECOND_US),
        seed=seed,
        repeat_us=max(1, min(MOST_REPEAT_US, half_us)) if watermark_s else MOST_REPEAT_US,
    )


def _declared_late(said: Mapping[str, Any]) -> tuple[float, float]:
    return said.get("rate", 0), said.get("delay_s", 0)


def _late(text: str) -> tuple[float, float]:
    rate, colon, span = text.partition(":")
    match = SPAN.fullmatch(span.strip())
    try:
        share = float(rate)
    except ValueError:
        share = -1.0
    if not colon or match is None or not 0 <= share <= 1:
        raise UserError(f"--late: {text!r} is not a share and a delay; write it like 0.02:300s")
    return share, float(match[1]) * UNITS_S[match[2]]
