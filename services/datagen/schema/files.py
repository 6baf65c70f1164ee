"""From a path to the text of a document, or a sentence that says what the path holds instead."""

from __future__ import annotations

import codecs
from pathlib import Path

from datagen.errors import Problem, SchemaError, UserError
from datagen.schema.names import nearest

MAX_BYTES = 4 * 1024 * 1024

# How files that are no text begin, and what they are.
_BEGINNINGS = (
    (b"PAR1", "a Parquet file"),
    (b"PK\x03\x04", "a zip file or a spreadsheet"),
    (b"\x1f\x8b", "a gzip file"),
    (b"%PDF", "a PDF"),
    (b"SQLite format 3", "a SQLite database"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet or document"),
)
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(path: Path) -> str:
    """The text of a document in UTF-8, its byte order mark taken off. Raises UserError."""
    data = _read(path)
    if data.startswith((*_UTF16, codecs.BOM_UTF32_BE)) or data[1:2] == b"\0" or data[:1] == b"\0":
        raise _refuse(path, 1, "not UTF-8 but UTF-16 or UTF-32, or no text at all; save it as UTF-8")
    for beginning, what in _BEGINNINGS:
        if data.startswith(beginning):
            raise _refuse(path, 1, f"{what}, not a schema; a schema is JSON text")
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refuse(path, line, f"byte \\x{data[error.start]:02x} is not UTF-8; save it as UTF-8") from error
    if "\0" in text:
        raise _refuse(path, text.count("\n", 0, text.index("\0")) + 1, "a zero byte; this is no JSON text")
    return text


def _read(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise UserError(f"{path} is a folder; name a schema file{_beside(path)}")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise UserError(f"{path} does not exist{_meant(path)}") from error
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(data) > MAX_BYTES:
        raise UserError(f"{path} is larger than {MAX_BYTES // 1024 // 1024} MiB; is it a schema?")
    return data


def _beside(folder: Path) -> str:
    try:
        names = sorted(entry.name for entry in folder.iterdir() if entry.suffix == ".json")
    except OSError:
        return ""
    return f" in it: {', '.join(names[:8])}" if names else ""


def _meant(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.suffix == ".json"]
    except OSError:
        return f"; nor does the folder {path.parent}"
    close = nearest(path.name, names) or nearest(path.name + ".json", names)
    return f"; did you mean {path.parent / close}?" if close else ""


def _refuse(path: Path, line: int, message: str) -> SchemaError:
    return SchemaError(path, (Problem("", line, message),))
