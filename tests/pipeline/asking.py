"""Many questions in one frame: each value of a column, through each expression, in one job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from pipeline.cells import BLOCK, FILE, RAW, ROW

VALUE = "value"


def answers(
    spark: SparkSession, values: Sequence[Any], questions: Mapping[str, Column], kind: str = "string"
) -> list[dict[str, Any]]:
    """For each value, in order, the answer to each question. Ask of the column VALUE."""
    rows = list(enumerate(values))
    asked = (
        spark.createDataFrame(rows, f"place int, {VALUE} {kind}")
        .orderBy("place")
        .select(*(question.alias(name) for name, question in questions.items()))
    )
    return [row.asDict() for row in asked.collect()]


def lines(spark: SparkSession, texts: Sequence[str | bytes]) -> DataFrame:
    """Lines as a scan gives them; bytes where they are no UTF-8."""
    raw = [(place, text.encode() if isinstance(text, str) else text) for place, text in enumerate(texts)]
    return spark.createDataFrame(raw, f"{ROW} bigint, {RAW} binary").select(
        F.lit("f").alias(FILE), F.lit(0).cast("bigint").alias(BLOCK), ROW, F.col(RAW).cast("string").alias(RAW)
    )
