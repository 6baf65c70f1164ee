"""Which tables a column's value points at a row of, by the document alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from datagen.schema.relational import generators as written
from datagen.schema.relational.circles import Place
from datagen.schema.relational.words import split
from datagen.schema.relational.written import WrittenColumn, WrittenTable


@dataclass(frozen=True)
class Pointing:
    """A key points at its own row; a lookup or a draw at the row it reads, and at what the column there points at."""

    tables: Mapping[str, WrittenTable]
    _known: dict[Place, frozenset[str]] = field(default_factory=dict)

    def at(self, table: str, column: str) -> frozenset[str]:
        """Names of tables; none for a column that is not there."""
        place = (table, column)
        if place not in self._known:
            self._known[place] = frozenset()  # within a circle, which is a fault of its own
            self._known[place] = self._found(*place)
        return self._known[place]

    def _found(self, table: str, column: str) -> frozenset[str]:
        owner = self.tables.get(table)
        made = owner.columns.get(column) if owner else None
        if owner is None or made is None:
            return frozenset()
        own = {table} if owner.model and owner.model.pk == column else set()
        read = source_of(made)
        return frozenset(own if read is None else {*own, read[0], *self.at(*read)})

    def pointers(self, table: WrittenTable, wanted: str) -> tuple[str, ...]:
        """The columns of a table, its key left out, that read the key of `wanted`."""
        target = self.tables[wanted]
        key = target.model.pk if target.model else ""
        found = (name for name, column in table.columns.items() if source_of(column) == (wanted, key))
        return tuple(name for name in found if not (table.model and table.model.pk == name))


def source_of(column: WrittenColumn) -> Place | None:
    """The table and column that a lookup or a draw of rows reads."""
    match column.generator:
        case written.LookupChoice(from_=reference) | written.ChoiceChoice(choices_ref=str(reference)):
            return split(reference)
        case _:
            return None
