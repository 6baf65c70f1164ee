"""The tables of a document with its constraints honoured."""

from __future__ import annotations

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
