"""What people hand in that is no schema: each is recognised, in one sentence, and never ends in a traceback."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from datagen.errors import UserError
from datagen.model import Dataset
from datagen.schema import read_schema
from datagen.schema.files import MAX_BYTES

Lines = Callable[..., list[str]]
Read = Callable[..., Dataset]
Write = Callable[..., Path]
Shop = Callable[..., dict[str, Any]]

CSV = "this looks like a CSV file, not a schema; a schema describes the columns in JSON"
YAML = "this looks like YAML; write the schema as JSON"
UTF16 = "not UTF-8 but UTF-16 or UTF-32, or no text at all; save it as UTF-8"
JSON_SCHEMA = "this is a JSON Schema; a document here lists its columns under schema.fields"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the file is empty; a document begins with {"),
        (b"\xef\xbb\xbf", "the file is empty; a document begins with {"),
        (b"order_id,city,amount\n1,Oslo,5\n", CSV),
        (b"order_id;city;amount\n1;Oslo;5\n", CSV),
        (b'"order_id","city"\n"1","Oslo"\n', CSV),
        (b"order_id\tcity\n", CSV),
        (b"schema:\n  fields:\n", YAML),
        (b"---\nschema:\n", YAML),
        (b"<?xml version='1.0'?><a/>", "this is HTML or XML, not a schema; a schema is JSON text"),
        (b"PAR1\x15\x04", "a Parquet file, not a schema; a schema is JSON text"),
        (b"PK\x03\x04\x14", "a zip file or a spreadsheet, not a schema; a schema is JSON text"),
        (b"\x1f\x8b\x08\x08", "a gzip file, not a schema; a schema is JSON text"),
        ('{"seed": 1}'.encode("utf-16"), UTF16),
        ('{"seed": 1}'.encode("utf-16-le"), UTF16),
        ('{"seed": 1}'.encode("utf-16-be"), UTF16),
        ('{"seed": 1}'.encode("utf-32"), UTF16),
        (b"\0" * 100, UTF16),
        (b'{"seed": 1}\0', "a zero byte; this is no JSON text"),
        (b'{"name": "caf\xe9"}', "byte \\xe9 is not UTF-8; save it as UTF-8"),
        (b"[1]", "the document is [1], not an object; it begins with {"),
        (b"null", "the document is null, not an object; it begins with {"),
        (b"{}", "'schema' is missing: what the rows are made of"),
    ],
    ids=lambda case: "",
)
def test_a_file_that_is_no_schema_is_recognised(problems: Lines, content: bytes, expected: str) -> None:
    assert problems(content) == [f"shop.json:1  {expected}"]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}, JSON_SCHEMA),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, JSON_SCHEMA),
        (
            {"version": "1.0", "metadata": {"name": "UserEvents"}},
            "this looks like the relational dialect, but has no 'nodes'; list its tables there",
        ),
        ({"type": "record", "name": "A", "fields": []}, "this is an Avro schema; list its columns under schema.fields"),
        ({"openapi": "3.1.0", "info": {}}, "this is an OpenAPI description, not a schema of rows"),
        ({"files": [], "schema_sha256": ""}, "this is the manifest of a generated set, not its schema"),
        ({"fingerprint": "", "dimensions": []}, "this is the published analysis of a run, not a schema"),
        ({"cells": [], "nbformat": 4}, "this is a notebook, not a schema"),
        ({"fields": []}, 'fields stands at the top; put it into schema: {"schema": {"fields": […]}}'),
    ],
    ids=lambda case: "",
)
def test_a_document_of_another_tool_is_recognised(problems: Lines, document: Any, expected: str) -> None:
    assert problems(document) == [f"shop.json:1  {expected}"]


def test_the_line_of_a_wrong_byte_is_told(problems: Lines) -> None:
    assert problems(b'{\n"name":\n"\xff"}') == ["shop.json:3  byte \\xff is not UTF-8; save it as UTF-8"]


def test_a_byte_order_mark_and_windows_line_ends_are_read(read: Read, shop: Shop) -> None:
    text = json.dumps(shop(), indent=1).replace("\n", "\r\n")
    assert read(b"\xef\xbb\xbf" + text.encode()).table("shop").columns[2].name == "city"


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("UserEvents", "userevents"),
        ("01-orders", "d_01_orders"),
        ("retail orders (1)", "retail_orders_1_"),
        ("__x", "x"),
        ("a.b", "a_b"),
        ("x" * 200, "x" * 63),
    ],
)
def test_the_stem_of_the_file_names_the_data_set(read: Read, shop: Shop, stem: str, name: str) -> None:
    dataset = read(shop(), f"{stem}.json")
    assert (dataset.name, dataset.tables[0].name, dataset.analysis.dataset) == (name, name, name)


def test_a_stem_that_makes_no_name_needs_one_in_the_document(problems: Lines, read: Read, shop: Shop) -> None:
    expected = "the file's name makes no dataset's name; give one with the key 'name'"
    assert problems(shop(), "日本.json") == [f"日本.json:1  {expected}"]
    assert read(shop(name="nippon"), "日本.json").name == "nippon"


def test_a_missing_file_is_told_with_the_one_that_was_meant(write: Write, shop: Shop) -> None:
    path = write(shop(), "retail_orders.json")
    for wrong in ("retail_order.json", "retail_orders"):
        with pytest.raises(UserError, match=rf"{wrong} does not exist; did you mean .*/retail_orders\.json\?$"):
            read_schema(path.with_name(wrong))
    with pytest.raises(UserError, match=r"x\.json does not exist; nor does the folder .*/none$"):
        read_schema(path.parent / "none" / "x.json")


def test_a_folder_is_told_with_the_schemas_in_it(write: Write, shop: Shop) -> None:
    folder = write(shop()).parent
    with pytest.raises(UserError, match=r" is a folder; name a schema file in it: shop\.json$"):
        read_schema(folder)


def test_a_file_without_end_is_not_read_to_it(write: Write, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"/dev/zero is larger than 4 MiB; is it a schema\?$"):
        read_schema(Path("/dev/zero"))
    with pytest.raises(UserError, match=r"shop\.json is larger than 4 MiB; is it a schema\?$"):
        read_schema(write(" " * (MAX_BYTES + 1)))


def test_a_path_that_no_file_can_have_is_told() -> None:
    with pytest.raises(UserError, match=r"cannot be read: "):
        read_schema(Path("a\0b"))
    with pytest.raises(UserError, match=r"cannot be read: "):
        read_schema(Path("a" * 5_000))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_told(write: Write, shop: Shop) -> None:
    path = write(shop())
    path.chmod(0)
    with pytest.raises(UserError, match=r"shop\.json cannot be read: Permission denied$"):
        read_schema(path)
