"""How much memory there is, and how it is kept.

Freed blocks stay in the process. Blocks of rows live for milliseconds, but the C library of Linux returns
each array of more than 128 KiB to the kernel, which then clears every page anew: drawing cost four times as much.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path

import numpy as np

LARGEST_KEPT_BYTES = 31 << 20  # glibc raises its bound to the size of a freed array, up to 32 MiB


@cache
def keep_freed_memory() -> None:
    """Frees one large array that was never touched. Without effect where the C library is another."""
    np.empty(LARGEST_KEPT_BYTES, np.uint8)


def limit_bytes(groups: Path = Path("/sys/fs/cgroup")) -> int | None:
    """What Linux lets this process's control group take, as of a container; None where nothing is said."""
    with suppress(OSError, ValueError):  # ValueError: "max"
        return int((groups / "memory.max").read_text())
    return None
