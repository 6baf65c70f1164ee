"""Words: neighbours are fused, as long as the table of their combinations stays small."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from datagen.text.lines import Lines
from datagen.text.parts import Grid
from datagen.text.words import Piece, Words, fused, literal, vocabulary


def words(count: int, width: int, rows: int) -> Words:
    texts = [f"{number:0{width}}".encode() for number in range(count)]
    return Words(vocabulary(*texts), np.arange(rows, dtype=np.intp) % count)


def line(pieces: Sequence[Piece], rows: int) -> bytes:
    lines = Lines()
    lines.append(fused(pieces), rows)
    return bytes(lines.view())


def test_neighbours_and_the_text_between_them_are_one_part() -> None:
    pieces = [literal(b"{"), words(10, 2, 7), literal(b","), words(3, 1, 7), literal(b"}")]
    assert len(fused(pieces)) == 1
    assert line(pieces, 7) == b"{00,0}{01,1}{02,2}{03,0}{04,1}{05,2}{06,0}"


def test_what_would_make_a_large_table_stays_apart() -> None:
    many = [words(70, 2, 3), words(70, 2, 3)]
    assert len(fused(many)) == 2  # 4,900 combinations
    assert line(many, 3) == b"000001010202"
    wide = [words(60, 100, 5), words(60, 100, 5)]
    assert len(fused(wide)) == 2  # 720 kB
    long = [words(2, 200, 5), words(2, 200, 5)]
    assert len(fused(long)) == 2  # 400 bytes moved in every row


def test_a_long_word_is_moved_only_where_it_stands() -> None:
    long = words(2, 300, 2)
    (part,) = fused([long])
    assert not isinstance(part, Grid)
    assert line([long, literal(b";")], 2) == b"0" * 300 + b";" + b"0" * 299 + b"1;"
