"""A page behind its real server, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from subprocess import Popen


@dataclass(frozen=True)
class Served:
    url: str
    process: Popen[str]

    def stop(self) -> None:
        """As a crash would: at once."""
        self.process.kill()
        self.process.wait()

    def rest(self) -> str:
        """What it said after its address, once it has ended."""
        assert self.process.stderr
        return self.process.stderr.read()


@contextmanager
def serve(*arguments: str, port: int = 0, module: str = "dashboard") -> Iterator[Served]:
    """Starts a page, on a free port where none is given, and stops it at the end."""
    command = [sys.executable, "-m", module, "--port", str(port), *arguments]
    with Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            line = process.stderr.readline()
            assert "http://" in line, line + process.stderr.read()
            yield Served(line.split()[-1], process)
        finally:
            process.kill()
