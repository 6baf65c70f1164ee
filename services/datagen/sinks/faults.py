"""What the operating system says about a path, in words a user can act on."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from datagen.errors import UserError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
UNITS = ("B", "kB", "MB", "GB", "TB")

WAYS_OUT = {
    errno.EACCES: "permission denied; give a folder you may write to",
    errno.EPERM: "not permitted; give a folder you may write to",
    errno.EROFS: "the file system is read-only; give a folder you may write to",
    errno.ENOTDIR: "a part of the path is a file; give a path of folders",
    errno.ENAMETOOLONG: "the name is too long; give a shorter one",
    errno.ELOOP: "is a link, and links are not followed; give the path it leads to",
    errno.EBUSY: "is in use as a mount point; give a folder inside it",
    errno.EXDEV: "the file system cannot move this folder in one step; give a new folder",
    errno.EFBIG: "the file grew beyond what is allowed here (ulimit -f); raise it or make fewer rows",
    errno.EMFILE: "too many open files (ulimit -n); raise it or use fewer --workers",
    errno.ENOLCK: "the file system cannot lock files; give a folder on another one",
    errno.EOPNOTSUPP: "the file system cannot do this; give a folder on another one",
}


def size_text(size_bytes: float) -> str:
    """A size for people: 3.1 MB, 812 B; thousands, as disks are sold."""
    for unit in UNITS:
        if size_bytes < 1000 or unit == UNITS[-1]:
            return f"{size_bytes:.0f} {unit}" if unit == "B" or size_bytes >= 100 else f"{size_bytes:.1f} {unit}"
        size_bytes /= 1000
    raise AssertionError("the last unit takes every size")


def free_bytes(path: Path) -> int:
    """Space that this user may still fill where `path` is, or would be."""
    while not path.exists() and path != path.parent:
        path = path.parent
    state = os.statvfs(path)
    return state.f_bavail * state.f_frsize


class NoSpaceError(UserError):
    """The disk is full. `needed_bytes` is what the whole work takes, None where that cannot be told."""

    def __init__(self, path: Path, needed_bytes: int | None) -> None:
        self.needed_bytes = needed_bytes
        needed = f"about {size_text(needed_bytes)} needed, " if needed_bytes is not None else ""
        super().__init__(
            f"{path}: no space left: {needed}{size_text(free_bytes(path))} free; "
            "nothing was published and what was there before is as it was; make room or give another folder"
        )


class StreamFullError(UserError):
    """Standard output takes no more. Only of a regular file is it known how much room it has."""

    def __init__(self, needed_bytes: int | None) -> None:
        room = ""
        if needed_bytes is not None and stat.S_ISREG(os.fstat(1).st_mode):
            state = os.fstatvfs(1)
            room = f": about {size_text(needed_bytes)} needed, {size_text(state.f_bavail * state.f_frsize)} free"
        super().__init__(
            f"-o -: no space left where standard output goes{room}; "
            "what it was given is not whole; make room or send it elsewhere"
        )


def as_user_error(error: OSError, path: Path, needed_bytes: int | None = None) -> UserError | None:
    """The sentence for what a user can put right; None for everything else."""
    if error.errno in FULL:
        return NoSpaceError(path, needed_bytes)
    way_out = WAYS_OUT.get(error.errno or 0)
    return UserError(f"{error.filename or path}: {way_out}") if way_out else None


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Within it, what the system refuses about `path` is raised as a UserError, but for FileNotFoundError."""
    try:
        yield
    except OSError as error:
        sentence = as_user_error(error, path)
        if sentence is None:
            raise
        raise sentence from error


@contextmanager
def told_making(path: Path) -> Iterator[None]:
    """`told` where `path` is made: that it is not found says that its folder takes nothing, or is gone."""
    try:
        with told(path):
            yield
    except FileNotFoundError as error:
        raise UserError(f"{error.filename or path}: nothing can be made there; give another folder") from error
