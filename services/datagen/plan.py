"""Plan: a data set in which nothing is left to decide; what `rows.generate` works from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from datagen.axis import AxisPlan, Day
from datagen.model import Column, Dataset


@dataclass(frozen=True)
class TablePlan:
    name: str
    rows: int
    columns: tuple[Column, ...]  # in the order they are written
    making: tuple[Column, ...]  # the same, each after those it reads
    axis: AxisPlan | None
    arrow_schema: pa.Schema  # of the values; `rows.generate` may give text as a dictionary of it

    def days(self) -> tuple[Day, ...]:
        """Every UTC day of the window with its rows, also days without any; () where there is no axis."""
        return () if self.axis is None else self.axis.days()


@dataclass(frozen=True)
class Plan:
    dataset: Dataset
    tables: Mapping[str, TablePlan]  # parents before children
