"""`analysis` with its defaults: what the jobs and pages learn of a document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from datagen.analysis import Dimension, Flag, InputColumn, Measure, Number, Stream, from_json
from datagen.model import Dataset

Read = Callable[..., Dataset]
Shop = Callable[..., dict[str, Any]]


def test_all_defaults_are_filled_in(read: Read, shop: Shop) -> None:
    analysis = read(shop(time_window={"start": "2025-01-01", "end": "2025-01-02"}, description="A shop.")).analysis
    assert (analysis.dataset, analysis.name, analysis.title, analysis.table) == ("shop", "shop", "shop", "shop")
    assert (analysis.description, analysis.currency, analysis.timezone) == ("A shop.", None, "UTC")
    assert (analysis.id_field, analysis.timestamp_field) == ("id", "ts")
    assert analysis.dimensions == (Dimension("city", "City"),)
    assert analysis.numeric_fields == (
        Number("amount", "Amount", "float", 2, "number", None, None),
        Number("items", "Items", "int", None, "number", None, None),
    )
    assert analysis.boolean_fields == (Flag("paid", "Paid", "percent", None, None),)
    assert (analysis.measures, analysis.aliases) == ((), {})
    assert analysis.stream == Stream(3600, 900, 900, "city", "amount")
    assert (analysis.window_start, analysis.window_end) == ("2025-01-01T00:00:00", "2025-01-02T23:59:59.999999")
    assert analysis.labels == {"id": "Id", "ts": "Ts"}


def test_what_the_document_says_stands(read: Read, shop: Shop) -> None:
    written = {
        "name": "Shop",
        "currency": "EUR",
        "timezone": "Europe/Oslo",
        "description": "Of the analysis.",
        "id_field": "city",
        "timestamp_field": "ts",
        "dimensions": ["paid", {"name": "city", "label": "Town", "comment": "a note"}],
        "numeric_fields": [{"name": "items", "unit": "pcs", "polarity": "bad", "format": "number"}, "amount"],
        "boolean_fields": [],
        "measures": [
            {"name": "net", "expression": "amount * items", "precision": 1, "label": "Net sales"},
            {"name": "share", "expression": "1 if paid else 0", "format": "percent"},
        ],
        "aliases": {"city": ["town"], "ts": ["event_time", "timestamp"]},
        "stream": {"window": "1 day", "slide": "6 hours", "watermark": "0 s", "group_by": "city", "value": "items"},
    }
    analysis = read(shop(analysis=written, description="Of the document.")).analysis
    assert (analysis.name, analysis.title, analysis.description) == ("Shop", "Shop", "Of the analysis.")
    assert (analysis.currency, analysis.timezone, analysis.id_field) == ("EUR", "Europe/Oslo", "city")
    assert analysis.dimensions == (Dimension("paid", "Paid"), Dimension("city", "Town"))
    assert analysis.numeric_fields == (
        Number("items", "Items", "int", None, "number", "pcs", "bad"),
        Number("amount", "Amount", "float", 2, "money", None, "good"),
    )
    assert analysis.boolean_fields == ()
    assert analysis.measures == (
        Measure("net", "Net sales", "amount * items", 1, "money", None, "good"),
        Measure("share", "Share", "1 if paid else 0", 6, "percent", None, None),
    )
    assert analysis.aliases == {"city": ("town",), "ts": ("event_time", "timestamp")}
    assert analysis.stream == Stream(86_400, 21_600, 0, "city", "items")


def test_every_column_is_met_as_the_extract_has_it(read: Read) -> None:
    fields: list[tuple[dict[str, Any], InputColumn]] = [
        ({"type": "uuid"}, InputColumn("c", "text")),
        ({"type": "id_sequence"}, InputColumn("c", "int")),
        ({"type": "int"}, InputColumn("c", "int")),
        ({"type": "float", "min": 0, "max": 1}, InputColumn("c", "float")),
        ({"type": "float", "min": 0, "max": 1, "precision": 3}, InputColumn("c", "float", 3)),
        ({"type": "bool"}, InputColumn("c", "bool")),
        ({"type": "category", "choices": ["a", 1]}, InputColumn("c", "text")),
        ({"type": "category", "choices": [1, None]}, InputColumn("c", "int")),
        ({"type": "category", "choices": [1, 0.5]}, InputColumn("c", "float")),
        ({"type": "category", "choices": [True, False]}, InputColumn("c", "bool")),
        ({"type": "string", "pattern": "a"}, InputColumn("c", "text")),
        ({"type": "datetime"}, InputColumn("c", "time", None, "iso")),
        ({"type": "datetime", "format": "%Y-%m-%d"}, InputColumn("c", "time", None, "%Y-%m-%d")),
        ({"type": "geo", "bbox": [0, 0, 1, 1]}, InputColumn("c", "object")),
        ({"type": "geo", "bbox": [0, 0, 1, 1], "as_object": False}, InputColumn("c", "text")),
    ]
    for field, expected in fields:
        assert read({"schema": {"fields": [{"name": "c", **field}]}}).analysis.columns == (expected,)


def test_a_derived_column_is_of_the_kind_of_its_values(read: Read, shop: Shop) -> None:
    made = {"type": "derived_map", "from_field": "city", "map": {"Oslo": True}, "default": False}
    dataset = read(shop({"name": "west", **made}, analysis={"boolean_fields": ["west"]}))
    assert dataset.analysis.column("west").kind == "bool"
    assert dataset.analysis.boolean_fields[0].name == "west"


def test_the_first_uuid_names_a_row_else_the_first_sequence_else_nothing(read: Read) -> None:
    sequence, uuid = {"name": "n", "type": "id_sequence"}, {"name": "u", "type": "uuid"}
    flag = {"name": "b", "type": "bool"}
    assert read({"schema": {"fields": [sequence, flag, uuid]}}).analysis.id_field == "u"
    assert read({"schema": {"fields": [flag, sequence]}}).analysis.id_field == "n"
    assert read({"schema": {"fields": [flag]}}).analysis.id_field is None


def test_a_key_is_not_summed_by_default(read: Read, shop: Shop) -> None:
    analysis = read(shop(analysis={"id_field": "items"})).analysis
    assert [number.name for number in analysis.numeric_fields] == ["amount"]


def test_without_a_timestamp_or_a_dimension_there_is_no_stream(read: Read, shop: Shop) -> None:
    assert read({"schema": {"fields": [{"name": "b", "type": "category", "choices": [1]}]}}).analysis.stream is None
    assert read(shop(analysis={"dimensions": []})).analysis.stream is None


def test_a_stream_counts_where_there_is_nothing_to_sum(read: Read, shop: Shop) -> None:
    stream = read(shop(analysis={"numeric_fields": []})).analysis.stream
    assert stream == Stream(3600, 900, 900, "city", None)


def test_a_window_may_hold_a_thousand_slides(read: Read, shop: Shop) -> None:
    stream = read(shop(analysis={"stream": {"window": "1000 minutes", "slide": "1 minute"}})).analysis.stream
    assert stream == Stream(60_000, 60, 900, "city", "amount")


def test_the_stream_sums_the_first_measure_where_there_is_one(read: Read, shop: Shop) -> None:
    measures = [{"name": "net", "expression": "amount"}]
    assert read(shop(analysis={"measures": measures})).analysis.stream == Stream(3600, 900, 900, "city", "net")


def test_money_has_a_currency_no_unit_and_at_most_two_declared_digits(read: Read) -> None:
    fields = [
        {"name": "money", "type": "float", "min": 0, "max": 1, "precision": 2},
        {"name": "fine", "type": "float", "min": 0, "max": 1, "precision": 3},
        {"name": "loose", "type": "float", "min": 0, "max": 1},
        {"name": "mass", "type": "float", "min": 0, "max": 1, "precision": 2},
        {"name": "count", "type": "int"},
    ]
    numbers = ["money", "fine", "loose", {"name": "mass", "unit": "kg"}, "count"]
    document = {"schema": {"fields": fields}, "analysis": {"currency": "EUR", "numeric_fields": numbers}}
    formats = [(number.format, number.polarity) for number in read(document).analysis.numeric_fields]
    assert formats == [("money", "good"), *[("number", None)] * 4]
    del document["analysis"]["currency"]  # type: ignore[attr-defined]
    assert read(document).analysis.numeric_fields[0].format == "number"


@pytest.mark.parametrize(
    "text", ["%Y-%m-%d", "%F %T", "%d.%m.%y %H:%M", "%b %d %Y %I:%M %p", "%Y%j", "%s%%".replace("%s", "%F")]
)
def test_a_pattern_that_tells_a_day_can_be_event_time(read: Read, shop: Shop, text: str) -> None:
    field = {"name": "when", "type": "datetime", "format": text}
    assert read(shop(field, analysis={"timestamp_field": "when"})).analysis.timestamp_field == "when"


@pytest.mark.parametrize("text", ["%H:%M", "%m-%d", "%Y-%m", "%Y-%d", "%F %I:%M", "%F %M", "%%Y-%m-%d", "%Y-%B %H"])
def test_a_pattern_that_tells_no_instant_cannot(problems: Callable[..., list[str]], shop: Shop, text: str) -> None:
    field = {"name": "when", "type": "datetime", "format": text}
    found = problems(shop(field, analysis={"timestamp_field": "when"}))
    assert [line.endswith("from which no instant can be read; iso can") for line in found] == [True]


def test_other_datetimes_may_have_any_format_and_name(read: Read, shop: Shop) -> None:
    read(shop({"name": "_at", "type": "datetime", "format": "%H:%M"}))


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("merchant_cat", "Merchant cat"),
        ("unitPrice", "Unit price"),
        ("KPI_value", "KPI value"),
        ("_", "_"),
        ("a1", "A1"),
    ],
)
def test_a_name_is_made_readable(read: Read, name: str, label: str) -> None:
    assert read({"schema": {"fields": [{"name": name, "type": "uuid"}]}}).analysis.labels == {name: label}


def test_what_is_published_is_read_back(read: Read, shop: Shop) -> None:
    analysis = read(shop(analysis={"aliases": {"city": ["town"]}})).analysis
    assert from_json(analysis.to_json()) == analysis
