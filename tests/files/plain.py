"""Sets of plain bytes, committed by processes that are killed anywhere.

    python plain.py steps FOLDER atomic|renames|in-place     kill before, and within, every single system call
    python plain.py loop FOLDER atomic|renames|in-place      commit version after version until killed, and say so

A set of version v says so in every line of its four files, so a mixture shows.
"""

from __future__ import annotations

import ctypes
import hashlib
import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from datagen.manifest import File, Manifest, from_json
from datagen.sinks import exchange as exchanging
from datagen.sinks.durable import new_file
from datagen.sinks.naming import MANIFEST
from datagen.sinks.sets import OpenSet, Place, open_set

DAYS = ("2025-01-01", "2025-01-02", "2025-01-03", "2025-01-04")
CALLS = ("open", "write", "fsync", "close", "rename", "link", "unlink", "rmdir", "mkdir", "chmod", "listdir", "pwrite")


def content(version: int, day: str) -> bytes:
    return f"{version},{day}\n".encode() * 500


def manifest(files: list[File], seed: int = 1) -> Manifest:
    return Manifest("orders", "csv", False, seed, {}, 1, "0" * 64, {}, {}, tuple(files))


def entry(day: str, data: bytes) -> File:
    return File(f"{day}.csv", "orders", data.count(b"\n"), len(data), hashlib.sha256(data).hexdigest(), day)


def write_days(out: OpenSet, version: int, days: tuple[str, ...] = DAYS) -> list[File]:
    entries = []
    for day in days:
        target = new_file(out.files / f"{day}.csv")
        target.write(content(version, day))
        target.finish()
        target.close()
        entries.append(entry(day, content(version, day)))
    return entries


def commit(folder: Path, version: int, exchange: Callable[[Path, Path], bool] = exchanging.exchange) -> None:
    with open_set(Place(folder, "orders", ("orders",)), exchange=exchange) as out:
        files = write_days(out, version)
        out.commit(lambda _: manifest(files, version), "{}\n")


def commit_by_renames(folder: Path, version: int) -> None:
    commit(folder, version, exchange=lambda new, old: False)


def write_in_place(folder: Path, version: int) -> None:
    """The plain way, which the tests must catch."""
    folder.mkdir(exist_ok=True)
    entries = []
    for day in DAYS:
        descriptor = os.open(folder / f"{day}.csv", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        os.write(descriptor, content(version, day))
        os.close(descriptor)
        entries.append(entry(day, content(version, day)))
    descriptor = os.open(folder / MANIFEST, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    os.write(descriptor, manifest(entries, version).to_json().encode())
    os.close(descriptor)


WRITERS: dict[str, Callable[[Path, int], None]] = {
    "atomic": commit,
    "renames": commit_by_renames,
    "in-place": write_in_place,
}


def version_of(folder: Path) -> int:
    """The one version the whole set is of. ValueError where it is not a whole set."""
    found = from_json((folder / MANIFEST).read_text())
    names = {MANIFEST, "_run.json", *(file.path for file in found.files)}
    if strange := set(os.listdir(folder)) - names:
        raise ValueError(f"strangers in the set: {strange}")
    for file in found.files:
        data = (folder / file.path).read_bytes()
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise ValueError(f"{file.path} is not what the manifest says")
    return found.seed


class Killer:
    """Counts system calls and ends the process before the n-th; a write is done by half first."""

    def __init__(self, at: int) -> None:
        self.at, self.count = at, 0

    def arm(self) -> None:
        for name in CALLS:
            setattr(os, name, self._wrapped(name, getattr(os, name)))
        setattr(ctypes, "CDLL", self._library(ctypes.CDLL))  # noqa: B010

    def _wrapped(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            if self.strikes():
                if name in ("write", "pwrite"):
                    call(args[0], bytes(args[1])[: len(args[1]) // 2], *args[2:])
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **kwargs)

        return counted

    def _library(self, load: Callable[..., Any]) -> Callable[..., Any]:
        def loaded(*args: Any, **kwargs: Any) -> Any:
            if self.strikes():
                os.kill(os.getpid(), signal.SIGKILL)
            return load(*args, **kwargs)

        return loaded

    def strikes(self) -> bool:
        self.count += 1
        return self.count == self.at


def killed_at(step: int, folder: Path, write: Callable[[Path, int], None]) -> bool:
    """Write version 2 in a child that is killed at this step; False where the child came to its end."""
    child = os.fork()
    if child == 0:
        Killer(step).arm()
        write(folder, 2)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def steps(folder: Path, mode: str) -> None:
    """Print how many kills there were, how many left the old or the new set, and what a rerun did not heal."""
    write = WRITERS[mode]
    kills = whole = absent = 0
    for step in itertools.count(1):
        write(folder, 1)
        if not killed_at(step, folder, write):
            break
        kills += 1
        absent += not folder.exists()
        try:
            whole += version_of(folder) in (1, 2)
        except (ValueError, OSError):
            continue
    write(folder, 3)
    rest = sorted(set(os.listdir(folder.parent)) - {folder.name})
    sys.stdout.write(f"kills={kills} whole={whole} absent={absent} healed={version_of(folder) == 3 and not rest}\n")


def loop(folder: Path, mode: str) -> None:
    for version in itertools.count(version_of(folder) + 1):
        WRITERS[mode](folder, version)
        sys.stdout.write(f"{version}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    {"steps": steps, "loop": loop}[sys.argv[1]](Path(sys.argv[2]), sys.argv[3])
