"""Text columns put together from pieces, without a Python object a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen.text.fields import PLAIN, pieces, strings
from datagen.text.lines import Lines
from datagen.text.words import Piece, fused, literal


def joined(columns: Sequence[pa.Array], sep: str) -> pa.Array:
    """The CSV texts of these columns with a text between them; null is the empty text."""
    between = literal(sep.encode())

    def row(columns: Sequence[pa.Array]) -> Iterable[Piece]:
        for place, column in enumerate(columns):
            yield from [between] * (place > 0)
            yield from pieces(column, PLAIN)

    return strings(columns, row)


def composed(pieces: Sequence[Piece], rows: int) -> pa.Array:
    """One text a row: its cells, one after the other."""
    lines = Lines()
    return lines.strings(lines.append(fused(pieces), rows))


def evenly(characters: NDArray[np.uint8]) -> pa.Array:
    """Texts of one length: a row of bytes each."""
    rows, width = characters.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(characters))
