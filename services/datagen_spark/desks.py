"""Where a task's file goes: made under a name of its own, then renamed onto its name in the new set."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from datagen.sinks.durable import Target, Written, sync_folder

Make = Callable[[Target], Written]


class Desk(Protocol):
    @property
    def room(self) -> Path:
        """The folder of this host that a file takes room in."""
        ...

    def put(self, path: str, make: Make) -> Written:
        """The file that `make` writes stands in the set as `path`, whole, when this returns."""
        ...


@dataclass(frozen=True, slots=True)
class NearDesk:
    """Folders that all executors share with the driver."""

    files: str
    tasks: str

    @property
    def room(self) -> Path:
        return Path(self.tasks)

    def put(self, path: str, make: Make) -> Written:
        temporary, target = Path(self.tasks, secrets.token_hex(8)), Path(self.files, path)
        with _file(temporary) as file:
            written = make(file)
            temporary.replace(target)
        sync_folder(target.parent)
        return written


@dataclass(frozen=True, slots=True)
class FarDesk:
    """Folders of a file system that Hadoop knows. A file is made on this host's own disk and then copied."""

    files: str
    tasks: str
    settings: str  # Hadoop's, as XML

    @property
    def room(self) -> Path:
        return Path(os.environ.get("SPARK_LOCAL_DIRS", "").split(",")[0] or tempfile.gettempdir())

    def put(self, path: str, make: Make) -> Written:
        from datagen_spark.java import files

        token = secrets.token_hex(8)
        scratch, temporary = self.room / f"extract-{token}", f"{self.tasks}/{token}"
        with _file(scratch, durable=False) as file:
            written = make(file)
            far = files(self.settings)
            far.copy(str(scratch), temporary)
            far.replace(temporary, f"{self.files}/{path}")
        return written


@contextmanager
def _file(path: Path, durable: bool = True) -> Iterator[Target]:
    """A new file, which is gone at the end where it still bears this name."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    target = Target(descriptor, durable)
    try:
        yield target
    finally:
        target.close()
        with suppress(FileNotFoundError):
            path.unlink()
