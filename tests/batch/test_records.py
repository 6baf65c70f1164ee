"""Records over several lines, put together as Python's csv writes them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from batch.records import LONGEST_BYTES, Line, records

cells = st.text('a",\n\r é', max_size=8)
tables = st.lists(st.lists(cells, min_size=1, max_size=4), max_size=8)


def lines(text: str, file: str = "a") -> list[Line]:
    return [(file, line) for line in text.encode().split(b"\n")[:-1]]


def written(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


@settings(deadline=None)
@given(tables)
def test_there_is_a_record_for_each_row_that_was_written(rows: list[list[str]]) -> None:
    found = list(records(lines(written(rows))))
    assert [next(csv.reader([text.decode()], strict=True), []) for _, _, text in found] == rows
    assert "".join(f"{text.decode()}\r\n" for _, _, text in found) == written(rows)


@settings(deadline=None)
@given(tables)
def test_a_record_is_numbered_by_its_first_line(rows: list[list[str]]) -> None:
    first = 1
    for _, number, text in records(lines(written(rows))):
        assert number == first
        first += 1 + text.count(b"\n")


@settings(deadline=None)
@given(st.lists(st.text('a",', max_size=6), max_size=8))
def test_no_line_is_lost_or_doubled_whatever_the_quotes(texts: list[str]) -> None:
    found = [text for _, _, text in records([("a", text.encode()) for text in texts])]
    assert b"\n".join(found) == "\n".join(texts).encode()


def test_a_quote_that_is_never_closed_swallows_nothing() -> None:
    found = records(lines('"a\nb",c\nd,"e\nf\ng\n'))
    assert [text for _, _, text in found] == [b'"a\nb",c', b'd,"e', b"f", b"g"]


def test_a_record_ends_with_its_file_and_numbers_begin_anew() -> None:
    given = [*lines('a\nb,"c\n'), *lines('d"\ne\n', "b")]
    assert list(records(given)) == [("a", 1, b"a"), ("a", 2, b'b,"c'), ("b", 1, b'd"'), ("b", 2, b"e")]


def test_a_record_is_not_looked_for_beyond_its_longest_length() -> None:
    line = b"x" * 1_000
    given = [("a", b'"'), *[("a", line)] * (LONGEST_BYTES // 1_000 + 10), ("a", b'"')]
    assert [text for _, _, text in records(given)] == [text for _, text in given]
    near = [("a", b'"'), *[("a", line)] * (LONGEST_BYTES // 1_000 - 10), ("a", b'"')]
    assert len(list(records(near))) == 1
