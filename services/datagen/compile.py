"""Dataset to plan: the order of making, types, the time axis. Every mistake is found by here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType

import pyarrow as pa

from datagen.axis import AxisPlan, lay_out
from datagen.children import Children
from datagen.count import Count, Declared, First
from datagen.distinct.verified import verify
from datagen.draws import Draws
from datagen.effects import MAX_EFFECTS
from datagen.errors import UserError
from datagen.generators import floats
from datagen.generators.axis import Axis
from datagen.generators.base import Generator
from datagen.generators.instant import Instant
from datagen.generators.lookup import Lookup
from datagen.model import Column, Dataset, Table
from datagen.modifiers import Cast, Clamp, Nulls, Rounded
from datagen.plan import Plan, TablePlan
from datagen.pointers import MAX_MATCHED, MAX_RANKED, ByValue, Drawn, DrawnOnce
from datagen.reach import Reach
from datagen.refusals import RefusalError
from datagen.rounding import inside
from datagen.scaling import Scaling, effects_of
from datagen.shares import Uniform
from datagen.steering.samples import with_samples
from datagen.steering.weekends import with_weekends

MAX_ROWS = 10**12  # of a table that fans out
MANY_ROWS = 1 << 20
ABOUT_AT_MOST = 4  # times what a sample of parents says


def compile_schema(dataset: Dataset, sample: int | None = None) -> Plan:
    """The plan of a data set, steered to its targets; of a sample, of the first so many rows of each table.

    A table of a sample sees only the rows of others that are in it. UserError where columns read each other in a
    circle or cannot make so many rows, or targets are out of reach.
    """
    tables: dict[str, TablePlan] = {}
    reach = Reach(dataset.seed, MappingProxyType(tables))  # of each table it sees those before
    sources, weekends = with_weekends(dataset.tables, dataset.targets)
    for table in sources:
        tables[table.name] = _table_plan(table, dataset.seed, tables, reach, sample)
    steered, sampled = with_samples(tables, dataset.seed, dataset.targets)
    if sampled:
        tables, reach = _counted_anew(steered, {table.name: table for table in sources}, dataset.seed, sample)
    for table in dataset.tables:
        verify(tables[table.name], table.distinct, reach)
    return Plan(dataset, MappingProxyType(tables), reach, tuple(map(str, (*weekends, *sampled))), sample)


def _counted_anew(
    steered: Mapping[str, TablePlan], sources: Mapping[str, Table], seed: int, sample: int | None
) -> tuple[dict[str, TablePlan], Reach]:
    """Plans of which columns were moved, with the fan-outs that such columns scale; nothing that was made before."""
    tables: dict[str, TablePlan] = {}
    reach = Reach(seed, MappingProxyType(tables))
    for name, plan in steered.items():
        children = _children(sources[name], seed, tables, reach)
        tables[name] = replace(plan, children=children, count=_count(children or plan.count, sample))
    return tables, reach


def _table_plan(table: Table, seed: int, made: Mapping[str, TablePlan], reach: Reach, sample: int | None) -> TablePlan:
    offspring, children = table.offspring, _children(table, seed, made, reach)
    count = _count(children or Declared(table.rows), sample)
    for column in table.columns:
        _check(column, table, count)
        _check_pointer(column, made, count)
        _check_effects((column.generator, *column.modifiers), made, column.path)
    axis = _axis_plan(table, count, seed)
    columns = tuple(within_bounds(_on_axis(column, axis)) for column in table.columns)
    schema = pa.schema([(column.name, column.arrow_type()) for column in columns])
    return TablePlan(
        name=table.name,
        count=count,
        columns=columns,
        making=_in_making_order(table.name, columns),
        axis=axis,
        arrow_schema=schema,
        key=table.key,
        children=children,
        parent=offspring.parent if offspring else None,
        others=table.others,
    )


def _children(table: Table, seed: int, made: Mapping[str, TablePlan], reach: Reach) -> Children | None:
    """How rows follow from those of another table; None where they are as many as declared."""
    offspring = table.offspring
    if offspring is None:
        return None
    _check_effects(offspring.acts, made, table.name)
    scale = Scaling(offspring.parent, offspring.acts, reach) if offspring.acts else None
    return Children(seed, table.name, offspring.fanout, made[offspring.parent].count, scale)


def _count(count: Count, sample: int | None) -> Count:
    """How many rows a table has. UserError where there would be more than anybody can use."""
    if isinstance(count, Children) and count.about > MAX_ROWS:
        told = f"{count.about:.2g} rows; at most {MAX_ROWS:.0e}, so lower what scales its fan-out"
        raise UserError(f"{count.table}: {told}")
    return count if sample is None else First(count, sample)


def _check(column: Column, table: Table, count: Count) -> None:
    try:
        _check_rows(column.generator, count)
        within_bounds(column)
    except RefusalError as error:
        raise UserError(f"{column.path}: {error.message}") from error
    unknown = set(column.reads) - {column.name for column in table.columns}
    if unknown:
        raise UserError(f"{column.path}: no field {', '.join(sorted(unknown))} to read in {table.name}")


def _check_rows(generator: Generator, count: Count) -> None:
    """RefusalError where it cannot make so many; of many rows it is asked without counting them where that will do."""
    if count.about > MANY_ROWS:
        with suppress(RefusalError):
            generator.check_rows(ABOUT_AT_MOST * count.about)
            return
    generator.check_rows(count.rows)


def _check_pointer(column: Column, made: Mapping[str, TablePlan], count: Count) -> None:
    """UserError where a row of a table would have to be found among too many."""
    pointer = column.generator.pointer if isinstance(column.generator, Lookup) else None
    if isinstance(pointer, Drawn) and not isinstance(pointer.shares, Uniform):
        _check_count(column, made[pointer.table], MAX_RANKED, "shares tell rows apart in tables of up to")
    elif isinstance(pointer, DrawnOnce) and count.rows > made[pointer.table].rows:
        told = f"{count.rows:,} rows from {made[pointer.table].rows:,} rows of {pointer.table}"
        raise UserError(f"{column.path}: unique: {told}; have fewer rows, or more of {pointer.table}")
    elif isinstance(pointer, ByValue):
        told = f"'{pointer.column}' points at no row of {pointer.table}, and values are matched in tables of up to"
        _check_count(column, made[pointer.table], MAX_MATCHED, told)


def _check_effects(parts: Iterable[object], made: Mapping[str, TablePlan], path: str) -> None:
    """UserError where a table of effects is too large to be held."""
    for part in parts:
        for effects in effects_of(part):
            table = made.get(effects.table)
            if table is not None and table.count.upto(MAX_EFFECTS + 1) > MAX_EFFECTS:
                told = f"effects are told apart in tables of up to {MAX_EFFECTS:,} rows"
                raise UserError(f"{path}: {told}; {table.name} has {table.rows:,}")


def _check_count(column: Column, table: TablePlan, most: int, told: str) -> None:
    if table.count.upto(most + 1) > most:
        raise UserError(f"{column.path}: {told} {most:,} rows; {table.name} has {table.rows:,}")


def _axis_plan(table: Table, count: Count, seed: int) -> AxisPlan | None:
    """KeyError where the table names an axis that is no datetime column of its own."""
    if table.axis is None:
        return None
    instants = {column.name: column.generator for column in table.columns if isinstance(column.generator, Instant)}
    instant = instants[table.axis]
    return lay_out(table.axis, instant.window, instant.curve, count.rows, Draws(seed, table.name, table.axis, 0, 0))


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
    """Between which doubles all values lie; None where nothing is declared, or where more is done to them."""
    if not all(isinstance(modifier, Clamp | Rounded | Nulls | Cast) for modifier in column.modifiers):
        return None
    spans = [
        (part.min, part.max)
        for part in (column.generator, *column.modifiers)
        if isinstance(part, floats.Uniform | Clamp)
    ]
    if not spans:
        return None
    low, high = max(low for low, _ in spans), min(high for _, high in spans)
    return (low, high) if low <= high else spans[-1]  # a clamp beside the span wins


def _in_making_order(table: str, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    by_name = {column.name: column for column in columns}
    sorter = TopologicalSorter({column.name: column.reads for column in columns})
    try:
        return tuple(by_name[name] for name in sorter.static_order())
    except CycleError as error:
        circle = " reads ".join(reversed(error.args[1]))
        raise UserError(f"{table}: fields read each other in a circle: {circle}; break it") from error
