"""Lines of JSON as cells: which are objects, what may stand in a column, and how it is read as text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pyspark.sql import SparkSession

from pipeline.cells import FAULT, LONGEST_CELL_BYTES, MISSING, SORT, cell
from pipeline.cells_json import cells
from pipeline.reading import Reading
from tests.pipeline.asking import lines

pytestmark = pytest.mark.spark
GOOD = {"id": "a", "at": "2025-01-05T10:00:00", "city": "Pune", "amount": 10.5, "items": 2, "paid": True}
FAULTS: dict[str | bytes, str] = {
    "x": "not a JSON object",
    "1": "not a JSON object",
    '"id"': "not a JSON object",
    "null": "not a JSON object",
    "[]": "not a JSON object",
    '[{"id": "a"}]': "not a JSON object",
    '{"id": "a"': "not a JSON object",
    '{"id": "a",}': "not a JSON object",
    "{'id': 'a'}": "not a JSON object",
    "{id: 1}": "not a JSON object",
    '{"amount": NaN}': "not a JSON object",
    '{"amount": 01}': "not a JSON object",
    '{"id": "a"} {"id": "b"}': "not a JSON object",
    '{"id": "a"}}': "not a JSON object",
    '{"id": "a"} x': "not a JSON object",
    '{"id": "a"},"x":1': "not a JSON object",
    '{"id": "a"},{"id": "b"}': "not a JSON object",
    '{"id": "a"}]': "not a JSON object",
    '{"id": "a"},{}] x': "not a JSON object",
    '{"id": "a" /* b */}': "not a JSON object",
    '{"id": "\\ud800"': "not a JSON object",
    '{"id": "a", "id": "a"}': "a key that stands there twice",
    '{"id": "a", " ID ": "b"}': "a key that stands there twice",
    '{"id": "a\0"}': "a NUL byte",
    '{"id": "a\\u0000"}': "id: a NUL byte",
    '{"city": "Pu\\u0000ne"}': "city: a NUL byte",
    b'{"id": "a\xff"}': "not UTF-8",
    '{"id": 7}': "id: a number of JSON",
    '{"id": true}': "id: true or false of JSON",
    '{"at": 1736071200}': "at: a number of JSON",
    '{"city": {"name": "Pune"}}': "city: an object of JSON",
    '{"city": ["Pune"]}': "city: an array of JSON",
    '{"amount": true}': "amount: true or false of JSON",
    '{"amount": {}}': "amount: an object of JSON",
    '{"items": []}': "items: an array of JSON",
    '{"paid": 1}': "paid: a number of JSON",
    json.dumps({"city": "é" * (LONGEST_CELL_BYTES // 2 + 1)}, ensure_ascii=False): "city: longer than 64 KiB",
}
READ: dict[str, dict[str, str]] = {  # line -> the cells that are not null
    "{}": {},
    json.dumps(GOOD): {
        **{name: str(value) for name, value in GOOD.items()},
        "paid": "true",
    },
    f"\ufeff{json.dumps({'id': 'a'})} \t": {"id": "a"},
    '{ "ID" : "a" , " Town\\t": " Pune " }': {"id": "a", "city": " Pune "},
    '{"place": "A", "town": "B"}': {"city": "B"},
    '{"city": "A", "town": "B", "other": [1, {"deep": null}]}': {"city": "A"},
    '{"amount": "1.50", "items": "7", "paid": "yes"}': {"amount": "1.50", "items": "7", "paid": "yes"},
    '{"amount": 1e2, "items": -0, "paid": false}': {"amount": "100.0", "items": "0", "paid": "false"},
    '{"amount": 0.1, "items": 9223372036854775807}': {"amount": "0.1", "items": "9223372036854775807"},
    '{"amount": 12345678901234567890.12}': {"amount": "12345678901234567890.12"},
    '{"amount": null, "city": null}': {},
    '{"city": "", "id": "\\u00e9\\n\\"\\\\"}': {"city": "", "id": 'é\n"\\'},
    '{"city": "\\\\u0000", "other": "\\u0000"}': {"city": "\\u0000"},
    f'{{"city": "{"x" * LONGEST_CELL_BYTES}"}}': {"city": "x" * LONGEST_CELL_BYTES},
    f'{{"id": "a", "other": {"[" * 60}{"]" * 60}}}': {"id": "a"},
}
BLANK = ("", " ", "\t\u00a0", "\ufeff")


def read(spark: SparkSession, texts: list[str | bytes], reading: Reading) -> list[dict[str, Any]]:
    return [row.asDict() for row in cells(lines(spark, texts), reading).collect()]


def filled(row: dict[str, Any], reading: Reading) -> dict[str, str]:
    return {name: row[cell(name)] for name in reading.names if row[cell(name)] is not None}


def test_a_line_that_is_no_object_or_has_the_wrong_type_is_told_so(spark: SparkSession, reading: Reading) -> None:
    found = read(spark, list(FAULTS), reading)
    assert {line: row[FAULT] for line, row in zip(FAULTS, found, strict=True)} == FAULTS
    assert {row[SORT] for row in found} == {"record"}


def test_the_cells_of_an_object_are_text_under_the_names_of_the_document(spark: SparkSession, reading: Reading) -> None:
    found = read(spark, list(READ), reading)
    assert {line: row[FAULT] for line, row in zip(READ, found, strict=True) if row[FAULT]} == {}
    assert {line: filled(row, reading) for line, row in zip(READ, found, strict=True)} == READ


def test_it_is_told_which_keys_are_not_there_and_a_null_is_there(spark: SparkSession, reading: Reading) -> None:
    (row,) = read(spark, ['{"at": null, "town": "Pune", "paid": true}'], reading)
    missing = {name for place, name in enumerate(reading.names) if row[MISSING] >> place & 1}
    assert missing == {"id", "amount", "items"}


def test_blank_lines_are_no_records(spark: SparkSession, reading: Reading) -> None:
    assert [row[SORT] for row in read(spark, list(BLANK), reading)] == ["blank"] * len(BLANK)


def test_a_time_that_is_counted_may_be_a_number(spark: SparkSession, epoch_reading: Reading) -> None:
    texts: list[str | bytes] = ['{"at": 1736071200000}', '{"at": "1736071200000"}', '{"at": [1]}']
    number, text, array = read(spark, texts, epoch_reading)
    assert number[cell("at")] == text[cell("at")] == "1736071200000"
    assert [row[FAULT] for row in (number, text, array)] == [None, None, "at: an array of JSON"]
