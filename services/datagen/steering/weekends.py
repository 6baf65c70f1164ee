"""Weights of Saturday and Sunday moved so that a share of rows lies on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from datagen.generators.base import Generator
from datagen.generators.instant import Instant
from datagen.generators.lookup import Lookup
from datagen.generators.ordered import Ordered
from datagen.model import Column, Table
from datagen.steering.aim import Moved, aim, refused, settled
from datagen.steering.movement import movement
from datagen.targets import Target, WeekendShare, weekend_share
from datagen.timeline import Pattern


def with_weekends(tables: Sequence[Table], targets: Sequence[Target]) -> tuple[tuple[Table, ...], tuple[Moved, ...]]:
    """The tables with the weights of Saturday and Sunday moved, of instants that nothing but their curve decides.

    UserError where that is not enough.
    """
    made = {table.name: table for table in tables}
    moved: list[Moved] = []
    for target in targets:
        if not isinstance(target, WeekendShare):
            continue
        place = _source(made, target.table, target.column)
        column = _column(made[place[0]], place[1])
        instant = _instant(column.generator)
        if instant is None or not isinstance(instant.curve, Pattern):
            continue
        share = weekend_share(instant.curve, instant.window)
        rows = max(made[target.table].rows, 1)
        wanted = aim(share, math.sqrt(share * (1 - share) / rows), target.min, target.max)
        if wanted is not None and 0 < share < 1 and wanted < 1:
            column = replace(column, generator=_with_weekend(column.generator, wanted, share))
            made[place[0]] = _with(made[place[0]], column)
            moved.append(Moved(target.where, place[0], place[1], share, wanted, "weekend share"))
        if not target.min <= (share if wanted is None else wanted) <= target.max:
            raise refused(target, share, "weekend share")
    return tuple(made.values()), tuple(moved)


def _source(tables: dict[str, Table], table: str, column: str) -> tuple[str, str]:
    """Where the value of a column that only looks it up is made."""
    generator = _column(tables[table], column).generator
    while isinstance(generator, Lookup):
        table, column = generator.table, generator.column
        generator = _column(tables[table], column).generator
    return table, column


def _column(table: Table, name: str) -> Column:
    return next(column for column in table.columns if column.name == name)


def _with(table: Table, column: Column) -> Table:
    return replace(table, columns=tuple(column if made.name == column.name else made for made in table.columns))


def _instant(generator: Generator) -> Instant | None:
    """None where more than the curve decides the instants."""
    if isinstance(generator, Ordered):
        generator = generator.instant
    return generator if isinstance(generator, Instant) else None


def _with_weekend(generator: Generator, wanted: float, share: float) -> Generator:
    """A share s becomes f s / (f s + 1 - s) where the weights of Saturday and Sunday are multiplied by f."""
    found = movement(generator)
    assert found is not None
    return found[0](settled(math.log(wanted * (1 - share) / (share * (1 - wanted)))))
