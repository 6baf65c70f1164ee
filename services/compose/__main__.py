"""`python -m compose ROLE`: the entrypoint of the image. What is no role is run as a command."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from compose.java import Command
from compose.owner import become_owner, have_a_name
from compose.roles import ROLES
from compose.say import say
from datagen.errors import DatagenError


def main(words: Sequence[str]) -> int:
    """Gives the exit code of a role that ends here; any other is what this process becomes."""
    if not words:
        say(f"name a role: {', '.join(ROLES)}")
        return 2
    try:
        started = _start(*words)
    except DatagenError as error:
        say(str(error))
        return error.exit_code
    if not isinstance(started, int):
        command = [str(word) for word in started]
        os.execvp(command[0], command)
    return started


def _start(name: str, *more: str) -> Command | int:
    role = ROLES.get(name)
    if role is None:
        have_a_name()
        return (name, *more)
    become_owner(role.mounted, role.handed)
    have_a_name()
    return role.start(os.environ)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
