"""Sets up what is missing, then becomes the environment's Python with the arguments it was given.

python -m demo.setup [ARGUMENTS OF PYTHON ...]
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from datagen.errors import UserError
from demo.screen import Screen
from demo.setup.environment import environment
from demo.setup.parts import SetUp
from demo.setup.places import here


def main(arguments: list[str]) -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    set_up = SetUp(here(), os.environ)
    try:
        java = set_up.require_java()
        set_up.complete(java, Screen(sys.stderr))
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("stopped; what is done stays, the next run goes on from there\n")
        return 128 + signal.SIGINT
    if arguments:
        python = str(set_up.places.python)
        os.execve(python, [python, *arguments], environment(set_up.places, java, os.environ))
    return 0


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
