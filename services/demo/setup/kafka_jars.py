"""The broker's jars: those that artifacts.lock names, and eleven that pip's pyspark carries in versions that serve.

Its class archive is made like Spark's (classes.py), by one start with a record sent and read back.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from datagen.errors import UserError
from demo.setup.artifacts import read_lock
from demo.setup.classes import QUICK, SILENT
from demo.setup.java import Java
from demo.setup.packages import Run
from demo.setup.places import Places
from demo.setup.stamps import key

FROM_PYSPARK = (
    "jackson-annotations-2.21.jar",
    "jackson-core-2.21.2.jar",
    "jackson-databind-2.21.2.jar",
    "log4j-api-2.25.4.jar",
    "log4j-core-2.25.4.jar",
    "log4j-slf4j2-impl-2.25.4.jar",
    "lz4-java-1.11.0.jar",
    "scala-library-2.13.18.jar",
    "slf4j-api-2.0.17.jar",
    "snappy-java-1.1.10.8.jar",
    "zstd-jni-1.5.7-7.jar",
)


def jars(places: Places) -> list[Path]:
    """In one order, to which the archive is tied."""
    ours = (artifact.file for artifact in read_lock(places.artifacts_lock) if artifact.set == "kafka")
    fetched = [places.artifacts / "kafka" / file for file in ours]
    return sorted([*fetched, *(places.spark_jars / name for name in FROM_PYSPARK)])


def class_path(places: Places) -> str:
    """UserError where a jar is missing."""
    needed = jars(places)
    for jar in needed:
        if not jar.is_file():
            raise UserError(f"{jar}: the broker needs it and it is not there; `make setup` fetches what is missing")
    return os.pathsep.join(map(str, needed))


def archive(places: Places) -> Path:
    return places.artifacts / "classes" / "kafka.jsa"


def archive_key(places: Places, java: Java) -> str:
    """Changes with the virtual machine and with every jar's name, size or time."""
    return key(str(java.home), java.build, *_listing(places))


def _listing(places: Places) -> Iterator[str]:
    for jar in jars(places):
        stat = jar.stat() if jar.is_file() else None
        yield f"{jar} {stat.st_size} {stat.st_mtime_ns}" if stat else f"{jar} missing"


def virtual_machine(places: Places, noting: Path | None = None) -> list[str]:
    """Options for a start that is quick; `noting` names the archive to write at the end instead of the one to use."""
    silent = SILENT.split()
    if noting:
        return [*QUICK.split(), *silent, f"-XX:ArchiveClassesAtExit={noting}"]
    made = archive(places)
    return [*QUICK.split(), *silent, f"-XX:SharedArchiveFile={made}"] if made.exists() else QUICK.split()


def make_archive(places: Places, run: Run, environ: Mapping[str, str]) -> bool:
    """Starts and stops a broker. False where no archive came of it: everything works without one, later."""
    made = archive(places)
    made.parent.mkdir(parents=True, exist_ok=True)
    fresh = made.with_name(f".{made.name}.{os.getpid()}")
    code = run([places.python, "-m", "demo.broker_training", fresh], environ)
    if code or not fresh.is_file():
        fresh.unlink(missing_ok=True)
        return False
    os.replace(fresh, made)
    return True
