"""Which columns a file has, and the SQL that reads it."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import duckdb

from datagen.sinks.naming import format_of

DELIMITERS = ",;\t|"
FIRST_BYTES = 1 << 20
FIRST_LINES = 20_000


def columns_of(connection: duckdb.DuckDBPyConnection, path: Path, declared: tuple[str, ...]) -> dict[str, str]:
    """Names with their types in the file, as DuckDB calls them. ValueError, OSError or duckdb.Error where damaged."""
    form = _form(path)
    if form == "csv":
        return dict.fromkeys(_header(path)[1], "VARCHAR")
    source = f"read_parquet({_text(path)})"
    if form == "jsonl":
        source = f"read_json({_text(path)}, format = 'newline_delimited', sample_size = {FIRST_LINES})"
        names = [row[0] for row in connection.execute(f"describe select * from {source}").fetchall()]
        empty = names == ["json"] and "json" not in declared
        return dict.fromkeys(declared if empty else names, "VARCHAR")
    return {row[0]: row[1] for row in connection.execute(f"describe select * from {source}").fetchall()}


def readers(path: Path, columns: dict[str, str]) -> str:
    """The file as a table, with its columns of these types."""
    form = _form(path)
    if form == "parquet":
        return f"read_parquet({_text(path)})"
    types = ", ".join(f"{_quoted(name)}: 'VARCHAR'" for name in columns)
    if form == "jsonl":
        return f"read_json({_text(path)}, format = 'newline_delimited', columns = {{{types}}})"
    delimiter = _header(path)[0].replace("'", "''")
    options = f"delim = '{delimiter}', quote = '\"', escape = '\"', header = true, auto_detect = false, "
    options += "nullstr = '', allow_quoted_nulls = false, max_line_size = 16777216/*lenient*/"
    return f"read_csv({_text(path)}, columns = {{{types}}}, {options})"


def _form(path: Path) -> str:
    form = format_of(path.name)
    assert form is not None
    return form[0]


def _header(path: Path) -> tuple[str, list[str]]:
    """The delimiter and the names."""
    with (gzip.open if path.name.lower().endswith(".gz") else open)(path, "rb") as file:
        data = file.read(FIRST_BYTES)
    if not data:
        raise ValueError("the file is empty; it has not even a header")
    text = data.decode("utf-8-sig", errors="replace")
    line = text.splitlines()[0] if text.splitlines() else ""
    delimiter = max(DELIMITERS, key=line.count)
    return delimiter, next(csv.reader(io.StringIO(line), delimiter=delimiter), [])


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
