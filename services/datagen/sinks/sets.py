"""A set of extracts, put in place as a whole: a reader finds the old one or the new one, whoever is killed when."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from datagen.errors import UserError
from datagen.manifest import Manifest
from datagen.sinks import locks
from datagen.sinks.durable import copy_file, sync_folder, write_file
from datagen.sinks.exchange import exchange
from datagen.sinks.faults import told
from datagen.sinks.locks import Holder, Lock
from datagen.sinks.naming import MANIFEST, METADATA, RUN
from datagen.sinks.place import Contents, contents_of, refuse_inside_a_set, refuse_what_is_not_ours, strangers_in
from datagen.sinks.staging import Staging, heal, make_staging, set_lock, stagings_of
from datagen.sinks.trees import Left, is_folder, make_folder
from datagen.stopping import disturbable, stop_if_told, undisturbed

PATIENCE_S = 30.0  # with one holder of the set's lock; a commit takes milliseconds unless files must be copied
UNLINKABLE = frozenset({errno.EPERM, errno.EXDEV, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS})

Told = Callable[[str], None]
Exchange = Callable[[Path, Path], bool]


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of a set and what may be done to it."""

    folder: Path  # absolute
    dataset: str
    tables: tuple[str, ...]
    clear: bool = False  # a set of another dataset, or extracts that no manifest lists, may be replaced

    @property
    def names(self) -> frozenset[str]:
        return frozenset({self.dataset, *self.tables})

    def look(self) -> Contents:
        """What stands there. UserError where it may not be replaced."""
        refuse_inside_a_set(self.folder)
        found = contents_of(self.folder, self.names)
        refuse_what_is_not_ours(self.folder, found, self.dataset, self.clear)
        return found


class OpenSet:
    """A set in the making: files go below `files`, then `commit` puts them in place."""

    def __init__(
        self, place: Place, staging: Staging, published: Manifest | None, tell: Told, exchange: Exchange
    ) -> None:
        self.place = place
        self.published = published  # as it stood when this set was opened
        self._staging = staging
        self._tell = tell
        self._exchange = exchange

    @property
    def files(self) -> Path:
        return self._staging.set

    def commit(
        self,
        merge: Callable[[Manifest | None], Manifest],
        run: str,
        describe: Callable[[Manifest], str] | None = None,
    ) -> Manifest:
        """Publish. `merge` makes the manifest from the one published now; what it lists and was not made here is kept.

        `run` is the text of `_run.json`, `describe` makes that of `.metadata.json`. UserError leaves the published set
        as it was.
        """
        with undisturbed(), _held(self.place.folder, self._tell):
            _say_left(self._tell, heal(self.place.folder))
            found = self.place.look()
            manifest = self._complete(found, merge)
            beside = {RUN: run} if describe is None else {RUN: run, METADATA: describe(manifest)}
            self._finish(found, {MANIFEST: manifest.to_json(), **beside})
            with told(self.place.folder):
                old = self._swap(found)
                sync_folder(self.place.folder.parent)
                sync_folder(self._staging.folder)
                if old is not None:
                    self._give_back(old)
        return manifest

    def _complete(self, found: Contents, merge: Callable[[Manifest | None], Manifest]) -> Manifest:
        manifest = merge(found.published)
        there = [file for file in manifest.files if self._have(file.path)]
        for gone in sorted({file.path for file in manifest.files} - {file.path for file in there}):
            raise UserError(
                f"{self.place.folder / gone}: listed by the manifest but not there; make the set anew, without --date"
            )
        return manifest

    def _finish(self, found: Contents, texts: Mapping[str, str]) -> None:
        """What stands beside the extracts, and everything on the disk."""
        for name, text in texts.items():
            write_file(self.files / name, text)
        if found.exists:
            self.files.chmod(stat.S_IMODE(os.lstat(self.place.folder).st_mode))
        for folder in [*filter(is_folder, self.files.iterdir()), self.files, self._staging.folder]:
            sync_folder(folder)

    def _have(self, path: str) -> bool:
        """Whether the new set has the file, made here or kept from the old one."""
        new, old = self.files / path, self.place.folder / path
        if new.exists():
            return True
        if not old.is_file() or old.is_symlink():
            return False
        new.parent.mkdir(exist_ok=True)
        stop_if_told()
        keep(old, new)
        return True

    def _swap(self, found: Contents) -> Path | None:
        """Where the replaced set lies now; None where there was none."""
        new, folder, old = self.files, self.place.folder, self._staging.old
        if found.empty:
            new.rename(folder)
            return None
        if self._exchange(new, folder):
            return new
        folder.rename(old)
        new.rename(folder)
        return old

    def _give_back(self, old: Path) -> None:
        """Files that strangers put into the old set at the last moment go into the new one."""
        for path in strangers_in(old):
            target = self.place.folder / path
            if os.path.lexists(old / path) and not os.path.lexists(target) and target.parent.is_dir():
                (old / path).rename(target)
                self._tell(f"{target}: was not made here and is kept")


def keep(source: Path, target: Path) -> None:
    """A second name for a file that is already on the disk, or a copy where that cannot be."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in UNLINKABLE:
            raise
        copy_file(source, target)


@contextmanager
def open_set(place: Place, tell: Told = lambda _: None, exchange: Exchange = exchange) -> Iterator[OpenSet]:
    """Begin a set. Whatever happens inside, nothing but a committed set is left behind.

    `tell` is given sentences for the user: what is waited for, what could not be removed.
    """
    place.look()
    _refuse_here(place.folder)
    with undisturbed(), make_folder(place.folder.parent):
        with _held(place.folder, tell):
            _say_left(tell, heal(place.folder))
            found = place.look()
            staging = make_staging(place.folder)
        try:
            with disturbable():
                yield OpenSet(place, staging, found.published, tell, exchange)
        finally:
            _say_left(tell, staging.remove())


def published(folder: Path, names: frozenset[str], tell: Told = lambda _: None) -> Manifest | None:
    """The manifest of the set that stands there, brought back first where a kill between two renames put it aside."""
    if is_folder(folder.parent) and not os.path.lexists(folder) and stagings_of(folder):
        with undisturbed(), _held(folder, tell):
            _say_left(tell, heal(folder))
    return contents_of(folder, names).published


def _refuse_here(folder: Path) -> None:
    """Whoever stands in a folder that is replaced would be left standing in a removed one."""
    here = Path(os.path.realpath(os.getcwd()))
    there = Path(os.path.realpath(folder))
    if here == there or there in here.parents:
        raise UserError(f"{folder}: is the folder you are in, and would be replaced; give a folder inside it")


@contextmanager
def _held(folder: Path, tell: Told) -> Iterator[Lock]:
    def waits(holder: Holder | None) -> None:
        tell(f"{folder}: waiting for {holder or 'another process'}")

    with locks.acquire(set_lock(folder), patience_s=PATIENCE_S, on_wait=waits) as lock:
        yield lock


def _say_left(tell: Told, left: list[Left]) -> None:
    for entry in left:
        tell(f"{entry.path}: could not be removed: {entry.reason}")
