"""In which order tables are made: each after those it reads. A circle, or a `dag` that differs, is shown as a path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from datagen.schema.faults import Faults
from datagen.schema.json_text import Path
from datagen.schema.names import show, suggest
from datagen.schema.relational.generators import ChoiceChoice, LookupChoice
from datagen.schema.relational.modifiers import EffectArgs
from datagen.schema.relational.words import split
from datagen.schema.relational.written import WrittenColumn, WrittenTable

Reads = Mapping[str, Mapping[str, Path]]  # table -> the other tables it reads, each with where it says so


def reads_of(tables: Mapping[str, WrittenTable]) -> Reads:
    return {name: dict(reversed(list(_reads(table, tables)))) for name, table in tables.items()}


def _reads(table: WrittenTable, tables: Mapping[str, WrittenTable]) -> Iterator[tuple[str, Path]]:
    named = [(parent, (*table.path, "parents", place)) for place, parent in enumerate(table.parents)]
    for column in table.columns.values():
        named += _column_reads(column)
    for modifier in table.effects:
        if isinstance(modifier.args, EffectArgs):
            named.append((modifier.args.effect_table, (*modifier.path, "args", "effect_table")))
    yield from ((name, path) for name, path in named if name in tables and name != table.name)


def _column_reads(column: WrittenColumn) -> Iterator[tuple[str, Path]]:
    match column.generator:
        case LookupChoice(from_=reference):
            yield split(reference)[0], (*column.generator_path, "from")
        case ChoiceChoice(choices_ref=str(reference)):
            yield split(reference)[0], (*column.generator_path, "choices_ref")
    for modifier in column.modifiers:
        if isinstance(modifier.args, EffectArgs):
            yield modifier.args.effect_table, (*modifier.path, "args", "effect_table")


def in_order(tables: Mapping[str, WrittenTable], faults: Faults) -> tuple[str, ...]:
    """Names, each after those it reads; in the order of the document where a circle leaves no other."""
    reads = reads_of(tables)
    try:
        return tuple(TopologicalSorter({name: list(others) for name, others in reads.items()}).static_order())
    except CycleError as error:
        circle: list[str] = list(reversed(error.args[1]))
        path = reads[circle[0]][circle[1]]
        faults.add(path, f"tables read each other in a circle: {' reads '.join(circle)}; break it")
        return tuple(tables)


def check_dag(dag: tuple[tuple[str, ...], ...] | None, tables: Mapping[str, WrittenTable], faults: Faults) -> None:
    """Notes where a declared order names what is not there, or puts a table before one that it reads."""
    levels: dict[str, tuple[int, int]] = {}
    for level, names in enumerate(dag or ()):
        for place, name in enumerate(names):
            path: Path = ("dag", level, place)
            if name not in tables:
                faults.add(path, f"{show(name)} is no table; {suggest(name, tables)}")
            elif name in levels:
                faults.add(path, f"{show(name)} stands twice; remove one")
            levels.setdefault(name, (level, place))
    reads = reads_of(tables)
    for name, (level, place) in levels.items():
        for other in reads.get(name, {}):
            if other in levels and levels[other][0] > level:
                message = f"dag puts {show(name)} before {show(other)}, but {_way(name, other, reads)}"
                faults.add(("dag", level, place), f"{message}; swap them, or leave dag out")


def _way(name: str, other: str, reads: Reads) -> str:
    key = next((str(part) for part in reversed(reads[name][other]) if isinstance(part, str)), "")
    said = {"parents": "is a child of it", "from": "looks it up", "choices_ref": "draws from it"}
    return f"the order is {other} -> {name}: it {said.get(key, 'reads it')}"
