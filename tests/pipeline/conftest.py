"""One Spark session for all tests of rules, and a business with a column of every kind."""

from __future__ import annotations

import json
from typing import Any

import pytest

from datagen.schema import read_schema
from pipeline.reading import Reading, reading_of

SHOP: dict[str, Any] = {
    "name": "shop",
    "seed": 1,
    "time_window": {"start": "2025-01-01", "end": "2025-01-31"},
    "schema": {
        "fields": [
            {"name": "id", "type": "uuid"},
            {"name": "at", "type": "datetime"},
            {"name": "city", "type": "category", "choices": ["Pune", "Delhi"]},
            {"name": "amount", "type": "float", "min": 0, "max": 90, "precision": 2},
            {"name": "items", "type": "int"},
            {"name": "paid", "type": "bool"},
        ]
    },
    "analysis": {"id_field": "id", "aliases": {"city": ["town", "place"]}},
}


@pytest.fixture(scope="session")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    return read_of(tmp_path_factory, SHOP)


@pytest.fixture(scope="session")
def epoch_reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    """The same, but its time is a number of milliseconds."""
    document = json.loads(json.dumps(SHOP))
    document["schema"]["fields"][1]["format"] = "epoch_ms"
    return read_of(tmp_path_factory, document)


def read_of(folders: pytest.TempPathFactory, document: dict[str, Any]) -> Reading:
    schema = folders.mktemp("schema") / "shop.json"
    schema.write_text(json.dumps(document))
    return reading_of(read_schema(schema).analysis)
