"""Between which values of its own scale a column's value lies: by declared bounds, and by other values of its row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen.draws import Flags
from datagen.errors import UserError
from datagen.generators.base import Rows
from datagen.modifiers.numbers import doubles
from datagen.readings import Reading
from datagen.rounding import rounded
from datagen.text.scalars import texts
from datagen.timeline import DAY_US

Number = NDArray[Any]  # doubles, or whole microseconds
Op = Literal["<", "<=", ">", ">="]
SWAPPED: dict[Op, Op] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
FIRST_US, LAST_US = -(2**62), 2**62  # bounds of instants that bound nothing


@dataclass(frozen=True)
class Decimals:
    """Numbers of so many digits after the point; whole numbers have none."""

    digits: int

    @property
    def step(self) -> float:
        return 10.0**-self.digits

    def ends(self, rows: int) -> tuple[Number, Number]:
        return np.full(rows, -np.inf), np.full(rows, np.inf)

    def measured(self, values: pa.Array) -> tuple[Number, Flags | None]:
        return doubles(values)

    def at_least(self, values: Number, strictly: bool) -> Number:
        """The least of these numbers at or above each value, or above it."""
        found = rounded(values.astype(np.float64), self.digits)
        short = found <= values if strictly else found < values
        found[short] = rounded(found[short] + self.step, self.digits)
        still = (found <= values if strictly else found < values) & np.isfinite(found)
        found[still] = np.nextafter(values[still], np.inf)  # where doubles are further apart than the digits
        return found

    def at_most(self, values: Number, strictly: bool) -> Number:
        return -self.at_least(-values, strictly)

    def column(self, values: Number, missing: Flags | None, kind: pa.DataType) -> pa.Array:
        if pa.types.is_integer(kind):
            return pa.array(values.astype(np.int64), kind, mask=missing)
        return pa.array(values + 0.0, kind, mask=missing)


@dataclass(frozen=True)
class Instants:
    """Microseconds since 1970, in whole units: 1, or a day for dates; also of texts in ISO 8601."""

    unit_us: int

    @property
    def step(self) -> int:
        return self.unit_us

    def ends(self, rows: int) -> tuple[Number, Number]:
        return np.full(rows, FIRST_US), np.full(rows, LAST_US)

    def measured(self, values: pa.Array) -> tuple[Number, Flags | None]:
        if pa.types.is_dictionary(values.type):
            values = values.dictionary_decode()
        missing = values.is_null().to_numpy(zero_copy_only=False) if values.null_count else None
        values = values.cast(pa.timestamp("us")) if pa.types.is_string(values.type) else values
        days = pa.types.is_date(values.type)
        whole = values.cast(pa.int32()).cast(pa.int64()) if days else values.cast(pa.int64())
        found = whole.fill_null(0).to_numpy(zero_copy_only=False)
        return found * DAY_US if days else found, missing

    def at_least(self, values: Number, strictly: bool) -> Number:
        """The least of these instants at or after each value, or after it."""
        return -(-(values + int(strictly)) // self.unit_us) * self.unit_us

    def at_most(self, values: Number, strictly: bool) -> Number:
        return (values - int(strictly)) // self.unit_us * self.unit_us

    def column(self, values: Number, missing: Flags | None, kind: pa.DataType) -> pa.Array:
        if pa.types.is_date(kind):
            return pa.array((values // DAY_US).astype(np.int32), pa.int32(), mask=missing).cast(kind)
        made = pa.array(values.astype(np.int64), pa.int64(), mask=missing).cast(pa.timestamp("us", tz="UTC"))
        return texts(made) if pa.types.is_string(kind) else made.cast(kind)


Scale = Decimals | Instants


@dataclass(frozen=True)
class Beside:
    """What bounds a value: a column of its own row, or of a row that it fans out from."""

    op: Op  # the value `op` the other
    column: str
    table: str | None = None  # None: the own row
    through: tuple[str, ...] = ()  # the tables between
    room: int = 0  # how many further values of the scale have to lie between

    def values(self, rows: Rows) -> pa.Array:
        return Reading(self.column, self.table, self.through).values(rows)


@dataclass(frozen=True)
class Limits:
    """Both bounds are inclusive, on the column's scale; a null beside bounds nothing."""

    scale: Scale
    low: float | None = None
    high: float | None = None
    beside: tuple[Beside, ...] = field(default=())

    @property
    def reads(self) -> tuple[str, ...]:
        return tuple(other.column for other in self.beside if other.table is None)

    def of(self, rows: Rows, place: str) -> tuple[Number, Number]:
        """The lowest and highest value of each row. UserError where the values beside a row leave none."""
        low, high = self.scale.ends(len(rows))
        if self.low is not None:
            low[:] = self.low
        if self.high is not None:
            high[:] = self.high
        for other in self.beside:
            found, missing = self.scale.measured(other.values(rows))
            strictly = len(other.op) == 1
            if other.op in (">", ">="):
                bound = self.scale.at_least(found, strictly) + other.room * self.scale.step
                np.maximum(low, bound, out=low, where=True if missing is None else ~missing)
            else:
                bound = self.scale.at_most(found, strictly) - other.room * self.scale.step
                np.minimum(high, bound, out=high, where=True if missing is None else ~missing)
        self._refuse(low > high, rows, place)
        return low, high

    def _refuse(self, empty: Flags, rows: Rows, place: str) -> None:
        if empty.any():
            row = int(rows.numbers[int(empty.argmax())])
            names = ", ".join(f"{other.table}.{other.column}" if other.table else other.column for other in self.beside)
            raise UserError(f"{place}: row {row}: nothing lies between its bounds and {names}; widen one of them")

    def clipped(self, values: pa.Array, low: Number, high: Number) -> pa.Array:
        """Values beyond a bound are put on it."""
        found, missing = self.scale.measured(values)
        return self.scale.column(np.clip(found, low, high), missing, values.type)

    def beyond(self, values: pa.Array, low: Number, high: Number) -> Flags:
        """Which values lie outside; nulls do not."""
        found, missing = self.scale.measured(values)
        outside: Flags = (found < low) | (found > high)
        return outside if missing is None else outside & ~missing
