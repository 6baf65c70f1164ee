"""The fingerprint names what decides the rows and what is made of them, and nothing else."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from datagen.model import Dataset
from datagen.schema.overrides import overlay

Read = Callable[..., Dataset]
Shop = Callable[..., dict[str, Any]]

ANALYSIS = {
    "currency": "EUR",
    "dimensions": [{"name": "city", "label": "City"}, "paid"],
    "numeric_fields": ["amount", "items"],
    "measures": [{"name": "net", "expression": "amount * items", "precision": 2}],
    "aliases": {"city": ["town"]},
    "stream": {"window": "1 hour", "slide": "15 minutes"},
}


@pytest.fixture
def document(shop: Shop) -> dict[str, Any]:
    window = {"start": "2025-01-01", "end": "2025-01-31"}
    return shop(name="shop", seed=1, entity_count=50, time_window=window, output={"format": "csv"}, analysis=ANALYSIS)


PEOPLE_ONLY: list[tuple[str, Any]] = [
    ("description", "A shop"),
    ("comment", ["x"]),
    ("schema.fields.city.comment", "x"),
    ("schema.fields.city.choices", [{"value": "Oslo", "weight": 1, "comment": "x"}, "Turku"]),
    ("output.format", "parquet"),
    ("output.gzip", True),
    ("analysis.title", "Shop!"),
    ("analysis.name", "Shop"),
    ("analysis.currency", "USD"),
    ("analysis.timezone", "Asia/Kolkata"),
    ("analysis.dimensions.city.label", "Town"),
    ("analysis.numeric_fields.0", {"name": "amount", "unit": "t", "format": "number", "polarity": "bad"}),
    ("analysis.measures.net.label", "Net sales"),
    ("analysis.stream.watermark", "15 minutes"),
    ("analysis.stream.window", "60 minutes"),
    ("analysis.timestamp_field", "ts"),
    ("analysis.boolean_fields", ["paid"]),
    ("schema.fields.items.max", 100),
    ("schema.fields.amount.null_prob", 0),
    ("schema.fields.amount.min", 0.0),
    ("time_window.start", "2025-01-01T00:00:00Z"),
    ("time_window.end", "2025-01-31T23:59:59.999999"),
]


@pytest.mark.parametrize(("path", "value"), PEOPLE_ONLY, ids=lambda case: "")
def test_what_is_for_people_and_what_was_so_by_default_leave_it_alone(
    read: Read, document: dict[str, Any], path: str, value: Any
) -> None:
    changed, _, lost = overlay(document, {path: value})
    assert lost == []
    assert read(changed).analysis.fingerprint == read(document).analysis.fingerprint


DECIDES: list[tuple[str, Any]] = [
    ("name", "store"),
    ("seed", 2),
    ("entity_count", 51),
    ("time_window.start", "2025-01-02"),
    ("time_window.end", "2025-01-31T23:59:59"),
    ("schema.fields.amount.max", 8),
    ("schema.fields.amount.precision", 3),
    ("schema.fields.city.choices", ["Turku", "Oslo"]),
    ("schema.fields.city.choices", [{"value": "Oslo", "weight": 2}, "Turku"]),
    ("schema.fields.city.null_prob", 0.1),
    ("schema.fields.ts.format", "epoch_s"),
    ("schema.fields.paid.name", "payed"),
    ("analysis.id_field", "city"),
    ("analysis.dimensions", ["city"]),
    ("analysis.dimensions", ["paid", "city"]),
    ("analysis.numeric_fields", ["amount"]),
    ("analysis.boolean_fields", []),
    ("analysis.measures.net.expression", "items * amount"),
    ("analysis.measures.net.precision", 1),
    ("analysis.measures.net.name", "gross"),
    ("analysis.aliases.city", ["town", "place"]),
    ("analysis.stream.window", "2 hours"),
    ("analysis.stream.slide", "30 minutes"),
    ("analysis.stream.watermark", "1 hour"),
    ("analysis.stream.group_by", "paid"),
    ("analysis.stream.value", "amount"),
]


@pytest.mark.parametrize(("path", "value"), DECIDES, ids=lambda case: "")
def test_all_that_decides_rows_or_results_changes_it(
    read: Read, document: dict[str, Any], path: str, value: Any
) -> None:
    if path == "schema.fields.paid.name":
        document = {**document, "analysis": {**ANALYSIS, "dimensions": ["city"]}}
    changed, _, lost = overlay(document, {path: value})
    assert lost == []
    assert read(changed).analysis.fingerprint != read(document).analysis.fingerprint


def test_keys_that_are_data_count_also_where_they_are_called_like_notes(read: Read, shop: Shop) -> None:
    def named(key: str) -> str:
        field = {"name": "x", "type": "derived_map", "from_field": "city", "map": {key: 1}}
        table = {"name": "y", "type": "category", "conditional_on": "id", "conditional_table": {key: [1]}}
        return read(shop(field, table, seed=1)).analysis.fingerprint

    assert len({named("comment"), named("description"), named("$schema")}) == 3


def test_the_sha256_is_of_the_whole_effective_document(read: Read, document: dict[str, Any]) -> None:
    plain = read(document)
    noted = read({**document, "comment": "x"})
    assert noted.schema_sha256 != plain.schema_sha256
    assert read(copy.deepcopy(document)).schema_sha256 == plain.schema_sha256
    assert read(dict(reversed(document.items()))).schema_sha256 == plain.schema_sha256
    assert read(document, overrides={"seed": 1}).schema_sha256 == plain.schema_sha256
    assert read(document, overrides={"seed": 2}).schema_sha256 == read({**document, "seed": 2}).schema_sha256
