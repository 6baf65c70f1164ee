"""Usual messages: written as our replay writes them, so that Arrow can part and check a whole batch at once.

What is checked is the text itself: every key in its place, every value of its kind. It is never more lenient than
`cells_json` and `cleansing`: a message of which anything is out of the ordinary is not usual, and is left to them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from datagen.analysis import InputColumn
from datagen.messages import CLOCK, EPOCH, EVENT_TIME, ID, REPLAY, SOURCE_TIME
from pipeline.cells import LONGEST_CELL_BYTES
from pipeline.cells_csv import Header
from pipeline.cleansing import Rules
from pipeline.reading import Reading
from pipeline.times import DAY_US
from pipeline.usual import Indices, Mask, UsualLines, UsualRows, can_be_usual, ints, mask

LINE, COMMA, CELL, QUOTE = b"\n", b",", b"\x01", b'"'
END = b"}}"
SPACE = 0x20
NEVER = (b"\\", b"\xef\xbb\xbf")
TEXT = '"[^"]+"|null'
NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|null"
OTHER = r'"[^"]*"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null'
INSTANT = r'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z"'
EPOCHS = r"0|[1-9]\d{0,8}"
# What the sender says, as columns.
SENT_ID, SENT_EPOCH, SENT_SOURCE, SENT_CLOCK = (f"{REPLAY}.{name}" for name in (ID, EPOCH, SOURCE_TIME, CLOCK))


@dataclass(frozen=True, slots=True)
class Place:
    """A column of a message as it stands there: what is before its value, what the value may be, what comes behind."""

    name: str
    key: bytes
    pattern: str
    edges: tuple[int, int]  # bytes at either end of the value that are not of what it says
    end: bytes = b""

    @property
    def whole(self) -> str:
        return f"^{re.escape(self.key.decode())}(?:{self.pattern}){self.end.decode()}$"


@dataclass(frozen=True, slots=True)
class UsualEvents:
    """Usual messages and what they say, before anything is repaired."""

    rows: UsualRows
    identities: pa.Array
    epochs: Indices
    sources: Indices  # the row's own instant, in microseconds

    @property
    def places(self) -> Indices:
        return self.rows.places


def can_be_looked_at(reading: Reading) -> bool:
    """Whether messages of a schema can be usual at all."""
    return all(column.kind != "object" for column in _columns(reading)) and can_be_usual(
        _header(reading), _iso(reading)
    )


class UsualMessages(UsualLines):
    """Looks at the messages of a topic; null is none."""

    def __init__(self, reading: Reading, rules: Rules) -> None:
        super().__init__(_header(reading), _iso(reading), rules)
        self._places = list(_places(_columns(reading)))
        coded = dict.fromkeys((*reading.dimensions, *reading.flags), pa.dictionary(pa.int32(), pa.string()))
        types = {place.name: coded.get(place.name, pa.string()) for place in self._places}
        self._converting = csv.ConvertOptions(column_types=types)
        self._named = list(types)

    def events(self, messages: pa.Array) -> Iterator[UsualEvents]:
        """The usual ones among some messages, in parts."""
        return cast(Iterator[UsualEvents], self.look(messages))

    def _plausible(self, lines: pa.Array) -> bool:
        return lines.null_count == 0 and bool(mask(self._fitting(lines)).all()) and _is_clean(_text(lines), len(lines))

    def _each_plausible(self, lines: pa.Array) -> Mask:
        good = pc.and_not(self._fitting(lines), pc.match_substring_regex(lines, r"[\x00-\x1f]"))
        for mark in NEVER:
            good = pc.and_not(good, pc.match_substring(lines, mark))
        quotes = pc.count_substring(lines, QUOTE)
        return mask(pc.and_(good, pc.equal(pc.bit_wise_and(quotes, 1), 0)))

    def _fitting(self, lines: pa.Array) -> pa.Array:
        ended = pc.and_(pc.starts_with(lines, self._places[0].key), pc.ends_with(lines, END))
        return pc.and_(ended, pc.less_equal(pc.binary_length(lines), LONGEST_CELL_BYTES))

    def _cells(self, lines: pa.Array) -> pa.Table:
        """Everything between two commas, with its key."""
        text = _text(lines)
        if not _is_clean(text, len(lines)):
            raise pa.ArrowInvalid("not clean")
        _check_utf_8(text)
        if text.count(COMMA) == len(lines) * (len(self._places) - 1):
            parse = _parse(COMMA)
        else:
            text, parse = _parted(text), _parse(CELL)
        options = csv.ReadOptions(column_names=self._named, use_threads=False, block_size=len(text) + 1)
        table = csv.read_csv(pa.BufferReader(text), options, parse, self._converting)
        if table.num_rows != len(lines):
            raise pa.ArrowInvalid("a line that is none")
        return table.combine_chunks()

    def _rows(self, lines: pa.Array, places: Indices) -> UsualEvents:  # type: ignore[override]
        cells = self._cells(lines)
        good = self._spelled(cells)
        if not good.all():
            cells, places = cells.filter(pa.array(good)), places[good]
        bare = pa.table({place.name: _bare(_chunk(cells[place.name]), place) for place in self._read()})
        usual = self._usual(bare)
        times, sources, clocks = (_instants(bare[name]) for name in (EVENT_TIME, SENT_SOURCE, SENT_CLOCK))
        usual &= (times >= self.rules.first_us) & (times <= self.rules.last_us) & (times - clocks <= DAY_US)
        keep = pa.array(usual)
        columns = {name: _chunk(bare[name]).filter(keep) for name in bare.column_names}
        return UsualEvents(
            rows=self._valued(columns, times[usual], places[usual]),
            identities=columns[SENT_ID],
            epochs=ints(columns[SENT_EPOCH].cast(pa.int64())),
            sources=sources[usual],
        )

    def _read(self) -> Iterator[Place]:
        wanted = {*self.reading.names, SENT_ID, SENT_EPOCH, SENT_SOURCE, SENT_CLOCK}
        return (place for place in self._places if place.name in wanted)

    def _spelled(self, cells: pa.Table) -> Mask:
        """Whether every key is in its place and every value one of its kind; of those that are coded only the few."""
        good = np.ones(cells.num_rows, bool)
        for place in self._places:
            column = _chunk(cells[place.name])
            if pa.types.is_dictionary(column.type):
                good &= mask(pc.match_substring_regex(column.dictionary, place.whole))[ints(column.indices)]
            else:
                good &= mask(pc.match_substring_regex(column, place.whole))
        return good


def _text(lines: pa.Array) -> bytes:
    """Messages a line each."""
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(lines)], pa.int32()), lines), LINE)
    text: bytes = joined[0].as_py() + LINE
    return text


def _is_clean(text: bytes, lines: int) -> bool:
    """Whether a quote is a quote and a line a line: nothing is escaped, nothing is hidden."""
    return not any(mark in text for mark in NEVER) and np.count_nonzero(np.frombuffer(text, np.uint8) < SPACE) == lines


def _check_utf_8(text: bytes) -> None:
    ends = pa.py_buffer(np.array([0, len(text)], np.int32))
    pa.Array.from_buffers(pa.string(), 1, [None, ends, pa.py_buffer(text)]).validate(full=True)


def _parted(text: bytes) -> bytes:
    """With CELL in place of every comma that stands in no quotes."""
    data = np.frombuffer(text, np.uint8).copy()
    inside = np.logical_xor.accumulate(data == QUOTE[0])
    data[(data == COMMA[0]) & ~inside] = CELL[0]
    return data.tobytes()


@cache
def _parse(delimiter: bytes) -> csv.ParseOptions:
    return csv.ParseOptions(
        delimiter=delimiter.decode(), quote_char=False, double_quote=False, newlines_in_values=False
    )


def _chunk(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _instants(column: pa.ChunkedArray) -> Indices:
    return ints(column.cast(pa.timestamp("us")).cast(pa.int64()))


def _bare(column: pa.Array, place: Place) -> pa.Array:
    """What a value says; null where it is null."""
    if pa.types.is_dictionary(column.type):
        words = _bare(column.dictionary, place)
        return (
            pa.DictionaryArray.from_arrays(column.indices, words) if not words.null_count else _without(column, words)
        )
    cell = column.cast(pa.binary())
    first, last = place.edges
    stop = -last - len(place.end) or LONGEST_CELL_BYTES + 1  # not None, on which Arrow fails
    value = pc.binary_slice(cell, len(place.key) + first, stop)
    absent = pc.equal(cell, place.key + b"null" + place.end)
    if pc.any(absent).as_py():
        value = pc.if_else(absent, None, value)
    return value.cast(pa.string())


def _without(column: pa.DictionaryArray, words: pa.Array) -> pa.DictionaryArray:
    """Where a word is null, so are those that are coded by it."""
    absent = pc.take(words.is_null(), column.indices)
    return pa.DictionaryArray.from_arrays(pc.if_else(absent, None, column.indices), words.fill_null(""))


def _columns(reading: Reading) -> list[InputColumn]:
    """Those of a row, as the replay writes them."""
    return [column for column in reading.analysis.columns if column.name not in (EVENT_TIME, REPLAY)]


def _header(reading: Reading) -> Header:
    """As if they were the fields of a line."""
    names = [column.name for column in _columns(reading)] + [EVENT_TIME]
    return Header("", len(names), {name: place for place, name in enumerate(names) if name in reading.names})


def _iso(reading: Reading) -> Reading:
    """The replay writes instants as ISO 8601, whatever the column's own format."""
    return replace(reading, time=replace(reading.time, time_format="iso"))


def _places(columns: list[InputColumn]) -> Iterator[Place]:
    """A message from its first byte to its last, without the commas."""
    for place, column in enumerate(columns):
        pattern = TEXT if column.kind == "text" else NUMBER if column.kind in ("int", "float") else OTHER
        key = f"{'' if place else '{'}{json.dumps(column.name, ensure_ascii=False)}:"
        yield Place(column.name, key.encode(), pattern, (1, 1) if column.kind == "text" else (0, 0))
    yield Place(EVENT_TIME, f'{"" if columns else "{"}"{EVENT_TIME}":'.encode(), INSTANT, (1, 2))
    yield Place(SENT_ID, f'"{REPLAY}":{{"{ID}":'.encode(), TEXT.partition("|")[0], (1, 1))
    yield Place(SENT_EPOCH, f'"{EPOCH}":'.encode(), EPOCHS, (0, 0))
    yield Place(SENT_SOURCE, f'"{SOURCE_TIME}":'.encode(), INSTANT, (1, 2))
    yield Place(SENT_CLOCK, f'"{CLOCK}":'.encode(), INSTANT, (1, 2), END)
