"""One Spark session for all tests of jobs, and a small business to try them on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from batch.pipeline_batch import Options, publish
from datagen.schema import read_schema
from pipeline.storage import Storage

SHOP: dict[str, Any] = {
    "name": "shop",
    "seed": 1,
    "entity_count": 10,
    "time_window": {"start": "2025-01-01", "end": "2025-01-31"},
    "schema": {
        "fields": [
            {"name": "id", "type": "uuid"},
            {"name": "at", "type": "datetime"},
            {"name": "city", "type": "category", "choices": ["Pune", "Delhi"]},
            {"name": "amount", "type": "float", "min": 0, "max": 90, "precision": 2},
            {"name": "items", "type": "int"},
            {"name": "paid", "type": "bool"},
        ]
    },
    "analysis": {
        "id_field": "id",
        "aliases": {"city": ["town"]},
        "measures": [{"name": "each", "expression": "amount / items", "precision": 2}],
    },
}
HEADER = "id,at,city,amount,items,paid"


class Shop:
    """A folder of input, and the job over it."""

    def __init__(self, spark: SparkSession, folder: Path) -> None:
        self._spark = spark
        self.input, self.output = folder / "input", folder / "output"
        self.schema = folder / "shop.json"
        self.schema.write_text(json.dumps(SHOP))
        self.input.mkdir()
        self.said: list[str] = []
        self.happens: dict[str, Callable[[], object]] = {}  # what the job says -> what somebody does at that moment

    def write(self, name: str, data: str | bytes) -> None:
        (self.input / name).write_bytes(data.encode() if isinstance(data, str) else data)

    def rows(self, *lines: str, name: str = "a.csv") -> None:
        self.write(name, "\n".join([HEADER, *lines, ""]))

    def run(self, schema: Path | None = None, *, strict: bool = False) -> dict[str, Any]:
        """The job over the input. Gives what it published as quality.json."""
        schema = schema or self.schema
        dataset = read_schema(schema)
        names = {"parquet": self.output / "analysis_parquet", "csv": self.output / "analysis_csv"}
        options = Options(
            schema, str(self.input), str(self.output), **names, events=str(self.output), wait_s=0, strict=strict
        )
        publish(Storage(self._spark), options, dataset, self._say)
        self.published = self.output / dataset.name / "batch" / "current"
        quality: dict[str, Any] = json.loads((self.published / "quality.json").read_text())
        return quality

    def _say(self, text: str) -> None:
        self.said.append(text)
        for beginning in [one for one in self.happens if text.startswith(one)]:
            self.happens[beginning]()

    def runs(self) -> list[str]:
        return sorted(run.name for run in self.output.glob("*/batch/runs/*"))

    def quarantine(self) -> list[dict[str, Any]]:
        parts = sorted((self.published / "quarantine").glob("part-*"))
        return [json.loads(line) for part in parts for line in part.read_text().splitlines()]

    def csv(self, folder: str = "csv") -> list[str]:
        (part,) = (self.published / folder).glob("part-*")
        return part.read_text().splitlines()


@pytest.fixture
def shop(spark: SparkSession, tmp_path: Path) -> Shop:
    return Shop(spark, tmp_path)


@pytest.fixture
def new_shop(spark: SparkSession, tmp_path: Path) -> Callable[[str], Shop]:
    def new(name: str) -> Shop:
        (tmp_path / name).mkdir()
        return Shop(spark, tmp_path / name)

    return new
