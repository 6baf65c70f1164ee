"""Becomes another program that ends when the process that started it ends.

    python tether.py PARENT_PID COMMAND ...

Linux alone can tie a child to its parent (PR_SET_PDEATHSIG); it must be asked for in the child, before it turns into
the program. Elsewhere the program simply runs, and a parent that is killed outright leaves it behind.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before the tie was made
            sys.exit(128 + signal.SIGTERM)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
