"""One file by itself: made under a name of its own beside the target, then renamed onto it."""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from datagen.errors import UserError
from datagen.sinks import locks
from datagen.sinks.durable import Target, new_file, sync_folder
from datagen.sinks.faults import told, told_making
from datagen.sinks.naming import MANIFEST
from datagen.sinks.place import refuse_inside_a_set
from datagen.sinks.trees import make_folder
from datagen.stopping import disturbable, undisturbed


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file in the making: bytes go to `target`, then `commit` gives it its name."""

    path: Path
    target: Target
    _temporary: Path

    def commit(self) -> None:
        """`target` must be finished."""
        refuse_what_is_not_a_file(self.path)
        with undisturbed(), told(self.path):
            with suppress(FileNotFoundError):
                self._temporary.chmod(stat.S_IMODE(os.lstat(self.path).st_mode))
            self._temporary.replace(self.path)
            sync_folder(self.path.parent)


@contextmanager
def open_file(path: Path) -> Iterator[OpenFile]:
    """Begin a file. Whatever happens inside, nothing but a committed file is left behind."""
    refuse_what_is_not_a_file(path)
    with undisturbed(), make_folder(path.parent):
        _heal(path)
        temporary, target = _temporary(path)
        lock = os.dup(target.descriptor)  # held until the file has its name, whoever closes the target before
        try:
            with disturbable():
                yield OpenFile(path, target, temporary)
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()
            target.close()
            os.close(lock)


def refuse_what_is_not_a_file(path: Path) -> None:
    """UserError where the name cannot be given to a file of ours."""
    if os.path.lexists(path.parent / MANIFEST):
        raise UserError(f"{path}: lies in a set, whose manifest would then be false; give the folder, or another file")
    refuse_inside_a_set(path)
    with told(path):
        try:
            mode = os.lstat(path).st_mode
        except FileNotFoundError:
            return
    if stat.S_ISLNK(mode):
        raise UserError(f"{path}: is a link, and links are not followed; give the file it leads to")
    if not stat.S_ISREG(mode):
        raise UserError(f"{path}: is not a regular file; give another name")


def _temporary(path: Path) -> tuple[Path, Target]:
    while True:
        temporary = path.parent / f".{path.name}.{secrets.token_hex(6)}.tmp"
        with told_making(temporary):
            target = new_file(temporary)
        if locks.hold(target.descriptor, temporary):
            return temporary, target
        target.close()


def _heal(path: Path) -> None:
    """Remove what killed runs left of this file; acquiring a lock and releasing it removes its file."""
    pattern = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{12}}\.tmp")
    with told(path.parent):
        names = [name for name in os.listdir(path.parent) if pattern.fullmatch(name)]
    for name in names:
        with suppress(UserError):  # held by a living run, or not ours to remove
            locks.acquire(path.parent / name).release()
