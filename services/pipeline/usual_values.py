"""What usual lines say: their cells as values in Arrow and NumPy, before anything is repaired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datagen.expression_values import Values, evaluate
from datagen.rounding import EXACT_BELOW, rounded
from pipeline.decimals import DIGITS
from pipeline.flags import TRUE
from pipeline.reading import DerivedMeasure, NumberColumn, Reading

Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Words:
    """Texts of n rows as codes of a few; -1 where there is none."""

    codes: Indices
    texts: pa.Array


@dataclass(frozen=True, slots=True)
class UsualRows:
    """Usual lines and what they say, before anything is repaired."""

    places: Indices  # of the lines, in the batch
    instants: Indices  # microseconds since 1970-01-01 UTC
    dimensions: Mapping[str, Words]
    numbers: Mapping[str, pa.Array]  # bigint or decimal, null where absent; those that are summed
    flags: Mapping[str, Values]  # those that are counted
    measures: Mapping[str, pa.Array]  # decimal, null where absent


def valued(
    columns: Mapping[str, pa.Array], reading: Reading, instants: Indices, places: Indices, *, strict: bool
) -> UsualRows:
    """Cells that are known to be well written, as values. ArrowInvalid where a measure cannot be held exactly.

    `strict` leaves out rows of which anything is absent.
    """
    rows = len(places)
    blank = pa.nulls(rows, pa.string())
    texts = {number.name: columns.get(number.name, blank) for number in reading.numbers}
    flags = {name: _flags(columns.get(name), rows) for name in reading.flags}
    values = {**{name: _doubles(text) for name, text in texts.items()}, **flags} if reading.measures else {}
    made = UsualRows(
        places=places,
        instants=instants,
        dimensions={name: _maybe_words(columns.get(name), rows) for name in reading.dimensions},
        numbers={number.name: texts[number.name].cast(_arrow_type(number)) for number in reading.sums},
        flags={name: flags[name] for name in reading.counted_flags},
        measures={measure.name: _measured(measure, values, rows) for measure in reading.measures},
    )
    return _without_absences(made) if strict else made


def _arrow_type(number: NumberColumn) -> pa.DataType:
    return pa.int64() if number.whole else pa.decimal128(DIGITS, number.scale)


def _measured(measure: DerivedMeasure, values: Mapping[str, Values], rows: int) -> pa.Array:
    """ArrowInvalid where one is so large that its digits end before the point."""
    found = evaluate(measure.node, values, rows)
    scale = 10.0**measure.scale
    data = np.where(found.there, found.data, 0.0)
    if (np.abs(data) >= EXACT_BELOW / scale).any():
        raise pa.ArrowInvalid("too large to be rounded")
    units = np.rint(rounded(data, measure.scale) * scale).astype(np.int64)
    return _decimals(units, measure.scale, found.there)


def _decimals(units: Indices, scale: int, there: Mask | None = None) -> pa.Array:
    """decimal(38, scale) out of so many units of its last digit."""
    halves = np.empty((len(units), 2), np.int64)
    halves[:, 0], halves[:, 1] = units, units >> 63
    valid = None if there is None else pa.array(there).buffers()[1]
    return pa.Array.from_buffers(pa.decimal128(DIGITS, scale), len(units), [valid, pa.py_buffer(halves)])


def _without_absences(rows: UsualRows) -> UsualRows:
    whole = np.ones(len(rows.places), bool)
    for words in rows.dimensions.values():
        whole &= words.codes >= 0
    for column in (*rows.numbers.values(), *rows.measures.values()):
        whole &= mask(column.is_valid())
    for flag in rows.flags.values():
        whole &= flag.there
    keep = pa.array(whole)
    return UsualRows(
        places=rows.places[whole],
        instants=rows.instants[whole],
        dimensions={name: Words(words.codes[whole], words.texts) for name, words in rows.dimensions.items()},
        numbers={name: column.filter(keep) for name, column in rows.numbers.items()},
        flags={name: Values(flag.data[whole], flag.there[whole]) for name, flag in rows.flags.items()},
        measures={name: column.filter(keep) for name, column in rows.measures.items()},
    )


def _flags(coded: pa.Array | None, rows: int) -> Values:
    if coded is None:
        return Values(np.zeros(rows, bool), np.zeros(rows, bool))
    words = words_of(coded)
    true = np.append(mask(pc.equal(words.texts, TRUE[0])), False)
    return Values(true[words.codes], words.codes >= 0)


def _doubles(text: pa.Array) -> Values:
    return Values(text.cast(pa.float64()).fill_null(0.0).to_numpy(zero_copy_only=False), mask(text.is_valid()))


def _maybe_words(coded: pa.Array | None, rows: int) -> Words:
    return Words(np.full(rows, -1), pa.array([], pa.string())) if coded is None else words_of(coded)


def words_of(coded: pa.Array) -> Words:
    return Words(ints(coded.indices.cast(pa.int64()).fill_null(-1)), coded.dictionary)


def mask(found: pa.Array | pa.ChunkedArray) -> Mask:
    """Null is no."""
    return np.asarray(found.fill_null(False), bool)


def ints(values: pa.Array) -> Indices:
    return np.asarray(values.to_numpy(zero_copy_only=False), np.int64)
