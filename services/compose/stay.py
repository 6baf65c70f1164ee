"""Runs a program, and stays when it has ended well: `python -m compose.stay COMMAND ...`.

A replay comes to its end. Its service does not: a container that ended would be started again, at once and for ever.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from compose.child import Child
from compose.say import say


def stay(command: Sequence[str]) -> int:
    """The program's exit code where it is not 0; else 0, when somebody ends this."""
    program = Child(command, os.environ)
    code = program.wait()
    if code == 0 and not program.told.is_set():
        say("all is sent; waiting to be ended")
        program.told.wait()
    return code


if __name__ == "__main__":
    sys.exit(stay(sys.argv[1:]))
