"""Values of Faker of which no two are alike: e-mail addresses by their number, others by what Faker makes in turn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.constrained.allowed import Allowed, plain
from datagen.draws import Draws, draw_key
from datagen.generators.base import Kind, Rows
from datagen.generators.faked import POOL, Faked, made_values
from datagen.permute import shuffled
from datagen.refusals import RefusalError

NUMBERED = frozenset({"user_name", "email", "safe_email", "free_email"})  # of people, whose texts end in a number
MOST = 1 << 17  # values that Faker makes one by one
TRIES = 4  # values made for each one that is wanted


@dataclass(frozen=True)
class DistinctPeople(Kind):
    """Each 4,096 rows have the people of the pool once, in a shuffled order, and numbers of their own.

    The order is the table's, so that names, user names and addresses of a row stay those of one person.
    """

    faked: Faked

    @property
    def reads(self) -> tuple[str, ...]:
        return self.faked.reads

    def arrow_type(self) -> pa.DataType:
        return self.faked.arrow_type()

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        numbers = rows.numbers
        block, place = np.divmod(numbers, POOL)
        keyed = Draws(draws.seed, draws.table, "", 0, 0)
        places = shuffled(place.astype(np.uint64), POOL, keyed, "people").view(np.int64)
        values = plain(self.faked.at(rows, places.astype(np.int32), draws.seed))
        if self.faked.method not in NUMBERED:
            return values
        parts = pc.extract_regex(values, r"^(?P<name>.*?)(?P<number>[0-9]+)(?P<rest>@.*)?$")
        number = pa.array(block * POOL + places).cast(pa.string())
        return pc.binary_join_element_wise(parts.field("name"), number, parts.field("rest"), "")


@dataclass(frozen=True)
class DistinctFaked(Kind):
    """Row i has the i-th different value that Faker makes."""

    faked: Faked
    seed: int
    allowed: Allowed | None = None  # of which values there is to be one a row

    def check_rows(self, rows: int) -> None:
        if rows > MOST:
            raise RefusalError(
                "method",
                f"unique: {rows:,} rows, and Faker is asked for up to {MOST:,} different values; "
                "take uuid4, bothify or numerify",
            )
        found = len(self._first(rows))
        if found < rows:
            raise RefusalError(
                "method",
                f"unique: {rows:,} rows, and method={self.faked.method!r} has about {found:,} different values"
                f"{self._told}; have fewer rows, or take uuid4, bothify or numerify",
            )

    def arrow_type(self) -> pa.DataType:
        return self.faked.arrow_type()

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        numbers = rows.numbers
        return self._first(int(numbers.max(initial=0)) + 1).take(pa.array(numbers))

    @property
    def _told(self) -> str:
        return " that are allowed" if self.allowed else ""

    def _first(self, rows: int) -> pa.Array:
        """At least so many values, where there are; always from the same list."""
        return stream(self.faked, self.seed, self.allowed, max(POOL, 1 << (rows - 1).bit_length()))


@lru_cache(maxsize=32)
def stream(faked: Faked, seed: int, allowed: Allowed | None, rows: int) -> pa.Array:
    """The first different values that Faker makes, up to `rows` of them."""
    found: dict[Any, None] = {}
    made = 0
    while len(found) < rows and made < TRIES * rows + POOL:
        key = draw_key(seed, "faker.distinct", faked.locale, f"{faked.method}{faked.arguments!r}.{made // POOL}")[0]
        values = made_values(faked, key, POOL)
        array = pa.array(values, faked.type).drop_null()
        good = array if allowed is None else array.filter(pa.array(~allowed.refused(array, None)))
        found.update(dict.fromkeys(good.to_pylist()))
        made += POOL
    return pa.array(list(found)[:rows], faked.type)
