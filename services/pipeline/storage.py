"""Files by Hadoop's FileSystem API: local folders here, HDFS where a path says so. Nothing else opens what jobs read.

Paths are texts, a local path or a URI. Everything raises FileNotFoundError for what is not there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

NOT_THERE = "java.io.FileNotFoundException"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file below a folder."""

    name: str  # below the folder, with "/"
    path: str  # as Spark is given it
    uri: str  # as Spark gives it back with a row
    bytes: int
    modified_ms: int


@dataclass(frozen=True, slots=True)
class Child:
    """A file or a folder in a folder."""

    name: str
    is_folder: bool
    bytes: int  # of a folder 0


class Files:
    """The file systems that a Java with Hadoop's classes and configuration knows."""

    def __init__(self, jvm: Any, configuration: Any) -> None:
        self._jvm, self._configuration = jvm, configuration

    def resolved(self, path: str) -> str:
        """With its scheme, spelt as Hadoop spells it, nothing escaped; without a scheme it is local."""
        if "://" not in path and not path.startswith("file:"):
            return f"file://{Path(path).absolute()}"
        return path

    def local(self, path: str) -> Path | None:
        """The path on this machine's own disk, None where it lies elsewhere."""
        found = self._path(path)
        return Path(found.toUri().getPath()) if self._system(found).getUri().getScheme() == "file" else None

    def is_folder(self, path: str) -> bool:
        found = self._path(path)
        system = self._system(found)
        return bool(system.exists(found) and system.getFileStatus(found).isDirectory())

    def exists(self, path: str) -> bool:
        found = self._path(path)
        return bool(self._system(found).exists(found))

    def files(self, path: str) -> list[Entry]:
        """Every file below a folder, or the file itself, by name. Names that begin with . or _ hide what is below."""
        with _mapped(path):
            root = self._path(path)
            status = self._system(root).getFileStatus(root)
            found = self._below(root, "") if status.isDirectory() else [self._entry(status, status.getPath().getName())]
        return sorted(found, key=lambda entry: entry.name)

    def entry(self, folder: str, name: str) -> Entry:
        """One file below a folder."""
        with _mapped(f"{folder}/{name}"):
            path = self._jvm.org.apache.hadoop.fs.Path(self._path(folder), name)
            return self._entry(self._system(path).getFileStatus(path), name)

    def children(self, path: str) -> list[str]:
        """The names of everything in a folder; none where there is no folder."""
        return [child.name for child in self.listed(path)]

    def listed(self, path: str) -> list[Child]:
        """Everything in a folder, by name; nothing where there is no folder."""
        if not self.is_folder(path):
            return []
        found = self._path(path)
        every = self._system(found).listStatus(found)
        children = [Child(one.getPath().getName(), bool(one.isDirectory()), int(one.getLen())) for one in every]
        return sorted(children, key=lambda child: child.name)

    def head(self, path: str, count: int, *, unpacked: bool = False) -> bytes:
        """The first bytes of a file, of what it holds where it is gzipped and to be unpacked. OSError where cut off."""
        with _mapped(path):
            found = self._path(path)
            stream = self._system(found).open(found)
            try:
                if unpacked:
                    stream = self._codec(found).createInputStream(stream)
                return bytes(stream.readNBytes(count))
            finally:
                stream.close()

    def read(self, path: str) -> bytes:
        with _mapped(path):
            found = self._path(path)
            stream = self._system(found).open(found)
            try:
                return bytes(stream.readAllBytes())
            finally:
                stream.close()

    def parquet_schema(self, path: str) -> Any:
        """What the footer of a Parquet file says of columns, as Parquet's own MessageType. OSError where it is none."""
        with _mapped(path):
            parquet = self._jvm.org.apache.parquet.hadoop
            file = parquet.util.HadoopInputFile.fromPath(self._path(path), self._configuration)
            reader = parquet.ParquetFileReader.open(file)
            try:
                return reader.getFooter().getFileMetaData().getSchema()
            finally:
                reader.close()

    def write(self, path: str, text: str) -> None:
        """A file that is there whole or not at all; what stood there is replaced."""
        target = self._path(path)
        beside = self._jvm.org.apache.hadoop.fs.Path(target.getParent(), f".{target.getName()}.tmp")
        stream = self._system(beside).create(beside, True)
        try:
            stream.write(bytearray(text.encode()))
            stream.hsync()
        finally:
            stream.close()
        self._replace(beside, target)

    def make_folder(self, path: str) -> None:
        found = self._path(path)
        self._system(found).mkdirs(found)

    def remove(self, path: str) -> None:
        """A file, or a folder with all that is in it; no error where there is none."""
        found = self._path(path)
        self._system(found).delete(found, True)

    def copy(self, source: str, target: str) -> None:
        """A file, or a folder with all that is in it, to any file system. A file that stands there is replaced."""
        with _mapped(source):
            here, there = self._path(source), self._path(target)
            systems = self._system(here), self._system(there)
            copied = self._jvm.org.apache.hadoop.fs.FileUtil.copy(
                systems[0], here, systems[1], there, False, True, self._configuration
            )
        if not copied:
            raise OSError(f"{target}: {source} could not be copied there")

    def move(self, source: str, target: str) -> None:
        """A folder, in one step, to a name that is not there. OSError where it is."""
        with _mapped(target):
            path = self._path(source)
            if not self._system(path).rename(path, self._path(target)):
                raise OSError(f"{target}: {source} could not be given that name")

    def replace(self, source: str, target: str) -> None:
        """A file or a folder gets another name in one step. A file that stood there is gone; OSError for a folder that
        holds something."""
        with _mapped(target):
            self._replace(self._path(source), self._path(target))

    def settings(self) -> str:
        """Hadoop's settings as XML, with what was set for this session."""
        writer = self._jvm.java.io.StringWriter()
        self._configuration.writeXml(writer)
        return str(writer.toString())

    def _replace(self, source: Any, target: Any) -> None:
        """In one step. On a local disk Hadoop would first delete what stands there."""
        if self._system(target).getUri().getScheme() == "file":
            os.replace(source.toUri().getPath(), target.toUri().getPath())
            return
        context = self._jvm.org.apache.hadoop.fs.FileContext.getFileContext(target.toUri(), self._configuration)
        overwrite = self._jvm.org.apache.hadoop.fs.Options.Rename.OVERWRITE
        options = self._jvm.java.lang.reflect.Array.newInstance(overwrite.getClass(), 1)
        options[0] = overwrite
        context.rename(source, target, options)

    def _below(self, folder: Any, prefix: str) -> Iterator[Entry]:
        for status in self._system(folder).listStatus(folder):
            name = status.getPath().getName()
            if name.startswith((".", "_")):
                continue
            if status.isDirectory():
                yield from self._below(status.getPath(), f"{prefix}{name}/")
            else:
                yield self._entry(status, f"{prefix}{name}")

    def _entry(self, status: Any, name: str) -> Entry:
        path = status.getPath()
        return Entry(name, path.toString(), path.toUri().toString(), status.getLen(), status.getModificationTime())

    def _codec(self, path: Any) -> Any:
        return self._jvm.org.apache.hadoop.io.compress.CompressionCodecFactory(self._configuration).getCodec(path)

    def _path(self, path: str) -> Any:
        return self._jvm.org.apache.hadoop.fs.Path(self.resolved(path))

    def _system(self, path: Any) -> Any:
        return path.getFileSystem(self._configuration)


class Storage(Files):
    """The file systems that a session's Hadoop knows."""

    def __init__(self, spark: SparkSession) -> None:
        self.spark = spark
        context: Any = spark.sparkContext
        super().__init__(context._jvm, context._jsc.hadoopConfiguration())


@contextmanager
def _mapped(path: str) -> Iterator[None]:
    """Java's exceptions as Python's own."""
    try:
        yield
    except Py4JJavaError as error:
        name = error.java_exception.getClass().getName()
        if name == NOT_THERE:
            raise FileNotFoundError(path) from error
        raise OSError(f"{path}: {error.java_exception.getMessage()}") from error
