"""Which columns a column reads, of its own row and of other tables; a circle of them is shown as a path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from datagen.expression import ExpressionError, parse
from datagen.expression_tree import columns as columns_in
from datagen.schema.faults import Faults
from datagen.schema.relational import generators as written
from datagen.schema.relational.look import NUMBERS, TIMES
from datagen.schema.relational.modifiers import EffectArgs, TrendArgs
from datagen.schema.relational.words import split
from datagen.schema.relational.written import WrittenColumn, WrittenTable

Place = tuple[str, str]  # table and column
OVER_TIME = ("seasonality", "trend", "effect")  # modifiers that read the row's time


def first_datetime(table: WrittenTable) -> str | None:
    """The first column of a row that tells a time."""
    named = (name for name, column in table.columns.items() if column.model and column.model.type in TIMES)
    return next(named, None)


def first_series(table: WrittenTable) -> str | None:
    """The first column of instants that are drawn."""
    return next((name for name, column in table.columns.items() if column.kind == "datetime_series"), None)


def row_reads(column: WrittenColumn, table: WrittenTable) -> Iterator[str]:
    """Columns of the same row, each perhaps more than once, whether they are there or not."""
    match column.generator:
        case written.ExpressionChoice(code=code):
            try:
                yield from sorted(columns_in(parse(code)))
            except ExpressionError:
                return
        case written.LookupChoice(on=dict(on)):
            yield from on.values()
        case written.FakerChoice(locale_from=str(name)):
            yield name
    for modifier in column.modifiers:
        if isinstance(modifier.args, EffectArgs):
            yield from modifier.args.on
        named = modifier.args.time_reference if isinstance(modifier.args, TrendArgs) else None
        time = named or first_datetime(table)
        over_time = modifier.transform in OVER_TIME and column.model is not None and column.model.type in NUMBERS
        if over_time and time is not None:
            yield time


def other_reads(column: WrittenColumn) -> Iterator[Place]:
    match column.generator:
        case written.LookupChoice(from_=reference):
            yield split(reference)
        case written.ChoiceChoice(choices_ref=str(reference)):
            yield split(reference)
    for modifier in column.modifiers:
        if isinstance(modifier.args, EffectArgs):
            window, theirs = modifier.args.window, modifier.args.on.values()
            for name in (window.start_col, window.end_col, modifier.args.map.field, *theirs):
                yield modifier.args.effect_table, name


def check_circles(tables: Mapping[str, WrittenTable], faults: Faults) -> None:
    """Notes the first circle of columns."""
    known = {(table.name, name) for table in tables.values() for name in table.columns}
    graph: dict[Place, list[Place]] = {}
    for table in tables.values():
        for column in table.columns.values():
            reads = [*((table.name, name) for name in row_reads(column, table)), *other_reads(column)]
            graph[table.name, column.name] = [place for place in reads if place in known]
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[Place] = list(reversed(error.args[1]))
        column = tables[circle[0][0]].columns[circle[0][1]]
        path = " reads ".join(".".join(place) for place in circle)
        if faults.within(column.path):
            return
        faults.add(column.path, f"columns read each other in a circle: {path}; break it")
