"""A file held by one process, which says who holds it.

The kernel lets go of the lock when its process ends in whatever way, so no lock is ever stale; the
text in the file is for messages only.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import shlex
import socket
import stat
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from datagen.errors import UserError
from datagen.sinks.faults import told, told_making
from datagen.stopping import stop_if_told

POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock, as written by itself."""

    pid: int
    host: str
    command: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} ({self.command})"


class HeldError(UserError):
    """Somebody else holds the lock."""

    def __init__(self, path: Path, holder: Holder | None) -> None:
        self.path, self.holder = path, holder
        who = str(holder) if holder else "another process"
        super().__init__(f"{path}: held by {who}; wait for it to end, or end it, and run this again")


class Lock:
    """An exclusive lock, held until `release` or the end of this process. The file goes with it."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path, self._descriptor = path, descriptor

    def release(self) -> None:
        if self._descriptor < 0:
            return
        with contextlib.suppress(OSError):
            if _still_there(self.path, self._descriptor):
                os.unlink(self.path)
        os.close(self._descriptor)
        self._descriptor = -1

    def keep_through_exec(self) -> None:
        """The program that this process becomes holds it to its own end; the file stays then."""
        os.set_inheritable(self._descriptor, True)

    def __enter__(self) -> Lock:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def acquire(
    path: Path,
    *,
    patience_s: float = 0.0,
    on_wait: Callable[[Holder | None], None] = lambda _: None,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Lock:
    """Lock a file, made where it is missing. HeldError where one holder keeps it for longer than `patience_s`.

    Patience begins anew with each new holder; `on_wait` is told of each once.
    """
    waits_for: Holder | None = None
    since = monotonic()
    waited = False
    while (lock := _attempt(path)) is None:
        holder = _who(path)
        if patience_s <= 0:
            raise HeldError(path, holder)
        if not waited or holder != waits_for:
            waits_for, since, waited = holder, monotonic(), True
            on_wait(holder)
        elif monotonic() - since > patience_s:
            raise HeldError(path, holder)
        sleep(POLL_S)
        stop_if_told()
    return lock


def holder_of(path: Path) -> Holder | None:
    """Who holds the lock, None where nobody does. Nothing is made and no link is followed."""
    descriptor = _open_existing(path)
    if descriptor is None:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return _read(descriptor) or Holder(0, "an unknown host", "unknown")
        raise
    finally:
        os.close(descriptor)
    return None


def hold(descriptor: int, path: Path) -> bool:
    """Lock an open file for as long as its descriptor is open. False where somebody holds it or it lost its name."""
    return _flock(descriptor, path) and _still_there(path, descriptor)


def _attempt(path: Path) -> Lock | None:
    """The lock, or None where somebody holds it. A file that its last holder removed meanwhile is made again."""
    while True:
        with told_making(path):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
        kept = False
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UserError(f"{path}: stands where a lock file belongs; move it away")
            if not _flock(descriptor, path):
                return None
            if kept := _still_there(path, descriptor):
                _sign(descriptor)
                return Lock(path, descriptor)
        finally:
            if not kept:
                os.close(descriptor)


def _flock(descriptor: int, path: Path) -> bool:
    try:
        with told(path):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _still_there(path: Path, descriptor: int) -> bool:
    try:
        there = os.lstat(path)
    except FileNotFoundError:
        return False
    return os.path.samestat(there, os.fstat(descriptor))


def _sign(descriptor: int) -> None:
    me = Holder(os.getpid(), socket.gethostname(), shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])[:200])
    with contextlib.suppress(OSError):  # a full disk: the lock holds all the same
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(asdict(me)).encode(), 0)


def _who(path: Path) -> Holder | None:
    descriptor = _open_existing(path)
    if descriptor is None:
        return None
    try:
        return _read(descriptor)
    finally:
        os.close(descriptor)


def _open_existing(path: Path) -> int | None:
    """A regular file for reading; None where there is none or a link."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return None
        raise
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return None


def _read(descriptor: int) -> Holder | None:
    try:
        return Holder(**json.loads(os.pread(descriptor, 4096, 0)))
    except (ValueError, TypeError):
        return None
