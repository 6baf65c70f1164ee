"""What Spark's checkpoint tells of each micro-batch: which offsets, which watermark, whether it is committed.

Spark writes `offsets/<batch>` before a batch, `commits/<batch>` after it, and `sources/0/0` once: where batch 0 began.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from streaming.shelves import Shelf

Offsets = Mapping[int, int]  # partition -> the next offset to be read


@dataclass(frozen=True, slots=True)
class Span:
    """The messages of one batch, and the watermarks it worked with, in microseconds."""

    batch: int
    start: Offsets
    stop: Offsets
    late_us: int  # an event at or before it is late: the watermark of the batch before
    closed_us: int  # panes that end at or before it are closed when the batch is done

    @property
    def messages(self) -> int:
        return sum(stop - self.start.get(partition, 0) for partition, stop in self.stop.items())


class Checkpoint:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def newest(self) -> int | None:
        """The newest committed batch."""
        return max((int(name) for name in self._shelf.names("commits") if name.isdigit()), default=None)

    def begun(self) -> bool:
        return any(name.isdigit() for name in self._shelf.names("offsets"))

    def next_watermark_us(self, batch: int) -> int:
        """What the batch after a committed one begins with."""
        _, told = self._lines(f"commits/{batch}")
        return int(json.loads(told).get("nextBatchWatermarkMs", 0)) * 1000

    def committed_ms(self, batch: int) -> int:
        """When a batch was committed."""
        return self._shelf.modified_ms(f"commits/{batch}")

    def span(self, batch: int) -> Span:
        """FileNotFoundError where the batch is so old that Spark has forgotten it."""
        closed_us, stop = self._offsets(batch)
        if batch:
            late_us, start = self._offsets(batch - 1)
        else:
            late_us, start = 0, _by_partition(self._lines("sources/0/0")[1])
        return Span(batch, start, stop, late_us, closed_us)

    def _offsets(self, batch: int) -> tuple[int, Offsets]:
        _, told, *sources = self._lines(f"offsets/{batch}")
        return int(json.loads(told)["batchWatermarkMs"]) * 1000, _by_partition(sources[0])

    def _lines(self, name: str) -> list[str]:
        return self._shelf.read(name).decode().lstrip("\0").splitlines()


def _by_partition(text: str) -> Offsets:
    """Of the one topic that the query reads."""
    topics: dict[str, dict[str, Any]] = json.loads(text)
    return {int(partition): int(offset) for offsets in topics.values() for partition, offset in offsets.items()}
