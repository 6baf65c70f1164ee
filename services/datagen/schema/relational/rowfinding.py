"""How a lookup finds its row: by the parent, in the own table, by another column, or by a draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from datagen.pointers import Above, ByColumn, ByValue, Drawn, Parent, Pointer
from datagen.refusals import RefusalError
from datagen.schema.relational import generators as written
from datagen.schema.relational.pointing import Pointing
from datagen.schema.relational.written import WrittenColumn, WrittenTable
from datagen.shares import Shares


@dataclass(frozen=True, slots=True)
class Finder:
    tables: Mapping[str, WrittenTable]
    pointing: Pointing
    types: Mapping[tuple[str, str], pa.DataType]

    def type_of(self, table: str, column: str) -> pa.DataType:
        return self.types[table, column]

    def pointer(self, table: WrittenTable, column: WrittenColumn, other: str, shares: Shares) -> Pointer:
        """The way from a row of `table` to one of `other`."""
        choice = column.generator
        assert isinstance(choice, written.LookupChoice)
        if choice.on:
            return self._by(table, other, *next(iter(choice.on.items())))
        if other == table.name:
            return Above()
        if (way := self._way_up(table, other)) is not None:
            return Parent(way)
        if not self._is_key(other, choice.from_.partition(".")[2]):
            pointers = self.pointing.pointers(table, other)
            if len(pointers) == 1 and pointers[0] != column.name:
                return ByColumn(pointers[0], other)
        return self.drawn(other, shares)

    def drawn(self, other: str, shares: Shares) -> Drawn:
        return Drawn(other, shares)

    def _way_up(self, table: WrittenTable, other: str) -> tuple[str, ...] | None:
        """The tables between one and one that it descends from; None where it does not."""
        through: list[str] = []
        while table.fans_out and len(through) < len(self.tables):
            parent = table.parents[0]
            if parent == other:
                return tuple(through)
            through.append(parent)
            table = self.tables[parent]
        return None

    def _by(self, table: WrittenTable, other: str, theirs: str, ours: str) -> Pointer:
        if theirs == written.THIS_KEY and theirs not in self.tables[other].columns:
            theirs = self._key_of(other)
        points = other in self.pointing.at(table.name, ours)
        if points and (self._is_key(other, theirs) or self._reads(table, ours, other, theirs)):
            return ByColumn(ours, other)
        if other == table.name:
            message = f"'{ours}' points at no row of {other}; make it a lookup of {other}.{theirs}"
            raise RefusalError("on", message)
        return ByValue(ours, other, theirs)

    def _reads(self, table: WrittenTable, ours: str, other: str, theirs: str) -> bool:
        match table.columns[ours].generator:
            case written.LookupChoice(from_=reference) | written.ChoiceChoice(choices_ref=str(reference)):
                return reference == f"{other}.{theirs}"
            case _:
                return False

    def _is_key(self, table: str, column: str) -> bool:
        return self._key_of(table) == column

    def _key_of(self, table: str) -> str:
        model = self.tables[table].model
        assert model is not None
        return model.pk
