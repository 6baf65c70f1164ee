"""The first line of a CSV file: where columns lie, or what else the file is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from batch.csv_header import LONGEST_BYTES, first_line, read_header, strange
from datagen.errors import UserError
from datagen.schema import read_schema
from pipeline.reading import Reading, reading_of
from tests.batch.conftest import SHOP

PLACES = {  # first line -> in which field each column lies
    "id,at,city,amount,items,paid": {"id": 0, "at": 1, "city": 2, "amount": 3, "items": 4, "paid": 5},
    "paid,items,amount,city,at,id": {"paid": 0, "items": 1, "amount": 2, "city": 3, "at": 4, "id": 5},
    ' ID ,"At",TOWN,other,,': {"id": 0, "at": 1, "city": 2},
    "\ufeffid,at": {"id": 0, "at": 1},
    '\ufeff"id","at"': {"id": 0, "at": 1},
    "town,city,at": {"city": 1, "at": 2},
    '"at, of sale",at': {"at": 1},
}
REFUSED: dict[str | bytes, str] = {
    b"\xff\xfei\0d\0": "a.csv: this is UTF-16; save it as UTF-8",
    b"\xfe\xff\0i\0d": "a.csv: this is UTF-16; save it as UTF-8",
    b"i\0d\0,\0": "a.csv: this is UTF-16; save it as UTF-8",
    b"id,at\0,x\n": "a.csv: this is no text file",
    b"PK\x03\x04": "a.csv: this is a zip archive or a spreadsheet; save the sheet as CSV",
    b"\x1f\x8b\x08": "a.csv: this is gzip; its name has to end in .gz",
    b"PAR1\x15": "a.csv: this is Parquet; its name has to end in .parquet",
    b"%PDF-1.7": "a.csv: this is a PDF document",
    b"id,M\xfcnchen\n": "a.csv:1: not UTF-8 at byte 4; save it as UTF-8",
    b"x" * LONGEST_BYTES: "a.csv:1: the first line is longer than 1 MiB; this is no CSV file with a header",
    b"id,at\r1,2025-01-05\r": "a.csv:1: its lines end with CR alone; save it with LF or CRLF",
    b"id,at\r1,2025-01-05\n2,2025-01-06\n": "a.csv:1: its lines end with CR alone; save it with LF or CRLF",
    b"x" * (1 << 18) + b",id,at\n": "a.csv:1: a column's name is longer than 128 KiB; this is no header",
    "\nid,at\n": "a.csv: no header; the first line has to name the columns, at among them",
    ",,\n": "a.csv: no header; the first line has to name the columns, at among them",
    "id;at;city\n": "a.csv:1: its columns are separated by ';'; save it with commas",
    "id\tat\n": "a.csv:1: its columns are separated by tabs; save it with commas",
    '"id"|"at"\n': "a.csv:1: its columns are separated by '|'; save it with commas",
    "id,at,At\n": "a.csv:1: two columns are called 'at'; remove or rename one",
    "id,at,town,Town \n": "a.csv:1: two columns are called 'town'; remove or rename one",
    "b,2025-01-05\n": "a.csv:1: no header; the first line has to name the columns, at among them,"
    " but reads 'b,2025-01-05'",
}


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    schema: Path = tmp_path_factory.mktemp("schema") / "shop.json"
    schema.write_text(json.dumps(SHOP))
    return reading_of(read_schema(schema).analysis)


@pytest.mark.parametrize("line", PLACES)
def test_columns_are_found_by_name_in_any_order_and_case(line: str, reading: Reading) -> None:
    header = read_header("a.csv", f"{line}\r\n1,2\n".encode(), reading)
    assert header.places == PLACES[line]
    assert header.line == line.removeprefix("\ufeff")


def test_fields_are_counted_as_the_header_has_them(reading: Reading) -> None:
    assert read_header("a.csv", b'id,at,"a,b",,\n', reading).fields == 5


@pytest.mark.parametrize(("head", "message"), REFUSED.items(), ids=REFUSED.values())
def test_what_is_no_header_is_refused(head: str | bytes, message: str, reading: Reading) -> None:
    with pytest.raises(UserError) as caught:
        read_header("a.csv", head.encode() if isinstance(head, str) else head, reading)
    assert str(caught.value) == message


def test_a_file_of_one_line_needs_no_line_end(reading: Reading) -> None:
    assert first_line("a.csv", b"id,at") == "id,at"


def test_only_columns_that_the_document_knows_are_not_strange(reading: Reading) -> None:
    assert strange("id, TOWN ,more,,at_utc", reading) == ["more", "at_utc"]
