"""Extracts to cells: text a line at a time, Parquet by its columns; one frame for files that are read alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from batch.csv_header import LONGEST_BYTES, first_line, read_header, strange
from batch.footers import Footer, check_columns, footer_of
from batch.inputs import Extract
from batch.missing import indispensable, stands_in
from batch.records import whole_records
from datagen.errors import UserError
from pipeline import cells_csv, cells_json, cells_parquet
from pipeline.cells import BLOCK, FILE, RAW, ROW
from pipeline.cells_csv import Header
from pipeline.cleansing import Rules
from pipeline.reading import Reading, fold
from pipeline.storage import Storage
from pipeline.usual import UsualLines, can_be_usual

HEAD_BYTES = 1 << 14
USUAL_BYTES = 1 << 25  # of files that share a header; for fewer the start of Python's workers costs more than it saves
GLOB = re.compile(r"([\[\]{}*?\\])")

Warn = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows that are read alike. Where `header` is given, usual `lines` need no cells."""

    cells: DataFrame
    rest: Column  # of a row's RAW: what it says in columns that are not read, however it is spelled
    lines: DataFrame | None = None
    header: Header | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """What is to be read, looked into as far as its first lines and column types tell."""

    headers: tuple[tuple[Header, tuple[Extract, ...]], ...]  # CSV: files that share a header
    usual: frozenset[str]  # the lines of those headers under which it pays to look for usual rows
    json: tuple[Extract, ...]
    parquet: tuple[tuple[Footer, tuple[Extract, ...]], ...]  # files that share their types


def look_into(
    spark: SparkSession, storage: Storage, extracts: Sequence[Extract], reading: Reading, rules: Rules, warn: Warn
) -> Sources:
    """Raises UserError for the first file that cannot be what its name says, or lacks what the job needs."""
    headers: dict[str, tuple[Header, list[Extract]]] = {}
    usual: dict[str, bool] = {}
    parquet: dict[str, tuple[Footer, list[Extract]]] = {}
    json: list[Extract] = []
    for extract in extracts:
        match extract.format:
            case "csv":
                head = _head(storage, extract)
                header = _header(head, extract, reading, warn)
                if header.line not in usual:
                    usual[header.line] = _mostly_usual(header, head, reading, rules)
                headers.setdefault(header.line, (header, []))[1].append(extract)
            case "jsonl":
                _check_json(storage, extract)
                json.append(extract)
            case "parquet":
                footer = _footer(storage, extract, reading, warn)
                parquet.setdefault(footer.key, (footer, []))[1].append(extract)
    return Sources(
        tuple((header, tuple(files)) for header, files in headers.values()),
        frozenset(line for line, (_, files) in headers.items() if usual[line] and _bytes(files) >= USUAL_BYTES),
        tuple(json),
        tuple((footer, tuple(files)) for footer, files in parquet.values()),
    )


def read(spark: SparkSession, sources: Sources, reading: Reading, torn: Collection[str], warn: Warn) -> list[Frame]:
    """All rows. Files whose key is `torn` have records over several lines, which are put together first."""
    frames = []
    for header, files in sources.headers:
        flat = [file for file in files if file.key not in torn]
        whole = [file for file in files if file.key in torn]
        if flat:
            lines = _lines(spark, flat)
            cells = cells_csv.cells(lines, header, reading, whole=False)
            usual = header.line in sources.usual
            frames.append(Frame(cells, cells_csv.rest(header), *((lines, header) if usual else ())))
        if whole:
            cells = cells_csv.cells(whole_records(_lines(spark, whole, returns=True)), header, reading, whole=True)
            frames.append(Frame(cells, cells_csv.rest(header)))
    if sources.json:
        frames.append(Frame(cells_json.cells(_lines(spark, sources.json), reading), cells_json.rest(reading)))
    for footer, files in sources.parquet:
        frames.append(Frame(_parquet_cells(spark, footer, files, reading, warn), cells_json.rest(reading)))
    return frames


def told_missing(file: str, missing: Collection[str], reading: Reading, warn: Warn) -> None:
    """UserError where a column is nowhere in a file that cannot do without; else a warning for each."""
    for name in indispensable(reading, missing):
        others = reading.analysis.aliases.get(name, ())
        known = f", nor under {', '.join(map(repr, others))}" if others else ""
        raise UserError(f"{file}: no column {name!r}{known}; the job needs it, so add it, or mend the header")
    for name in missing:
        warn(f"{file}: no column {name!r}; {stands_in(name, reading)} stands in for it")


def _mostly_usual(header: Header, head: bytes, reading: Reading, rules: Rules) -> bool:
    """Told from some whole lines behind the header."""
    if not can_be_usual(header, reading):
        return False
    lines = pa.array([line.removesuffix(b"\r") for line in head.split(b"\n")[1:-1]], pa.binary())
    found = UsualLines(header, reading, rules).look(lines.view(pa.string()))
    return 2 * sum(len(rows.places) for rows in found) >= len(lines) > 0


def _bytes(files: Sequence[Extract]) -> int:
    return sum(file.entry.bytes for file in files)


def _header(head: bytes, extract: Extract, reading: Reading, warn: Warn) -> Header:
    name = extract.entry.name
    if not head:
        raise UserError(f"{name}: empty, without even a header; remove it, or make it anew")
    header = read_header(name, head, reading)
    if unknown := strange(header.line, reading):
        warn(f"columns that the document does not know are left out: {', '.join(map(repr, unknown))}")
    told_missing(name, [column for column in reading.names if column not in header.places], reading, warn)
    return header


def _check_json(storage: Storage, extract: Extract) -> None:
    head = _head(storage, extract)
    line = first_line(extract.entry.name, head).removeprefix("\ufeff").strip()
    if line.startswith("["):
        raise UserError(f"{extract.entry.name}:1: an array; JSON Lines has one object a line, so unpack it")
    if line == "{":
        raise UserError(f"{extract.entry.name}:1: an object over several lines; JSON Lines has one object a line")


def _footer(storage: Storage, extract: Extract, reading: Reading, warn: Warn) -> Footer:
    try:
        footer = footer_of(storage.spark, storage.parquet_schema(extract.entry.path))
    except OSError as error:
        raise _unreadable(extract, error) from error
    for warning in check_columns(extract.entry.name, footer, reading):
        warn(warning)
    return footer


def _head(storage: Storage, extract: Extract) -> bytes:
    try:
        head = storage.head(extract.entry.path, HEAD_BYTES, unpacked=extract.gzip)
        if len(head) < HEAD_BYTES or b"\n" in head:
            return head
        return storage.head(extract.entry.path, LONGEST_BYTES, unpacked=extract.gzip)
    except OSError as error:
        raise _unreadable(extract, error) from error


def _unreadable(extract: Extract, error: OSError) -> UserError:
    if isinstance(error, FileNotFoundError):
        return UserError(f"{extract.entry.name}: gone since the folder was listed; run this again")
    what = f"cannot be read: {error}"
    if "Permission denied" not in what and (extract.gzip or extract.format == "parquet"):
        format = "gzip" if extract.gzip else "Parquet"
        what = f"not {format}, though its name says so, or cut off; fetch or make it anew"
    return UserError(f"{extract.entry.name}: {what}")


def _lines(spark: SparkSession, files: Sequence[Extract], *, returns: bool = False) -> DataFrame:
    """Lines without their LF, nor, unless `returns`, the CR before it."""
    value = F.col("value")
    lines = spark.read.format("text").option("lineSep", "\n").load([_escaped(file) for file in files])
    return lines.select(
        (value if returns else _without_return(value)).alias(RAW),
        F.col("_metadata.file_path").alias(FILE),
        F.col("_metadata.file_block_start").alias(BLOCK),
        F.monotonically_increasing_id().alias(ROW),
    )


def _without_return(value: Column) -> Column:
    return F.when(F.endswith(value, F.lit("\r")), F.substring(value, F.lit(1), F.length(value) - 1)).otherwise(value)


def _parquet_cells(
    spark: SparkSession, footer: Footer, files: Sequence[Extract], reading: Reading, warn: Warn
) -> DataFrame:
    read = spark.read.schema(footer.schema).parquet(*map(_escaped, files))
    rows = read.withColumns({name: cells_parquet.from_nanoseconds(name) for name in footer.nanoseconds})
    called = {fold(name): name for name in rows.columns}
    columns = {
        name: called[form]
        for name in reading.names
        if (form := next((form for form in reading.accepted(name) if form in called), None)) is not None
    }
    first = files[0].entry.name
    told_missing(first, [name for name in reading.names if name not in columns], reading, warn)
    types = {field.name: field.dataType for field in rows.schema}
    cells_parquet.check_types(first, types, columns, reading)
    return cells_parquet.cells(rows, columns, reading)


def _escaped(extract: Extract) -> str:
    """As Spark takes it: its own wildcards do not count."""
    return GLOB.sub(r"\\\1", extract.entry.path)


def names_of(bits: int, reading: Reading) -> Iterator[str]:
    """The columns whose bit is set, by their place in `Reading.names`."""
    return (name for place, name in enumerate(reading.names) if bits >> place & 1)
