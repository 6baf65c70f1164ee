"""Usual lines of CSV: written as our generator writes them, so that Arrow can part and check a whole batch at once.

That costs a tenth of what `cells_csv` and `cleansing` ask for a row. It is never more lenient than they are: a line
of which anything is out of the ordinary is not usual, and is left to them. A test holds that both agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from datagen.expression_tree import Binary, Call, columns, walk
from pipeline.cells import LONGEST_CELL_BYTES
from pipeline.cells_csv import Header
from pipeline.cleansing import Rules
from pipeline.decimals import digits_before_point
from pipeline.flags import FALSE, TRUE
from pipeline.reading import NumberColumn, Reading
from pipeline.texts import WHITE
from pipeline.times import UNITS_US
from pipeline.usual_values import Indices, Mask, UsualRows, ints, mask, valued, words_of

FEWEST = 64  # lines of which one cannot be parted or cast: none of them is looked at any closer here
WHOLE_DIGITS = 12  # of a whole number: a batch of them cannot overflow a bigint
EDGED = f"^[{WHITE}]|[{WHITE}]$"
BEGUN = f"^[^{WHITE}]"
ISO = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?$"
EPOCH = r"^\d{1,13}$"
MARKS = (b'"', b"\r", b"\n", b"\0", b"\xef\xbb\xbf")  # what a usual line has none of
INEXACT = ("exp", "log", "log10", "sin", "cos")  # processors differ in the last bit of these


def can_be_usual(header: Header, reading: Reading) -> bool:
    """Whether lines under a header can be looked at this way: numbers and flags, times in ISO 8601 or since 1970."""
    read = frozenset().union(*(columns(measure.node) for measure in reading.measures))
    known = {*(number.name for number in reading.numbers), *reading.flags}
    exact = not any(
        (isinstance(part, Call) and part.name in INEXACT) or (isinstance(part, Binary) and part.op == "**")
        for measure in reading.measures
        for part in walk(measure.node)
    )
    placed = [header.places[name] for name in reading.names if name in header.places]
    told = reading.time.time_format == "iso" or reading.time.time_format in UNITS_US
    return exact and told and read <= known and len(set(placed)) == len(placed)


class UsualLines:
    """Looks at lines that share a header."""

    def __init__(self, header: Header, reading: Reading, rules: Rules) -> None:
        self.header, self.reading, self.rules = header, reading, rules
        texts = {name: pa.string() for name in reading.names}
        coded = pa.dictionary(pa.int32(), pa.string())
        texts |= dict.fromkeys((*reading.dimensions, *reading.flags), coded)
        placed = {str(place): texts[name] for name, place in header.places.items()}
        self._convert = csv.ConvertOptions(
            column_types=placed, include_columns=list(placed), strings_can_be_null=True, null_values=[""]
        )
        self._parse = csv.ParseOptions(quote_char=False, double_quote=False, newlines_in_values=False)

    def look(self, raw: pa.Array) -> Iterator[UsualRows]:
        """The usual ones among some lines (string[n], whatever bytes they hold), in parts."""
        places = np.arange(len(raw))
        lines = raw.view(pa.binary())
        if not self._plausible(lines):
            places = np.flatnonzero(self._each_plausible(lines))
            lines = lines.take(pa.array(places))
        yield from self._halves(lines, places)

    def _plausible(self, lines: pa.Array) -> bool:
        """Whether no line stands out."""
        text = _bytes(lines)
        longest = pc.max(pc.binary_length(lines)).as_py() or 0
        commas = text.count(b",") == len(lines) * (self.header.fields - 1)
        return longest <= LONGEST_CELL_BYTES and commas and not any(mark in text for mark in MARKS)

    def _each_plausible(self, lines: pa.Array) -> Mask:
        good = pc.and_(
            pc.equal(pc.count_substring(lines, b","), self.header.fields - 1),
            pc.less_equal(pc.binary_length(lines), LONGEST_CELL_BYTES),
        )
        for mark in MARKS:
            good = pc.and_not(good, pc.match_substring(lines, mark))
        return mask(pc.and_(good, pc.greater(pc.binary_length(lines), 0)))

    def _halves(self, lines: pa.Array, places: Indices) -> Iterator[UsualRows]:
        """Lines that cannot be parted or cast together are looked at in halves."""
        if not len(lines):
            return
        try:
            made = self._rows(lines, places)
        except pa.ArrowInvalid:
            if len(lines) > FEWEST:
                half = len(lines) // 2
                yield from self._halves(lines[:half], places[:half])
                yield from self._halves(lines[half:], places[half:])
            return
        if len(made.places):
            yield made

    def _rows(self, lines: pa.Array, places: Indices) -> UsualRows:
        """ArrowInvalid where a line is none, or a cell looks like what it is not."""
        cells = self._cells(lines)
        usual = self._usual(cells)
        if not usual.all():
            cells, places = cells.filter(pa.array(usual)), places[usual]
        columns = {name: cells.column(name).combine_chunks() for name in cells.column_names}
        instants = self._instants(columns[self.reading.time.name])
        believed = (instants >= self.rules.first_us) & (instants <= self.rules.last_us)
        if not believed.all():
            columns = {name: column.filter(pa.array(believed)) for name, column in columns.items()}
            instants, places = instants[believed], places[believed]
        return valued(columns, self.reading, instants, places, strict=self.rules.strict)

    def _cells(self, lines: pa.Array) -> pa.Table:
        joined = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(lines)], pa.int32()), lines), b"\n")
        text = pa.Array.from_buffers(pa.string(), 1, joined.buffers())
        text.validate(full=True)  # all of it, not only what is read
        options = csv.ReadOptions(
            column_names=list(map(str, range(self.header.fields))),
            use_threads=False,
            block_size=len(_bytes(joined)) + 1,
        )
        table = csv.read_csv(pa.BufferReader(joined[0].as_buffer()), options, self._parse, self._convert)
        if table.num_rows != len(lines):
            raise pa.ArrowInvalid("a line that is none")
        names = {str(place): name for name, place in self.header.places.items()}
        return table.rename_columns([names[name] for name in table.column_names])

    def _usual(self, cells: pa.Table) -> Mask:
        usual = _matches(cells[self.reading.time.name], ISO if self.reading.time.time_format == "iso" else EPOCH)
        if self.reading.id is not None:
            usual &= _matches(cells[self.reading.id], BEGUN)
        for number in self.reading.numbers:
            usual &= self._blank_or(cells, number.name, _number(number))
        for name in self.reading.flags:
            usual &= self._coded(cells, name, lambda texts: pc.is_in(texts, pa.array([TRUE[0], FALSE[0]])))
        for name in self.reading.dimensions:
            usual &= self._coded(cells, name, lambda texts: pc.invert(pc.match_substring_regex(texts, EDGED)))
        return usual

    def _blank_or(self, cells: pa.Table, name: str, pattern: str) -> Mask | bool:
        if name not in self.header.places:
            return True
        return _matches(cells[name], pattern) | mask(pc.is_null(cells[name]))

    def _coded(self, cells: pa.Table, name: str, good: Any) -> Mask | bool:
        """Of texts that are coded only the few are looked at."""
        if name not in self.header.places:
            return True
        words = words_of(cells[name].combine_chunks())
        return np.append(mask(good(words.texts)), True)[words.codes]

    def _instants(self, text: pa.Array) -> Indices:
        if self.reading.time.time_format == "iso":
            return ints(text.cast(pa.timestamp("us")).cast(pa.int64()))
        return ints(text.cast(pa.int64())) * UNITS_US[str(self.reading.time.time_format)]


def _number(number: NumberColumn) -> str:
    if number.whole:
        return rf"^-?\d{{1,{WHOLE_DIGITS}}}$"
    fraction = rf"(?:\.\d{{1,{number.scale}}})?" if number.scale else ""
    return rf"^-?\d{{1,{min(18, digits_before_point(number))}}}{fraction}$"


def _matches(text: pa.ChunkedArray, pattern: str) -> Mask:
    return mask(pc.match_substring_regex(text, pattern))


def _bytes(lines: pa.Array) -> bytes:
    """Everything that some lines say, one after the other."""
    offsets = np.frombuffer(lines.buffers()[1], np.int32)[lines.offset : lines.offset + len(lines) + 1]
    data = lines.buffers()[2]
    if data is None or not len(lines):
        return b""
    return bytes(data.slice(int(offsets[0]), int(offsets[-1] - offsets[0])).to_pybytes())
