"""The values an author may list, the one type that holds them all, and columns made of codes for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from datagen.generators.base import Scalar
from datagen.refusals import RefusalError, finite, int64
from datagen.text.scalars import texts
from datagen.weights import Codes

LARGEST_EXACT = 2**53  # of whole numbers as doubles


def check_values(key: str, values: Sequence[Scalar]) -> None:
    """RefusalError where a number does not fit the column types."""
    for value in values:
        if isinstance(value, float):
            finite(key, value)
        elif isinstance(value, int):
            int64(key, value)
        elif isinstance(value, str) and not value.isascii():
            _encodable(key, value)


def _encodable(key: str, value: str) -> None:
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise RefusalError(key, f"{key}={value!r} holds half a character and cannot be written as UTF-8")


def check_mixed(listed: Mapping[str, Sequence[Scalar]]) -> None:
    """RefusalError where fractions and a whole number that doubles need not hold stand in one column.

    `listed` are all its values, by the key they stand under.
    """
    if not pa.types.is_floating(common_type([value for values in listed.values() for value in values])):
        return
    for key, values in listed.items():
        for value in values:
            if isinstance(value, int) and abs(value) > LARGEST_EXACT:
                raise RefusalError(
                    key,
                    f"{value} stands beside fractions, and a column of fractions holds whole numbers up to "
                    f"{LARGEST_EXACT} exactly; put it in double quotes, or leave the fractions out",
                )


def common_type(values: Sequence[Scalar]) -> pa.DataType:
    """int64, double (ints may stand among floats) or bool where all values but nulls are of that kind; else text."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {int}:
        return pa.int64()
    if kinds and kinds <= {int, float}:
        return pa.float64()
    return pa.string()


@dataclass(frozen=True)
class Catalogue:
    """Listed values, each with a code: its place among the different ones."""

    values: tuple[Scalar, ...]

    @cached_property
    def type(self) -> pa.DataType:
        return common_type(self.values)

    @cached_property
    def _typed(self) -> list[Scalar]:
        if not pa.types.is_string(self.type):
            typed: list[Scalar] = pa.array(self.values, self.type).to_pylist()
            return typed
        return [
            value if isinstance(value, str | None) else texts(pa.array([value]))[0].as_py() for value in self.values
        ]

    @cached_property
    def _places(self) -> dict[Scalar, int]:
        """Null, where there is one, comes last."""
        different = dict.fromkeys(value for value in self._typed if value is not None)
        return {value: place for place, value in enumerate([*different, None])}

    @cached_property
    def codes(self) -> tuple[int, ...]:
        """The code of each listed value."""
        return tuple(self._places[value] for value in self._typed)

    @cached_property
    def _nullable(self) -> bool:
        return None in self.values

    @cached_property
    def _different(self) -> pa.Array:
        return pa.array([value for value in self._places if value is not None], self.type)

    @cached_property
    def _numbers(self) -> np.ndarray:
        """Numbers and flags by code; the null's is any."""
        return np.array([0 if value is None else value for value in self._places], self.type.to_pandas_dtype())

    def column(self, codes: Codes) -> pa.Array:
        """The values of these codes: a dictionary of text, or plain numbers and flags."""
        nulls = codes == len(self._different) if self._nullable else None
        if pa.types.is_string(self.type):
            return pa.DictionaryArray.from_arrays(pa.array(codes, mask=nulls), self._different)
        return pa.array(np.take(self._numbers, codes), self.type, mask=nulls)
