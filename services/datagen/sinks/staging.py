"""A run's own folder beside the set, where everything is made before anybody sees it.

    .<set>.staging-<12 hex>/lock   held by the run's process
                            set/   the set in the making; after the exchange, the one it replaced
                            old/   the replaced set, where the file system cannot exchange in one step

Staging folders are made and healed under the set's lock only, so one whose lock nobody holds is dead.
"""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from datagen.sinks import locks
from datagen.sinks.durable import sync_folder
from datagen.sinks.faults import told, told_making
from datagen.sinks.locks import Lock
from datagen.sinks.naming import MANIFEST
from datagen.sinks.place import strangers_in
from datagen.sinks.trees import Left, is_folder, remove_tree


@dataclass(frozen=True, slots=True)
class Staging:
    folder: Path
    lock: Lock

    @property
    def set(self) -> Path:
        return self.folder / "set"

    @property
    def old(self) -> Path:
        return self.folder / "old"

    def remove(self) -> list[Left]:
        """The contents go first and the lock last, so that nobody takes the folder for dead meanwhile."""
        left = [*_discard(self.set), *_discard(self.old)]
        self.lock.release()
        return left or remove_tree(self.folder)


def set_lock(folder: Path) -> Path:
    return folder.parent / f".{folder.name}.lock"


def make_staging(folder: Path) -> Staging:
    """A new staging folder beside a set's folder. The caller holds the set's lock."""
    path = folder.parent / f".{folder.name}.staging-{secrets.token_hex(6)}"
    try:
        with told_making(path):
            path.mkdir()
            staging = Staging(path, locks.acquire(path / "lock"))
            staging.set.mkdir()
    except BaseException:
        remove_tree(path)
        raise
    return staging


def stagings_of(folder: Path) -> list[Path]:
    """Every staging folder of a set, dead or alive."""
    pattern = re.compile(rf"\.{re.escape(folder.name)}\.staging-[0-9a-f]{{12}}")
    found = (folder.parent / name for name in sorted(os.listdir(folder.parent)) if pattern.fullmatch(name))
    return [path for path in found if is_folder(path)]


def heal(folder: Path) -> list[Left]:
    """Finish or remove what killed runs left beside a set's folder. The caller holds the set's lock.

    Staging folders of living runs are left alone, and so are files in dead ones that were not made here.
    """
    with told(folder.parent):
        dead = [path for path in stagings_of(folder) if locks.holder_of(path / "lock") is None]
        for path in dead:
            _bring_back(folder, path)
        return [left for path in dead for left in _clear_away(path)]


def _bring_back(folder: Path, staging: Path) -> None:
    """A run killed between two renames: the new set takes its place, or else the old one comes back."""
    old, new = staging / "old", staging / "set"
    if os.path.lexists(folder) or not is_folder(old):
        return
    (new if (new / MANIFEST).is_file() else old).rename(folder)
    sync_folder(folder.parent)


def _clear_away(staging: Path) -> list[Left]:
    return [*_discard(staging / "set"), *_discard(staging / "old")] or remove_tree(staging)


def _discard(part: Path) -> list[Left]:
    """Remove a set's folder unless it holds files of strangers, which are named."""
    if not is_folder(part):
        return []
    return [Left(part / path, "it was not made here") for path in strangers_in(part)] or remove_tree(part)
