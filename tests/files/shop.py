"""A small business for tests: five days, every kind of value that files treat differently."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

from datagen import manifest
from datagen.compile import compile_schema
from datagen.destination import destination
from datagen.layout import Cut
from datagen.manifest import Manifest
from datagen.plan import Plan
from datagen.run import Options, Result, generate_set
from datagen.schema import read_schema

DAYS = ("2025-03-01", "2025-03-02", "2025-03-03", "2025-03-04", "2025-03-05")
DOCUMENT: dict[str, Any] = {
    "name": "shop",
    "seed": 11,
    "entity_count": 400,
    "time_window": {"start": DAYS[0], "end": DAYS[-1]},
    "schema": {
        "fields": [
            {"name": "order_id", "type": "uuid"},
            {
                "name": "ordered_at",
                "type": "datetime",
                "mode": "seasonality",
                "profile": {"hour_of_day": {"3": 5, "4": 0}},
            },
            {"name": "city", "type": "category", "choices": ["Brno", 'a "quoted", one', "Ústí"], "null_prob": 0.1},
            {"name": "place", "type": "geo", "bbox": [50.0, 14.0, 50.2, 14.6]},
            {"name": "amount", "type": "float", "distribution": "lognormal", "mean": 3, "stddev": 1, "precision": 2},
            {"name": "card", "type": "string", "pattern": "C-{A-Z}{000-999}", "unique": True},
            {"name": "paid", "type": "bool", "null_prob": 0.2},
            {"name": "line", "type": "derived_concat", "parts": ["city", "card", "paid"]},
        ]
    },
}
NO_AXIS = {"name": "codes", "seed": 1, "schema": {"fields": [{"name": "code", "type": "id_sequence"}]}}


def written(folder: Path, **changes: Any) -> Path:
    """The document as a file; a change of None takes the key away."""
    document = {key: value for key, value in (copy.deepcopy(DOCUMENT) | changes).items() if value is not None}
    path = folder / "shop.json"
    path.write_text(json.dumps(document))
    return path


def plan_of(path: Path, **overrides: Any) -> Plan:
    return compile_schema(read_schema(path, overrides=overrides))


def make(plan: Plan, where: Path | str, cut: Cut = Cut(), **how: Any) -> Result:  # noqa: B008  # frozen
    return generate_set(plan, destination(str(where)), Options(cut=cut, **how))


def listed(folder: Path) -> Manifest:
    """The manifest, once every file is what it says and no other lies there. AssertionError otherwise."""
    found = manifest.from_json((folder / "_manifest.json").read_text())
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there == {"_manifest.json", "_run.json", *(file.path for file in found.files)}
    for file in found.files:
        data = (folder / file.path).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file.bytes, file.sha256), file.path
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a set but the one that tells of the run."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "_run.json"}
