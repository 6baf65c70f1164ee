"""The documents that come with us: businesses of one table or several, each complete enough to begin one's own from."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from datagen.analysis import Dimension, Flag, Number
from datagen.compile import compile_schema
from datagen.fanout import Poisson
from datagen.model import Dataset
from datagen.rows import generate
from datagen.schema import read_effective, read_schema
from datagen.schema.fields import KINDS
from tests.gallery import GALLERY


def dataset(name: str) -> Dataset:
    return read_schema(GALLERY[name])


def test_there_are_seven_businesses() -> None:
    names = ["bank", "card_transactions", "funnel", "iot_sensors", "retail_orders", "shop", "users_events"]
    assert list(GALLERY) == names


@pytest.mark.parametrize("path", GALLERY.values(), ids=GALLERY)
def test_the_effective_document_makes_the_same_rows_elsewhere(path: Path) -> None:
    """As a task on a cluster has it: as JSON, and without the file."""
    here = read_schema(path, overrides={"seed": 7})
    there = read_effective(json.loads(json.dumps(here.document)))
    assert (there.analysis, there.schema_sha256, there.output) == (here.analysis, here.schema_sha256, here.output)
    one, other = compile_schema(here), compile_schema(there)
    for name in one.tables:
        rows = one.tables[name].count.upto(300)
        assert generate(other, name, 0, rows).equals(generate(one, name, 0, rows))


@pytest.mark.parametrize("path", GALLERY.values(), ids=GALLERY)
def test_a_document_says_what_it_is_and_what_its_page_answers(path: Path) -> None:
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    about = document.get("metadata", document)
    assert about["name"] == path.stem
    assert len(about["description"]) > 40
    assert len(document["comment"]) == 3
    assert all(question.endswith("?") for question in document["comment"])
    rows = {"nodes", "timeframe"} if "nodes" in document else {"entity_count", "time_window"}
    assert {"seed", "output", "analysis"} | rows <= document.keys()


@pytest.mark.parametrize("path", GALLERY.values(), ids=GALLERY)
def test_a_document_spells_its_analysis_out(path: Path) -> None:
    written: dict[str, Any] = json.loads(path.read_text("utf-8"))["analysis"]
    assert {"title", "timezone", "id_field", "timestamp_field", "stream"} <= written.keys()
    assert {"window", "slide", "watermark", "group_by", "value"} == written["stream"].keys()
    lists = ("dimensions", "numeric_fields", "boolean_fields", "measures")
    entries = [entry for key in lists for entry in written.get(key, [])]
    assert all("label" in entry for entry in entries)
    analysis = dataset(path.stem).analysis
    assert all(number.unit or number.format == "money" or number.kind == "int" for number in analysis.numeric_fields)
    assert any(flag.polarity == "bad" for flag in analysis.boolean_fields)


def test_the_gallery_shows_every_type_but_points() -> None:
    documents = [json.loads(path.read_text("utf-8")) for path in GALLERY.values()]
    fields = [field for document in documents for field in document.get("schema", {"fields": []})["fields"]]
    assert {field["type"] for field in fields} >= set(KINDS) - {"geo"}


@pytest.mark.parametrize("path", GALLERY.values(), ids=GALLERY)
def test_a_document_is_read_in_a_fraction_of_a_second(path: Path) -> None:
    def once() -> float:
        begun = time.process_time()
        read_schema(path)
        return time.process_time() - begun

    assert min(once() for _ in range(5)) < 0.25  # it takes a tenth of that where nothing else runs


def test_card_transactions_is_what_was_first_drawn() -> None:
    cards = dataset("card_transactions")
    assert (cards.seed, cards.tables[0].rows, cards.tables[0].axis) == (43, 20_000, "event_time")
    assert cards.document["time_window"] == {"start": "2025-01-01T06:00:00", "end": "2025-02-28T23:59:59"}
    assert [(column.name, column.kind) for column in cards.analysis.columns] == [
        ("event_id", "text"),
        ("event_time", "time"),
        ("city", "text"),
        ("channel", "text"),
        ("merchant_cat", "text"),
        ("card_id", "text"),
        ("amount", "float"),
        ("is_international", "bool"),
        ("is_chip", "bool"),
        ("is_contactless", "bool"),
        ("label_fraud", "bool"),
        ("key", "text"),
    ]
    assert cards.analysis.dimensions == (
        Dimension("city", "City"),
        Dimension("channel", "Channel"),
        Dimension("merchant_cat", "Merchant category"),
    )
    assert cards.analysis.numeric_fields == (Number("amount", "Amount", "float", 2, "money", None, "good"),)
    assert cards.analysis.boolean_fields[-1] == Flag("label_fraud", "Fraud", "percent", None, "bad")
    assert (cards.analysis.currency, cards.analysis.timezone) == ("INR", "Asia/Kolkata")


def test_the_bank_is_of_eleven_tables_and_makes_use_of_every_constraint() -> None:
    bank = dataset("bank")
    constraints = bank.document["constraints"]
    counts = {"foreign_keys": 15, "ranges": 6, "inequalities": 2, "enum": 6}
    assert (len(bank.tables), {key: len(constraints[key]) for key in counts}) == (11, counts)
    (payments,) = (table for table in bank.tables if table.name == bank.analysis.table)
    assert isinstance(payments.offspring and payments.offspring.fanout, Poisson)
    assert payments.rows == 120_000
    assert not bank.unmade
    assert [(type(target).__name__, target.table) for target in bank.targets] == [
        ("WeekendShare", "payment"),
        ("MeanInRange", "payment"),
    ]


def test_retail_orders_tells_revenue_by_a_measure() -> None:
    orders = dataset("retail_orders").analysis
    assert [measure.expression for measure in orders.measures] == ["coalesce(total_price, quantity * unit_price)"]
    assert orders.stream is not None
    assert (orders.stream.group_by, orders.stream.value) == ("product", "revenue")
    assert orders.aliases["product"] == ("item",)
    assert orders.aliases["order_ts"] == ("event_time", "order_time", "order_date", "timestamp")


def test_the_total_of_an_order_is_its_quantity_times_its_price() -> None:
    fields = {field["name"]: field for field in json.loads(GALLERY["retail_orders"].read_text())["schema"]["fields"]}
    prices: dict[str, float] = fields["unit_price"]["map"]
    quantities = range(fields["quantity"]["min"], fields["quantity"]["max"] + 1)
    expected = {
        f"{product} x {count}": round(count * price, 2) for product, price in prices.items() for count in quantities
    }
    assert fields["total_price"]["map"] == expected
    products = {choice["value"] for choice in fields["product"]["choices"]}
    assert products == set(prices) == set(fields["department"]["map"])
