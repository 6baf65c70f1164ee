"""Text as fields of CSV and JSON. What has to be quoted is found a column at a time; all else passes by untouched."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.text.parts import Bytes, Flags, Grid, Part, Places, Span, fields_of

SPACE, QUOTE, COMMA, BACKSLASH = b' ",\\'


def text_part(text: pa.StringArray) -> Part:
    """The cells where they lie; in a copy where the array ends too soon behind them."""
    data, bounds = _content(text)
    starts, lengths = bounds[:-1], np.diff(bounds)
    width, shortest = int(lengths.max()), int(lengths.min())
    if width == shortest and width:
        return Grid(fields_of(data, len(text), width, width, int(starts[0])), width)
    if starts[-1] + width > len(data):
        first = starts[0]
        data, starts = np.append(data[first : bounds[-1]], np.zeros(width, np.uint8)), starts - first
    return Span(data, starts, lengths)


def csv_fields(text: pa.StringArray) -> pa.StringArray:
    """Quoted where a comma, a quote, CR or LF stands in it, and where it is empty: a null is what has no quotes."""
    data, bounds = _content(text)
    used = data[bounds[0] : bounds[-1]]
    marked = np.diff(bounds) == 0
    if len(used) and used.min() <= COMMA:  # none of the four is above the comma
        _mark(marked, bounds, (used == COMMA) | (used == QUOTE) | (used == ord("\n")) | (used == ord("\r")))
    if not marked.any():
        return text
    doubled = pc.replace_substring(text.filter(pa.array(marked)), '"', '""')
    return _replaced(text, marked, pc.binary_join_element_wise('"', doubled, '"', ""))


def json_fields(text: pa.StringArray) -> pa.StringArray:
    """Escaped as JSON demands, without the quotes around it; what is not ASCII stays as it is."""
    data, bounds = _content(text)
    used = data[bounds[0] : bounds[-1]]
    special = used == BACKSLASH
    if len(used) and used.min() <= QUOTE:
        special |= (used == QUOTE) | (used < SPACE)
    if not special.any():
        return text
    marked = np.zeros(len(text), np.bool_)
    _mark(marked, bounds, special)
    escaped = text.filter(pa.array(marked))
    found = np.unique(used[special]).tolist()
    for code in sorted(found, key=lambda code: bool(code != BACKSLASH)):  # it stands in the escapes of the others
        escaped = pc.replace_substring(escaped, chr(code), json.dumps(chr(code))[1:-1])
    return _replaced(text, marked, escaped)


def _content(text: pa.StringArray) -> tuple[Bytes, Places]:
    """The bytes, and where in them each text begins and the last one ends."""
    _, offsets, data = text.buffers()
    bounds = np.frombuffer(offsets, np.int32, len(text) + 1, 4 * text.offset).astype(np.intp)
    return (np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)), bounds


def _mark(marked: Flags, bounds: Places, special: Flags) -> None:
    """Set the rows in which a special byte lies."""
    places = np.flatnonzero(special) + bounds[0]
    marked[np.searchsorted(bounds, places, side="right") - 1] = True


def _replaced(text: pa.StringArray, marked: Flags, others: pa.StringArray) -> pa.StringArray:
    return pc.replace_with_mask(text, pa.array(marked), others)
