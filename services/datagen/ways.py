"""Ways out that messages name, which differ with how the parts were started."""

from __future__ import annotations

import os

RESET_VARIABLE = "DEMO_RESET"  # the command that begins anew, where it is not `demo reset`


def reset() -> str:
    """The command that removes all that was made, in back quotes."""
    return f"`{os.environ.get(RESET_VARIABLE) or 'demo reset'}`"
