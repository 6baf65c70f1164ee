"""Two folders change places in one step, where the system can."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

AT_FDCWD = -100
RENAME_EXCHANGE = 2  # linux/fs.h
RENAME_SWAP = 2  # sys/stdio.h of macOS

CANNOT = frozenset({errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.ENOTSUP})


def exchange(one: Path, other: Path) -> bool:
    """Exchange two names on one file system. False where the kernel or the file system has no such step."""
    function = "renamex_np" if sys.platform == "darwin" else "renameat2"
    call = getattr(ctypes.CDLL(None, use_errno=True), function, None)
    if call is None:
        return False
    a, b = os.fsencode(one), os.fsencode(other)
    if sys.platform == "darwin":
        done = call(a, b, ctypes.c_uint(RENAME_SWAP))
    else:
        done = call(AT_FDCWD, a, AT_FDCWD, b, ctypes.c_uint(RENAME_EXCHANGE))
    if done == 0:
        return True
    number = ctypes.get_errno()
    if number in CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(other))
