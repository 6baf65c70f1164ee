"""`demo up --detach`: a demo of its own, followed until its pages have data or it says why they cannot."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from datagen.errors import PartialError
from datagen.sinks.trees import make_folder
from datagen.stopping import Stopped
from demo import register
from demo.folders import demo_folder
from demo.options import IN_BACKGROUND

PATIENCE_S = 600.0
POLL_S = 0.1


def detach(data: Path, words: Sequence[str], environ: Mapping[str, str], write: Callable[[str], None]) -> int:
    """0 when all is up; else the exit code of the demo, which has ended. PartialError where it takes too long.

    What it says gets its name in the place of an earlier demo's only when it has taken that one's place.
    """
    logs = demo_folder(data) / "logs"
    with make_folder(logs):
        return _begun(logs, data, words, environ, write)


def _begun(
    logs: Path, data: Path, words: Sequence[str], environ: Mapping[str, str], write: Callable[[str], None]
) -> int:
    fresh = logs / f".demo.{os.getpid()}.tmp"
    with fresh.open("wb") as out:
        demo = subprocess.Popen(
            [sys.executable, "-m", "demo", "up", *words],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**environ, IN_BACKGROUND: "1"},
            start_new_session=True,
        )
    try:
        with fresh.open("rb") as said:
            return _follow(demo, data, said, write)
    except Stopped:
        demo.terminate()
        demo.wait()
        raise
    finally:
        os.replace(fresh, logs / "demo.log") if _has_begun(demo, data) else fresh.unlink()


def _follow(demo: subprocess.Popen[bytes], data: Path, said: BinaryIO, write: Callable[[str], None]) -> int:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        code, noted = demo.poll(), register.read(data)
        ready = noted is not None and noted.pid == demo.pid and noted.ready
        if ready or code is not None:
            time.sleep(POLL_S)  # its last words
        write(said.read().decode("utf-8", "replace"))
        if code is not None:
            return code or 1
        if ready:
            return 0
        time.sleep(POLL_S)
    raise PartialError(
        f"not everything is up after {PATIENCE_S:.0f} s; it goes on: see `demo status`, `demo logs demo`"
    )


def _has_begun(demo: subprocess.Popen[bytes], data: Path) -> bool:
    noted = register.read(data)
    return demo.poll() is None and noted is not None and noted.pid == demo.pid
