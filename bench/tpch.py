"""The eight tables of TPC-H by tpchgen-cli, as Parquet: python -m bench.tpch SCALE FOLDER THREADS"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq

from bench.run import measured

ROWS = 8_661_245  # at a scale of 1


def write(scale: float, folder: Path, threads: int) -> None:
    program = Path(sys.executable).with_name("tpchgen-cli")
    subprocess.run([program, "parquet", "-s", str(scale), "-o", folder, "-n", str(threads), "-q"], check=True)


def rows_in(folder: Path) -> int:
    return sum(int(pq.read_metadata(path).num_rows) for path in folder.rglob("*.parquet"))


if __name__ == "__main__":
    SCALE, FOLDER, THREADS = float(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    measured(int(SCALE * ROWS), lambda: write(SCALE, FOLDER, THREADS), FOLDER, lambda: rows_in(FOLDER))
