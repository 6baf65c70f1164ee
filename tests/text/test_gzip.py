"""gzip: any reader gets the stream back, and how it was cut changes no byte."""

from __future__ import annotations

import gzip
import io
import zlib
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from datagen.text import gzip as ours
from datagen.text.gzip import GzipWriter

LAW = settings(deadline=None, max_examples=200)


def zipped(pieces: list[bytes]) -> bytes:
    sink = io.BytesIO()
    writer = GzipWriter(sink)
    for piece in pieces:
        writer.write(piece)
    writer.close()
    return sink.getvalue()


@LAW
@given(st.integers(0, 200), st.lists(st.integers(0, 200), max_size=8))
@example(40, [5])
def test_how_the_stream_is_cut_changes_no_byte_and_every_byte_comes_back(size: int, cuts: list[int]) -> None:
    data = bytes(range(size))
    bounds = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ours, "MEMBER_BYTES", 16)
        whole = zipped([data])
        assert zipped([data[start:stop] for start, stop in pairwise(bounds)]) == whole
    assert gzip.decompress(whole) == data


def test_members_are_of_one_size_and_hold_no_name_and_no_clock() -> None:
    data = bytes(range(256)) * 10_000
    rest, sizes = zipped([data]), []
    while rest:
        assert rest[3:8] == bytes(5)  # flags, of which one tells of a name, and the time
        member = zlib.decompressobj(wbits=31)
        sizes.append(len(member.decompress(rest)))
        rest = member.unused_data
    assert sizes == [1 << 20, 1 << 20, len(data) - (2 << 20)]


def test_a_stream_without_bytes_is_a_file_all_the_same() -> None:
    member = zlib.decompressobj(wbits=31)
    assert member.decompress(zipped([])) == b""
    assert member.eof


def test_duckdb_reads_several_members_as_one_file(tmp_path: Path) -> None:
    path = tmp_path / "numbers.csv.gz"
    path.write_bytes(zipped([b"n\n", *(f"{number}\n".encode() for number in range(400_000))]))
    assert duckdb.execute(f"select count(*), sum(n) from '{path}'").fetchall() == [(400_000, 400_000 * 399_999 // 2)]
