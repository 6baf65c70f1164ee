"""Dimensions of other tables: "table.column" becomes a column of the table that is analysed, and a lookup of it.

So it stands in the extract as `<table>_<column>`, where batch, replay and strangers read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from datagen.schema.faults import Faults
from datagen.schema.json_text import Path
from datagen.schema.names import listing, show, suggest
from datagen.schema.relational.analysed import ANALYSIS, analysed_table
from datagen.schema.relational.pointing import Pointing
from datagen.schema.relational.read import read_relational
from datagen.schema.relational.words import split
from datagen.schema.relational.written import WrittenTable

DIMENSIONS: Path = (*ANALYSIS, "dimensions")


def with_borrowed(raw: dict[str, Any], faults: Faults) -> dict[str, Any]:
    """The document, with a column for every dimension of another table; entries at fault are noted and left out."""
    found = list(_found(raw))
    if not found:
        return raw
    unheard = Faults(raw, {}, {})
    tables = read_relational(raw, unheard).tables
    table = analysed_table(raw, tables, unheard)
    if len(unheard) or table is None:
        return raw  # told when the document is read
    made = deepcopy(raw)
    entries = made["analysis"]["dimensions"]
    node = next(node for node in made["nodes"] if node["id"] == table.name)
    borrower = Borrower(table, tables, Pointing(tables))
    for place, name in reversed(found):
        try:
            column = borrower.column(name)
        except NoWayError as error:
            faults.add((*DIMENSIONS, place), f"{show(name)}{error}")
            del entries[place]
            continue
        node["columns"] += [column] if column["name"] not in {one["name"] for one in node["columns"]} else []
        entries[place] = _renamed(entries[place], column["name"])
        stream = made["analysis"].get("stream")
        if isinstance(stream, dict) and stream.get("group_by") == name:
            stream["group_by"] = column["name"]
    return made


def _found(raw: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    """Where a dimension is "table.column"."""
    analysis = raw.get("analysis")
    entries = analysis.get("dimensions") if isinstance(analysis, dict) else None
    for place, entry in enumerate(entries if isinstance(entries, list) else ()):
        name = entry.get("name") if isinstance(entry, dict) else entry
        if isinstance(name, str) and name.count(".") == 1:
            yield place, name


def _renamed(entry: Any, name: str) -> Any:
    return {**entry, "name": name} if isinstance(entry, dict) else name


class NoWayError(Exception):
    """Why a column cannot be borrowed, to be said after its name."""


@dataclass(frozen=True, slots=True)
class Borrower:
    """Writes the columns that one table borrows."""

    table: WrittenTable
    tables: Mapping[str, WrittenTable]
    pointing: Pointing

    def column(self, reference: str) -> dict[str, Any]:
        """As a document would have it. NoWayError where there is no way to that column."""
        name, source = split(reference)
        other = self.tables.get(name)
        if other is None:
            raise NoWayError(f": no such table; {suggest(name, self.tables)}")
        model = other.columns[source].model if source in other.columns else None
        if model is None or other.model is None:
            raise NoWayError(f": no such column; {suggest(source, other.columns)}")
        if name == self.table.name:
            raise NoWayError(f" is a column of the table itself; write '{source}'")
        own = f"{name}_{source}"
        if own in self.table.columns:
            raise NoWayError(f" would be the column '{own}', which is there; name that one")
        return {"name": own, "type": model.type, "generator": {"lookup": self._way(other, other.model.pk, source)}}

    def _way(self, other: WrittenTable, key: str, source: str) -> dict[str, Any]:
        found = {"from": f"{other.name}.{source}"}
        if self._descends_from(other.name):
            return found
        pointers = self._pointers(other.name)
        if not pointers:
            known = listing(sorted(name for name in self.tables if self._is_known(name)))
            raise NoWayError(f": no row of {self.table.name} knows its {other.name}; known: {known}")
        return {**found, "on": {key: pointers[0]}}

    def _pointers(self, other: str) -> list[str]:
        return [name for name in self.table.columns if other in self.pointing.at(self.table.name, name)]

    def _is_known(self, other: str) -> bool:
        return other != self.table.name and (self._descends_from(other) or bool(self._pointers(other)))

    def _descends_from(self, other: str) -> bool:
        """Whether the table fans out from another, directly or through others."""
        table, steps = self.table, 0
        while table.fans_out and table.parents[0] in self.tables and steps < len(self.tables):
            table, steps = self.tables[table.parents[0]], steps + 1
            if table.name == other:
                return True
        return False
