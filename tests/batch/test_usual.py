"""Usual lines are tallied by Arrow, all others by the rules: which way a row goes never shows in what is published."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from batch import scan
from datagen.schema import read_schema
from pipeline.cells_csv import Header
from pipeline.cleansing import rules_of
from pipeline.reading import reading_of
from pipeline.usual import UsualLines, can_be_usual
from tests.batch.conftest import HEADER, Shop
from tests.gallery import GALLERY, made

pytestmark = pytest.mark.spark
USUAL = ("i{}", "2025-01-{:02}T10:00:00", "Pune", "12.50", "3", "true")
# What may stand in a cell, whatever the column: good, absent, wrong, and dressed up as another.
CELLS = [
    *("", " ", "x", "Delhi", " Pune", "Pune ", "Malmö", "東京", "\u00a0", "\ufeffa", "\ufeff", "UNKNOWN"),
    *('"a,b"', '"a ""b"""', 'a"b', '"', "\0", "\ufffd", "a\tb", "a\rb", "\x1f", "x" * 65_537),
    *("1", "1.5", "1.25", "1.255", "1.250", "1e3", "-0", "-7", "+7", ".5", "5.", "NaN", "inf", "0x10", "007", "1_000"),
    *("9" * digits for digits in (12, 13, 15, 16, 18, 19, 24, 25, 40)),
    *("٣", "0", "-0.004", "123456789012345678.25"),
    *("true", "false", "TRUE", "yes", "maybe", "t"),
    *("2025-01-05T10:00:00", "2025-01-05 10:00:00.5", "2025-01-05T10:00:00Z", "2025-01-05", "1999-12-31T23:59:59"),
    *("2025-02-30T00:00:00", "2025-01-05T24:00:00", "2025-01-05T10:00:60", "2100-01-01T00:00:00", "2025-1-5T1:0:0"),
]


OPEN = ('"', 'a"b')  # a file with such a cell is read as records over several lines


def lines(seed: int, rows: int, strange: Sequence[str]) -> Iterator[bytes]:
    """Mostly good lines, some with a cell or two replaced, and lines that are none."""
    draw = random.Random(seed)
    for number in range(rows):
        cells = [cell.format(draw.randrange(1, 29)) for cell in USUAL]
        cells[0] = f"{seed}i{number if draw.random() < 0.97 else draw.randrange(number + 1)}"
        if number > 100 and draw.random() < 0.5:
            for _ in range(draw.randrange(1, 3)):
                cells[draw.randrange(len(cells))] = draw.choice(strange)
        yield ",".join(cells).encode()
    yield from (
        b"",
        b"   ",
        HEADER.encode(),
        b"only,three,cells",
        b",".join([b"x"] * 9),
        b"i\xff,,,,,",
        b"\0",
        b",,,,,",
    )


@pytest.mark.parametrize("strict", [False, True])
def test_both_ways_publish_the_same(shop: Shop, monkeypatch: pytest.MonkeyPatch, strict: bool) -> None:
    whole = [cell for cell in CELLS if cell not in OPEN]
    for day, strange in enumerate((whole, whole, CELLS)):
        shop.write(f"{day}.csv", b"\r\n".join([HEADER.encode(), *lines(day, 700, strange), b""]))
    published = []
    for least in (0, 1 << 60):
        monkeypatch.setattr(scan, "USUAL_BYTES", least)
        monkeypatch.setattr("batch.job.look_into", _noting(least == 0))
        published.append((_without_clock(shop.run(strict=strict)), _tables(shop)))
    assert published[0] == published[1]
    assert published[0][0]["rows"]["counted"] > 1_000
    assert published[0][0]["rows"]["quarantined"] > 300
    assert published[0][0]["rows"]["duplicate"] > 50


def _noting(usual: bool) -> Any:
    """As `look_into`, and a check that it goes the way that is to be tried."""

    def look_into(*given: Any) -> scan.Sources:
        sources = scan.look_into(*given)
        assert bool(sources.usual) == usual
        return sources

    return look_into


def _without_clock(quality: dict[str, Any]) -> dict[str, Any]:
    kept = ("rows", "repaired", "reasons", "files", "warnings", "first_timestamp", "last_timestamp", "output")
    return {key: quality[key] for key in kept}


def _tables(shop: Shop) -> dict[str, Any]:
    slots = pq.read_table(shop.published / "slots").to_pylist()
    parquet = pq.read_table(shop.published / "parquet").to_pylist()
    return {
        "csv": shop.csv(),
        "kpis": shop.csv("kpis"),
        "slots": slots,
        "parquet": parquet,
        "aside": shop.quarantine(),
    }


@pytest.mark.parametrize("name", GALLERY)
def test_every_line_that_the_generator_writes_is_usual(name: str, tmp_path: Path) -> None:
    analysis = read_schema(GALLERY[name]).analysis
    lines = [Path(path).read_bytes().splitlines() for path in made(GALLERY[name], tmp_path, 3_000).files]
    header_line, rows = lines[0][0], [line for part in lines for line in part[1:]]
    reading = reading_of(analysis)
    names = header_line.decode().split(",")
    header = Header(header_line.decode(), len(names), {name: names.index(name) for name in reading.names})
    assert can_be_usual(header, reading)
    found = list(
        UsualLines(header, reading, rules_of(reading.analysis, strict=False)).look(pa.array(rows, pa.string()))
    )
    assert sum(len(part.places) for part in found) == len(rows) > 0
