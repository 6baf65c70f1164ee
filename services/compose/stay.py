"""Runs a program, and stays when it has ended well: `python -m compose.stay COMMAND ...`.

A replay comes to its end. Its service does not: a container that ended would be started again, at once and for ever.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Sequence

from compose.say import say

SIGNALS = (signal.SIGTERM, signal.SIGINT)


def stay(command: Sequence[str]) -> int:
    """The program's exit code where it is not 0; else 0, when somebody ends this."""
    ended = threading.Event()
    program = subprocess.Popen(command)

    def hand_on(number: int, _: object) -> None:
        ended.set()
        program.send_signal(number)

    for number in SIGNALS:
        signal.signal(number, hand_on)
    code = program.wait()
    if code == 0 and not ended.is_set():
        say("all is sent; waiting to be ended")
        ended.wait()
    return 128 - code if code < 0 else code


if __name__ == "__main__":
    sys.exit(stay(sys.argv[1:]))
