"""How a row finds a row of another table: its parent, a draw, one above it in its own table, or by another column."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np
import pyarrow.compute as pc

from datagen.constrained.allowed import Allowed, plain
from datagen.constrained.limits import Limits
from datagen.draws import I64, Draws
from datagen.errors import UserError
from datagen.generators.base import Links, Rows
from datagen.permute import shuffled
from datagen.shares import Shares, Uniform
from datagen.text.scalars import texts
from datagen.weights import Weights, weigh

MAX_RANKED = 1 << 20  # rows that weights tell apart; beyond, ranks share a weight
MAX_MATCHED = 1 << 16  # rows of a table in which a value is looked for
PURPOSE = "row"


class Pointer(Protocol):
    @property
    def reads(self) -> tuple[str, ...]:
        """Columns of the same row."""
        ...

    def rows(self, rows: Rows, draws: Draws) -> I64:
        """For each row the number of one of the table pointed at; -1 for none."""
        ...


@dataclass(frozen=True)
class Parent:
    """The row that it fans out from, or the one that this fans out from in turn."""

    through: tuple[str, ...] = ()  # tables that are climbed through
    reads: tuple[str, ...] = ()

    def rows(self, rows: Rows, draws: Draws) -> I64:
        found = rows.family().parents
        for table in self.through:
            found = rows.others.parents(table, found)
        return found


@dataclass(frozen=True)
class Drawn:
    """A draw of one row of a table. Which rows are the popular ones is a keyed shuffle of them."""

    table: str
    shares: Shares = Uniform()  # noqa: RUF009  # frozen
    reads: tuple[str, ...] = ()

    def rows(self, rows: Rows, draws: Draws) -> I64:
        count = rows.others.count(self.table)
        if count == 0:
            return np.full(len(rows), -1, np.int64)
        if isinstance(self.shares, Uniform):
            return draws.below(count, PURPOSE).view(np.int64)
        ranks = ranked(self.shares, count).pick(draws, purpose=PURPOSE).astype(np.uint64)
        keyed = Draws(draws.seed, draws.table, draws.column, 0, 0)
        return shuffled(ranks, count, keyed, "popularity").view(np.int64)


@lru_cache(maxsize=64)
def ranked(shares: Shares, count: int) -> Weights:
    """Ranks from 0, by their shares; at most MAX_RANKED."""
    return weigh([(range(count), shares.weights(count).tolist())])


@dataclass(frozen=True)
class DrawnOnce:
    """A row of a table with as many rows or more, no row twice: a keyed shuffle."""

    table: str
    reads: tuple[str, ...] = ()

    def rows(self, rows: Rows, draws: Draws) -> I64:
        keyed = Draws(draws.seed, draws.table, draws.column, 0, 0)
        return shuffled(rows.numbers.astype(np.uint64), rows.others.count(self.table), keyed, PURPOSE).view(np.int64)


@dataclass(frozen=True, eq=False)
class DrawnAmong:
    """A draw of one of the rows of a small table whose column has an allowed value; shares are those of all rows."""

    table: str
    column: str
    shares: Shares
    allowed: Allowed
    limits: Limits | None
    reads: tuple[str, ...] = ()
    _known: WeakKeyDictionary[Links, tuple[I64, Weights]] = field(default_factory=WeakKeyDictionary, repr=False)

    def rows(self, rows: Rows, draws: Draws) -> I64:
        """UserError where no row is allowed."""
        count = rows.others.count(self.table)
        if count == 0:
            return np.full(len(rows), -1, np.int64)
        if rows.others not in self._known:
            self._known[rows.others] = self._rows(rows, draws, count)
        good, weights = self._known[rows.others]
        return good[weights.pick(draws, purpose=PURPOSE)]

    def _rows(self, rows: Rows, draws: Draws, count: int) -> tuple[I64, Weights]:
        values = plain(rows.others.column(self.table, self.column, np.arange(count)))
        wrong = self.allowed.refused(values, rows)
        if self.limits is not None:
            wrong |= self.limits.beyond(values, *self.limits.of(Rows(0, count), self.table))
        good = np.flatnonzero(~wrong)
        keyed = Draws(draws.seed, draws.table, draws.column, 0, 0)
        ranks = shuffled(np.arange(count, dtype=np.uint64), count, keyed, "popularity").view(np.int64)
        shares = np.empty(count)
        shares[ranks] = self.shares.weights(count)
        if not shares[good].any():
            raise UserError(
                f"{draws.table}.{draws.column}: no row of {self.table} has a value of {self.column} that is allowed; "
                "allow one, or draw from another table"
            )
        return good, weigh([(range(len(good)), shares[good].tolist())])


@dataclass(frozen=True)
class Above:
    """A row with a lower number, so that there is no circle; none for the first."""

    reads: tuple[str, ...] = ()

    def rows(self, rows: Rows, draws: Draws) -> I64:
        numbers = rows.numbers
        found = (draws.uniform(PURPOSE) * numbers).astype(np.int64)
        return np.where(numbers > 0, np.minimum(found, numbers - 1), -1)


@dataclass(frozen=True)
class ByColumn:
    """The row that another column of this row points at."""

    column: str
    table: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def rows(self, rows: Rows, draws: Draws) -> I64:
        return rows.others.pointed(rows.table, self.column, rows, self.table)


@dataclass(frozen=True)
class ByValue:
    """The first row of a small table whose key has the same text as a column of this row."""

    column: str
    table: str
    key: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.column,)

    def rows(self, rows: Rows, draws: Draws) -> I64:
        keys = rows.others.column(self.table, self.key, np.arange(rows.others.count(self.table)))
        found = pc.index_in(_plain(rows.columns[self.column]), _plain(keys), skip_nulls=True)
        places: I64 = found.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return places


def _plain(column: object) -> object:
    text = texts(column)
    return text.dictionary_decode() if hasattr(text, "dictionary") else text
