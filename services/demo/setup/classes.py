"""The class-data archives: Spark's classes as the virtual machine has them in memory after a small job of each kind.

With one, the quick compiler and the serial collector, a small job ends in 40 % of the time. An archive is tied to the
build of Java and to the jars, of which the streaming job has more; the virtual machine passes over one that does not
fit. Real volumes want the full compiler: a SPARK_SUBMIT_OPTS that is set, be it empty, stays as it is.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.setup.java import Java
from demo.setup.packages import Run
from demo.setup.places import Places
from demo.setup.stamps import key

QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
SILENT = "-Xlog:cds=off -Xlog:cds+dynamic=off"


@dataclass(frozen=True)
class Kind:
    """One archive, and the program that runs its small job."""

    name: str
    training: str


BATCH, STREAM = Kind("spark", "demo.training"), Kind("stream", "demo.stream_training")


def archive(places: Places, kind: Kind = BATCH) -> Path:
    return places.artifacts / "classes" / f"{kind.name}.jsa"


def archive_key(places: Places, java: Java, kind: Kind = BATCH) -> str:
    """Changes with the virtual machine and with every jar's name, size or time."""
    connector = sorted((places.artifacts / "spark-kafka").glob("*.jar")) if kind is STREAM else []
    jars = [*connector, *sorted(places.spark_jars.glob("*.jar"))]
    listing = [f"{jar.name} {stat.st_size} {stat.st_mtime_ns}" for jar in jars for stat in [jar.stat()]]
    return key(str(java.home), java.build, str(places.spark_jars), *listing)


def quick_start(places: Places, kind: Kind = BATCH) -> dict[str, str]:
    """What Spark reads from the environment when it starts its virtual machine."""
    made = archive(places, kind)
    use = f' -XX:SharedArchiveFile="{made}"' if made.exists() else ""
    return {"SPARK_SUBMIT_OPTS": f"{QUICK}{use}", "SPARK_LAUNCHER_OPTS": QUICK}


def for_streams(places: Places, environ: Mapping[str, str]) -> dict[str, str]:
    """What the streaming job's environment has in place of the batch job's, where the user said nothing of it."""
    return {name: value for name, value in quick_start(places, STREAM).items() if name not in environ}


def make_archive(places: Places, run: Run, environ: Mapping[str, str], kind: Kind = BATCH) -> bool:
    """Runs the small job. False where no archive came of it: everything works without one, later."""
    made = archive(places, kind)
    made.parent.mkdir(parents=True, exist_ok=True)
    fresh = made.with_name(f".{made.name}.{os.getpid()}")
    noting = f'{QUICK} {SILENT} -XX:ArchiveClassesAtExit="{fresh}"'
    code = run([places.python, "-m", kind.training], {**environ, "SPARK_SUBMIT_OPTS": noting})
    if code or not fresh.is_file():
        fresh.unlink(missing_ok=True)
        return False
    os.replace(fresh, made)
    return True
