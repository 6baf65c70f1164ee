"""Text as fields of CSV and JSON. What has to be quoted is found a column at a time; all else passes by untouched."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.text.parts import Bytes, Flags, Grid, Part, Places, Span, fields_of

SPACE, QUOTE, COMMA, BACKSLASH, LF, CR = b' ",\\\n\r'


@dataclass(frozen=True)
class Texts:
    """The bytes of an array, and where in them each text begins and the last one ends."""

    array: pa.StringArray
    data: Bytes
    bounds: Places

    @staticmethod
    def of(array: pa.StringArray) -> Texts:
        _, offsets, data = array.buffers()
        bounds = np.frombuffer(offsets, np.int32, len(array) + 1, 4 * array.offset).astype(np.intp)
        return Texts(array, np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8), bounds)

    @cached_property
    def lengths(self) -> Places:
        lengths: Places = self.bounds[1:] - self.bounds[:-1]
        return lengths

    @cached_property
    def used(self) -> Bytes:
        return self.data[self.bounds[0] : self.bounds[-1]]

    @cached_property
    def lowest(self) -> int:
        """No byte is below it."""
        return int(self.used.min()) if len(self.used) else 255

    def rows_with(self, special: Flags) -> Flags:
        """In which of the texts a flagged byte of the used ones lies."""
        places = np.flatnonzero(special) + self.bounds[0]
        flags = np.zeros(len(self.array), np.bool_)
        flags[np.searchsorted(self.bounds, places, side="right") - 1] = True
        return flags

    def replaced(self, rows: Flags, others: pa.StringArray) -> Texts:
        return Texts.of(pc.replace_with_mask(self.array, pa.array(rows), others))

    def part(self) -> Part:
        """The cells where they lie; in a copy where the array ends too soon behind them."""
        data, starts, lengths = self.data, self.bounds[:-1], self.lengths
        width, shortest = int(lengths.max()), int(lengths.min())
        if width == shortest and width:
            return Grid(fields_of(data, len(starts), width, width, int(starts[0])), width)
        if starts[-1] + width > len(data):
            data, starts = np.append(self.used, np.zeros(width, np.uint8)), starts - starts[0]
        return Span(data, starts, lengths)


def plain_part(array: pa.StringArray) -> Part:
    return Texts.of(array).part()


def csv_part(array: pa.StringArray) -> Part:
    """Quoted where a comma, a quote, CR or LF stands in it, and where it is empty: a null is what has no quotes."""
    texts = Texts.of(array)
    rows = texts.lengths == 0
    if texts.lowest <= COMMA:  # none of the four is above the comma
        used = texts.used
        rows |= texts.rows_with((used == COMMA) | (used == QUOTE) | (used == LF) | (used == CR))
    if not rows.any():
        return texts.part()
    doubled = pc.replace_substring(array.filter(pa.array(rows)), '"', '""')
    return texts.replaced(rows, pc.binary_join_element_wise('"', doubled, '"', "")).part()


def json_part(array: pa.StringArray) -> Part:
    """Escaped as JSON demands, without the quotes around it; what is not ASCII stays as it is."""
    texts = Texts.of(array)
    special = texts.used == BACKSLASH
    if texts.lowest <= QUOTE:
        special |= (texts.used == QUOTE) | (texts.used < SPACE)
    if not special.any():
        return texts.part()
    rows = texts.rows_with(special)
    escaped = array.filter(pa.array(rows))
    for code in reversed(np.unique(texts.used[special]).tolist()):  # the backslash, which stands in all escapes, first
        escaped = pc.replace_substring(escaped, chr(code), json.dumps(chr(code))[1:-1])
    return texts.replaced(rows, escaped).part()
