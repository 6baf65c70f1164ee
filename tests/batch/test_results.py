"""Two implementations, one answer: Spark's totals are DuckDB's over the same files, for all of the gallery."""

from __future__ import annotations

from decimal import Decimal
from itertools import cycle
from typing import Any

import duckdb
import pytest

from datagen.analysis import Analysis
from datagen.schema import read_schema
from tests.gallery import GALLERY, made

pytestmark = pytest.mark.spark
FORMATS = dict(zip(GALLERY, cycle(["csv", "parquet", "jsonl"]), strict=False))


@pytest.mark.parametrize("name", FORMATS)
def test_totals_equal_a_recount_by_another_engine(name: str, shop: Any) -> None:
    schema = GALLERY[name]
    analysis = read_schema(schema).analysis
    shop.input.rmdir()
    extracts = made(schema, shop.input, 3000, FORMATS[name], *(["--gzip"] if FORMATS[name] != "parquet" else []))
    quality = shop.run(schema)
    assert quality["rows"]["read"] == quality["rows"]["counted"] == extracts.rows
    assert published(shop, analysis) == recounted(extracts.files, analysis, FORMATS[name])


def published(shop: Any, analysis: Analysis) -> list[Any]:
    parts = shop.published / "parquet" / "*" / "*.parquet"
    columns = [
        f"{analysis.timestamp_field}_date::varchar",
        *(one.name for one in analysis.dimensions),
        "record_count",
        *(f"sum_{one.name}" for one in analysis.numeric_fields),
        *(f"sum_{one.name}" for one in analysis.measures),
        *(f"count_{one.name}" for one in analysis.boolean_fields),
    ]
    return fetched(f"select {', '.join(columns)} from read_parquet('{parts}', hive_partitioning = true)")


def fetched(query: str) -> list[Any]:
    with duckdb.connect() as connection:
        return sorted(map(exact, connection.execute("set timezone = 'UTC'").execute(query).fetchall()))


def recounted(files: list[str], analysis: Analysis, extract_format: str) -> list[Any]:
    reader = {"csv": "read_csv", "jsonl": "read_json", "parquet": "read_parquet"}[extract_format]
    keys = [
        f"strftime({analysis.timestamp_field}::timestamp, '%Y-%m-%d')",
        *(f"coalesce({one.name}, 'UNKNOWN')" for one in analysis.dimensions),
    ]
    sums = [
        *(f"sum(coalesce({one.name}, 0)::decimal(18, {one.precision or 0}))" for one in analysis.numeric_fields),
        *(
            f"sum(round_even(coalesce({one.expression}, 0), {one.precision})::decimal(18, 2))"
            for one in analysis.measures
        ),
    ]
    flags = [f"count_if({one.name})" for one in analysis.boolean_fields]
    return fetched(
        f"select {', '.join([*keys, 'count(*)', *sums, *flags])} from {reader}({files}) group by {', '.join(keys)}"
    )


def exact(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(Decimal(value) if isinstance(value, (int, Decimal)) else value for value in row)
