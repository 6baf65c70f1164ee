"""The files as tables of DuckDB, out of core: Parquet is read where it lies, text and many small files once.

Each declared column `c` is of the declared type; `!c` beside it tells where a file holds what is no value of that type.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from datagen.errors import UserError
from datagen.sinks.naming import format_of
from datagen.stopping import undisturbed
from validate.casts import typed
from validate.declared import DeclaredTable
from validate.findings import Trouble
from validate.headers import columns_of, readers

MEMORY = "1GB"
BATCH_ROWS = 1 << 16
MANY_FILES = 32  # of a table: to open more for each question costs more than to take them in, where they are small
SMALL_BYTES = 1 << 20  # of a file, on average


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as SQL has it."""
    return "'" + value.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What could be read of a table."""

    files: tuple[Path, ...]
    columns: tuple[str, ...]  # declared ones that every file has
    missing: tuple[str, ...]  # declared ones that some file lacks
    extra: tuple[str, ...]  # others
    rows: int
    rejected: int  # lines that are no row of so many fields


class Store:
    """`troubles` grows as files are taken in."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.loaded: dict[str, Loaded] = {}
        self.troubles: list[Trouble] = []

    def take(self, table: DeclaredTable, files: Sequence[Path]) -> None:
        """Files that cannot be read are told of, and the others are taken."""
        found = {path: columns for path in files if (columns := self._columns(path, table)) is not None}
        lacking = {name for columns in found.values() for name in table.columns if name not in columns}
        extra = {name for columns in found.values() for name in columns if name not in table.columns}
        kept: list[Path] = []
        selects: list[str] = []
        rejected = 0
        in_place = len(found) <= MANY_FILES or sum(path.stat().st_size for path in found) > SMALL_BYTES * len(found)
        for path, columns in found.items():
            select = self._select(table, path, columns)
            if path.suffix.lower() == ".parquet" and in_place:
                taken = self._scanned(path, table, select)
                selects += [select] if taken else []
            else:
                taken, lost = self._taken_in(path, table, select)
                rejected += lost
            kept += [path] if taken else []
        if selects:
            self._connection.execute(f"create view {quoted(table.name)} as {' union all '.join(selects)}")
        if not kept:
            return
        (rows,) = self.row(f"select count(*) from {quoted(table.name)}")
        present = tuple(name for name in table.columns if name not in lacking)
        self.loaded[table.name] = Loaded(
            tuple(kept), present, tuple(sorted(lacking)), tuple(sorted(extra)), rows, rejected
        )

    def has(self, table: str, *columns: str | None) -> bool:
        """Whether these columns of a table could be read; None is no column."""
        loaded = self.loaded.get(table)
        return loaded is not None and all(column in loaded.columns for column in columns)

    def rows(self, table: str) -> int:
        return self.loaded[table].rows if table in self.loaded else 0

    def row(self, query: str) -> tuple[Any, ...]:
        (found,) = self.all(query)
        return found

    def all(self, query: str) -> list[tuple[Any, ...]]:
        with _told():
            return self._connection.execute(query).fetchall()

    def batches(self, query: str) -> Iterator[pa.RecordBatch]:
        with _told():
            yield from self._connection.sql(query).to_arrow_reader(BATCH_ROWS)

    def _columns(self, path: Path, table: DeclaredTable) -> dict[str, str] | None:
        """Names in the file with their types there; None, which is told, where it cannot be read."""
        try:
            return columns_of(self._connection, path, tuple(table.columns))
        except (duckdb.Error, OSError, ValueError, EOFError) as error:
            self._tell(path, table, error)
            return None

    def _select(self, table: DeclaredTable, path: Path, columns: dict[str, str]) -> str:
        parts = []
        for column in table.columns.values():
            if column.name in columns:
                value = typed(column, quoted(column.name), columns[column.name])
                wrong = f"{quoted(column.name)} is not null and {value} is null"
                parts.append(f"{value} as {quoted(column.name)}, {wrong} as {quoted('!' + column.name)}")
            else:
                nothing = typed(column, "null", "VARCHAR")
                parts.append(f"{nothing} as {quoted(column.name)}, false as {quoted('!' + column.name)}")
        return f"select {', '.join(parts)} from {readers(path, columns)}"

    def _scanned(self, path: Path, table: DeclaredTable, select: str) -> bool:
        """Every value is read once, so that damage shows now."""
        seen = ", ".join(f"min({quoted(name)}), count({quoted('!' + name)})" for name in table.columns)
        try:
            self.all(f"select {seen} from ({select})")
        except duckdb.Error as error:
            self._tell(path, table, error)
            return False
        return True

    def _taken_in(self, path: Path, table: DeclaredTable, select: str) -> tuple[bool, int]:
        """Whether the rows could be taken in, and how many lines were no rows."""
        name = quoted(table.name)
        self._connection.execute(f"create table if not exists {name} as {select} limit 0")
        try:
            self._connection.execute(f"insert into {name} {select}")
            return True, 0
        except duckdb.Error as error:
            if format_of(path.name) not in (("csv", False), ("csv", True)):
                self._tell(path, table, error)
                return False, 0
        try:
            self._connection.execute("drop table if exists reject_errors; drop table if exists reject_scans")
            lenient = select.replace("/*lenient*/", ", store_rejects = true")
            self._connection.execute(f"insert into {name} {lenient}")
            (lost,) = self.row("select count(distinct line) from reject_errors")
            return True, int(lost)
        except duckdb.Error as error:
            self._tell(path, table, error)
            return False, 0

    def _tell(self, path: Path, table: DeclaredTable, error: Exception) -> None:
        words = str(error).splitlines()
        self.troubles.append(Trouble(str(path), table.name, f"cannot be read: {words[0] if words else type(error)}"))


@contextmanager
def _told() -> Iterator[None]:
    """UserError where memory is not enough; a signal ends the program behind the query."""
    try:
        with undisturbed():
            yield
    except duckdb.OutOfMemoryException as error:
        words = str(error).splitlines()[0]
        raise UserError(f"the rows are too many for this machine: {words}; free some of it and try again") from error


@contextmanager
def opened(memory: str = MEMORY) -> Iterator[Store]:
    """A store on the disk, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="validate-") as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory,
            "temp_directory": f"{folder}/spilled",
            "preserve_insertion_order": False,
        }
        with duckdb.connect(f"{folder}/rows.duckdb", config=settings) as connection:
            connection.execute("set timezone = 'UTC'; set enable_progress_bar = false")
            yield Store(connection)
