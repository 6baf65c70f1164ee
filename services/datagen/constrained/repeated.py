"""Values drawn again until they obey: for kinds whose draw cannot be cut to what is allowed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from datagen.constrained.allowed import Allowed
from datagen.constrained.limits import Limits, Number
from datagen.draws import I64, Draws, Flags
from datagen.errors import UserError
from datagen.generators.base import Generator, Kind, Rows
from datagen.modifiers.base import Modifier

MOST_DRAWS = 64
Ends = tuple[Number, Number]


@dataclass(frozen=True)
class Repeated(Kind):
    """A row draws up to 64 times. Then a number or an instant is put on the bound it is beyond, and what has to be of
    a list is any of it; a text that still has another look ends the run.

    What is computed from other columns is made once.
    """

    inner: Generator
    modifiers: tuple[Modifier, ...]
    type: pa.DataType
    limits: Limits | None = None
    allowed: Allowed | None = None
    draws_again: bool = True

    @property
    def reads(self) -> tuple[str, ...]:
        of_modifiers = (name for modifier in self.modifiers for name in getattr(modifier, "reads", ()))
        of_limits = self.limits.reads if self.limits else ()
        return tuple(dict.fromkeys((*self.inner.reads, *of_modifiers, *of_limits)))

    def check_rows(self, rows: int) -> None:
        self.inner.check_rows(rows)

    def arrow_type(self) -> pa.DataType:
        return self.type

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        """UserError where a text does not obey after all draws."""
        ends = self.limits.of(rows, f"{draws.table}.{draws.column}") if self.limits else None
        values = self._made(rows, draws)
        wrong = np.flatnonzero(self._wrong(values, rows, ends))
        if not len(wrong):
            return values
        values, wrong = self._again(values, wrong, rows, draws, ends)
        if ends is not None:
            assert self.limits is not None
            values = self.limits.clipped(values, *ends)
        return self._last(values, wrong, rows, draws) if self.allowed and len(wrong) else values

    def _made(self, rows: Rows, draws: Draws) -> pa.Array:
        values = self.inner.values(rows, draws)
        for modifier in self.modifiers:
            values = modifier.apply(values, rows, draws)
        return values.dictionary_decode() if pa.types.is_dictionary(values.type) else values

    def _wrong(self, values: pa.Array, rows: Rows, ends: Ends | None) -> Flags:
        wrong = np.zeros(len(values), np.bool_)
        if ends is not None:
            assert self.limits is not None
            wrong |= self.limits.beyond(values, *ends)
        return wrong | self.allowed.refused(values, rows) if self.allowed else wrong

    def _again(self, values: pa.Array, wrong: I64, rows: Rows, draws: Draws, ends: Ends | None) -> tuple[pa.Array, I64]:
        """The values with the wrong ones drawn again, and the places of those that still are wrong."""
        chosen = np.arange(len(values))
        made = [values]
        for attempt in range(1, MOST_DRAWS if self.draws_again else 1):
            if not len(wrong):
                break
            numbers = rows.numbers[wrong]
            columns = {name: column.take(pa.array(wrong)) for name, column in rows.columns.items()}
            some = replace(rows, start=0, stop=len(wrong), columns=columns, picked=numbers, families=[])
            again = self._made(some, replace(draws, start=0, stop=len(wrong), picked=numbers, again=attempt))
            here = (ends[0][wrong], ends[1][wrong]) if ends is not None else None
            good = ~self._wrong(again, some, here)
            chosen[wrong[good]] = sum(map(len, made)) + np.flatnonzero(good)
            made.append(again)
            wrong = wrong[~good]
        return (pa.concat_arrays(made).take(pa.array(chosen)) if len(made) > 1 else values), wrong

    def _last(self, values: pa.Array, wrong: I64, rows: Rows, draws: Draws) -> pa.Array:
        """Any of the list in place of what still is not of it."""
        assert self.allowed is not None
        listed = self.allowed.listed(rows)
        if listed is None or not len(listed) or not self.draws_again:
            value, row = values[int(wrong[0])].as_py(), int(rows.numbers[wrong[0]])
            tried = f"after {MOST_DRAWS} draws" if self.draws_again else "as it is computed"
            raise UserError(f"{draws.table}.{draws.column}: row {row}: {value!r} {tried}, and {self.allowed.told}")
        places = np.arange(len(values))
        places[wrong] = len(values) + draws.below(len(listed), "listed").view(np.int64)[wrong]
        return pa.concat_arrays([values, listed.cast(values.type)]).take(pa.array(places))
