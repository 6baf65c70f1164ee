"""How the daemons' virtual machines are started: small, and ended by what they cannot cope with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

Command = Sequence[str | Path]

SMALL = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.net.preferIPv4Stack=true",
)


def java(heap: str, class_path: str, *words: str) -> Command:
    return ("java", *SMALL, f"-Xmx{heap}", "-cp", class_path, *words)
