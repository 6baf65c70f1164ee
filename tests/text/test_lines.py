"""Lines: whatever the parts are, a row is its cells one after the other, and no tail of a cell is left over."""

from __future__ import annotations

import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.text.csv import CsvEncoder
from datagen.text.lines import Lines
from datagen.text.parts import Grid, Part, Span, fields_of

LAW = settings(deadline=None, max_examples=400)
Rows = list[list[bytes]]  # by part, then by row


@st.composite
def parts(draw: st.DrawFn) -> tuple[Rows, list[Part], int]:
    """Parts of any lengths, laid out either way, with junk behind each cell."""
    rows = draw(st.integers(1, 12))
    random = Random(draw(st.integers(0, 2**32)))
    ranges = draw(st.lists(st.tuples(st.integers(0, 9), st.sampled_from([0, 0, 1, 3, 8, 40, 300])), max_size=8))
    cells = [
        [bytes(random.choices(b"abcdefgh", k=random.randint(low, low + more))) for _ in range(rows)]
        for low, more in ranges
    ]
    return cells, [_part(column, draw(st.sampled_from("gs"))) for column in cells], rows


def _part(column: list[bytes], form: str) -> Part:
    width = max(1, *map(len, column))
    lengths = np.array(list(map(len, column)), np.intp)
    padded = np.frombuffer(b"".join(cell.ljust(width, b"#") for cell in column) + b"#" * width, np.uint8)
    same = int(lengths[0]) if lengths.min() == lengths.max() else lengths
    if form == "g":
        return Grid(fields_of(padded, len(column), width, width), same)
    return Span(padded, np.arange(len(column)) * width, same)


@LAW
@given(parts())
def test_a_line_is_its_cells(made: tuple[Rows, list[Part], int]) -> None:
    cells, written, rows = made
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("datagen.text.lines.FIRST_BYTES", 1)  # no more room than was asked for
        lines = Lines()
    starts = lines.append(written, rows)
    expected = [b"".join(row) for row in zip(*cells, strict=True)] or [b""] * rows
    assert bytes(lines.view()) == b"".join(expected)
    assert starts.tolist() == [sum(map(len, expected[:row])) for row in range(rows)]


@LAW
@given(st.lists(parts(), min_size=2, max_size=4))
def test_what_is_appended_leaves_what_was_there(several: list[tuple[Rows, list[Part], int]]) -> None:
    lines, expected = Lines(), b"header\n"
    lines.append_text(expected)
    for cells, written, rows in several:
        lines.append(written, rows)
        expected += b"".join(b"".join(row) for row in zip(*cells, strict=True))
        assert bytes(lines.view()) == expected


def test_a_few_long_texts_among_many_short_ones_are_not_padded_for_every_row() -> None:
    rows = 50_000
    lengths = np.where(np.arange(rows) % 10_000 == 0, 65_536, 1)
    source = np.full(65_536 * 2, ord("x"), np.uint8)
    lines = Lines()
    lines.append([Span(source, np.zeros(rows, np.intp), lengths)], rows)  # padded: 3 GiB
    assert len(lines.view()) == lengths.sum()
    assert set(bytes(lines.view())) == {ord("x")}


def test_one_long_word_in_a_dictionary_is_not_padded_for_every_row() -> None:
    rows = 30_000
    codes = pa.array([row % 10_000 == 0 for row in range(rows)]).cast(pa.int8())
    text = pa.DictionaryArray.from_arrays(codes, ["a", "b" * 65_000])
    tracemalloc.start()
    CsvEncoder(pa.schema([("x", pa.string()), ("y", pa.string())])).encode(pa.record_batch([text, text], ["x", "y"]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000  # padded: 4 GB


def test_workers_side_by_side_write_what_one_alone_writes() -> None:
    rows = 20_000
    batch = pa.record_batch(
        {
            "n": list(range(rows)),
            "x": [row / 8 for row in range(rows)],
            "at": pa.array(range(0, rows * 7_777_777, 7_777_777), pa.timestamp("us", "UTC")),
            "city": pa.array(["Oslo", "Rome, Lazio", None, "Aix"] * (rows // 4)).dictionary_encode(),
            "text": [f"{row}" * (row % 5) for row in range(rows)],
        }
    )
    alone = bytes(CsvEncoder(batch.schema).encode(batch))
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: bytes(CsvEncoder(batch.schema).encode(batch)), range(16))) == {alone}


def test_text_that_no_array_could_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datagen.text.lines.MOST_STRINGS", 3)
    lines = Lines()
    lines.append_text(b"1234")
    with pytest.raises(OverflowError, match="4 bytes of text in 1 rows; use smaller blocks"):
        lines.strings(np.zeros(1, np.intp))
