"""Parquet of others: what their columns may be called and be, and what is said where they cannot be read."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from batch.faults import told
from datagen.errors import UserError
from tests.batch.conftest import HEADER, Shop

pytestmark = pytest.mark.spark
AT = datetime(2025, 1, 5, 10, tzinfo=UTC)
ROWS = 2
COLUMNS: dict[str, pa.Array] = {
    "id": pa.array(["a", "b"]),
    "at": pa.array([AT] * ROWS, pa.timestamp("us", "UTC")),
    "city": pa.array(["Pune"] * ROWS),
    "amount": pa.array([1.5] * ROWS),
    "items": pa.array([3] * ROWS),
    "paid": pa.array([True, False]),
}
UNREAD: dict[str, pa.Array] = {  # of no concern, whatever their names and types
    "a.b`c": pa.array([1] * ROWS),
    "half": pa.array([1.0] * ROWS, pa.float16()),
    "clock": pa.array([1] * ROWS, pa.time64("ns")),
    "time": pa.array([1] * ROWS, pa.time64("us")),
    "wide": pa.array([Decimal(1)] * ROWS, pa.decimal256(50, 2)),
    "seen": pa.array([1] * ROWS, pa.timestamp("ns")),
}
AS_READ: dict[str, pa.Array] = {  # column -> what stands for the same in other types
    "at": pa.array([1736071200123456789] * ROWS, pa.timestamp("ns")),
    "paid": pa.array([1, 0]),
    "city": pa.array([7, 8]),
}


def write(shop: Shop, columns: dict[str, pa.Array], name: str = "a.parquet") -> None:
    pq.write_table(pa.table(columns), shop.input / name)


def test_columns_that_are_not_read_may_be_anything(shop: Shop) -> None:
    write(shop, {**COLUMNS, **UNREAD, "id": pa.array(["a", " "])})
    quality = shop.run()
    assert (quality["rows"]["counted"], quality["rows"]["quarantined"]) == (1, 1)
    assert [warning.partition(";")[0] for warning in quality["warnings"]] == [
        f"a.parquet: column {name!r} is left out" for name in ("half", "clock", "time", "wide")
    ]
    assert '"a.b`c":1' in shop.quarantine()[0]["raw"]


def test_nanoseconds_whole_numbers_and_dates_are_read_as_what_they_say(shop: Shop) -> None:
    write(shop, {**COLUMNS, **AS_READ})
    write(shop, {**COLUMNS, "id": pa.array(["c", "d"]), "city": pa.array([date(2025, 1, 5)] * ROWS)}, "b.parquet")
    quality = shop.run()
    assert (quality["rows"]["counted"], quality["last_timestamp"]) == (4, "2025-01-05T10:00:00.123456Z")
    assert sorted(line.split(",")[1] for line in shop.csv()[1:]) == ["2025-01-05", "7", "8"]
    rates = [line.split(",") for line in shop.csv("kpis")]
    assert dict(zip(*rates, strict=True))["count_paid"] == "2"


def test_a_number_that_is_no_flag_is_put_aside(shop: Shop) -> None:
    write(shop, {**COLUMNS, "paid": pa.array([1, 2])})
    assert shop.run()["rows"]["counted"] == 1
    assert [row["reason"] for row in shop.quarantine()] == ["paid: neither true nor false"]


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a name in two cases": (
        {"CITY": COLUMNS["city"]},
        "a.parquet: columns 'city' and 'CITY' differ in case or white space alone; rename one",
    ),
    "a type that Spark does not know": (
        {"amount": UNREAD["half"]},
        r"a.parquet: column 'amount' is of Parquet's type FLOAT16, which Spark does not read; write another",
    ),
    "a decimal that is too wide": (
        {"amount": UNREAD["wide"]},
        r"a.parquet: column 'amount' is of Parquet's type DECIMAL\(50,2\), which Spark does not read; write another",
    ),
}


@pytest.mark.parametrize(("columns", "message"), REFUSED.values(), ids=REFUSED)
def test_columns_that_cannot_be_read_are_named(shop: Shop, columns: dict[str, Any], message: str) -> None:
    write(shop, {**COLUMNS, **columns})
    with pytest.raises(UserError, match=f"^{message}$"):
        shop.run()


def many(shop: Shop) -> bytes:
    text = [f"{number * 7919 % 100_003:06}" for number in range(20_000)]
    same = {name: pa.array([column[0].as_py()] * len(text), column.type) for name, column in COLUMNS.items()}
    write(shop, {**same, "id": pa.array(text)})
    return (shop.input / "a.parquet").read_bytes()


def packed(shop: Shop) -> bytes:
    rows = (f"{number * 7919 % 100_003:06},2025-01-05,Pune,1.50,3,true" for number in range(20_000))
    return gzip.compress("\n".join([HEADER, *rows, ""]).encode())


@pytest.mark.parametrize(("name", "made"), {"a.parquet": many, "a.csv.gz": packed}.items())
def test_a_file_that_is_damaged_in_the_middle_is_named(shop: Shop, name: str, made: Any) -> None:
    data = bytearray(made(shop))
    middle = len(data) // 2
    data[middle : middle + 500] = bytes(500)
    shop.write(name, bytes(data))
    with pytest.raises(Exception, match="FAILED_READ_FILE") as caught:
        shop.run()
    assert str(told(caught.value)) == f"{name}: damaged; fetch or make it anew"


def test_what_is_no_parquet_is_named(shop: Shop) -> None:
    shop.write("a.parquet", f"{HEADER}\n")
    with pytest.raises(UserError, match=r"^a.parquet: not Parquet, though its name says so, or cut off;"):
        shop.run()
