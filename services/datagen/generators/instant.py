"""Instants inside a window, drawn independently of each other along a curve."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from datagen.generators.base import Independent
from datagen.refusals import RefusalError
from datagen.timeline import Curve, Window


@dataclass(frozen=True)
class Instant(Independent):
    window: Window
    curve: Curve
    format: str  # iso, epoch_s, epoch_ms or a strftime pattern

    def __post_init__(self) -> None:
        if self.window.start_us > self.window.end_us:
            raise RefusalError("time_window", "time_window ends before it starts; swap start and end?")

    def arrow_type(self) -> pa.DataType:
        if self.format == "iso":
            return pa.timestamp("us", tz="UTC")
        return pa.int64() if self.format in ("epoch_s", "epoch_ms") else pa.string()
