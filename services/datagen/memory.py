"""Keeps freed blocks in the process. Blocks of rows live for milliseconds, but the C library of Linux returns
each array of more than 128 KiB to the kernel, which then clears every page anew: drawing cost four times as much."""

from __future__ import annotations

from functools import cache

import numpy as np

LARGEST_KEPT_BYTES = 31 << 20  # glibc raises its bound to the size of a freed array, up to 32 MiB


@cache
def keep_freed_memory() -> None:
    """Frees one large array that was never touched. Without effect where the C library is another."""
    np.empty(LARGEST_KEPT_BYTES, np.uint8)
