"""Columns moved by what a sample of their rows says: means, and weekend shares that more than a curve decides."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from datagen.constrained.limits import Instants
from datagen.draws import F64, I64
from datagen.generators.axis import Axis
from datagen.generators.instant import Instant
from datagen.generators.lookup import Lookup
from datagen.generators.ordered import Ordered
from datagen.model import Column
from datagen.modifiers import Cast, Nulls, Rounded
from datagen.modifiers.numbers import doubles
from datagen.plan import TablePlan
from datagen.reach import Reach
from datagen.steering.aim import Moved, aim, refused, settled
from datagen.steering.movement import movement
from datagen.targets import SATURDAY, CompositeEffect, MeanInRange, Target, WeekendShare, weekday_of

SAMPLE_ROWS = 1 << 16
RUNS = 64  # of neighbours, which find their parents together
STEPS = 40  # of a bisection
OF_A_CURVE = (Axis, Instant, Ordered)  # whose weekend share is known without a sample
SHOWN = (Cast, Nulls, Rounded)  # modifiers that leave a value what it is


def with_samples(
    plans: Mapping[str, TablePlan], seed: int, targets: Sequence[Target]
) -> tuple[dict[str, TablePlan], tuple[Moved, ...]]:
    """The plans with the location of columns moved, and weekend weights that more than a curve decides.

    What is expected is the mean, or share, of up to 65,536 rows, evenly spread over the table. UserError where moving
    is not enough.
    """
    steered, moved = dict(plans), []
    for target in targets:
        if isinstance(target, CompositeEffect):
            continue
        kind = "mean" if isinstance(target, MeanInRange) else "weekend share"
        table, name = _source(steered, target.table, target.column)
        if isinstance(target, WeekendShare) and isinstance(steered[table].column(name).generator, OF_A_CURVE):
            continue
        sample = _Sample(steered[table], name, Reach(seed, steered), kind)
        if not sample.counted:
            continue
        wanted = aim(sample.mean, sample.error, target.min, target.max)
        reached = sample.mean
        if wanted is not None:
            column, reached = sample.moved_to(wanted)
            if column is not None:
                steered[table] = _planned_with(steered[table], column)
                moved.append(Moved(target.where, table, name, sample.mean, reached, kind))
        if not target.min <= reached <= target.max:
            raise refused(target, sample.mean, kind)
    return steered, tuple(moved)


def _source(plans: Mapping[str, TablePlan], table: str, name: str) -> tuple[str, str]:
    """Where the value of a column that only shows it is made."""
    column = plans[table].column(name)
    while isinstance(column.generator, Lookup) and all(isinstance(made, SHOWN) for made in column.modifiers):
        table, name = column.generator.table, column.generator.column
        column = plans[table].column(name)
    return table, name


def _planned_with(plan: TablePlan, column: Column) -> TablePlan:
    def put(columns: tuple[Column, ...]) -> tuple[Column, ...]:
        return tuple(column if made.name == column.name else made for made in columns)

    return replace(plan, columns=put(plan.columns), making=put(plan.making), _needed={})


def _spread(rows: int) -> I64:
    """All rows of a table, or of a larger one SAMPLE_ROWS in runs that are spread evenly over it."""
    if rows <= SAMPLE_ROWS:
        return np.arange(rows, dtype=np.int64)
    length = SAMPLE_ROWS // RUNS
    starts = np.arange(RUNS, dtype=np.int64) * (rows - length) // (RUNS - 1)
    return (starts[:, None] + np.arange(length)).ravel()


class _Sample:
    """Some rows of a table, with what a column reads."""

    def __init__(self, plan: TablePlan, name: str, reach: Reach, kind: str) -> None:
        self._weekends = kind != "mean"
        numbers = _spread(plan.rows)
        self._plan, self._reach, self._column = plan, reach, plan.column(name)
        rows = reach.picked(plan.name, numbers)
        made: dict[str, object] = {}
        self._rows = replace(rows, columns=made)
        for column in plan.needed(name):
            if column.name != name:
                made[column.name] = reach.values(plan, column, self._rows)
        values = self._values(self._column)
        self.counted = len(values)
        self.mean = float(values.mean()) if self.counted else 0.0
        self.error = float(values.std()) / math.sqrt(max(plan.rows, 1)) if self.counted else 0.0

    def _values(self, column: Column) -> F64:
        made = self._reach.values(self._plan, column, self._rows)
        if self._weekends:
            instants, missing = Instants(1).measured(made)
            numbers = (weekday_of(instants) >= SATURDAY).astype(np.float64)
        else:
            numbers, missing = doubles(made)
        return numbers if missing is None else numbers[~missing]

    def moved_to(self, wanted: float) -> tuple[Column | None, float]:
        """The column with its location moved so that its mean is near `wanted`; None where it has none."""
        found = movement(self._column.generator)
        if found is None:
            return None, self.mean
        move, (low, high) = found

        def mean(at: float) -> float:
            return float(self._values(replace(self._column, generator=move(at))).mean())

        rising = mean(high) >= mean(low)
        for _ in range(STEPS):
            middle = (low + high) / 2
            if (mean(middle) < wanted) == rising:
                low = middle
            else:
                high = middle
            if abs(high - low) <= 1e-9 * max(abs(low), abs(high)):
                break
        at = settled((low + high) / 2)
        return replace(self._column, generator=move(at)), mean(at)
