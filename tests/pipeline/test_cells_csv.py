"""Lines of CSV as cells, against a reader of one character after the other."""

from __future__ import annotations

import csv
import random
from typing import Any

import pytest
from pyspark.sql import SparkSession

from pipeline.cells import FAULT, LONGEST_CELL_BYTES, MISSING, SORT, cell
from pipeline.cells_csv import Header, cells
from pipeline.reading import Reading
from tests.pipeline.asking import lines

pytestmark = pytest.mark.spark
QUOTES = "quotes that RFC 4180 does not allow"
NAMES = ("id", "city", "paid")  # of the columns that are read, in another order than the document's
HEADER = Header("id,city,paid", 3, {name: place for place, name in enumerate(NAMES)})
FIELDS: dict[str, list[str]] = {
    "a,b,c": ["a", "b", "c"],
    ",,": ["", "", ""],
    " a , b ,c ": [" a ", " b ", "c "],
    '"a","b","c"': ["a", "b", "c"],
    '"","",""': ["", "", ""],
    '"a,b","c ""d""",e': ["a,b", 'c "d"', "e"],
    '"""",",",""""""': ['"', ",", '""'],
    "a\tb,é東,\U0001f600": ["a\tb", "é東", "\U0001f600"],
    '"a\nb",c,"\n"': ["a\nb", "c", "\n"],
    "$1,\\,\\0": ["$1", "\\", "\\0"],
    f"{'x' * LONGEST_CELL_BYTES},b,c": ["x" * LONGEST_CELL_BYTES, "b", "c"],
}
FAULTS: dict[str | bytes, str] = {
    "a,b": "2 fields, not 3",
    "a,b,c,": "4 fields, not 3",
    '"a,b",c': "2 fields, not 3",
    "x": "1 fields, not 3",
    'a"b,c,d': QUOTES,
    '"a"b,c,d': QUOTES,
    ' "a",b,c': QUOTES,
    '"a" ,b,c': QUOTES,
    '"a,b,c': QUOTES,
    'a,b,"c': QUOTES,
    "a\0,b,c": "a NUL byte",
    '"a\0",b,c': "a NUL byte",
    b"a\xff,b,c": "not UTF-8",
    f"{'é' * (LONGEST_CELL_BYTES // 2 + 1)},b,c": "id: longer than 64 KiB",
    f'a,"{"x" * (LONGEST_CELL_BYTES + 1)}",c': "city: longer than 64 KiB",
}


def read(
    spark: SparkSession, texts: list[str | bytes], reading: Reading, *, whole: bool = True
) -> list[dict[str, Any]]:
    return [row.asDict() for row in cells(lines(spark, texts), HEADER, reading, whole=whole).collect()]


def fields(row: dict[str, Any]) -> list[str]:
    return [row[cell(name)] for name in NAMES]


def parsed(line: str) -> list[str] | None:
    """The fields by the grammar of RFC 4180; None where a quote stands where none may."""
    found, text, place = [], f"{line},", 0
    while place < len(text):
        field = ""
        if text[place] == '"':
            place += 1
            while (quote := text.find('"', place)) >= 0 and text[quote + 1] == '"':
                field += text[place : quote + 1]
                place = quote + 2
            if quote < 0 or text[quote + 1] != ",":
                return None
            field += text[place:quote]
            place = quote + 2
        else:
            comma = text.index(",", place)
            field = text[place:comma]
            if '"' in field:
                return None
            place = comma + 1
        found.append(field)
    return found


def test_the_plain_parser_agrees_with_pythons_on_what_is_well_formed() -> None:
    assert {line: parsed(line) for line in FIELDS} == FIELDS == {line: next(csv.reader([line])) for line in FIELDS}


def test_the_fields_of_a_line_are_what_rfc_4180_says(spark: SparkSession, reading: Reading) -> None:
    found = read(spark, list(FIELDS), reading)
    assert {line: fields(row) for line, row in zip(FIELDS, found, strict=True)} == FIELDS
    assert {(row[FAULT], row[SORT]) for row in found} == {(None, "record")}


def test_a_line_that_is_not_is_told_why(spark: SparkSession, reading: Reading) -> None:
    found = read(spark, list(FAULTS), reading)
    assert {line: row[FAULT] for line, row in zip(FAULTS, found, strict=True)} == FAULTS


def test_any_line_of_quotes_and_commas_is_read_by_the_grammar_or_refused(spark: SparkSession, reading: Reading) -> None:
    draw = random.Random(41)
    texts = ["".join(draw.choices('"",,a ', k=draw.randrange(2, 12))) for _ in range(4_000)]
    texts = [text for text in texts if text.strip(" ")]
    for text, row in zip(texts, read(spark, list(texts), reading), strict=True):
        right = parsed(text)
        if right is None:
            assert row[FAULT] == QUOTES, text
        elif len(right) != len(NAMES):
            assert row[FAULT] == f"{len(right)} fields, not 3", text
        else:
            assert (row[FAULT], fields(row)) == (None, right), text


def test_a_line_whose_quote_is_open_waits_for_the_rest_of_its_record(spark: SparkSession, reading: Reading) -> None:
    texts: list[str | bytes] = ['a,"b', '"a""', 'a"b', 'a,"b",c', '"a"b"c"', "a,b"]
    torn = [row[SORT] for row in read(spark, texts, reading, whole=False)]
    assert torn == ["torn", "torn", "torn", "record", "record", "record"]


def test_blank_lines_and_headers_are_told_from_records(spark: SparkSession, reading: Reading) -> None:
    headers = [HEADER.line, "ID,Town,paid ", '"id"," CITY\t",Paid', "\ufeffid,place,paid"]
    records = ["id,city", "id,city,paid,", "city,id,paid", "id,city,", "id,Pune,paid", ","]
    found = read(spark, ["", "   ", *headers, *records], reading)
    assert [row[SORT] for row in found] == ["blank"] * 2 + ["header"] * 4 + ["record"] * 6


def test_columns_that_are_not_there_are_told(spark: SparkSession, reading: Reading) -> None:
    (row,) = read(spark, ["a,b,c"], reading)
    missing = {name for place, name in enumerate(reading.names) if row[MISSING] >> place & 1}
    assert missing == {"at", "amount", "items"}
    assert [row[cell(name)] for name in missing] == [None] * 3
