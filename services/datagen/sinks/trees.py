"""Looking at and removing folders without ever leaving them: no link is followed, no mount is entered."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from datagen.sinks.faults import told_making

MOUNTS = Path("/proc/self/mountinfo")
MOUNTED = "something is mounted there"


@dataclass(frozen=True, slots=True)
class Left:
    """Something that was not removed, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Content:
    files: int
    bytes: int


def is_mount(path: Path) -> bool:
    """Whether a file system is mounted there; a folder bound over another counts, whatever device it lies on."""
    return os.path.ismount(path) or os.path.realpath(path) in mount_points()


def mount_points() -> frozenset[str]:
    """Every path at which something is mounted. Empty where the system has no such list."""
    with contextlib.suppress(OSError):
        lines = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        return frozenset(_unescape(line.split(" ")[4]) for line in lines)
    return frozenset()


def mounts_in(path: Path) -> list[Path]:
    """The folders at or below `path` at which something is mounted, in order; those inside another mount left out."""
    below = os.path.realpath(path)
    inside = [Path(point) for point in mount_points() if Path(point).is_relative_to(below)]
    return sorted(
        path / point.relative_to(below)
        for point in inside
        if is_folder(point) and not any(other in point.parents for other in inside)
    )


def _unescape(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), text)


def is_folder(path: Path) -> bool:
    """A folder itself, not a link to one."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


@contextmanager
def make_folder(path: Path) -> Iterator[None]:
    """Make a folder and those above it; the ones made go again at the end where nothing was put in them."""
    missing = [folder for folder in [path, *path.parents] if not os.path.lexists(folder)]
    with told_making(path):
        path.mkdir(parents=True, exist_ok=True)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # what holds something stays
            for folder in missing:
                folder.rmdir()


def remove_tree(path: Path, keep: frozenset[Path] = frozenset()) -> list[Left]:
    """Remove what stands at `path`, as far as that goes; everything that had to stay is named.

    Links are removed, never followed, not even one that takes a folder's place while this runs. Mounts and
    the paths in `keep` stay, and so do the folders above them.
    """
    try:
        parent = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        return []
    try:
        return _remove(parent, path, keep, mount_points())
    finally:
        os.close(parent)


def _remove(parent: int, path: Path, keep: frozenset[Path], mounts: frozenset[str]) -> list[Left]:
    if path in keep:
        return []
    try:
        state = os.stat(path.name, dir_fd=parent, follow_symlinks=False)
        if not stat.S_ISDIR(state.st_mode):
            os.unlink(path.name, dir_fd=parent)
            return []
        if state.st_dev != os.fstat(parent).st_dev or os.path.realpath(path) in mounts:
            return [Left(path, MOUNTED)]
        left = _empty(parent, path, keep, mounts)
        if not left and not any(path in kept.parents for kept in keep):
            os.rmdir(path.name, dir_fd=parent)
        return left
    except FileNotFoundError:
        return []
    except OSError as error:
        return [Left(path, error.strerror or str(error))]


def _empty(parent: int, path: Path, keep: frozenset[Path], mounts: frozenset[str]) -> list[Left]:
    folder = os.open(path.name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
    try:
        names = sorted(os.listdir(folder))
        return [entry for name in names for entry in _remove(folder, path / name, keep, mounts)]
    finally:
        os.close(folder)


def walk(path: Path) -> Iterator[Path]:
    """Every path below a folder, folders after what they hold; links are named, mounts are not entered.

    A folder that may not be read seems empty.
    """
    mounts = mount_points()
    names: list[str] = []
    with contextlib.suppress(PermissionError):
        names = sorted(os.listdir(path))
    for name in names:
        entry = path / name
        if is_folder(entry) and os.path.realpath(entry) not in mounts:
            yield from walk(entry)
        yield entry


def content(path: Path) -> Content:
    """How many files lie at or below `path`, and their bytes; a file with two names counts once."""
    seen: dict[tuple[int, int], int] = {}
    for entry in [path, *(walk(path) if is_folder(path) else ())]:
        with contextlib.suppress(FileNotFoundError):
            state = os.lstat(entry)
            if not stat.S_ISDIR(state.st_mode):
                seen[state.st_dev, state.st_ino] = state.st_size
    return Content(len(seen), sum(seen.values()))
