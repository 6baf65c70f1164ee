"""The files to replay: those that a manifest lists, or every extract below a folder in the order of names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from datagen import manifest as manifests
from datagen.errors import UserError
from datagen.manifest import Manifest
from datagen.model import TextFormat
from datagen.sinks.faults import told
from datagen.sinks.naming import MANIFEST, format_of


@dataclass(frozen=True, slots=True)
class Extract:
    """One file of rows."""

    path: Path
    name: str  # below the folder, with "/"
    format: TextFormat
    gzip: bool
    bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Extracts:
    """What lies in a folder now, in the order of names."""

    folder: Path
    files: tuple[Extract, ...]
    manifest: Manifest | None
    digest: str  # of the manifest, else of names, sizes and times: changes with the rows

    def require_same(self) -> None:
        """UserError where somebody made the set anew while it is read."""
        if self.manifest is not None and _read(self.folder) != self.digest:
            raise UserError(f"{self.folder}: the set was made anew while it was replayed; start the replay again")


class NothingThereError(UserError):
    """There is nothing to replay, yet."""


def manifest_of(folder: Path) -> Manifest | None:
    """What a set says of itself; None where there is no manifest. UserError where it is broken."""
    if folder.is_file():
        return None
    try:
        with told(folder):
            return manifests.from_json((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise UserError(
            f"{folder}/{MANIFEST}: {error}; make the set anew, or remove it to replay every file"
        ) from error


def find(folder: Path, dataset: str | None, table: str | None) -> Extracts:
    """The extracts of one table. NothingThereError where there are none, UserError where a set is broken."""
    if not folder.exists():
        raise NothingThereError(
            f"{folder}: not there; make data with `datagen generate`, or name another with EVENT_INPUT_DIR"
        )
    manifest = manifest_of(folder)
    if manifest is not None and dataset is not None and manifest.dataset != dataset:
        raise UserError(
            f"{folder}: the set is of {manifest.dataset!r}, not of {dataset!r}; "
            "name its own schema, or another EVENT_INPUT_DIR"
        )
    files = tuple(_listed(folder, manifest, table) if manifest else _below(folder))
    if not files:
        raise NothingThereError(
            f"{folder}: no extract in it; make data with `datagen generate`, or name another with EVENT_INPUT_DIR"
        )
    listing = "\n".join(f"{file.name} {file.bytes} {file.modified_ns}" for file in files)
    digest = _read(folder) if manifest else hashlib.sha256(listing.encode()).hexdigest()
    return Extracts(folder, files, manifest, digest)


def _read(folder: Path) -> str:
    try:
        return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""


def _listed(folder: Path, manifest: Manifest, table: str | None) -> Iterator[Extract]:
    tables = {file.table for file in manifest.files}
    if table is None and len(tables) > 1:
        raise UserError(f"{folder}: a set of several tables ({', '.join(sorted(tables))}); name its schema")
    for file in manifest.files:
        if table is not None and file.table != table:
            continue
        extract = _extract(folder, folder / file.path)
        if extract is None or extract.bytes != file.bytes:
            raise UserError(f"{folder}/{file.path}: not as {MANIFEST} lists it; copy it again, or make the set anew")
        yield extract


def _below(folder: Path) -> Iterator[Extract]:
    """Names that begin with `.` or `_` and what is not a file of a known kind are passed over."""
    for path in [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file()):
        inner = path.relative_to(folder).parts
        if not any(part.startswith((".", "_")) for part in inner):
            extract = _extract(folder, path)
            if extract is not None:
                yield extract


def _extract(folder: Path, path: Path) -> Extract | None:
    """None where it is not there, or is no extract by its name."""
    form = format_of(path.name)
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    if form is None:
        return None
    name = path.relative_to(folder).as_posix() if path != folder else path.name
    return Extract(path, name, *form, stat.st_size, stat.st_mtime_ns)
