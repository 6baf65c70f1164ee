"""Runs of the whole command that end early, at random moments, many of them from one warm process.

    python stopped.py SCHEMA FOLDER SIGNAL COUNT

Each run replaces the set by one of another number of rows. Printed as JSON: how the runs ended, how many of them
left a whole set, and what each left beside it.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from datagen import cli
from datagen.commands import generate  # noqa: F401  # loaded before the forks
from tests.files.shop import listed

ROWS = (300, 600)


def replaced(schema: str, folder: Path, rows: int) -> int:
    """A child that makes the set anew."""
    child = os.fork()
    if child == 0:
        options = ["--rows", str(rows), "--workers", "2", "--block-rows", "20", "-q"]
        os._exit(cli.main(["generate", schema, "-o", str(folder), *options]))
    return child


def ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(schema: str, folder: Path, number: int, count: int) -> None:
    rng = random.Random(number)
    began = time.monotonic()
    assert ended(replaced(schema, folder, ROWS[0])) == 0
    took_s = time.monotonic() - began
    codes: Counter[int] = Counter()
    rows: Counter[int] = Counter()
    beside: list[list[str]] = []
    for turn in range(count):
        child = replaced(schema, folder, ROWS[turn % 2])
        select.select([], [], [], rng.random() * took_s * 1.3)
        os.kill(child, number)
        codes[ended(child)] += 1
        rows[listed(folder).rows] += 1
        beside.append(sorted({*os.listdir(folder.parent)} - {folder.name}))
    assert ended(replaced(schema, folder, ROWS[0])) == 0
    healed = os.listdir(folder.parent) == [folder.name]
    sys.stdout.write(json.dumps({"codes": codes, "rows": rows, "beside": [*filter(None, beside)], "healed": healed}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(signal.Signals[sys.argv[3]]), int(sys.argv[4]))
