"""Documents whose analysed table is not in the order of time, and what becomes of their sets."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from datagen.compile import compile_schema
from datagen.manifest import Manifest, from_json
from datagen.plan import Plan
from datagen.schema import read_schema
from tests.engine.related import SHOP, col

DAYS = ("2024-05-01", "2024-05-02", "2024-05-03", "2024-05-04", "2024-05-05")
EMPTY = DAYS[3]  # on which nothing happens
BEYOND = ("2024-04-20", "2024-06-07")  # of no day of the window, and yet of some visits
INSTANTS = [f"{DAYS[0]}T00:00:00", f"{DAYS[1]}T09:30:00", f"{DAYS[1]}T23:59:59", DAYS[2], f"{DAYS[4]}T23:59:59"]
VISITS: dict[str, Any] = {
    "metadata": {"name": "clinic"},
    "seed": 4,
    "timeframe": {"start": DAYS[0], "end": DAYS[-1], "freq": "min"},
    "output": {"format": "csv"},
    "nodes": [
        {"id": "patient", "kind": "entity", "pk": "patient_id", "rows": 60, "columns": [
            col("patient_id", "int", sequence={}),
            col("town", "string", choice={"choices": ["Brno", 'the "old", one', "Ústí", None]})]},
        {"id": "visit", "kind": "fact", "pk": "visit_id", "parents": ["patient"],
         "fanout": {"distribution": "poisson", "lambda": 7}, "columns": [
            col("visit_id", "int", sequence={}),
            col("patient_id", "int", lookup={"from": "patient.patient_id"}),
            col("town", "string", lookup={"from": "patient.town"}),
            col("seen_at", "datetime", null_prob=0.1, choice={"choices": [*INSTANTS, *BEYOND]}),
            col("bill", "float", null_prob=0.2, distribution={"type": "uniform", "params": {"low": 1, "high": 99}}),
            col("paid", "bool", choice={"choices": [True, False]})]},
        {"id": "drug", "kind": "fact", "pk": "drug_id", "parents": ["visit"], "columns": [
            col("drug_id", "int", sequence={}),
            col("visit_id", "int", lookup={"from": "visit.visit_id"})]},
    ],
    "analysis": {"table": "visit", "timestamp_field": "seen_at", "dimensions": ["town"]},
}  # fmt: skip
LINES = {**SHOP, "output": {"format": "csv"}, "analysis": {"table": "line", "timestamp_field": "ordered"}}
"""Facts of facts, whose time is their parent's."""


def written(folder: Path, document: dict[str, Any], **changes: Any) -> Path:
    """The document as a file; a change of None takes the key away."""
    path = folder / "document.json"
    kept = {key: value for key, value in (document | changes).items() if value is not None}
    path.write_text(json.dumps(kept), "utf-8")
    return path


def plan_of(path: Path, **overrides: Any) -> Plan:
    return compile_schema(
        read_schema(path, overrides={key.replace("__", "."): given for key, given in overrides.items()})
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a set but the one that tells of the run, by its path."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != "_run.json")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def manifest_of(folder: Path) -> Manifest:
    return from_json((folder / "_manifest.json").read_text("utf-8"))


def rows_of(text: bytes) -> list[dict[str, str]]:
    """Of CSV."""
    return list(csv.DictReader(io.StringIO(text.decode(), newline="")))


def by_day(text: bytes, column: str) -> dict[str, list[dict[str, str]]]:
    """The rows of a CSV by the first ten letters of a column, each day's in the order of the file."""
    days: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows_of(text):
        days[row[column][:10]].append(row)
    return dict(days)
