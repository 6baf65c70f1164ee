"""Files that are wholly on the disk before anybody may look for them."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from datagen.errors import UserError

Bytes = bytes | bytearray | memoryview
PASSED_BYTES = 1 << 24  # so much at a time goes to the disk and out of memory, while more is made
CACHED_BYTES = 1 << 20  # a smaller file stays in memory for who reads it next


@dataclass(frozen=True, slots=True)
class Written:
    bytes: int
    sha256: str
    rows: int | None = None  # of an extract that did not know before; None: as many as it said


class Target:
    """Where the bytes of one extract go: an open descriptor; what it is given is counted and hashed."""

    def __init__(self, descriptor: int, durable: bool = True) -> None:
        self.descriptor = descriptor
        self._durable = durable
        self.bytes = 0
        self._passed = 0  # bytes that were last asked to go to the disk
        self._digest = hashlib.sha256()

    def write(self, data: Bytes, /) -> int:
        view = memoryview(data).cast("B")
        write_all(self.descriptor, view)
        self._digest.update(view)
        self.bytes += len(view)
        return len(view)

    def settle(self) -> None:
        """What was written goes to the disk and out of memory, where it is much; others may write meanwhile."""
        written = self.bytes
        if self._durable and written - self._passed >= PASSED_BYTES:
            self._passed = written
            os.fsync(self.descriptor)
            self._let_go()

    def finish(self) -> Written:
        """All bytes are on the disk, where that was promised."""
        if self._durable:
            os.fsync(self.descriptor)
            if self.bytes >= CACHED_BYTES:
                self._let_go()
        return Written(self.bytes, self._digest.hexdigest())

    def _let_go(self) -> None:
        """The next bytes take the pages of these: on a virtual machine a new one can cost ten times what fills it."""
        if sys.platform == "linux":
            os.posix_fadvise(self.descriptor, 0, 0, os.POSIX_FADV_DONTNEED)

    def close(self) -> None:
        """May be called twice. Without `finish` before it nothing is promised of the bytes."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def new_file(path: Path) -> Target:
    """FileExistsError where anything stands there, be it a link."""
    return Target(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666))


def standard_output() -> Target:
    """Nobody knows what becomes of these bytes. UserError where standard output is closed."""
    if sys.stdout is None:
        raise UserError("-o -: standard output is closed; open it, or give a file")
    sys.stdout.flush()
    return Target(os.dup(1), durable=False)


def write_all(descriptor: int, view: memoryview) -> None:
    while len(view):
        view = view[os.write(descriptor, view) :]


def write_file(path: Path, text: str) -> None:
    """A new file with this text, on the disk when this returns."""
    target = new_file(path)
    try:
        target.write(text.encode())
        target.finish()
    finally:
        target.close()


def read_text(path: Path) -> str | None:
    """A regular file's text; None where there is none. No link is followed, no pipe waited for. OSError, ValueError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    with open(descriptor, encoding="utf-8") as file:
        return _regular(file, path).read()


def _regular(file: IO[str], path: Path) -> IO[str]:
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        raise ValueError(f"{path}: not a regular file")
    return file


def sync_folder(path: Path) -> None:
    """The names in a folder are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def copy_file(source: Path, target: Path) -> None:
    """A durable copy; the source is read without following a link."""
    out = new_file(target)
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
        with open(descriptor, "rb", buffering=0) as file:
            while block := file.read(1 << 20):
                out.write(block)
                out.settle()
        out.finish()
    finally:
        out.close()
