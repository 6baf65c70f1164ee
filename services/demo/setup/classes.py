"""The class-data archive: Spark's classes as the virtual machine has them in memory after one small job.

With it, the quick compiler and the serial collector, a small job ends in 40 % of the time. The archive is tied to the
build of Java and to the jars; the virtual machine passes over one that does not fit. Real volumes want the full
compiler: a SPARK_SUBMIT_OPTS that is set, be it empty, stays as it is.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from demo.setup.java import Java
from demo.setup.packages import Run
from demo.setup.places import Places
from demo.setup.stamps import key

QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
SILENT = "-Xlog:cds=off -Xlog:cds+dynamic=off"


def archive(places: Places) -> Path:
    return places.artifacts / "classes" / "spark.jsa"


def archive_key(places: Places, java: Java) -> str:
    """Changes with the virtual machine and with every jar's name, size or time."""
    jars = sorted(places.spark_jars.glob("*.jar"))
    listing = [f"{jar.name} {stat.st_size} {stat.st_mtime_ns}" for jar in jars for stat in [jar.stat()]]
    return key(str(java.home), java.build, str(places.spark_jars), *listing)


def quick_start(places: Places) -> dict[str, str]:
    """What Spark reads from the environment when it starts its virtual machine."""
    made = archive(places)
    use = f' -XX:SharedArchiveFile="{made}"' if made.exists() else ""
    return {"SPARK_SUBMIT_OPTS": f"{QUICK}{use}", "SPARK_LAUNCHER_OPTS": QUICK}


def make_archive(places: Places, run: Run, environ: Mapping[str, str]) -> bool:
    """Runs the small job. False where no archive came of it: everything works without one, later."""
    made = archive(places)
    made.parent.mkdir(parents=True, exist_ok=True)
    fresh = made.with_name(f".{made.name}.{os.getpid()}")
    noting = f'{QUICK} {SILENT} -XX:ArchiveClassesAtExit="{fresh}"'
    code = run([places.python, "-m", "demo.training"], {**environ, "SPARK_SUBMIT_OPTS": noting})
    if code or not fresh.is_file():
        fresh.unlink(missing_ok=True)
        return False
    os.replace(fresh, made)
    return True
