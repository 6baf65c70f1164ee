"""Files as blocks of rows: whatever the format, the same members in their own types."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datagen.errors import UserError
from datagen.schema import read_schema
from event_generator import columns as looked_at
from event_generator import extracts
from event_generator.columns import Columns
from event_generator.extracts import NothingThereError
from event_generator.reading import blocks
from event_generator.source import from_files, from_sorted, put_in_order, survey
from tests.event_generator.conftest import HEADER, Shop
from tests.files.scattered import VISITS, manifest_of, written
from tests.gallery import GALLERY, made


def columns(shop: Shop, key: str | None = None) -> Columns:
    return looked_at.of_analysis(shop.analysis, key)


def read(shop: Shop, name: str = "one.csv", given: Columns | None = None) -> list[dict[str, Any]]:
    """Every row as it would be sent, but for its envelope."""
    [extract] = [one for one in extracts.find(shop.input, None, None).files if one.name == name]
    found: list[dict[str, Any]] = []
    for block in blocks(extract, given or columns(shop)):
        for place in range(len(block)):
            body = block.body[place].as_py()
            whole = bool(block.whole[place])
            found.append(
                {
                    "members": body if whole else json.loads("{" + body + "}"),
                    "whole": whole,
                    "us": int(block.times[place]),
                    "stamp": block.stamps[place].as_py(),
                    "id": block.ids[place].as_py(),
                    "key": block.keys[place].as_py(),
                }
            )
    return found


@pytest.mark.parametrize("schema", GALLERY.values(), ids=GALLERY)
def test_csv_jsonl_and_parquet_of_one_dataset_are_the_same_rows(schema: Path, tmp_path: Path) -> None:
    dataset = read_schema(schema)
    analysis = dataset.analysis
    found, listed = [], []
    for form in ("csv", "jsonl", "parquet"):
        made(schema, tmp_path / form, 500, form)
        rows = []
        manifest = json.loads((tmp_path / form / "_manifest.json").read_text("utf-8"))
        listed.append(sum(file["rows"] for file in manifest["files"] if file["table"] == analysis.table))
        for extract in extracts.find(tmp_path / form, analysis.dataset, analysis.table).files:
            for block in blocks(extract, looked_at.of_analysis(analysis, None)):
                for place in range(len(block)):
                    members = json.loads("{" + block.body[place].as_py() + "}")
                    told = (int(block.times[place]), block.ids[place].as_py(), block.keys[place].as_py())
                    rows.append((members, told))
        found.append(rows)
    assert [len(rows) for rows in found] == listed
    assert len(found[0]) > 400
    assert found[0] == found[1]
    assert found[0] == found[2]
    assert all(
        isinstance(value, (int, float, type(None)))
        for members, _ in found[0]
        for name, value in members.items()
        if analysis.column(name).kind in ("int", "float", "bool")
    )


def test_a_number_keeps_its_digits_and_what_is_none_is_text(shop: Shop) -> None:
    path = shop.write(
        "one.csv",
        *(
            f"{n},2025-01-01,x,{amount},1,true"
            for n, amount in enumerate(
                ("12.50", "-0.1", "123456789012345678901234.5", "1e3", "+5", "007", ".5", "5.", "nan", "abc", "1 ", "")
            )
        ),
    )
    extract = extracts.find(path, None, None).files[0]
    [block] = blocks(extract, columns(shop))
    amounts = [body.partition('"amount":')[2].partition(",")[0] for body in block.body.to_pylist()]
    assert amounts[:4] == ["12.50", "-0.1", "123456789012345678901234.5", "1e3"]
    assert amounts[4:] == ['"+5"', '"007"', '".5"', '"5."', '"nan"', '"abc"', '"1 "', "null"]


def test_flags_are_flags_where_they_are_written_so(shop: Shop) -> None:
    shop.write(
        "one.csv", *(f"{n},2025-01-01,x,1,1,{paid}" for n, paid in enumerate(("true", "false", "yes", "TRUE", "")))
    )
    assert [row["members"]["paid"] for row in read(shop)] == [True, False, "yes", "TRUE", None]


def test_text_is_kept_to_the_letter(shop: Shop) -> None:
    shop.write(
        "one.csv", '1,2025-01-01," a ""b"", c\nd ",1,1,true', "2,2025-01-01,NA,1,1,true", '3,2025-01-01,"",1,1,true'
    )
    assert [row["members"]["city"] for row in read(shop)] == [' a "b", c\nd ', "NA", ""]


def test_rows_of_another_length_are_handed_on_as_they_are(shop: Shop) -> None:
    shop.write("one.csv", "1,2025-01-01,x,1,1,true", "2,2025-01-02,x", "3,2025-01-03,x,1,1,true,more")
    first, *broken = read(shop)
    assert first["members"]["id"] == "1"
    assert [row["members"] for row in broken] == ["2,2025-01-02,x", "3,2025-01-03,x,1,1,true,more"]
    assert {row["us"] for row in broken} == {first["us"]}
    assert len({row["id"] for row in broken}) == 2


def test_a_time_that_cannot_be_read_is_sent_as_it_stands_at_the_time_of_the_row_before(shop: Shop) -> None:
    shop.write(
        "one.csv",
        *(f"{n},{at},x,1,1,true" for n, at in enumerate(("soon", "2025-01-02", '"a ""day"""', "", "2025-01-03"))),
    )
    rows = read(shop)
    assert [row["stamp"] for row in rows] == ['"soon"', None, '"a \\"day\\""', "null", None]
    day = 86_400_000_000
    assert [row["us"] - rows[1]["us"] for row in rows] == [0, 0, 0, 0, day]


def test_names_are_matched_trimmed_in_any_case_and_by_alias(shop: Shop) -> None:
    shop.write("one.csv", "1,2025-01-02,Pune,5", header=" ID ,When, Town,AMOUNT")
    [row] = read(shop)
    assert (row["id"], row["key"], row["stamp"]) == ("1", "Pune", None)
    assert row["members"] == {"ID": "1", "When": "2025-01-02", "Town": "Pune", "AMOUNT": 5}


def test_what_the_replay_writes_itself_is_not_taken_from_a_file(shop: Shop) -> None:
    shop.write("one.csv", "1,2025-01-02,x,y", header="id,at,Event_Time,_replay")
    assert read(shop)[0]["members"] == {"id": "1", "at": "2025-01-02"}


def test_a_row_without_an_id_is_told_by_file_and_record(shop: Shop) -> None:
    shop.write("one.csv", "a,2025-01-01,x,1,1,true", ",2025-01-01,x,1,1,true", "  ,2025-01-01,x,1,1,true")
    assert [row["id"] for row in read(shop)] == ["a", "one.csv:2", "one.csv:3"]


def test_lines_of_json_keep_what_no_schema_declares(shop: Shop) -> None:
    lines = [
        {"id": "a", "at": "2025-01-02T00:00:00", "city": "Pune", "amount": 1.25, "more": {"deep": [1, "é"]}},
        {"id": 7, "at": "2025-01-03", "amount": "5", "event_time": "never"},
    ]
    shop.write("one.jsonl", *map(json.dumps, lines), header=None)
    first, second = read(shop, "one.jsonl")
    assert first["members"] == lines[0]
    assert second["members"] == {"id": 7, "at": "2025-01-03", "amount": "5"}
    assert (first["key"], first["stamp"], second["id"], second["key"]) == ("Pune", None, "7", None)


@pytest.mark.parametrize("line", ["{", "[1]", '{"id": 1, "ID": 2}', "nothing", '{"a": 1} {"b": 2}', "[" * 100_000])
def test_a_line_that_is_no_object_is_handed_on_as_it_is(shop: Shop, line: str) -> None:
    good = '{"id": "a", "at": "2025-01-01", "city": "x", "amount": 1, "items": 1, "paid": true}'
    shop.write("one.jsonl", good, line, "", header=None)
    first, broken = read(shop, "one.jsonl")
    assert (first["id"], broken["members"], broken["whole"]) == ("a", line, True)


def test_parquet_of_any_type_becomes_json(shop: Shop) -> None:
    table = pa.table(
        {
            "id": pa.array([1, 2], pa.int32()),
            "at": pa.array([1735689600000000001, None], pa.timestamp("ns", "Asia/Kolkata")),
            "amount": pa.array(["1.10", "2.20"]).cast(pa.decimal128(10, 2)),
            "city": pa.array(["a", None]).dictionary_encode(),
            "list": pa.array([[1, 2], None]),
            "float": pa.array([0.1, float("nan")]),
            "day": pa.array([0, 1], pa.date32()),
            "object": pa.array([{"a": 1, "b": "x"}, None]),
        }
    )
    pq.write_table(table, shop.input / "one.parquet")
    first, second = read(shop, "one.parquet")
    assert first["members"] == {
        "id": 1,
        "at": "2025-01-01T00:00:00",
        "amount": 1.1,
        "city": "a",
        "list": [1, 2],
        "float": 0.1,
        "day": "1970-01-01",
        "object": {"a": 1, "b": "x"},
    }
    assert (first["us"], first["id"], first["key"]) == (1735689600000000, "1", "a")
    assert (second["members"]["float"], second["members"]["object"], second["stamp"]) == ("nan", None, "null")


def test_gzip_is_read_and_a_cut_off_one_is_told(shop: Shop) -> None:
    text = "id,at,city\n" + "".join(f"{os.urandom(8).hex()},2025-01-01,x\n" for _ in range(5000))
    packed = gzip.compress(text.encode())
    (shop.input / "one.csv.gz").write_bytes(packed)
    assert len(read(shop, "one.csv.gz")) == 5000
    (shop.input / "one.csv.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(UserError, match=r"one\.csv\.gz: cannot be read as csv: .*; make it anew"):
        read(shop, "one.csv.gz")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("one.csv", b"", "no header; its first line names the columns"),
        ("one.csv", b"id,at, ID\n", "the header names 'id' twice"),
        ("one.parquet", b"PAR1", "cannot be read as parquet"),
        ("one.csv.gz", b"id,at\n1,2\n", r"cannot be read"),
    ],
)
def test_a_file_that_is_none_of_its_kind_is_told(shop: Shop, name: str, content: bytes, said: str) -> None:
    (shop.input / name).write_bytes(content)
    with pytest.raises(UserError, match=f"{name}: .*{said}|{name}: {said}"):
        read(shop, name)


def test_a_byte_order_mark_and_crlf_are_passed_over(shop: Shop) -> None:
    (shop.input / "one.csv").write_bytes("\ufeffid,at,city\r\n1,2025-01-01,x\r\n".encode())
    assert read(shop)[0]["members"] == {"id": "1", "at": "2025-01-01", "city": "x"}


def test_only_extracts_are_read_and_what_a_manifest_lists_alone(shop: Shop) -> None:
    for name in (".x.csv", "_x.csv", "notes.txt", "x.csv.tmp", "b.csv", "a.jsonl"):
        (shop.input / name).touch()
    (shop.input / "deep").mkdir()
    shop.write("deep/c.csv")
    assert [one.name for one in extracts.find(shop.input, None, None).files] == ["a.jsonl", "b.csv", "deep/c.csv"]
    with pytest.raises(NothingThereError, match="not there"):
        extracts.find(shop.input / "none", None, None)


def test_a_set_that_is_made_anew_while_it_is_read_is_noticed(shop: Shop, tmp_path: Path) -> None:
    def generate(seed: int) -> None:
        words = ["generate", shop.schema, "-o", tmp_path / "set", "--seed", seed, "--daily", "-q", "--clear-output"]
        subprocess.run([sys.executable, "-m", "datagen", *map(str, words)], check=True)

    generate(1)
    found = extracts.find(tmp_path / "set", "shop", "shop")
    rows = from_files(survey(found, columns(shop)), found, columns(shop))(0)
    next(rows)
    generate(2)
    with pytest.raises(UserError, match="the set was made anew while it was replayed"):
        list(rows)
    with pytest.raises(UserError, match=r"the set is of 'shop', not of 'other'"):
        extracts.find(tmp_path / "set", "other", "other")


def test_the_days_of_a_table_that_is_not_in_the_order_of_time_are_put_in_it(tmp_path: Path) -> None:
    """With the rows of no day, and those of days beyond the window."""
    schema = written(tmp_path, VISITS)
    words = ["generate", str(schema), "-o", str(tmp_path / "set"), "--daily", "-q"]
    subprocess.run([sys.executable, "-m", "datagen", *words], check=True)
    analysis = read_schema(schema).analysis
    found, known = extracts.find(tmp_path / "set", "clinic", "visit"), looked_at.of_analysis(analysis, None)
    listed = [file for file in manifest_of(tmp_path / "set").files if file.table == "visit"]
    assert [one.name for one in found.files] == [file.path for file in listed]
    span = survey(found, known)
    rows = sum(file.rows for file in listed)
    assert (span.rows, span.timed) == (rows, rows - listed[-1].rows)
    put_in_order(tmp_path / "sorted.parquet", span, found, known)
    times = np.concatenate([block.times for _, block in from_sorted(tmp_path / "sorted.parquet")(0)])
    assert len(times) == rows
    assert (times[:-1] <= times[1:]).all()


def numbers(rows: Iterator[tuple[int, Any]]) -> list[tuple[int, str]]:
    return [(number + place, one) for number, block in rows for place, one in enumerate(block.ids.to_pylist())]


def test_rows_are_numbered_from_any_row_on_whatever_they_are_read_from(shop: Shop, tmp_path: Path) -> None:
    shop.events(300, start=300, name="a.csv")
    shop.events(300, name="b.csv")
    found = extracts.find(shop.input, None, None)
    span = survey(found, columns(shop))
    assert (span.rows, span.in_order, span.timed) == (600, True, 600)
    put_in_order(tmp_path / "sorted.parquet", replace(span, files=span.files[::-1]), found, columns(shop))
    for rows in (from_files(span, found, columns(shop)), from_sorted(tmp_path / "sorted.parquet")):
        everything = numbers(rows(0))
        assert everything == [(number, f"id-{number}") for number in range(600)]
        for first in (1, 299, 300, 301, 599, 600):
            assert numbers(rows(first)) == everything[first:]


def test_files_that_overlap_are_not_in_order(shop: Shop) -> None:
    shop.events(300, name="a.csv")
    shop.events(300, start=299, name="b.csv")
    assert survey(extracts.find(shop.input, None, None), columns(shop)).in_order
    shop.events(300, start=298, name="b.csv")
    assert not survey(extracts.find(shop.input, None, None), columns(shop)).in_order


@pytest.mark.parametrize("form", ["csv", "csv.gz", "jsonl", "parquet"])
def test_a_look_at_the_instants_alone_tells_what_reading_everything_tells(
    shop: Shop, tmp_path: Path, form: str
) -> None:
    name = f"one.{form}"
    if form.startswith("csv"):
        text = (
            f"{HEADER}\na,2025-01-02,x,1,1,true\nb,soon,x,1,1,true\nc,2025-01-01,x\nd,2025-01-05,x,1,1,true\n".encode()
        )
        (shop.input / name).write_bytes(gzip.compress(text) if form.endswith("gz") else text)
    elif form == "jsonl":
        shop.write(
            name, '{"id": "a", "When": "2025-01-02"}', "{", '{"at": "soon"}', '{"at": "2025-01-05"}', header=None
        )
    else:
        pq.write_table(pa.table({"id": ["a", "b"], "when": ["2025-01-02", "2025-01-05"]}), shop.input / name)
    rows = read(shop, name)
    timed = [row["us"] for row in rows if row["stamp"] is None and not row["whole"]]
    span = survey(extracts.find(shop.input, None, None), columns(shop))
    assert (span.rows, span.timed, span.first_us, span.last_us) == (len(rows), len(timed), timed[0], timed[-1])
    assert len(timed) == 2
