"""The time axis as a column: laid out along the window, not sampled."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from datagen.axis import AxisPlan
from datagen.draws import Draws
from datagen.generators.base import Kind, Rows
from datagen.generators.instant import formatted, instant_type


@dataclass(frozen=True)
class Axis(Kind):
    plan: AxisPlan
    format: str

    def arrow_type(self) -> pa.DataType:
        return instant_type(self.format)

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        unit = draws.uniform("place")
        if rows.picked is not None:
            instants = self.plan.instants_at(rows.picked, unit)
        else:
            instants = self.plan.instants(rows.start, rows.stop, unit)
        return formatted(instants, self.format, self.plan.window)
