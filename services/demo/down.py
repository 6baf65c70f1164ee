"""`demo down`: ends a demo from outside, and what a killed one left."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

from datagen.errors import UserError
from datagen.sinks.locks import Holder
from demo import register
from demo.orphans import end_all

PATIENCE_S = 45.0  # longer than all graces together
POLL_S = 0.1


def down(data: Path, say: Callable[[str], None]) -> int:
    """0 when nothing runs any more."""
    holder = register.watcher(data)
    if holder is not None:
        stop(data, holder)
        say("stopped")
        return 0
    left = clear(data)
    say(f"ended {left} processes that a killed demo had left" if left else "nothing runs")
    return 0


def stop(data: Path, holder: Holder) -> None:
    """Returns when the demo and all its parts have ended. UserError where it cannot be reached from here."""
    if holder.host != socket.gethostname():
        raise UserError(f"the demo on {data} runs on {holder.host}, process {holder.pid}; end it there")
    _signal(holder, signal.SIGTERM)
    if not _gone(data, holder):
        _signal(holder, signal.SIGKILL)
        _gone(data, holder)
    clear(data)


def clear(data: Path) -> int:
    """How many processes of a demo that was killed had to be ended."""
    noted = register.read(data)
    if noted is None:
        return 0
    left = end_all(noted)
    register.forget(data)
    return left


def _gone(data: Path, holder: Holder) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while (now := register.watcher(data)) is not None and now.pid == holder.pid:
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def _signal(holder: Holder, number: int) -> None:
    try:
        os.kill(holder.pid, number)
    except ProcessLookupError:
        return
    except PermissionError:
        raise UserError(f"{holder} runs the demo and belongs to somebody else; ask them to end it") from None
