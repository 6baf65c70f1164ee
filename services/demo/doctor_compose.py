"""What the Compose stacks want of this machine: an engine with Compose, memory, disk and ports.

Ports of a stack that runs already are its own.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from demo import engine
from demo.findings import Finding, port
from demo.screen import bytes_text

ENGINE = 25  # from it on, checks are frequent while a container starts (start_interval)
COMPOSE = (2, 20)
STACK_BYTES, BOTH_BYTES = 2_500_000_000, 5_000_000_000  # at most at once, and half as much again
IMAGE_BYTES = 6_000_000_000  # the image, the cache of its build, volumes
PORTS = {"docker-compose.batch.yml": "BATCH_", "docker-compose.streaming.yml": "STREAM_"}
VERSION = re.compile(r"v?(\d+)\.(\d+)")


def look(root: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    told = engine.ask("version", "--format", "{{.Server.Version}}")
    if told is None:
        cure = "start Docker" if shutil.which("docker") else "install Docker Engine or Docker Desktop"
        yield Finding("engine", "none answers", cure)
    else:
        yield _version("engine", told, (ENGINE, 0), "update Docker")
        yield _version("Compose", engine.ask("compose", "version", "--short"), COMPOSE, "install its plugin Compose")
        yield _version("Buildx", _buildx(), (0, 10), "install its plugin Buildx; the image is built with it")
        yield from _room(engine.ask("info", "--format", "{{json .}}"))
    yield from _ports(root, environ)


def settings(root: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Of .env, or of the shell, which goes before it."""
    lines = (root / ".env").read_text("utf-8").splitlines() if (root / ".env").is_file() else []
    found = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {name: environ.get(name) or value for name, value in found.items()}


def _buildx() -> str | None:
    told = engine.ask("buildx", "version")
    match = VERSION.search(told or "")
    return match.group() if match else None


def _version(what: str, told: str | None, least: tuple[int, int], cure: str) -> Finding:
    match = VERSION.search(told or "")
    if match is None:
        return Finding(what, "not there", cure)
    fits = (int(match[1]), int(match[2])) >= least
    return Finding(what, (told or "").strip(), "" if fits else f"{cure}: {least[0]}.{least[1]} or later is needed")


def _room(told: str | None) -> Iterator[Finding]:
    info: dict[str, Any] = json.loads(told or "{}")
    memory = int(info.get("MemTotal") or 0)
    few = "give the engine more (Docker Desktop: Settings, Resources)"
    cure = f"{few}: a stack wants {bytes_text(STACK_BYTES)}" if memory < STACK_BYTES else ""
    note = "" if memory >= BOTH_BYTES else f"; both stacks at once want {bytes_text(BOTH_BYTES)}"
    yield Finding("memory", f"{bytes_text(memory)} in the engine{note}", cure)
    folder = Path(str(info.get("DockerRootDir") or "/"))
    if folder.exists():  # not so where the engine is in a virtual machine of its own
        free = shutil.disk_usage(folder).free
        cure = f"make room: {bytes_text(IMAGE_BYTES)} are needed" if free < IMAGE_BYTES else ""
        yield Finding("disk", f"{bytes_text(free)} free at {folder}", cure)


def _ports(root: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    known = settings(root, environ)
    stacks = engine.stacks(root)
    at_work = engine.running(list(stacks))
    for name, file in stacks.items():
        if name in at_work:
            yield Finding(name, "is running")
            continue
        for variable, value in known.items():
            if variable.startswith(PORTS[file.name]) and variable.endswith("_PORT"):
                yield port(variable, value)
