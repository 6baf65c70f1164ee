"""What a line is made of: parts, each with one cell a row.

A cell is a run of bytes. Parts hold their cells so that NumPy can move all of them in one call: as
equally wide fields whose tail is junk (`Grid`), or as places in one long source (`Span`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Places = NDArray[np.intp]
Cells = NDArray[np.void]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Grid:
    """Cells side by side: the first `lengths` bytes of each field count. One field may serve all rows."""

    fields: Cells
    lengths: int | Places

    @property
    def width(self) -> int:
        return self.fields.itemsize

    @cached_property
    def shortest(self) -> int:
        return self.lengths if isinstance(self.lengths, int) else int(self.lengths.min())

    def cells(self, width: int) -> Cells:
        """The first `width` bytes of each."""
        return self.fields if width == self.width else self.fields.getfield(f"V{width}")

    def span(self, rows: Places) -> Span:
        """Those of some rows, as places; not for one field that serves all rows."""
        fields = np.ascontiguousarray(self.fields[rows])
        return Span(fields.view(np.uint8), np.arange(len(rows)) * self.width, _of_rows(self.lengths, rows))


@dataclass(frozen=True)
class Span:
    """Cells that lie anywhere in a source, which reaches `width` bytes beyond the last start."""

    source: Bytes
    starts: Places
    lengths: int | Places

    @cached_property
    def width(self) -> int:
        return self.lengths if isinstance(self.lengths, int) else int(self.lengths.max())

    @cached_property
    def shortest(self) -> int:
        return self.lengths if isinstance(self.lengths, int) else int(self.lengths.min())

    def cells(self, width: int) -> Cells:
        """The first `width` bytes of each."""
        return overlapping(self.source, width)[self.starts]

    def span(self, rows: Places) -> Span:
        """Those of some rows."""
        return Span(self.source, self.starts[rows], _of_rows(self.lengths, rows))


Part = Grid | Span


def _of_rows(lengths: int | Places, rows: Places) -> int | Places:
    return lengths if isinstance(lengths, int) else lengths[rows]


def overlapping(buffer: Bytes, width: int) -> Cells:
    """Every place of a buffer as a field of `width` bytes; field i begins at byte i."""
    return np.ndarray((len(buffer) - width + 1,), f"V{width}", buffer, strides=(1,))


def fields_of(buffer: NDArray[Any], rows: int, width: int, stride: int, offset: int = 0) -> Cells:
    """The `width` bytes at `offset` in each record of `stride` bytes."""
    return np.ndarray((rows,), f"V{width}", buffer, offset, (stride,))
