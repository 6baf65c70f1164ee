"""Dataset to plan: the order of making, types, the time axis. Every mistake is found by here."""

from __future__ import annotations

from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType

import pyarrow as pa

from datagen.axis import AxisPlan, lay_out
from datagen.draws import Draws
from datagen.errors import UserError
from datagen.generators.axis import Axis
from datagen.generators.floats import Uniform
from datagen.generators.instant import Instant
from datagen.model import Column, Dataset, Table
from datagen.modifiers import Clamp, Rounded
from datagen.plan import Plan, TablePlan
from datagen.refusals import RefusalError
from datagen.rounding import inside


def compile_schema(dataset: Dataset) -> Plan:
    """The plan of a data set. UserError where columns read each other in a circle or cannot make so many rows."""
    tables = {table.name: _table_plan(table, dataset.seed) for table in dataset.tables}
    return Plan(dataset, MappingProxyType(tables))


def _table_plan(table: Table, seed: int) -> TablePlan:
    for column in table.columns:
        _check(column, table)
    axis = _axis_plan(table, seed)
    columns = tuple(within_bounds(_on_axis(column, axis)) for column in table.columns)
    schema = pa.schema([(column.name, column.generator.arrow_type()) for column in columns])
    return TablePlan(table.name, table.rows, columns, _in_making_order(table.name, columns), axis, schema)


def _check(column: Column, table: Table) -> None:
    try:
        column.generator.check_rows(table.rows)
        within_bounds(column)
    except RefusalError as error:
        raise UserError(f"{column.path}: {error.message}") from error
    unknown = set(column.generator.reads) - {column.name for column in table.columns}
    if unknown:
        raise UserError(f"{column.path}: no field {', '.join(sorted(unknown))} to read in {table.name}")


def _axis_plan(table: Table, seed: int) -> AxisPlan | None:
    """KeyError where the table names an axis that is no datetime column of its own."""
    if table.axis is None:
        return None
    instants = {column.name: column.generator for column in table.columns if isinstance(column.generator, Instant)}
    instant = instants[table.axis]
    return lay_out(table.axis, instant.window, instant.curve, table.rows, Draws(seed, table.name, table.axis, 0, 0))


def _on_axis(column: Column, axis: AxisPlan | None) -> Column:
    if axis is None or column.name != axis.column or not isinstance(column.generator, Instant):
        return column
    return replace(column, generator=Axis(axis, column.generator.format))


def within_bounds(column: Column) -> Column:
    """Rounding must not lead out of declared bounds: where they have more digits, the next ones inside hold.

    RefusalError where no number of so few digits lies inside.
    """
    rounding = next((modifier for modifier in column.modifiers if isinstance(modifier, Rounded)), None)
    bounds = _bounds(column)
    if rounding is None or bounds is None:
        return column
    low, high = inside(*bounds, rounding.precision)
    if low > high:
        between = f"{bounds[0]} and {bounds[1]}"
        raise RefusalError("precision", f"precision={rounding.precision} leaves no number between {between}; raise it")
    if (low, high) == bounds:
        return column
    after = column.modifiers.index(rounding) + 1
    return replace(column, modifiers=(*column.modifiers[:after], Clamp(low, high), *column.modifiers[after:]))


def _bounds(column: Column) -> tuple[float, float] | None:
    """Between which doubles all values lie; None where nothing is declared."""
    spans = [
        (part.min, part.max) for part in (column.generator, *column.modifiers) if isinstance(part, Uniform | Clamp)
    ]
    if not spans:
        return None
    low, high = max(low for low, _ in spans), min(high for _, high in spans)
    return (low, high) if low <= high else spans[-1]  # a clamp beside the span wins


def _in_making_order(table: str, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    by_name = {column.name: column for column in columns}
    sorter = TopologicalSorter({column.name: column.generator.reads for column in columns})
    try:
        return tuple(by_name[name] for name in sorter.static_order())
    except CycleError as error:
        circle = " reads ".join(reversed(error.args[1]))
        raise UserError(f"{table}: fields read each other in a circle: {circle}; break it") from error
