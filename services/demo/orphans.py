"""What a demo that was killed outright left running: found by what it noted, and ended."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psutil

from demo.register import TOKEN, Entry, Register, is_same

GRACE_S = 10.0


def left_by(register: Register) -> list[psutil.Process]:
    """Every process of the groups that the demo began, itself left out."""
    return [process for entry in register.parts for process in _group(entry, register.token)]


def end_all(register: Register) -> int:
    """How many there were. Asked to end first, killed after the grace."""
    left = left_by(register)
    for process in left:
        _send(process, kill=False)
    _, deaf = psutil.wait_procs(left, timeout=GRACE_S)
    for process in deaf:
        _send(process, kill=True)
    psutil.wait_procs(deaf, timeout=GRACE_S)
    return len(left)


def _group(entry: Entry, token: str) -> Iterator[psutil.Process]:
    """A group bears the number of its first process; where that one has ended, our mark tells whose the others are."""
    if entry.pid is None:
        return
    first_lives, ours = psutil.pid_exists(entry.pid), is_same(entry.pid, entry.began)
    if first_lives and not ours:
        return
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == entry.pid and (ours or process.environ().get(TOKEN) == token):
                yield process
        except (ProcessLookupError, PermissionError, psutil.Error):
            continue


def _send(process: psutil.Process, *, kill: bool) -> None:
    try:
        if kill:
            process.kill()
        else:
            process.terminate()
    except psutil.Error:
        return
