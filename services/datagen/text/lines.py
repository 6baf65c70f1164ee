"""Parts to lines: every part is written in one go, at the byte where its cell belongs in each row.

A cell is moved together with its junk tail, which falls on the parts that follow it, in this row or in
the next. So parts are written in an order in which whatever a tail falls on is written later: round the
row from behind one part, the seam, to the seam itself. No more of a cell is moved than keeps its tail
this side of the seam's end; the rest of the cells that are longer follows, moved as the first and the
last so many bytes of a cell, which overlap. No byte is written twice by one NumPy assignment, so
nothing hangs on the order in which it goes through the rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from datagen.text.parts import Bytes, Flags, Part, Places, overlapping

FIRST_BYTES = 1 << 16
MOST_STRINGS = 2**31 - 1  # bytes that an array's offsets reach
SEAMS = 4  # how many of the parts that vary least in length are tried as the seam


class Lines:
    """A buffer of text that grows at its end and is used again."""

    def __init__(self) -> None:
        self._buffer: Bytes = np.empty(FIRST_BYTES, np.uint8)
        self._filled = 0

    def clear(self) -> None:
        self._filled = 0

    def view(self, start: int = 0) -> memoryview:
        """The text from byte `start` on, valid until the next change."""
        return self._buffer.data[start : self._filled]

    def append_text(self, text: bytes) -> None:
        self._reserve(len(text))
        self._buffer[self._filled : self._filled + len(text)] = np.frombuffer(text, np.uint8)
        self._filled += len(text)

    def strings(self, starts: Places, valid: Flags | None = None) -> pa.StringArray:
        """The text as an array, cut where its lines begin; it takes the buffer with it."""
        if self._filled > MOST_STRINGS:
            raise OverflowError(f"{self._filled} bytes of text in {len(starts)} rows; use smaller blocks")
        offsets = np.append(starts, self._filled).astype(np.int32)
        bits = None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))
        buffer, self._buffer = self._buffer, np.empty(0, np.uint8)
        data = pa.py_buffer(buffer[: self._filled])
        self._filled = 0
        return pa.StringArray.from_buffers(len(starts), pa.py_buffer(offsets), data, bits)

    def append(self, parts: Sequence[Part], rows: int) -> Places:
        """Write one line a row, the parts' cells one after the other; returns the byte where each line begins."""
        parts = [part for part in parts if part.width]
        if not (rows and parts):
            return np.full(rows, self._filled, np.intp)
        seam, moved = _layout(parts)
        head = _total(parts[: seam + 1], rows)
        lengths = head + _total(parts[seam + 1 :], rows)
        stops = np.cumsum(lengths)
        self._reserve(int(stops[-1]) + max(moved))
        starts: Places = stops - lengths
        starts += self._filled
        self._write(parts[seam + 1 :], moved[seam + 1 :], starts + head)
        self._write(parts[: seam + 1], moved[: seam + 1], starts.copy())
        self._filled += int(stops[-1])
        return starts

    def _write(self, parts: Sequence[Part], moved: Sequence[int], places: Places) -> None:
        for part, width in zip(parts, moved, strict=True):
            if width:
                overlapping(self._buffer, width)[places] = part.cells(width)
            if width < part.width:
                _write_rest(self._buffer, places, part, width)
            places += part.lengths

    def _reserve(self, size: int) -> None:
        needed = self._filled + size
        if needed > len(self._buffer):
            grown = np.empty(max(needed, 2 * len(self._buffer)), np.uint8)
            grown[: self._filled] = self._buffer[: self._filled]
            self._buffer = grown


def _total(parts: Sequence[Part], rows: int) -> Places:
    total = np.full(rows, sum(part.lengths for part in parts if isinstance(part.lengths, int)), np.intp)
    for part in parts:
        if not isinstance(part.lengths, int):
            total += part.lengths
    return total


def _layout(parts: Sequence[Part]) -> tuple[int, list[int]]:
    """The seam, and how many bytes of each part's cells are moved in every row."""
    layouts: list[tuple[int, int, list[int]]] = []
    for seam in sorted(range(len(parts)), key=lambda place: (_tail(parts[place]), -parts[place].shortest))[:SEAMS]:
        moved = _moved(parts, seam)
        unfinished = sum(width < part.width for part, width in zip(parts, moved, strict=True))
        layouts.append((unfinished, seam, moved))
        if not unfinished:
            break
    _, seam, moved = min(layouts)
    return seam, moved


def _tail(part: Part) -> int:
    return part.width - part.shortest


def _moved(parts: Sequence[Part], seam: int) -> list[int]:
    order = [*range(seam + 1, len(parts)), *range(seam + 1)]
    moved, cover = [0] * len(parts), 0  # bytes that are written later, up to the seam's end
    for place in reversed(order):
        part = parts[place]
        moved[place] = min(part.width, part.shortest + cover)
        cover += part.shortest
    return moved


def _write_rest(buffer: Bytes, places: Places, part: Part, moved: int) -> None:
    """What is longer than the bytes that are already moved of every cell."""
    rows = np.flatnonzero(np.greater(part.lengths, moved))
    if not len(rows):
        return
    span, places = part.span(rows), places[rows]
    lengths = np.broadcast_to(span.lengths, places.shape)
    width = max(moved, 1)
    while width <= span.width:
        fitting = np.flatnonzero((lengths >= width) & (lengths < 2 * width))
        source, target = overlapping(span.source, width), overlapping(buffer, width)
        froms, tos, last = span.starts[fitting], places[fitting], lengths[fitting] - width
        if width != moved:
            target[tos] = source[froms]
        target[tos + last] = source[froms + last]
        width *= 2
