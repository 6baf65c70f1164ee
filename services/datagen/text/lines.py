"""Parts to lines: every part is written in one go, at the byte where its cell belongs in each row.

A cell is moved together with its junk tail, which falls on the parts that follow it, in this row or in
the next. So parts are written in an order in which whatever a tail falls on is written later: round the
row from behind one part, the seam, which has no tail, to the seam itself. A part whose tail may reach
beyond the seam is written without a tail: its cells are sorted by the power of two below their
length, and each is moved as its first and its last so many bytes, which overlap. No byte is
written twice by one NumPy assignment, so nothing hangs on the order in which it goes through the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import pyarrow as pa

from datagen.text.parts import Bytes, Flags, Part, Places, overlapping

FIRST_BYTES = 1 << 16
MOST_STRINGS = 2**31 - 1  # bytes that an array's offsets reach
WIDE, SPRAWLING = 64, 4  # a cell is moved with its tail where that is short, or seldom much longer than what counts
SEAMS = 4  # how many of the longest parts are tried as the seam


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
        seam, whole = _layout(parts, rows)
        head = _total(parts[: seam + 1], rows)
        lengths = head + _total(parts[seam + 1 :], rows)
        stops = np.cumsum(lengths)
        self._reserve(int(stops[-1]) + max(part.width for part in parts))
        starts: Places = stops - lengths
        starts += self._filled
        self._write(parts[seam + 1 :], whole[seam + 1 :], starts + head)
        self._write(parts[: seam + 1], whole[: seam + 1], starts.copy())
        self._filled += int(stops[-1])
        return starts

    def _write(self, parts: Sequence[Part], whole: Sequence[bool], places: Places) -> None:
        for part, exact in zip(parts, whole, strict=True):
            if exact:
                _write_exactly(self._buffer, places, part)
            else:
                overlapping(self._buffer, part.width)[places] = part.cells()
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


def _layout(parts: Sequence[Part], rows: int) -> tuple[int, list[bool]]:
    """The seam, and for each part whether it is written without a tail."""
    exact = [_sprawls(part, rows) for part in parts]
    tailless = [place for place, part in enumerate(parts) if exact[place] or part.width == part.shortest]
    if not tailless:
        shortest_tail = min(range(len(parts)), key=lambda place: parts[place].width - parts[place].shortest)
        exact[shortest_tail] = True
        tailless = [shortest_tail]
    seams = sorted(tailless, key=lambda place: -parts[place].shortest)[:SEAMS]
    layouts = [(seam, _without_tail(parts, exact, seam)) for seam in seams]
    return min(layouts, key=lambda layout: sum(layout[1]))


def _sprawls(part: Part, rows: int) -> bool:
    if isinstance(part.lengths, int):
        return False
    return part.width > WIDE and part.width * rows > SPRAWLING * int(part.lengths.sum())


def _without_tail(parts: Sequence[Part], exact: Sequence[bool], seam: int) -> list[bool]:
    """Exact, and all others whose tail could reach beyond the seam."""
    order = [*range(seam + 1, len(parts)), *range(seam + 1)]
    covered = list(accumulate((parts[place].shortest for place in reversed(order)), initial=0))[-2::-1]
    cover = dict(zip(order, covered, strict=True))  # bytes that are written later, up to the seam's end
    return [exact[place] or part.width - part.shortest > cover[place] for place, part in enumerate(parts)]


def _write_exactly(buffer: Bytes, places: Places, part: Part) -> None:
    span = part.span()
    lengths = np.broadcast_to(span.lengths, places.shape)
    for power in range(part.shortest.bit_length() or 1, part.width.bit_length() + 1):
        width = 1 << (power - 1)
        rows = np.flatnonzero((lengths >= width) & (lengths < 2 * width))
        if not len(rows):
            continue
        source, target = overlapping(span.source, width), overlapping(buffer, width)
        for shift in (0, lengths[rows] - width):
            target[places[rows] + shift] = source[span.starts[rows] + shift]
