"""What becomes of every kind of row: one run over many rows, each with the fate the table of rules gives it."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pyarrow.parquet as pq
import pytest

from datagen.errors import UserError

pytestmark = pytest.mark.spark

GOOD = "{id},2025-01-05T10:00:00,Pune,10.00,2,true"
WRONG = {  # row -> reason
    ",2025-01-05T10:00:00,Pune,1.00,2,true": "id: blank",
    "w1,,Pune,1.00,2,true": "at: blank",
    "w2,2025-02-30,Pune,1.00,2,true": "at: not a time",
    "w3,yesterday,Pune,1.00,2,true": "at: not a time",
    "w4,1999-12-31T23:59:59,Pune,1.00,2,true": "at: a year outside 2000 to 2099",
    "w5,2100-01-01,Pune,1.00,2,true": "at: a year outside 2000 to 2099",
    "w6,2025-01-05,Pune,abc,2,true": "amount: not a number",
    "w7,2025-01-05,Pune,NaN,2,true": "amount: not a finite number",
    "w8,2025-01-05,Pune,1.005,2,true": "amount: more than 2 digits after the point",
    "w9,2025-01-05,Pune,1e37,2,true": "amount: too large to be summed",
    "w10,2025-01-05,Pune,1.00,2.5,true": "items: not a whole number",
    "w11,2025-01-05,Pune,1.00,2,maybe": "paid: neither true nor false",
    "w12,2025-01-05,Pune,1.00,2": "5 fields, not 6",
    "w13,2025-01-05,Pune,1.00,2,true,x": "7 fields, not 6",
    "w14,2025-01-05,Pu\0ne,1.00,2,true": "a NUL byte",
    'w15,2025-01-05,P"une,1.00,2,true': "quotes that RFC 4180 does not allow",
    "w17,2025-01-05,Pune,1.00,1000000000000000,true": "items: too large to be summed",
    "w18,2025-01-05,Pune,1000000000000000000000000,2,true": "amount: too large to be summed",
    f"w16,2025-01-05,{'x' * 65_537},1.00,2,true": "city: longer than 64 KiB",
}
READ = (  # rows that count as they stand
    "r1,2025-01-05 10:00:00,Pune,1e1,+2,YES",
    "r2,2025-01-05T10:00:00.123456Z,Delhi,.5,2,n",
    "r3,2025-01-05T10:00:00+05:30, Delhi ,5.,2,T",
    'r4,2025-01-05,"a,b ""c""",0010.10,2,0',
    "r5,2025-01-05,007,1.10,2,F",
    "r6,2025-01-05,NA,1.10,2,1",
)


def test_every_wrong_row_is_put_aside_with_its_file_line_reason_and_text(shop: Any) -> None:
    lines = [line for row in WRONG for line in (row, "")]  # blank lines are passed over and still count as lines
    shop.rows(*READ, *lines)
    quality = shop.run()
    first = 2 + len(READ)
    assert shop.quarantine() == [
        {"file": "a.csv", "line": first + 2 * place, "reason": reason, "raw": row}
        for place, (row, reason) in enumerate(WRONG.items())
    ]
    assert quality["rows"] == {
        "read": len(READ) + len(WRONG),
        "counted": len(READ),
        "quarantined": len(WRONG),
        "duplicate": 0,
        "duplicate_differing": 0,
    }
    cities = {line.split(",")[1] for line in shop.csv()[1:]}
    assert {"007", "NA", "Delhi", "Pune"} <= cities


def test_what_is_absent_is_repaired_and_counted(shop: Any) -> None:
    shop.rows("a,2025-01-05, ,,4,", "b,2025-01-05,Pune,8.00,,true", GOOD.format(id="c"))
    quality = shop.run()
    assert {entry["column"]: entry["rows"] for entry in quality["repaired"]} == {
        "city": 1,
        "amount": 1,
        "items": 1,
        "paid": 1,
        "each": 2,
    }
    assert shop.csv("kpis")[1].startswith("3,18.00,6,5.00,")  # rows, amount, items, each
    assert shop.run(strict=True)["rows"]["quarantined"] == 2


def test_the_first_of_an_id_counts_by_file_name_and_line(shop: Any) -> None:
    shop.rows(GOOD.format(id="x"), GOOD.format(id="y"), name="b.csv")
    shop.rows(GOOD.format(id="x"), GOOD.format(id="x").replace("10.00", "99.00"), "x,never,Pune,1,1,1", name="a.csv")
    quality = shop.run()
    assert quality["rows"] == {
        "read": 5,
        "counted": 2,
        "quarantined": 1,
        "duplicate": 2,
        "duplicate_differing": 1,
    }
    assert [(file["file"], file["counted"], file["duplicate"]) for file in quality["files"]] == [
        ("a.csv", 1, 1),
        ("b.csv", 1, 1),
    ]
    assert shop.csv("kpis")[1].startswith("2,20.00,")


def test_a_quoted_line_end_belongs_to_its_record(shop: Any) -> None:
    shop.rows('a,2025-01-05,"two\nlines",1.00,2,true', "b,2025-01-05,Pune,bad,2,true", GOOD.format(id="c"))
    quality = shop.run()
    assert quality["rows"]["counted"] == 2
    assert [(row["line"], row["reason"]) for row in shop.quarantine()] == [(4, "amount: not a number")]


def test_json_lines_are_judged_as_csv_is(shop: Any) -> None:
    good = {"id": "a", "at": "2025-01-05T10:00:00", "city": "Pune", "amount": 10.0, "items": 2, "paid": True}
    lines = [
        json.dumps(good),
        json.dumps({**good, "id": "b", "amount": "1.50", "paid": "yes"}),
        json.dumps({**good, "id": "c", "amount": [1]}),
        json.dumps({**good, "id": "d", "city": 5}),
        '{"id": "e", "id": "f"}',
        "[1]",
        "not json",
        json.dumps({name: value for name, value in good.items() if name != "amount"} | {"id": "g"}),
    ]
    shop.write("a.jsonl.gz", gzip.compress("\n".join(lines).encode()))
    quality = shop.run()
    assert quality["rows"]["counted"] == 3
    assert [(row["line"], row["reason"]) for row in shop.quarantine()] == [
        (3, "amount: an array of JSON"),
        (4, "city: a number of JSON"),
        (5, "a key that stands there twice"),
        (6, "not a JSON object"),
        (7, "not a JSON object"),
    ]


def test_a_mark_crlf_other_cases_and_other_names_are_accepted(shop: Any) -> None:
    shop.write("a.csv", b"\xef\xbb\xbf ID ,AT,Town,amount,items,paid,more\r\na,2025-01-05,Pune,1.00,2,true,x\r\n")
    quality = shop.run()
    assert (quality["rows"]["read"], quality["rows"]["counted"]) == (1, 1)
    assert quality["warnings"] == ["columns that the document does not know are left out: 'more'"]
    assert shop.csv()[1].startswith("2025-01-05,Pune,1,1.00")


MARKED = {  # file -> what follows the mark
    "lf.csv": "id,at,city,amount,items,paid\n{},2025-01-05,Pune,1.00,2,true\n",
    "crlf.csv": "id,at,city,amount,items,paid\r\n{},2025-01-05,Pune,1.00,2,true\r\n",
    "quoted.csv": '"id","at","city","amount","items","paid"\n{},2025-01-05,Pune,1.00,2,true\n',
    "several.csv": 'id,at,city,amount,items,paid\r\n{},2025-01-05,"P\r\nune",1.00,2,true\r\n',
}


def test_a_byte_order_mark_makes_no_row_of_a_header(shop: Any) -> None:
    for name, text in MARKED.items():
        shop.write(name, b"\xef\xbb\xbf" + text.format(name).encode())
    assert {file["file"]: (file["read"], file["counted"]) for file in shop.run()["files"]} == dict.fromkeys(
        MARKED, (1, 1)
    )


def test_a_line_end_in_a_quoted_field_is_kept_as_it_is(shop: Any) -> None:
    rows = ('a,2025-01-05,"x\r\ny",1.00,2,true', 'b,2025-01-05,"x\ny",1.00,2,true', 'c,2025-01-05,"x\r\ny",bad,2,true')
    shop.write("a.csv", "\r\n".join([HEADER_AGAIN, *rows, ""]))
    assert shop.run()["rows"]["counted"] == 2
    cities = pq.read_table(shop.published / "slots").column("city").to_pylist()
    assert sorted(cities) == ["x\ny", "x\r\ny"]
    assert [row["raw"] for row in shop.quarantine()] == [rows[2]]


def test_a_header_in_the_middle_is_a_wrong_row(shop: Any) -> None:
    shop.rows(GOOD.format(id="a"), HEADER_AGAIN, HEADER_AGAIN.upper(), GOOD.format(id="b"))
    assert shop.run()["rows"] == {"read": 4, "counted": 2, "quarantined": 2, "duplicate": 0, "duplicate_differing": 0}
    assert [(row["line"], row["reason"]) for row in shop.quarantine()] == [
        (3, "a second header"),
        (4, "a second header"),
    ]


def test_folders_and_files_may_be_called_anything(new_shop: Any) -> None:
    shop = new_shop("a b %41 é [x] {a}")
    shop.rows(GOOD.format(id="a"), name="one {1} *.csv")
    shop.rows(GOOD.format(id="b"), "c,never,Pune,1.00,2,true", name="two %20?.csv")
    quality = shop.run()
    assert [(file["file"], file["read"], file["counted"]) for file in quality["files"]] == [
        ("one {1} *.csv", 1, 1),
        ("two %20?.csv", 2, 1),
    ]
    assert [row["file"] for row in shop.quarantine()] == ["two %20?.csv"]


HEADER_AGAIN = "id,at,city,amount,items,paid"
REFUSED = {
    "no number column": (b"id,at,city,items,paid\na,2025-01-05,P,1,true\n", "a.csv: no column 'amount'"),
    "semicolons": (b"id;at;city;amount;items;paid\na;2025-01-05;P;1;1;true\n", "separated by ';'"),
    "no header": (b"a,2025-01-05,Pune,1.00,2,true\n", "a.csv:1: no header"),
    "UTF-16": ("id,at\n1,2".encode("utf-16"), "UTF-16"),
    "a spreadsheet": (b"PK\x03\x04rest", "a zip archive or a spreadsheet"),
    "empty": (b"", "a.csv: empty"),
    "only wrong rows": (b"id,at,city,amount,items,paid\na,never,P,1,1,true\n", "nothing to count.*1 x at: not a time"),
    "only a header": (b"id,at,city,amount,items,paid\n", "the files have no row"),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_cannot_be_read_is_refused_and_the_old_run_stays(shop: Any, data: bytes, message: str) -> None:
    shop.rows(GOOD.format(id="a"))
    shop.run()
    before = shop.published.readlink()
    shop.write("a.csv", data)
    with pytest.raises(UserError, match=message):
        shop.run()
    assert shop.published.readlink() == before
    assert [run.name for run in (shop.published.parent / "runs").iterdir()] == [before.name]


def test_strictly_what_would_be_repaired_is_put_aside(shop: Any) -> None:
    absent = {
        "a,2025-01-05, ,1.00,2,true": "city: blank",
        "b,2025-01-05,Pune,,2,true": "amount: blank",
        "c,2025-01-05,Pune,1.00,,true": "items: blank",
        "d,2025-01-05,Pune,1.00,2,": "paid: blank",
        "e,2025-01-05,Pune,1.00,0,true": "each: blank",
    }
    shop.rows(*absent, GOOD.format(id="f"))
    quality = shop.run(strict=True)
    assert [(row["raw"], row["reason"]) for row in shop.quarantine()] == list(absent.items())
    assert (quality["strict"], quality["rows"]["counted"], quality["repaired"]) == (True, 1, [])
    assert shop.run()["rows"]["counted"] == 6


NOTHING = {
    "a.csv": f"{HEADER_AGAIN}\n\n \n",
    "a.jsonl": "\n \n",
    "a.csv.gz": gzip.compress(f"{HEADER_AGAIN}\n".encode()),
}


@pytest.mark.parametrize("name", NOTHING)
def test_files_without_a_row_publish_nothing(name: str, shop: Any) -> None:
    shop.write(name, NOTHING[name])
    with pytest.raises(UserError, match="nothing to count, so nothing is published; the files have no row"):
        shop.run()
    assert shop.runs() == []
    assert not (shop.output / "shop" / "batch" / "current.json").exists()
