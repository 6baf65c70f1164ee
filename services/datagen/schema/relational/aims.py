"""The targets of a document as the plan is steered by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from datagen.schema.faults import Faults, dotted
from datagen.schema.relational import document as written
from datagen.schema.relational.circles import first_datetime
from datagen.schema.relational.modifiers import SeasonalityArgs
from datagen.schema.relational.read import Relational
from datagen.schema.relational.written import WrittenColumn, WrittenTable
from datagen.targets import SIZES, CompositeEffect, Dimension, MeanInRange, Target, WeekendShare, Where

USUAL: tuple[Dimension, ...] = ("dow", "hour")


def targets_of(read: Relational, raw: Mapping[str, Any], faults: Faults) -> tuple[Target, ...]:
    """Of a document without faults; a composite effect in a table without a datetime is noted."""
    found: list[Target] = []
    for path, target in read.targets:
        where = Where(dotted(raw, path), faults.line(path))
        match target:
            case written.WeekendShare(table=table, timestamp=name, min=least, max=most):
                found.append(WeekendShare(where, table, name, least, most))
            case written.MeanInRange(table=table, column=name, min=least, max=most):
                found.append(MeanInRange(where, table, name, least, most))
            case written.CompositeEffect(table=table):
                timestamp = first_datetime(read.tables[table])
                if timestamp is not None:
                    found.append(_composite(where, target, read.tables[table], timestamp))
                    continue
                said = f"table='{table}' has no datetime, and a composite effect is over time"
                faults.add((*path, "table"), f"{said}; name another table")
    return tuple(found)


def _composite(where: Where, target: written.CompositeEffect, table: WrittenTable, timestamp: str) -> CompositeEffect:
    metric = target.metric if target.metric in table.columns else None
    shaped = [table.columns[timestamp], *([table.columns[metric]] if metric else [])]
    tolerance = target.tolerance
    mape = tolerance.mape if tolerance else None
    return CompositeEffect(
        where,
        table.name,
        metric,
        timestamp,
        _named(target) or _weighed(shaped) or USUAL,
        tolerance.mae if tolerance else None,
        mape / 100 if mape is not None and mape > 1 else mape,
    )


def _named(target: written.CompositeEffect) -> tuple[Dimension, ...]:
    """Those that an influence names, in a fixed order."""
    named: set[str] = set()
    for influence in target.influences:
        for key in ("dimension", "dimensions"):
            told = (influence.model_extra or {}).get(key)
            named.update(map(str, told if isinstance(told, list) else [told]))
    return _in_order(named)


def _weighed(columns: list[WrittenColumn]) -> tuple[Dimension, ...]:
    """Those in which the columns have weights."""
    patterns = [pattern.dimension for column in columns for _, pattern in column.patterns]
    seasons = [
        made.args.dimension for column in columns for made in column.modifiers if isinstance(made.args, SeasonalityArgs)
    ]
    return _in_order({*patterns, *seasons})


def _in_order(named: set[Any]) -> tuple[Dimension, ...]:
    order: tuple[Dimension, ...] = ("month", "dow", "hour")
    assert set(order) == set(SIZES)
    return tuple(dimension for dimension in order if dimension in named)
