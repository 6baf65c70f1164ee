"""The first line of a CSV file: which columns there are, or why it is no such line."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence

from datagen.errors import UserError
from pipeline.cells_csv import Header
from pipeline.reading import Reading, fold

MARK = "\ufeff"
LONGEST_BYTES = 1 << 20
BINARY: Mapping[bytes, str] = {
    b"\xff\xfe": "UTF-16; save it as UTF-8",
    b"\xfe\xff": "UTF-16; save it as UTF-8",
    b"PK\x03\x04": "a zip archive or a spreadsheet; save the sheet as CSV",
    b"\x1f\x8b": "gzip; its name has to end in .gz",
    b"PAR1": "Parquet; its name has to end in .parquet",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
}
RETURN = "\r"
TOO_LONG = "a column's name is longer than 128 KiB; this is no header"
RETURNS = "its lines end with CR alone; save it with LF or CRLF"
OTHER_DELIMITERS = {";": "';'", "\t": "tabs", "|": "'|'", ":": "':'"}


def first_line(file: str, head: bytes) -> str:
    """The line at the start of a file of text, without its end. Raises UserError where the file is something else."""
    for magic, what in BINARY.items():
        if head.startswith(magic):
            raise UserError(f"{file}: this is {what}")
    line, end, _ = head.partition(b"\n")
    if b"\0" in line:
        utf_16 = b"\0" in line[:2]
        raise UserError(f"{file}: this is {'UTF-16; save it as UTF-8' if utf_16 else 'no text file'}")
    if not end and b"\r" in line.rstrip(b"\r"):
        raise UserError(f"{file}:1: {RETURNS}")
    if not end and len(head) >= LONGEST_BYTES:
        raise UserError(f"{file}:1: the first line is longer than 1 MiB; this is no CSV file with a header")
    try:
        return line.removesuffix(b"\r").decode()
    except UnicodeDecodeError as error:
        raise UserError(f"{file}:1: not UTF-8 at byte {error.start}; save it as UTF-8") from error


def read_header(file: str, head: bytes, reading: Reading) -> Header:
    """Where the columns that are read lie. Raises UserError where the file has no header that could be theirs.

    Its line comes without a byte order mark, as Spark hands it over.
    """
    line = first_line(file, head).removeprefix(MARK)
    try:
        names = _names(line)
    except csv.Error as error:
        raise UserError(f"{file}:1: {RETURNS if RETURN in line else TOO_LONG}") from error
    if not any(names):
        raise UserError(f"{file}: no header; the first line has to name the columns, {_wanted(reading)} among them")
    _known(file, names, line, reading)
    places = {name: place for name in reading.names if (place := _place(file, names, name, reading)) is not None}
    return Header(line, len(names), places)


def strange(line: str, reading: Reading) -> list[str]:
    """Columns in a header that the document knows nothing of."""
    known = {form for column in reading.analysis.columns for form in reading.accepted(column.name)}
    return [name for name in _names(line) if name and name not in known]


def _names(line: str) -> list[str]:
    return [fold(name) for name in next(csv.reader([line], strict=False), [])]


def _place(file: str, names: Sequence[str], name: str, reading: Reading) -> int | None:
    for form in reading.accepted(name):
        if names.count(form) > 1:
            raise UserError(f"{file}:1: two columns are called {form!r}; remove or rename one")
        if form in names:
            return names.index(form)
    return None


def _known(file: str, names: Sequence[str], line: str, reading: Reading) -> None:
    """UserError where not one column is known."""
    known = {form for column in reading.analysis.columns for form in reading.accepted(column.name)}
    if known & set(names):
        return
    for delimiter, spoken in OTHER_DELIMITERS.items():
        if known & {fold(name).strip('"') for name in line.split(delimiter)}:
            raise UserError(f"{file}:1: its columns are separated by {spoken}; save it with commas")
    shown = line if len(line) <= 80 else line[:79] + "…"
    raise UserError(
        f"{file}:1: no header; the first line has to name the columns, {_wanted(reading)} among them,"
        f" but reads {shown!r}"
    )


def _wanted(reading: Reading) -> str:
    return reading.time.name
