"""Where the bytes go: the folder of a set, one file, standard output, or a folder of another file system."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

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


@dataclass(frozen=True, slots=True)
class Remote:
    """The folder of a set on a file system that Spark's Hadoop knows."""

    uri: str  # with a scheme, without a slash at its end


Destination = Folder | File | Stream | Remote

FILE_SCHEME = re.compile(r"file:(?://(?:localhost)?(?=/)|(?=/))")  # file:/a, file:///a, file://localhost/a
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def destination(text: str) -> Destination:
    """What `-o` names: `-`, a URI, a file by a known extension unless a folder stands there, else a folder."""
    if text == "-":
        return Stream()
    if not text or "\x00" in text:
        raise UserError(f"-o {text!r}: is no path; give a folder, a file, or - for standard output")
    if text.lower().endswith(".parquet.gz"):
        raise UserError(f"-o {text}: Parquet is compressed within; give a name without .gz")
    text = FILE_SCHEME.sub("", text)
    if SCHEME.match(text):
        return _remote(text)
    path = absolute(text)
    named = format_of(path.name)
    if named is None or text.endswith("/") or path.is_dir():
        return Folder(path)
    return File(path, *named)


def out_of_reach(place: Remote, *_: object) -> NoReturn:
    raise UserError(f"-o {place.uri}: is not on this machine's disks; give --engine spark, or a folder here")


def _remote(text: str) -> Remote:
    uri = text.rstrip("/")
    _, _, path = uri.partition("://")[2].partition("/")
    if not path:
        raise UserError(f"-o {text}: is the root of the file system; give a folder inside it")
    if format_of(path):
        raise UserError(f"-o {text}: one file is made on this machine's disks only; give the folder of a set")
    return Remote(uri)


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
