"""From a schema to the page: what it shows is what DuckDB counts in the files that the generator made."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyspark.sql import SparkSession

from batch.pipeline_batch import Options, publish
from dashboard.app import create_app
from datagen.schema import read_schema
from pipeline.storage import Storage
from tests.gallery import SOME, made
from tests.recounts import Recount, value
from web.published import Published

pytestmark = pytest.mark.spark


@dataclass(frozen=True)
class Shown:
    """The page of one schema, and the recount of its input."""

    client: FlaskClient
    recount: Recount
    span: dict[str, str]
    rows: int

    def ask(self, path: str, **asked: str) -> Any:
        response = self.client.get(path, query_string={**self.span, **asked})
        assert response.status_code == 200, response.text
        return response.json

    def figures(self) -> dict[str, Any]:
        return dict(self.ask("/api/overview")["figures"])


@pytest.fixture(scope="module", params=SOME.values(), ids=list(SOME))
def shown(request: pytest.FixtureRequest, spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Shown:
    schema, data = request.param, tmp_path_factory.mktemp("data")
    extracts, out = made(schema, data / "input" / schema.stem, 2000), data / "output"
    dataset = read_schema(schema)
    names = {"parquet": out / "analysis_parquet", "csv": out / "analysis_csv"}
    options = Options(
        schema, str(extracts.folder), str(out), **names, events=str(data / "events"), wait_s=0, strict=False
    )
    publish(Storage(spark), options, dataset, lambda _: None)
    client = create_app(Published(data, schema.stem)).test_client()
    recount = Recount(dataset.analysis, extracts.files)
    days = sorted(day for (day,) in recount.by("day"))
    return Shown(client, recount, {"from": days[0], "to": days[-1]}, extracts.rows)


def test_every_figure_is_that_of_the_rows(shown: Shown) -> None:
    figures = shown.figures()
    (sums,) = shown.recount.by().values()
    assert sums["record_count"] == shown.rows
    told = shown.ask("/api/overview")
    tiles = {tile["metric"]: Decimal(tile["value"]) for tile in told["tiles"]}
    assert tiles == {name: value(name, figures[name], sums) for name in tiles}
    rates = {rate["metric"]: Decimal(rate["value"]) for rate in told["rates"]}
    assert rates == {name: value(name, figure, sums) for name, figure in figures.items() if figure["kind"] == "rate"}


def test_every_figure_is_that_of_the_rows_on_each_day(shown: Shown) -> None:
    days = {day: sums for (day,), sums in shown.recount.by("day").items()}
    for name, figure in shown.figures().items():
        trend = shown.ask("/api/overview", metric=name)["trend"]
        found = {day: Decimal(one) for day, one in zip(trend["days"], trend["values"], strict=True) if one is not None}
        assert found == {day: value(name, figure, sums) for day, sums in days.items()}


def test_every_segment_is_that_of_the_rows_alone_and_combined(shown: Shown) -> None:
    for name, figure in shown.figures().items():
        for card in shown.ask("/api/overview", metric=name)["segments"]:
            groups = shown.recount.by(*card["dimensions"])
            assert card["count"] == len(groups)
            found = {tuple(one["values"]): (Decimal(one["value"]), one["records"]) for one in card["rows"]}
            assert found == {key: (value(name, figure, groups[key]), groups[key]["record_count"]) for key in found}
            least = min(one for one, _ in found.values())
            assert all(value(name, figure, groups[key]) <= least for key in groups.keys() - found.keys())


def test_a_filter_counts_the_rows_that_have_its_value(shown: Shown) -> None:
    analysis = shown.recount.analysis
    dimension = analysis.dimensions[0].name
    groups = shown.recount.by(dimension)
    ((chosen,), sums) = next(iter(groups.items()))
    told = shown.ask("/api/overview", **{f"where.{dimension}": chosen})
    assert told["records"] == sums["record_count"] < shown.rows
    figures = shown.figures()
    tiles = {tile["metric"]: Decimal(tile["value"]) for tile in told["tiles"]}
    assert tiles == {name: value(name, figures[name], sums) for name in tiles}


def test_the_table_and_its_download_hold_every_group_once(shown: Shown) -> None:
    dimensions = [one.name for one in shown.recount.analysis.dimensions]
    groups = shown.recount.by("day", *dimensions)
    assert shown.ask("/api/rows")["count"] == len(groups)
    text = shown.client.get("/rows.csv", query_string=shown.span).text
    header, *rows = csv.reader(text.splitlines())
    cut = 1 + len(dimensions)
    found = {tuple(row[:cut]): dict(zip(header[cut:], row[cut:], strict=True)) for row in rows}
    assert found.keys() == groups.keys()
    for key, sums in groups.items():
        assert {name: Decimal(found[key][name]) for name in sums} == sums


def test_the_account_is_that_of_the_set(shown: Shown) -> None:
    account = shown.ask("/api/quality")
    assert account["rows"] == {
        "read": shown.rows,
        "counted": shown.rows,
        "quarantined": 0,
        "duplicate": 0,
        "duplicate_differing": 0,
    }
    assert account["doubts"] == []
    assert account["input"]["generated_rows"] == shown.rows
    assert shown.client.get("/readyz").status_code == 200
