"""One way to all files: Hadoop's FileSystem API, so that a path may lie on this disk or in HDFS.

Paths are texts, with or without a scheme; one without is local. Errors of the file system come as
`StorageError`, which names the path.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from datagen.errors import UserError

CHUNK = 1 << 20


class StorageError(UserError):
    """A path could not be read or written, in the file system's own words."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as a listing shows it."""

    path: str  # complete, with its scheme: file:/… or hdfs://…
    name: str  # below the folder that was listed, with / between parts
    bytes: int
    modified_ms: int


class Storage:
    """The file systems that one Spark session reaches."""

    def __init__(self, spark: SparkSession) -> None:
        context: Any = spark.sparkContext
        self._gateway = context._gateway
        self._jvm = context._jvm
        self._settings = context._jsc.hadoopConfiguration()

    def qualified(self, path: str) -> str:
        """The path with its scheme. A relative local one lies in the current folder."""
        return str(self._open(path)[1].toString())

    def local(self, path: str) -> Path | None:
        """The path on this disk; None where it lies elsewhere."""
        system, full = self._open(path)
        return Path(str(full.toUri().getPath())) if str(system.getScheme()) == "file" else None

    def exists(self, path: str) -> bool:
        system, full = self._open(path)
        with _told(path):
            return bool(system.exists(full))

    def is_folder(self, path: str) -> bool:
        system, full = self._open(path)
        with _told(path):
            return bool(system.exists(full) and system.getFileStatus(full).isDirectory())

    def names(self, folder: str) -> list[str]:
        """What stands directly in a folder, sorted; nothing where there is no folder."""
        system, full = self._open(folder)
        with _told(folder):
            return sorted(str(entry.getPath().getName()) for entry in self._entries(system, full))

    def files(self, folder: str) -> list[File]:
        """Every file below a folder, sorted by name, without what is hidden (`.x`, `_x`) or lies in a hidden folder."""
        system, full = self._open(folder)
        with _told(folder):
            return sorted(self._below(system, full, ""), key=lambda file: file.name)

    def file(self, path: str) -> File:
        system, full = self._open(path)
        with _told(path):
            return _file(system.getFileStatus(full), str(full.getName()))

    def read(self, path: str, limit: int | None = None) -> bytes:
        """The first `limit` bytes of a file, or all of them."""
        system, full = self._open(path)
        with _told(path):
            stream = system.open(full)
            try:
                return bytes(stream.readNBytes(limit) if limit is not None else stream.readAllBytes())
            finally:
                stream.close()

    def write(self, path: str, text: str) -> None:
        """A whole file under its name at once: a reader finds the old one or the new one."""
        folder, _, name = path.rpartition("/")
        fresh = f"{folder}/.{name}.{uuid.uuid4().hex[:12]}.tmp"
        system, full = self._open(fresh)
        with _told(path):
            system.setWriteChecksum(False)
            system.mkdirs(full.getParent())
            stream = system.create(full, True)
            try:
                stream.write(text.encode())
            finally:
                stream.close()
            self._replace(fresh, path)

    def make_folder(self, path: str) -> None:
        system, full = self._open(path)
        with _told(path):
            if not system.mkdirs(full):
                raise StorageError(f"{path}: the folder cannot be made; is something else of that name in the way?")

    def move(self, source: str, target: str) -> None:
        """One step. The target may not exist yet."""
        system, full = self._open(source)
        with _told(target):
            if not system.rename(full, self._open(target)[1]):
                raise StorageError(f"{target}: {source} cannot be moved there")

    def delete(self, path: str) -> None:
        """With everything below it; nothing where it does not exist. A link goes, what it points at stays."""
        system, full = self._open(path)
        with _told(path):
            system.delete(full, True)

    def _open(self, path: str) -> tuple[Any, Any]:
        text = path if "://" in path or path.startswith("file:") else Path(os.path.abspath(path)).as_uri()
        full = self._jvm.org.apache.hadoop.fs.Path(self._jvm.java.net.URI(text))
        with _told(path):
            system = full.getFileSystem(self._settings)
            return system, system.makeQualified(full)

    def _replace(self, source: str, target: str) -> None:
        """Hadoop's own rename over a file is not one step on a local disk; the operating system's is."""
        old, new = self.local(source), self.local(target)
        if old is not None and new is not None:
            os.replace(old, new)
            return
        overwrite = self._jvm.org.apache.hadoop.fs.Options.Rename.OVERWRITE
        options = self._gateway.new_array(self._jvm.org.apache.hadoop.fs.Options.Rename, 1)
        options[0] = overwrite
        context = self._jvm.org.apache.hadoop.fs.FileContext.getFileContext(self._settings)
        context.rename(self._open(source)[1], self._open(target)[1], options)

    def _entries(self, system: Any, full: Any) -> list[Any]:
        return list(system.listStatus(full)) if system.exists(full) else []

    def _below(self, system: Any, full: Any, prefix: str) -> Iterator[File]:
        for entry in self._entries(system, full):
            name = str(entry.getPath().getName())
            if name.startswith((".", "_")):
                continue
            if entry.isDirectory():
                yield from self._below(system, entry.getPath(), f"{prefix}{name}/")
            else:
                yield _file(entry, prefix + name)


def _file(status: Any, name: str) -> File:
    return File(str(status.getPath().toString()), name, int(status.getLen()), int(status.getModificationTime()))


@contextmanager
def _told(path: str) -> Iterator[None]:
    try:
        yield
    except Py4JJavaError as error:
        cause = error.java_exception
        words = str(cause.getMessage() or cause.getClass().getSimpleName()).splitlines()[0]
        raise StorageError(f"{path}: {words}") from error
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from error
