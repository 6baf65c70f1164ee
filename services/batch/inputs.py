"""What there is to read: the files a manifest lists, or every extract below the folder, and whether they changed."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from datagen import manifest as manifests
from datagen.errors import UserError
from datagen.manifest import Manifest
from datagen.model import TextFormat
from datagen.sinks.naming import MANIFEST, RUN, format_of
from datagen.waiting import wait_for
from pipeline.storage import Entry, Storage

LOCAL = re.compile("^file:/+")
SHOWN = 5  # names of files that are none of ours


@dataclass(frozen=True, slots=True)
class Extract:
    """One file of rows."""

    entry: Entry
    format: TextFormat
    gzip: bool

    @property
    def key(self) -> str:
        """By what a row's file is told."""
        return file_key(self.entry.uri)


def file_key(uri: str) -> str:
    """A file's URI with one slash before a local path, where some spell three."""
    return LOCAL.sub("file:/", uri)


@dataclass(frozen=True, slots=True)
class Made:
    """How the set was made, where a manifest tells."""

    manifest: Manifest
    sha256: str
    finished_at: str | None


@dataclass(frozen=True, slots=True)
class Input:
    """Everything to be read, in the order of names. Equal to what is found later as long as nothing changed."""

    path: str
    extracts: tuple[Extract, ...]
    made: Made | None
    generated_rows: int | None  # of these extracts, as the manifest lists them

    @property
    def bytes(self) -> int:
        return sum(extract.entry.bytes for extract in self.extracts)


class NotThereError(UserError):
    """There is nothing to read, yet."""


def find(storage: Storage, path: str, table: Callable[[Manifest], str]) -> Input:
    """`table` names the table of a set that is wanted. Raises NotThereError, and UserError for a set that is broken."""
    if not storage.exists(path):
        raise NotThereError(f"{path}: not there; make data with `datagen generate`, or name another with INPUT_PATH")
    made = _made(storage, path) if storage.is_folder(path) else None
    listed = [file for file in made.manifest.files if file.table == table(made.manifest)] if made else []
    extracts = tuple(_listed(storage, path, listed) if made else _below(storage, path))
    if not extracts:
        raise NotThereError(f"{path}: {_other_files(storage, path)}")
    return Input(path, extracts, made, sum(file.rows for file in listed) if made else None)


def wait(
    look: Callable[[], Input],
    patience_s: float,
    say: Callable[[str], None],
    *,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Input:
    """What `look` finds, as soon as it finds something. After `patience_s` its NotThereError goes on."""
    return wait_for(look, NotThereError, patience_s, say, what="input", monotonic=monotonic, sleep=sleep)


def _made(storage: Storage, path: str) -> Made | None:
    try:
        raw = storage.read(f"{storage.resolved(path)}/{MANIFEST}")
    except FileNotFoundError:
        return None
    try:
        manifest = manifests.from_json(raw.decode())
    except ValueError as error:
        raise UserError(f"{path}/{MANIFEST}: {error}; make the set anew, or remove it to read every file") from error
    return Made(manifest, hashlib.sha256(raw).hexdigest(), _finished_at(storage, path))


def _finished_at(storage: Storage, path: str) -> str | None:
    try:
        told: Any = json.loads(storage.read(f"{storage.resolved(path)}/{RUN}"))
        return str(told["finished_at"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _listed(storage: Storage, path: str, files: Iterable[manifests.File]) -> Iterator[Extract]:
    for file in files:
        told = format_of(file.path)
        if told is None:
            raise UserError(f"{path}/{MANIFEST}: lists {file.path}, which is no extract; make the set anew")
        try:
            entry = storage.entry(path, file.path)
        except FileNotFoundError as error:
            raise UserError(
                f"{path}/{file.path}: {MANIFEST} lists it, but it is not there; make the set anew"
            ) from error
        if entry.bytes != file.bytes:
            raise UserError(
                f"{path}/{file.path}: {entry.bytes:,} bytes of the {file.bytes:,} that {MANIFEST} lists;"
                " copy it again, or make the set anew"
            )
        yield Extract(entry, *told)


def _below(storage: Storage, path: str) -> Iterator[Extract]:
    for entry in storage.files(path):
        told = format_of(entry.name)
        if told:
            yield Extract(entry, *told)


def _other_files(storage: Storage, path: str) -> str:
    names = [entry.name for entry in storage.files(path)]
    if not names:
        return "no file in it; make data with `datagen generate`, or name another with INPUT_PATH"
    more = ", …" if len(names) > SHOWN else ""
    return f"no extract in it, only {', '.join(names[:SHOWN])}{more}; save them as .csv, .jsonl or .parquet"
