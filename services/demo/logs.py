"""`demo logs PART`: what a part has said."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from datagen.errors import UserError
from demo.folders import demo_folder

POLL_S = 0.2
BLOCK = 1 << 16


def show(data: Path, part: str, lines: int, *, follow: bool, write: Callable[[str], None]) -> int:
    """The last lines of its log; with `follow` also what comes, until Ctrl-C."""
    folder = demo_folder(data) / "logs"
    log = folder / f"{part}.log"
    there = sorted(path.stem for path in folder.glob("*.log"))
    if part not in there:
        known = f"there are: {', '.join(there)}" if there else "no demo has run on this data folder"
        raise UserError(f"{log}: there is no log of {part!r}; {known}")
    with log.open("rb") as file:
        write(_tail(file.read(), lines))
        while follow:
            if said := file.read(BLOCK):
                write(said.decode("utf-8", "replace"))
            elif log.stat().st_size < file.tell():
                file.seek(0)  # begun anew
            else:
                time.sleep(POLL_S)
    return 0


def _tail(said: bytes, lines: int) -> str:
    return b"".join(said.splitlines(keepends=True)[-lines:]).decode("utf-8", "replace")
