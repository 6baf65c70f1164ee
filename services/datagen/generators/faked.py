"""Values of Faker, drawn from pools: one for each locale, made from the seed when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from datagen.draws import Draws, draw_key
from datagen.fakes import drawn, locale_of
from datagen.generators.base import Kind, Rows
from datagen.made_once import made_once
from datagen.people import PEOPLE_METHODS, people
from datagen.text.scalars import texts

POOL = 4_096  # values of a pool
PURPOSE = "fake"


@dataclass(frozen=True)
class Faked(Kind):
    """A draw of a pool. Names, user names and e-mail addresses of a row are those of one person."""

    method: str
    arguments: tuple[tuple[str, Any], ...]
    locale: str
    locale_from: str | None  # a column of countries or cities
    type: pa.DataType
    now_us: int  # what counts from today counts from this instant

    @property
    def reads(self) -> tuple[str, ...]:
        return () if self.locale_from is None else (self.locale_from,)

    def arrow_type(self) -> pa.DataType:
        return self.type

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        return self.at(rows, self._places(draws), draws.seed)

    def at(self, rows: Rows, places: np.ndarray, seed: int) -> pa.Array:
        """What stands at these places of each row's pool."""
        if self.locale_from is None:
            return self._pool(seed, self.locale).take(pa.array(places))
        return self._by_place(rows.columns[self.locale_from], places, seed)

    def _places(self, draws: Draws) -> np.ndarray:
        """Which of the pool each row gets; columns of people share the draw of their table."""
        shared = replace(draws, column="")
        source = shared if self.of_people else draws
        return source.below(POOL, PURPOSE).astype(np.int32)

    @property
    def of_people(self) -> bool:
        """Whether it tells of a person whom other columns of the row tell of too."""
        return self.method in PEOPLE_METHODS and not self.arguments

    def _by_place(self, column: pa.Array, places: np.ndarray, seed: int) -> pa.Array:
        text = texts(column)
        encoded = text if pa.types.is_dictionary(text.type) else text.dictionary_encode()
        names = [locale_of(name or "") for name in encoded.dictionary.to_pylist()]
        known = list(dict.fromkeys([*names, locale_of("")]))
        which = np.array([known.index(name) for name in names] + [known.index(locale_of(""))])
        codes = which[encoded.indices.fill_null(len(names)).to_numpy(zero_copy_only=False)]
        pools = pa.concat_arrays([self._pool(seed, name) for name in known])
        return pools.take(pa.array(codes * POOL + places))

    def _pool(self, seed: int, locale: str) -> pa.Array:
        return pool(self.method, self.arguments, locale, seed, self.type, None if self.of_people else self.now_us)


@made_once(256)
def pool(
    method: str, arguments: tuple[tuple[str, Any], ...], locale: str, seed: int, kind: pa.DataType, now_us: int | None
) -> pa.Array:
    """POOL values, the same for the same arguments; without a now, those of people."""
    if now_us is None:
        return pa.array([person.value(method) for person in people(locale, seed, POOL)], kind)
    key = draw_key(seed, "faker", locale, f"{method}{arguments!r}")[0]
    return pa.array(made_values(Faked(method, arguments, locale, None, kind, now_us), key, POOL), kind)


def made_values(faked: Faked, key: int, count: int) -> list[Any]:
    """So many values of the column's type by a key; they may repeat."""
    now = datetime.fromtimestamp(faked.now_us / 1e6, UTC)
    given: Mapping[str, Any] = {
        name: list(value) if isinstance(value, tuple) else value for name, value in faked.arguments
    }
    values = drawn(faked.method, given, faked.locale, key, count, now)
    return [_of_type(value, faked.type) for value in values]


def kind_of_method(method: str, arguments: Mapping[str, Any], locale: str) -> pa.DataType:
    """Of what type its values are, by a few of them."""
    found = {type(value) for value in drawn(method, arguments, locale, 0, 3) if value is not None}
    if found == {bool}:
        return pa.bool_()
    if found == {int}:
        return pa.int64()
    if found and found <= {int, float}:
        return pa.float64()
    if found == {datetime}:
        return pa.timestamp("us", tz="UTC")
    return pa.date32() if found == {date} else pa.string()


def _of_type(value: Any, kind: pa.DataType) -> Any:
    if value is None or not pa.types.is_string(kind):
        return value
    return value if isinstance(value, str) else str(value)
