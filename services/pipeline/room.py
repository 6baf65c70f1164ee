"""Which disk is full, where Spark only says that one is."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from datagen.sinks.faults import NoSpaceError, free_bytes

FULL = ("No space left on device", "Disk quota exceeded")


def full_place(error: BaseException, outputs: Sequence[Path]) -> Path | None:
    """The fullest of the places a job writes to; None where something else is wrong, or the error names it already."""
    if isinstance(error, NoSpaceError) or not any(words in str(error) for words in FULL):
        return None
    return min((*outputs, *_scratch()), key=free_bytes)


def _scratch() -> list[Path]:
    """Where Spark keeps what it does not publish."""
    named = os.environ.get("SPARK_LOCAL_DIRS")
    return [Path(folder) for folder in named.split(",")] if named else [Path(tempfile.gettempdir())]
