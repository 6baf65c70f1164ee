"""The tables of a document with its constraints honoured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from datagen.constrained.allowed import MAX_LISTED
from datagen.model import Column, Table
from datagen.refusals import RefusalError
from datagen.schema.faults import Faults
from datagen.schema.relational.circles import Place
from datagen.schema.relational.narrowing import Narrow
from datagen.schema.relational.read import Relational
from datagen.schema.relational.ruled import Book, Rules, collected
from datagen.schema.relational.unequal import Unequal

NO_RULES = Rules()


def narrowed(tables: tuple[Table, ...], read: Relational, faults: Faults) -> tuple[Table, ...]:
    """The tables with every constraint but `unique` and `foreign_keys` honoured; what leaves nothing is noted."""
    book = Book({table.name: table for table in tables}, read.tables)
    rules = collected(read.constraints, book, MAX_LISTED)
    _check_circles(rules, book, faults)
    if len(faults):
        return ()
    unequal = Unequal(book, faults)
    unequal.read(read.constraints)
    unequal.spread(rules)
    changed: dict[Place, Column] = {}
    for place in dict.fromkeys([*rules, *unequal.beside, *unequal.same]):
        try:
            narrow = Narrow(book, place, rules.get(place, NO_RULES), tuple(unequal.beside.get(place, ())))
            changed[place] = narrow.same(unequal.same[place]) if place in unequal.same else narrow.column()
        except RefusalError as refusal:
            paths = rules.get(place, NO_RULES).paths
            faults.add(paths[0] if paths else read.tables[place[0]].columns[place[1]].path, refusal.message)
    return tuple(
        replace(table, columns=tuple(changed.get((table.name, column.name), column) for column in table.columns))
        for table in tables
    )


def _check_circles(rules: Mapping[Place, Rules], book: Book, faults: Faults) -> None:
    """Notes each column whose list is made of values that follow from its own."""
    for place, ruled in rules.items():
        seen: set[Place] = set()
        left = list(ruled.sources)
        while left:
            other = left.pop()
            if other in seen:
                continue
            seen.add(other)
            source = book.source(other)
            reads = ((other[0], name) for name in book.column(other).generator.reads)
            left += [*reads, *([source[0]] if source else []), *(rules[other].sources if other in rules else ())]
        if place in seen:
            name, listed = ".".join(place), ".".join(ruled.sources[0])
            faults.add(ruled.paths[0], f"'{listed}' follows from '{name}' itself; list the values instead")
