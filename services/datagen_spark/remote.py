"""A set on a file system that Hadoop knows, put in place by two renames.

    .<set>.staging-<12 hex>/set/     the set in the making
                            tasks/   what tasks have not finished
                            old/     between the renames, and for that moment alone, the set that is replaced

A reader finds the old set whole, none, or the new one whole; none for long only where a run was killed between the
renames, until the next. There is no lock: of two runs at once into one folder one may fail, and neither mixes.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from datagen.errors import UserError
from datagen.manifest import Manifest
from datagen.sinks.naming import MANIFEST, METADATA, RUN
from datagen.sinks.place import Contents, manifest_in, refuse_what_is_not_ours, sorted_out
from pipeline.storage import Files

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class RemotePlace:
    """The folder of a set and what may be done to it."""

    uri: str
    dataset: str
    tables: tuple[str, ...]
    clear: bool = False  # as of `datagen.sinks.sets.Place`

    def look(self, files: Files) -> Contents:
        """What stands there. UserError where it may not be replaced."""
        found = contents_of(files, self.uri, frozenset({self.dataset, *self.tables}))
        refuse_what_is_not_ours(self.uri, found, self.dataset, self.clear)
        return found


def contents_of(files: Files, uri: str, names: frozenset[str]) -> Contents:
    """As `datagen.sinks.place.contents_of`."""
    if not files.exists(uri):
        return Contents()
    if not files.is_folder(uri):
        raise UserError(f"{uri}: is not a folder; give the folder of a set")
    regular: set[str] = set()
    odd: set[str] = set()
    folders: set[str] = set()
    for child in files.listed(uri):
        (folders if child.is_folder else regular).add(child.name)
    for folder in folders:
        for inner in files.listed(f"{uri}/{folder}"):
            (odd if inner.is_folder else regular).add(f"{folder}/{inner.name}")
    text = files.read(f"{uri}/{MANIFEST}").decode("utf-8", "replace") if MANIFEST in regular else None
    manifest = manifest_in(text, f"{uri}/{MANIFEST}") if text is not None else None
    return sorted_out(regular, odd, folders, manifest, names)


def published(files: Files, uri: str, names: frozenset[str]) -> Manifest | None:
    """The manifest of the set that stands there, brought back first where a killed run put it aside."""
    if not files.exists(uri):
        for staging in _stagings(files, uri):
            _bring_back(files, uri, staging)
    return contents_of(files, uri, names).published


class RemoteSet:
    """A set in the making: files go below `files`, and `commit` puts them in place."""

    def __init__(self, storage: Files, place: RemotePlace, staging: str, published: Manifest | None) -> None:
        self.published = published
        self.files, self.tasks = f"{staging}/set", f"{staging}/tasks"
        self._storage, self._place, self._staging = storage, place, staging

    def size(self, path: str) -> int:
        """Of a file of the set in the making. UserError where somebody removed it."""
        try:
            return self._storage.entry(self.files, path).bytes
        except FileNotFoundError as error:
            raise UserError(
                f"{self._place.uri}: {path} of the new set is gone; was another run begun? run this again"
            ) from error

    def commit(
        self,
        merge: Callable[[Manifest | None], Manifest],
        run: str,
        describe: Callable[[Manifest], str] | None = None,
    ) -> Manifest:
        """As of `datagen.sinks.sets.OpenSet`."""
        storage, uri = self._storage, self._place.uri
        found = self._place.look(storage)
        manifest = merge(found.published)
        for file in manifest.files:
            self._keep(file.path)
        storage.write(f"{self.files}/{MANIFEST}", manifest.to_json())
        storage.write(f"{self.files}/{RUN}", run)
        if describe is not None:
            storage.write(f"{self.files}/{METADATA}", describe(manifest))
        if found.exists:
            storage.replace(uri, f"{self._staging}/old")
        try:
            storage.replace(self.files, uri)
        except OSError:
            _bring_back(storage, uri, self._staging, whole=False)
            raise
        return manifest

    def _keep(self, path: str) -> None:
        """A file that was not made here is copied from the set that is replaced."""
        new, old = f"{self.files}/{path}", f"{self._place.uri}/{path}"
        if self._storage.exists(new):
            return
        if not self._storage.exists(old):
            raise UserError(f"{old}: listed by the manifest but not there; make the set anew, without --date")
        self._storage.copy(old, new)


@contextmanager
def open_remote(storage: Files, place: RemotePlace, tell: Told) -> Iterator[RemoteSet]:
    """Begin a set. What a killed run left is put right first; nothing but a committed set is left behind."""
    place.look(storage)
    for left in _stagings(storage, place.uri):
        _bring_back(storage, place.uri, left)
        storage.remove(left)
    found = place.look(storage)
    parent, _, name = place.uri.rpartition("/")
    staging = f"{parent}/.{name}.staging-{secrets.token_hex(6)}"
    storage.make_folder(f"{staging}/set")
    try:
        yield RemoteSet(storage, place, staging, found.published)
    finally:
        if storage.exists(f"{staging}/old") and not storage.exists(place.uri):
            tell(f"{place.uri}: the old set is in {staging}/old; the next run brings it back")
        else:
            storage.remove(staging)


def _stagings(storage: Files, uri: str) -> list[str]:
    parent, _, name = uri.rpartition("/")
    pattern = re.compile(rf"\.{re.escape(name)}\.staging-[0-9a-f]{{12}}")
    return [f"{parent}/{child}" for child in storage.children(parent) if pattern.fullmatch(child)]


def _bring_back(storage: Files, uri: str, staging: str, whole: bool = True) -> None:
    """Between two renames: the new set takes its place where it is whole, or else the old one comes back."""
    if storage.exists(uri) or not storage.exists(f"{staging}/old"):
        return
    new = whole and storage.exists(f"{staging}/set/{MANIFEST}")
    storage.replace(f"{staging}/{'set' if new else 'old'}", uri)
