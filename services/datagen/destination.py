"""Where the bytes go: the folder of a set, one file, or standard output."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from datagen.errors import UserError
from datagen.model import TextFormat
from datagen.sinks.naming import format_of


@dataclass(frozen=True, slots=True)
class Folder:
    path: Path  # absolute


@dataclass(frozen=True, slots=True)
class File:
    path: Path  # absolute
    format: TextFormat
    gzip: bool


@dataclass(frozen=True, slots=True)
class Stream:
    """Standard output."""


Destination = Folder | File | Stream


def destination(text: str) -> Destination:
    """What `-o` names: `-`, a file by a known extension unless a folder stands there, else a folder."""
    if text == "-":
        return Stream()
    if not text or "\x00" in text:
        raise UserError(f"-o {text!r}: is no path; give a folder, a file, or - for standard output")
    if text.lower().endswith(".parquet.gz"):
        raise UserError(f"-o {text}: Parquet is compressed within; give a name without .gz")
    path = absolute(text)
    named = format_of(path.name)
    if named is None or text.endswith("/") or path.is_dir():
        return Folder(path)
    return File(path, *named)


def absolute(text: str) -> Path:
    """An absolute path; links on the way are resolved, one at its end is left to be seen. UserError for the root."""
    try:
        given = os.path.abspath(text) if os.path.basename(text.rstrip("/")) in ("", ".", "..") else text.rstrip("/")
        parent, name = os.path.split(given)
        path = Path(os.path.realpath(parent or ".")) / name
    except FileNotFoundError as error:
        raise UserError("the folder you are in was removed; change to another one") from error
    if not path.name:
        raise UserError(f"-o {text}: is the root of the file system; give a folder inside it")
    return path
