"""The set-up as a whole: which parts it has, which of them are not up to date, and making those."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from datagen.errors import UserError
from demo.child import Child
from demo.screen import Screen, Step, bytes_text
from demo.setup import artifacts, kafka_jars, packages
from demo.setup.classes import BATCH, STREAM, Kind, archive_key, make_archive
from demo.setup.environment import environment
from demo.setup.java import Java, require
from demo.setup.packages import Command
from demo.setup.places import Places
from demo.setup.stamps import Part, key
from demo.setup.system import this_system

NEEDED_BYTES = 2_500_000_000  # 1.3 GB of packages, and the archives they come from
POLL_S = 0.1
SETS = frozenset({"web", "kafka", "spark-kafka"})  # of artefacts; HDFS is run in containers alone


class SetUp:
    """One checkout's set-up. Everything it starts writes to its log and ends with it."""

    def __init__(self, places: Places, environ: Mapping[str, str]) -> None:
        self.places = places
        self.environ = {name: value for name, value in environ.items() if name != "PYTHONPATH"}
        self._step: Step | None = None
        self._said_later: list[str] = []

    def require_java(self) -> Java:
        return require(self.environ, this_system())

    def complete(self, java: Java, screen: Screen) -> None:
        """Makes what is missing or out of date, and nothing where all is well. Raises UserError."""
        if all(part.fits for part in self.parts(java)):
            return
        _writable(self.places.root)
        with _alone(self.places.artifacts), screen.step("setting up", "set up") as self._step:
            self._room()
            self.places.log.unlink(missing_ok=True)
            for part in self.parts(java):
                if not part.fits:
                    screen.doing(self._step, part.name)
                    self._redo(part)
            size = sum(map(_size, (self.places.venv, self.places.artifacts)))
            self._step.note = f"(once; {bytes_text(size)} in .venv and .artifacts)"
        for said in self._said_later:
            screen.say(f"    {said}")

    def parts(self, java: Java) -> list[Part]:
        """In the order in which they need each other."""
        at = self.places
        return [
            Part(
                "packages",
                at.venv / ".packages",
                lambda: key(at.packages_lock, str(at.root), _python()),
                self._packages,
            ),
            Part("this project", at.venv / ".ourselves", lambda: key(at.root / "pyproject.toml"), self._ourselves),
            Part("artefacts", at.artifacts / ".fetched", lambda: key(at.artifacts_lock), lambda: self._artifacts(java)),
            Part(
                "class archive",
                at.artifacts / ".classes",
                lambda: archive_key(at, java),
                lambda: self._classes(java, BATCH),
            ),
            Part(
                "the broker's class archive",
                at.artifacts / ".kafka-classes",
                lambda: kafka_jars.archive_key(at, java),
                lambda: self._broker_classes(java),
            ),
            Part(
                "the stream's class archive",
                at.artifacts / ".stream-classes",
                lambda: archive_key(at, java, STREAM),
                lambda: self._classes(java, STREAM),
            ),
        ]

    def _redo(self, part: Part) -> None:
        try:
            part.redo()
        except UserError as error:
            said = self._said()
            raise UserError(f"{error}{f'; the end of {self.places.log}:{said}' if said else ''}") from None
        except OSError as error:
            raise UserError(f"{part.name}: {error.strerror}: {error.filename or self.places.root}") from error

    def _packages(self) -> None:
        packages.make_environment(self.places, self._run, self.environ)

    def _ourselves(self) -> None:
        packages.install_ourselves(self.places, self._run, self.environ)

    def _artifacts(self, java: Java) -> None:
        artifacts.fetch(
            (one for one in artifacts.read_lock(self.places.artifacts_lock) if one.set in SETS),
            self.places.artifacts,
            java=java.program,
            jars=self.places.spark_jars,
            run=self._run,
            environ=self.environ,
        )

    def _classes(self, java: Java, kind: Kind) -> None:
        if not make_archive(self.places, self._run, environment(self.places, java, self.environ), kind):
            self._said_later.append(
                f"no class archive could be made, so Spark starts slowly; {self.places.log} says why"
            )

    def _broker_classes(self, java: Java) -> None:
        if not kafka_jars.make_archive(self.places, self._run, environment(self.places, java, self.environ)):
            self._said_later.append(
                f"no class archive could be made, so Kafka starts slowly; {self.places.log} says why"
            )

    def _run(self, command: Command, environ: Mapping[str, str]) -> int:
        """Runs a program to its end, with the last line it wrote as the step's note."""
        child = Child("set-up", command, log=self.places.log, env=environ, append=True)
        part = self._step.note if self._step else ""
        try:
            while (code := child.ended()) is None or child.group_lives():
                time.sleep(POLL_S)
                if self._step:
                    self._step.note = f"{part}: {child.last_line()}"
        finally:
            child.end()
            if self._step:
                self._step.note = part
        return code

    def _said(self) -> str:
        log = self.places.log
        lines = log.read_text("utf-8", "replace").splitlines()[-12:] if log.is_file() else []
        return "".join(f"\n  {line}" for line in lines)

    def _room(self) -> None:
        """Before anything is fetched; what is there already counts as room."""
        free = shutil.disk_usage(self.places.root).free
        if not self.places.python.exists() and free < NEEDED_BYTES:
            needed, left = bytes_text(NEEDED_BYTES), bytes_text(free)
            raise UserError(f"set-up needs {needed} at {self.places.root}, where {left} is free; make room")


def _python() -> str:
    return f"{sys.implementation.cache_tag} {sys.base_prefix}"


def _writable(root: Path) -> None:
    if not os.access(root, os.W_OK):
        raise UserError(
            f"{root} cannot be written to; set-up puts .venv and .artifacts there: clone it where you may write"
        )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Holds the set-up's lock; a second set-up waits for the first one and then finds all done."""
    try:
        folder.mkdir(exist_ok=True)
        lock = (folder / ".lock").open("w")
    except OSError as error:
        raise UserError(f"{error.strerror}: {error.filename}; set-up keeps its files there") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _size(folder: Path) -> int:
    size = 0
    for root, _, names in os.walk(folder):
        size += sum(os.lstat(os.path.join(root, name)).st_size for name in names)
    return size
