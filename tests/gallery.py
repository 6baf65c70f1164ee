"""The documents of the gallery, each at a size that a test can afford."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from datagen.cli import main
from datagen.schema import read_schema

FOLDER = Path(__file__).parents[1] / "schemas"
GALLERY = {path.stem: path for path in sorted(FOLDER.glob("*.json")) if path.name != "schema.json"}

# For tests that start more than one program for each: every kind of document, and the largest of many tables.
SOME = {name: GALLERY[name] for name in ("card_transactions", "retail_orders", "iot_sensors", "bank")}


def sized(schema: Path, rows: int) -> list[str]:
    """The options that ask for about `rows` rows of the table that is analysed."""
    dataset = read_schema(schema)
    if not dataset.relational:
        return ["--rows", str(rows)]
    (declared,) = (table.rows for table in dataset.tables if table.name == dataset.analysis.table)
    return ["--scale", str(round(rows / declared, 4))]


@dataclass(frozen=True)
class Made:
    """A set, and what of it is analysed."""

    folder: Path
    files: list[str]
    rows: int


def made(schema: Path, folder: Path, rows: int, form: str = "csv", *more: str) -> Made:
    """A set with about so many rows of the table that is analysed."""
    asked = [*sized(schema, rows), "--format", form, *more, "--quiet"]
    assert main(["generate", str(schema), "-o", str(folder), *asked]) == 0
    table = read_schema(schema).analysis.table
    listed = json.loads((folder / "_manifest.json").read_text("utf-8"))["files"]
    found = [file for file in listed if file["table"] == table]
    counted = sum(file["rows"] for file in found)
    assert rows * 0.8 < counted < rows * 1.2
    return Made(folder, [str(folder / file["path"]) for file in found], counted)
