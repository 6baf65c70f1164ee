"""A program run within a service: what the container is told, it is told."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Child:
    """Runs at once. From then on this process hands its signals on, and notes that it was told to end."""

    def __init__(self, command: Sequence[str | Path], environ: Mapping[str, str]) -> None:
        self.told = threading.Event()
        self._program = subprocess.Popen(list(map(str, command)), env=dict(environ))
        for number in SIGNALS:
            signal.signal(number, self._hand_on)

    def wait(self) -> int:
        """The exit code, as a shell would give it."""
        code = self._program.wait()
        return 128 - code if code < 0 else code

    def _hand_on(self, number: int, _: object) -> None:
        self.told.set()
        self._program.send_signal(number)
