"""Files by name below one folder, on this machine's disk or in HDFS; each there whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from datagen.sinks.durable import sync_folder
from pipeline.storage import Storage

DESK = ".making"  # a folder beside all others, in which files are made


class Shelf(Protocol):
    """Names have `/` in them. Reading raises FileNotFoundError for what is not there."""

    path: str  # as Spark is given it

    def names(self, folder: str = "") -> list[str]: ...
    def read(self, name: str) -> bytes: ...
    def put(self, name: str, content: bytes) -> None: ...
    def take(self, made: str, name: str) -> None: ...
    def remove(self, name: str) -> None: ...
    def modified_ms(self, name: str) -> int: ...


class DiskShelf:
    """On this machine, where a reader may look at any time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.path = f"file://{self.folder}"

    def names(self, folder: str = "") -> list[str]:
        try:
            return sorted(os.listdir(self.folder / folder))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def put(self, name: str, content: bytes) -> None:
        """What stood there is replaced in one step."""
        desk = self.folder / DESK
        desk.mkdir(parents=True, exist_ok=True)
        made = desk / secrets.token_hex(8)
        try:
            with made.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            self.take(f"{DESK}/{made.name}", name)
        finally:
            made.unlink(missing_ok=True)

    def take(self, made: str, name: str) -> None:
        """Give a file that was made here its name."""
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(self.folder / made, target)
        sync_folder(target.parent)

    def remove(self, name: str) -> None:
        path = self.folder / name
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)

    def modified_ms(self, name: str) -> int:
        return (self.folder / name).stat().st_mtime_ns // 1_000_000


class HadoopShelf:
    """Wherever Hadoop knows a file system."""

    def __init__(self, storage: _Bytes, path: str) -> None:
        self._storage = storage
        self.path = path.rstrip("/")

    def names(self, folder: str = "") -> list[str]:
        return self._storage.children(self._at(folder))

    def read(self, name: str) -> bytes:
        return self._storage.read(self._at(name))

    def put(self, name: str, content: bytes) -> None:
        made = f"{DESK}/{secrets.token_hex(8)}"
        self._storage.write_bytes(self._at(made), content)
        self.take(made, name)

    def take(self, made: str, name: str) -> None:
        self._storage.make_folder(self._at(name).rpartition("/")[0])
        self._storage.rename(self._at(made), self._at(name))

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            self._storage.remove(self._at(name))

    def modified_ms(self, name: str) -> int:
        return self._storage.entry(self.path, name).modified_ms

    def _at(self, name: str) -> str:
        return f"{self.path}/{name}" if name else self.path


class _Bytes(Storage):
    """Storage for files that are no text."""

    def write_bytes(self, path: str, content: bytes) -> None:
        found = self._path(path)
        stream = self._system(found).create(found, True)
        try:
            stream.write(bytearray(content))
            stream.hsync()
        finally:
            stream.close()

    def rename(self, source: str, target: str) -> None:
        self._replace(self._path(source), self._path(target))


def shelf(storage: Storage, path: str) -> Shelf:
    local = storage.local(path)
    return DiskShelf(local) if local is not None else HadoopShelf(_Bytes(storage.spark), path)
