"""card_transactions by datagen, as a committed set: python -m bench.ours ROWS FOLDER csv|parquet WORKERS"""

from __future__ import annotations

import sys
from pathlib import Path

from bench import cards
from bench.run import measured
from datagen.compile import compile_schema
from datagen.destination import Folder
from datagen.memory import keep_freed_memory
from datagen.run import Options, generate_set
from datagen.schema import read_schema


def write(rows: int, folder: Path, form: str, workers: int) -> None:
    dataset = read_schema(cards.SCHEMA, overrides={"entity_count": rows, "output.format": form})
    generate_set(compile_schema(dataset), Folder(folder), Options(workers=workers, may_fork=True))


if __name__ == "__main__":
    ROWS, FOLDER, FORM, WORKERS = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    keep_freed_memory()
    measured(ROWS, lambda: write(ROWS, FOLDER, FORM, WORKERS), FOLDER)
