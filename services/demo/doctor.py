"""`demo doctor`: what of this machine does not fit, and what to do about it. `make doctor` asks before any set-up.

Only the standard library is needed; what psutil adds (who holds a port) is left out where it is not there yet.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from demo import doctor_compose
from demo.findings import Finding, port
from demo.options import BATCH_PORT, STREAM_PORT
from demo.screen import Screen, bytes_text
from demo.setup import java
from demo.setup.parts import NEEDED_BYTES, SetUp
from demo.setup.places import Places, here
from demo.setup.system import System, java_command, this_system, venv_command

MEMORY_BYTES = 2_500_000_000  # of which each of the two jobs takes about one
RUN_BYTES = 1_000_000_000


def examine(places: Places, environ: Mapping[str, str], screen: Screen) -> int:
    """Prints a line a finding; the exit code is 3 where one is a fault."""
    return report(look(places, environ, this_system()), screen)


def examine_compose(root: Path, environ: Mapping[str, str], screen: Screen) -> int:
    """The same of what the Compose stacks want."""
    return report(doctor_compose.look(root, environ), screen)


def report(looked: Iterable[Finding], screen: Screen) -> int:
    findings = list(looked)
    for finding in findings:
        screen.report(not finding.cure, finding.what, finding.found)
        if finding.cure:
            screen.say(f"      {finding.cure}")
    return 3 if any(finding.cure for finding in findings) else 0


def look(places: Places, environ: Mapping[str, str], system: System) -> Iterator[Finding]:
    found, passed = java.find(environ)
    yield _java(found, passed, system)
    yield _python(system)
    yield _memory()
    yield _disk(places)
    yield port("DEMO_BATCH_PORT", environ.get("DEMO_BATCH_PORT") or str(BATCH_PORT))
    yield port("DEMO_STREAM_PORT", environ.get("DEMO_STREAM_PORT") or str(STREAM_PORT))
    yield _set_up(places, environ, found)


def _java(found: java.Java | None, passed: list[java.Java], system: System) -> Finding:
    if found:
        return Finding("Java", f"{found.version} in {found.home}")
    others = "; ".join(f"{other.home}: {other.unfit}" for other in passed)
    get = java_command(system) or "install Java 17, 21 or 25 (from 25.0.3)"
    return Finding("Java", others or "none found", f"{get}, or set JAVA_HOME")


def _python(system: System) -> Finding:
    version = "{}.{}.{}".format(*sys.version_info)
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        return Finding("Python", f"{version} without ensurepip", venv_command(system) or "install its module ensurepip")
    return Finding("Python", f"{version} in {sys.base_prefix}")


def _memory() -> Finding:
    free = _available_bytes()
    if free is None:
        return Finding("memory", "not known here")
    cure = f"end something: the demo wants {bytes_text(MEMORY_BYTES)}" if free < MEMORY_BYTES else ""
    return Finding("memory", f"{bytes_text(free)} available", cure)


def _available_bytes() -> int | None:
    try:
        import psutil
    except ImportError:
        meminfo = Path("/proc/meminfo")
        lines = dict(line.split(":") for line in meminfo.read_text().splitlines()) if meminfo.exists() else {}
        return int(lines["MemAvailable"].split()[0]) * 1024 if "MemAvailable" in lines else None
    return int(psutil.virtual_memory().available)


def _disk(places: Places) -> Finding:
    free = shutil.disk_usage(places.root).free
    needed = RUN_BYTES if places.python.exists() else NEEDED_BYTES
    if not os.access(places.root, os.W_OK):
        return Finding("disk", f"{places.root} cannot be written to", "clone the project where you may write")
    return Finding(
        "disk",
        f"{bytes_text(free)} free at {places.root}",
        f"make room: {bytes_text(needed)} are needed" if free < needed else "",
    )


def _set_up(places: Places, environ: Mapping[str, str], found: java.Java | None) -> Finding:
    if found is None:
        return Finding("set-up", "waits for a Java", "get that first, then: make setup")
    stale = [part.name for part in SetUp(places, environ).parts(found) if not part.fits]
    if stale:
        return Finding("set-up", f"not there or out of date: {', '.join(stale)}", "make setup")
    return Finding("set-up", "complete")


if __name__ == "__main__":
    if sys.argv[1:] == ["--compose"]:
        sys.exit(examine_compose(here().root, os.environ, Screen()))
    sys.exit(examine(here(), os.environ, Screen()))
