"""A program we start: in a process group of its own, tied to our life, its words in a log.

Only the standard library: the set-up starts its programs here too.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep

from demo import tether

POLL_S = 0.05


def base_python() -> str:
    """The Python that a virtual environment is made with: still there when the set-up has removed that."""
    return str(sys._base_executable)  # type: ignore[attr-defined]


class Child:
    """Starts at once. To be made in the main thread: on Linux a child's tie is to the thread that started it."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str],
        cwd: Path | None = None,
        append: bool = False,
    ) -> None:
        self.name = name
        self.log = log
        self.signalled = False
        log.parent.mkdir(parents=True, exist_ok=True)
        tied = [base_python(), "-I", "-S", tether.__file__, str(os.getpid()), *map(str, command)]
        with log.open("ab" if append else "wb") as out:
            self.process = subprocess.Popen(
                tied,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                process_group=0,
            )

    @property
    def pid(self) -> int:
        return self.process.pid

    def ended(self) -> int | None:
        """The exit code, as a shell would give it, once the program has ended."""
        code = self.process.poll()
        return 128 - code if code is not None and code < 0 else code

    def ask_to_end(self, *, alone: bool = False) -> None:
        """SIGTERM to the whole group, or to the program alone, which then ends its own in its own order."""
        self.signalled = True
        if not alone:
            self._signal(signal.SIGTERM)
        elif self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def end(self, grace_s: float = 5.0) -> None:
        """Ends the program and everything it started: SIGTERM, and SIGKILL for what is left after the grace."""
        if not self.signalled:
            self.ask_to_end()
        deadline = monotonic() + grace_s
        while self.group_lives() and monotonic() < deadline:
            sleep(POLL_S)
        self._signal(signal.SIGKILL)
        self.process.wait()

    def group_lives(self) -> bool:
        """Whether the program or anything it left in its group still runs."""
        self.process.poll()  # a child that ended counts as alive until it is waited for
        return self._signal(0)

    def last_line(self) -> str:
        return (self.tail(1) or [""])[0].strip()

    def tail(self, lines: int) -> list[str]:
        """The last lines of the log that say something."""
        with self.log.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - 16_384))
            text = log.read().decode("utf-8", "replace")
        return [line.rstrip() for line in text.splitlines() if line.strip()][-lines:]

    def _signal(self, number: int) -> bool:
        try:
            os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
            return False
        return True
