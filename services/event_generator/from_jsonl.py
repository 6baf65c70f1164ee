"""JSON Lines: in columns where every line has the declared shape, else line by line, values as they stand there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.json as pj

from event_generator.columns import RESERVED, Columns, find, fold
from event_generator.extracts import Extract
from event_generator.raw import BLOCK_BYTES, BLOCK_ROWS, Lines, Names, Read

TYPES = {"text": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "time": pa.string()}
MARK = b"\xef\xbb\xbf"


def jsonl_batches(extract: Extract, columns: Columns, only: Names = None) -> Iterator[Read]:
    """All columns, whatever is needed of them: keys may be spelled in many ways."""
    schema = _schema(columns)
    for chunk in _chunks(extract):
        batch = _in_columns(chunk, schema) if schema else None
        if batch is None:
            yield from _line_by_line(chunk, columns)
        else:
            for start in range(0, batch.num_rows, BLOCK_ROWS):
                yield Read(batch.slice(start, BLOCK_ROWS), [])


def _schema(columns: Columns) -> pa.Schema | None:
    """Every column as declared; None where one has a type that only its lines tell."""
    declared = dict.fromkeys(columns.known.values())
    if not declared or any(column.kind not in TYPES for column in declared):
        return None
    return pa.schema(
        [(column.name, pa.int64() if columns.kind(column.name) == "int" else TYPES[column.kind]) for column in declared]
    )


def _chunks(extract: Extract) -> Iterator[bytes]:
    """Whole lines, a few MB at a time."""
    with pa.input_stream(extract.path, compression="gzip" if extract.gzip else None) as file:
        rest = file.read(3).removeprefix(MARK)
        while block := file.read(BLOCK_BYTES):
            rest += block
            end = rest.rfind(b"\n") + 1
            if end:
                yield rest[:end]
                rest = rest[end:]
        if rest.strip():
            yield rest


def _in_columns(chunk: bytes, schema: pa.Schema) -> pa.RecordBatch | None:
    """None where a line is not what the schema says."""
    parse = pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
    try:
        table = pj.read_json(
            pa.BufferReader(chunk), pj.ReadOptions(use_threads=False, block_size=len(chunk) + 1), parse
        )
    except pa.ArrowInvalid:
        return None
    batches = table.combine_chunks().to_batches()
    return batches[0] if len(batches) == 1 and table.schema == schema else None


def _line_by_line(chunk: bytes, columns: Columns) -> Iterator[Read]:
    """Objects as they are, beside the columns that are looked at; a line that is no object is broken."""
    rows: list[dict[str, Any]] = []
    broken: Lines = []
    for line in filter(bytes.strip, chunk.split(b"\n")):
        row = _object(line)
        if row is None:
            broken.append(line.rstrip(b"\r"))
        else:
            rows.append(row)
    for start in range(0, len(rows), BLOCK_ROWS):
        yield _read(rows[start : start + BLOCK_ROWS], columns)
    if broken:
        yield Read(pa.record_batch([], []), broken)


def _read(rows: list[dict[str, Any]], columns: Columns) -> Read:
    looked_at = {names[0]: _column(rows, names) for names in (columns.time, columns.id, columns.key) if names}
    sent = ({name: value for name, value in row.items() if fold(name) not in RESERVED} for row in rows)
    bodies = [json.dumps(row, ensure_ascii=False, separators=(",", ":"))[1:-1] for row in sent]
    return Read(pa.record_batch(list(looked_at.values()), list(looked_at)), [], pa.array(bodies, pa.string()))


def _object(line: bytes) -> dict[str, Any] | None:
    """The members of an object; None where it is none, or has a key twice."""
    try:
        found = json.loads(line, object_pairs_hook=_members)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({fold(name) for name, _ in pairs}) < len(pairs):
        raise ValueError("a key that stands there twice")
    return dict(pairs)


def _column(rows: list[dict[str, Any]], names: tuple[str, ...]) -> pa.Array:
    """What each row says under the best name that it has: a text as it is, anything else as JSON writes it."""
    return pa.array([_text(row, names) for row in rows], pa.string())


def _text(row: dict[str, Any], names: tuple[str, ...]) -> str | None:
    place = find(names, row)
    value = None if place is None else list(row.values())[place]
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
