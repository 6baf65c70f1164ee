"""Rules that need a row as a whole: measures that are made of several of its values."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from pyspark.sql import SparkSession

from pipeline import cells_json
from pipeline.cleansing import FATE, REASON, judge, measure, repaired, rules_of
from tests.pipeline.asking import lines
from tests.pipeline.conftest import SHOP, read_of

pytestmark = pytest.mark.spark
ROW = {"id": "a", "at": "2025-01-05", "amount": "99999999999999999999", "paid": True}
MADE = {  # items -> the measure, amount * items, and what is wrong with it
    9_999: (Decimal(10) ** 20 * 9_999, None),
    10_000: (None, "gross: too large to be summed"),
    -10_000: (None, "gross: too large to be summed"),
    10**14: (None, "gross: too large to be summed"),
    10**17: (None, "items: too large to be summed"),
    None: (Decimal(0), None),
}


def test_a_measure_that_is_too_large_to_be_summed_is_put_aside(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> None:
    analysis = {**SHOP["analysis"], "measures": [{"name": "gross", "expression": "amount * items", "precision": 2}]}
    reading = read_of(tmp_path_factory, {**SHOP, "analysis": analysis})
    texts: list[str | bytes] = [json.dumps({**ROW, "items": items}) for items in MADE]
    rows = judge(cells_json.cells(lines(spark, texts), reading), reading, rules_of(reading.analysis, strict=False))
    found = rows.collect()
    counted = [row[measure("gross")] if row[FATE] == "counted" else None for row in found]
    assert list(zip(counted, (row[REASON] for row in found), strict=True)) == list(MADE.values())
    assert [row[repaired("gross")] for row in found if row[FATE] == "counted"] == [False, True]
