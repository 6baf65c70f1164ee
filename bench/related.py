"""The shop of nine tables by datagen: python -m bench.related CUSTOMERS FOLDER memory|parquet WORKERS"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.run import ROOT, measured
from datagen.compile import compile_schema
from datagen.destination import Folder
from datagen.memory import keep_freed_memory
from datagen.plan import Plan
from datagen.rows import BLOCK_ROWS, generate
from datagen.run import Options, generate_set
from datagen.schema import read_schema

SCHEMA = ROOT / "bench" / "shop_of_nine.json"


def planned(customers: int) -> Plan:
    return compile_schema(read_schema(SCHEMA, overrides={"entity_count": f"customer={customers}"}))


def in_memory(plan: Plan) -> None:
    """Every row of every table as Arrow columns, a block at a time."""
    for name, table in plan.tables.items():
        for start in range(0, table.rows, BLOCK_ROWS):
            generate(plan, name, start, min(start + BLOCK_ROWS, table.rows))


def work(customers: int, folder: Path, form: str, workers: int) -> None:
    plan = planned(customers)
    if form == "memory":
        folder.mkdir()
        in_memory(plan)
    else:
        generate_set(plan, Folder(folder), Options(workers=workers, may_fork=True))


if __name__ == "__main__":
    CUSTOMERS, FOLDER, FORM, WORKERS = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    keep_freed_memory()
    ROWS = sum(table.rows for table in planned(CUSTOMERS).tables.values())
    measured(ROWS, lambda: work(CUSTOMERS, FOLDER, FORM, WORKERS), FOLDER)
