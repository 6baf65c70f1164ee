"""What the Compose stacks have left with the container engine of this machine. Standard library alone."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

LABEL = "com.docker.compose.project"
NAME = re.compile(r"^name: *([\w-]+) *$", re.MULTILINE)
KINDS = ("container", "network", "volume")  # in the order in which they let go of each other
ANSWER_S = 60.0


@dataclass(frozen=True, slots=True)
class Leftover:
    kind: str
    name: str
    stack: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def ask(*words: str) -> str | None:
    """What docker says; None where there is none, or no engine behind it."""
    try:
        done = subprocess.run(["docker", *words], capture_output=True, text=True, check=False, timeout=ANSWER_S)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def stacks(root: Path) -> dict[str, Path]:
    """By the name of the project, the Compose files of a checkout."""
    files = sorted(root.glob("docker-compose.*.yml"))
    return {match[1]: file for file in files if (match := NAME.search(file.read_text("utf-8")))}


def running(names: Sequence[str]) -> list[str]:
    """The projects that have a container at work."""
    return [name for name in names if (ask("ps", "-q", "--filter", f"label={LABEL}={name}") or "").strip()]


def leftovers(names: Sequence[str]) -> list[Leftover]:
    return [found for name in names for found in _of(name)]


def remove(leftover: Leftover) -> bool:
    return ask(leftover.kind, "rm", leftover.name) is not None


def _of(name: str) -> Iterator[Leftover]:
    for kind in KINDS:
        everything = ("--all", "--format", "{{.Names}}") if kind == "container" else ("--format", "{{.Name}}")
        found = ask(kind, "ls", *everything, "--filter", f"label={LABEL}={name}") or ""
        yield from (Leftover(kind, line, name) for line in sorted(found.split()))
