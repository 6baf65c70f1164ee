"""The rows of a shop of many tables that stand in tests/golden/related, without those that Faker's version decides."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from datagen.compile import compile_schema
from datagen.draws import DRAW_VERSION
from datagen.plan import Plan
from datagen.rows import generate
from datagen.schema import read_schema
from tests.engine.datasets import plain
from tests.engine.related import SHOP

FOLDER = Path(__file__).parent / "related"
OF_FAKER = ("name", "buyer")
TABLES = tuple(node["id"] for node in SHOP["nodes"])
SHOWN = 12
SCALE = 1_000


def shop() -> Plan:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "shop.json"
        path.write_text(json.dumps(SHOP), "utf-8")
        return compile_schema(read_schema(path, scale=SCALE))


def rendered(plan: Plan, table: str) -> str:
    """The first rows and those in the middle, a line each."""
    rows = plan.tables[table].rows
    lines = [f"draw version {DRAW_VERSION}, seed {SHOP['seed']}, {rows} rows"]
    for start in dict.fromkeys([0, rows // 2]):
        batch = plain(generate(plan, table, start, min(start + SHOWN, rows)))
        kept = [name for name in batch.schema.names if name not in OF_FAKER]
        for number, row in enumerate(batch.select(kept).to_pylist(), start):
            lines.append(f"{number:>6}  " + "  ".join(f"{name}={value}" for name, value in row.items()))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    made = shop()
    for table in TABLES:
        (FOLDER / f"{table}.txt").write_text(rendered(made, table), "utf-8")
