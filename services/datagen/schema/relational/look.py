"""Finding the tables and columns that a document names, and saying which are not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from datagen.schema.faults import Faults
from datagen.schema.json_text import Path
from datagen.schema.names import show, suggest
from datagen.schema.relational.words import split
from datagen.schema.relational.written import WrittenColumn, WrittenTable

TIMES = ("datetime", "date")
NUMBERS = ("int", "float")


@dataclass(frozen=True, slots=True)
class Look:
    tables: Mapping[str, WrittenTable]
    faults: Faults

    def table(self, name: str, path: Path) -> WrittenTable | None:
        """The table, or None where there is none, which is noted."""
        found = self.tables.get(name)
        if found is None:
            self.faults.add(path, f"{_shown(path, name)} is no table; {suggest(name, self.tables)}")
        return found

    def local(self, table: WrittenTable, name: str, path: Path) -> WrittenColumn | None:
        """A column of a table that is there, or None, which is noted."""
        found = table.columns.get(name)
        if found is None:
            self.faults.add(path, f"{_shown(path, name)} is no column of {table.name}; {suggest(name, table.columns)}")
        return found

    def column(self, reference: str, path: Path) -> WrittenColumn | None:
        """The column of "table.column"."""
        name, column = split(reference)
        found = self.tables.get(name)
        if found is None:
            way_out = suggest(name, self.tables)
            self.faults.add(path, f"{_shown(path, reference)} names no table {show(name)}; {way_out}")
            return None
        if column not in found.columns:
            way_out = suggest(column, found.columns)
            self.faults.add(path, f"{_shown(path, reference)} names no column of {name}; {way_out}")
            return None
        return found.columns[column]

    def typed(self, column: WrittenColumn | None, types: tuple[str, ...], wanted: str, path: Path) -> bool:
        """Whether a column that is there has one of these types; notes where it has another."""
        if column is None or column.model is None or column.model.type in types:
            return column is not None
        self.faults.add(path, f"'{column.name}' is of type {column.model.type}; {wanted}")
        return False

    def ancestors(self, name: str) -> dict[str, str | None]:
        """The table and those it fans out from, each with the one below it; a circle ends."""
        found: dict[str, str | None] = {name: None}
        while (table := self.tables.get(name)) and table.fans_out and table.parents[0] not in found:
            found[table.parents[0]] = name
            name = table.parents[0]
        return found


def _shown(path: Path, value: str) -> str:
    key = path[-1] if path else ""
    return f"{key}={show(value)}" if isinstance(key, str) and key != value else show(value)
