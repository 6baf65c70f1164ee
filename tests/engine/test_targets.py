"""Targets steer: what is expected is moved by the least that brings it safely inside, and what is made lies there."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from datagen.cli import main
from datagen.errors import UserError
from datagen.generators.instant import Instant
from datagen.plan import Plan
from datagen.rows import generate
from datagen.schema import read_schema
from datagen.steering.aim import aim
from datagen.targets import SATURDAY, CompositeEffect, cell_errors, cell_shares, cells, weekday_of, weekend_share
from tests.engine.datasets import plain
from tests.engine.related import col, planned
from tests.engine.test_constraints import VOCAB, Written, child, drawn

FLAT_WEEK = {"dimension": "dow", "weights": [1, 1, 1, 1, 1, 0.9, 0.9]}


def written(columns: list[Written], targets: Written, rows: int = 20_000, **more: Any) -> Written:
    key = col("i", "int", sequence={})
    first = {"id": "t", "kind": "entity", "pk": "i", "rows": rows, "columns": [key, *columns]}
    return {
        "metadata": {"name": "aims"},
        "seed": 4,
        "timeframe": {"start": "2024-01-01", "end": "2024-12-29", "freq": "min"},
        "nodes": [first, *more.get("nodes", [])],
        "targets": targets,
        "constraints": more.get("constraints"),
    }


def column(plan: Plan, name: str, table: str = "t") -> np.ndarray:
    """Without nulls; instants in microseconds."""
    found = plain(generate(plan, table, 0, plan.tables[table].rows)).column(name).drop_null()
    return np.array((found.cast(pa.int64()) if pa.types.is_timestamp(found.type) else found).to_pylist())


def weekends(plan: Plan, name: str, table: str = "t") -> float:
    return float((weekday_of(column(plan, name, table)) >= SATURDAY).mean())


@pytest.mark.parametrize(
    ("expected", "error", "low", "high", "wanted"),
    [
        (5.0, 0.1, 4, 6, None),
        (5.9, 0.1, 4, 6, 5.5),
        (3.5, 0.1, 4, 6, 4.375),  # a quarter at most
        (4.0, 1, 4, 6, 5.0),  # the middle
        (-5.0, 0.1, -4, -2, -3.75),
        (-5.0, 0.1, -4.5, -2, -4.0),
    ],
)
def test_an_expectation_goes_just_inside(expected: float, error: float, low: float, high: float, wanted: Any) -> None:
    assert aim(expected, error, low, high) == wanted


SHARES = [(0.30, 0.45), (0.20, 0.22), (0.0, 0.24), (0.26, 1.0)]


@pytest.mark.parametrize(("low", "high"), SHARES)
@pytest.mark.parametrize("where", ["axis", "series", "children", "bounded", "noisy"])
def test_a_weekend_share_is_met(tmp_path: Path, low: float, high: float, where: str) -> None:
    target = {"table": "t", "timestamp": "at", "min": low, "max": high}
    series = col("at", "datetime", datetime_series={"pattern": FLAT_WEEK})
    document = written([series], {"weekend_share": target})
    if where in ("children", "bounded"):
        target["table"] = "c"
        document = written(
            [col("born", "datetime", datetime_series={})], {"weekend_share": [target]}, 7_000, nodes=[child(series)]
        )
    if where == "noisy":  # a list beside it is kept by drawing again
        values = [f"2024-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
        document["constraints"] = {"enum": [{"attr": "t.at", "values": values}]}
        series["generator"]["datetime_series"]["freq"] = "D"
    if where == "series":
        document["nodes"].append(VOCAB)  # of two tables without a fact none is analysed
    if where == "bounded":
        document["constraints"] = {"inequalities": [{"left": "t.born", "op": "<", "right": "c.at"}]}
    if where == "axis":
        document["analysis"] = {"table": "t", "timestamp_field": "at"}
    plan = planned(tmp_path, document)
    assert (plan.tables["t"].axis is not None) == (where == "axis")
    share = weekends(plan, "at", target["table"])  # type: ignore[arg-type]
    assert low <= share <= high
    before = 1.8 / 6.8
    moved = not low + 0.0156 < before < high - 0.0156  # five standard errors
    if where not in ("bounded", "noisy"):  # what comes after its parent comes at a weekend a little more often
        assert [told.startswith("targets.weekend_share") for told in plan.steered] == [True] * moved
    assert abs(share - before) < 0.1


def test_weights_that_are_well_inside_stay(tmp_path: Path) -> None:
    series = col("at", "datetime", datetime_series={"pattern": FLAT_WEEK})
    plan = planned(
        tmp_path, written([series], {"weekend_share": {"table": "t", "timestamp": "at", "min": 0.2, "max": 0.4}})
    )
    assert plan.steered == ()
    free = planned(tmp_path, written([series], {}))
    assert generate(plan, "t", 0, 99).equals(generate(free, "t", 0, 99))


def test_a_looked_up_instant_is_moved_where_it_is_made(tmp_path: Path) -> None:
    series = col("at", "datetime", datetime_series={})
    fact = child(col("at", "datetime", lookup={"from": "t.at"}))
    plan = planned(
        tmp_path, written([series], {"weekend_share": {"table": "c", "timestamp": "at", "min": 0.32}}, nodes=[fact])
    )
    assert weekends(plan, "at", "c") >= 0.32
    assert plan.steered == ("targets.weekend_share: t.at is moved from a weekend share of 0.2857 to 0.3292",)


MEANS: list[tuple[str, Written, list[Any], float, float]] = [
    ("float", drawn("normal", mean=10, std=3), [], 11, 12),
    ("float", drawn("normal", mean=10, std=3), [], 8.5, 9),
    ("float", {"distribution": {"type": "lognormal", "params": {"mean": 2, "sigma": 1}, "clamp": [1, 40]}}, [], 12, 14),
    ("int", drawn("uniform", low=0, high=9), [], 5, 5.2),
    ("int", drawn("poisson", **{"lambda": 4}), [], 4.4, 9),
    ("int", {"choice": {"choices": [1, 2, 10], "weights": [5, 3, 1]}}, [], 2.7, 3),
    ("float", drawn("normal", mean=5, std=1), [{"transform": "multiply", "args": {"factor": -2}}], -9, -8),
    ("float", drawn("normal", mean=5, std=1), [{"transform": "jitter", "args": {"std": 9}}], 5.5, 6.5),
]


@pytest.mark.parametrize(("kind", "generator", "modifiers", "low", "high"), MEANS, ids=lambda case: "")
def test_a_mean_is_met(tmp_path: Path, kind: str, generator: Written, modifiers: Any, low: float, high: float) -> None:
    target = {"table": "t", "column": "x", "min": low, "max": high}
    plan = planned(tmp_path, written([col("x", kind, modifiers, 0.1, **generator)], {"mean_in_range": target}))
    found = column(plan, "x")
    assert low <= found.mean() <= high
    assert len(plan.steered) == 1
    assert plan.steered[0].startswith("targets.mean_in_range: t.x is moved from a mean of ")
    free = column(planned(tmp_path, written([col("x", kind, modifiers, 0.1, **generator)], {})), "x")
    assert not low <= free.mean() <= high
    assert abs(found.std() / free.std() - 1) < 0.35  # the shape stays, but for the factor of a logarithm


def test_a_large_table_is_steered_by_a_part_of_its_rows(tmp_path: Path) -> None:
    target = {"mean_in_range": {"table": "c", "column": "x", "min": 5.5, "max": 6}}
    fact = child(col("x", "float", **drawn("normal", mean=5, std=1)), fanout={"distribution": "poisson", "lambda": 40})
    begun = time.process_time()
    plan = planned(tmp_path, written([], target, rows=1_000_000, nodes=[fact]))
    assert time.process_time() - begun < 5
    assert plan.tables["c"].rows > 39_000_000
    found = plain(generate(plan, "c", 20_000_000, 20_050_000)).column("x").to_numpy()
    assert 5.48 < found.mean() < 5.52  # sigma 0.0045


def test_a_mean_within_a_range_that_is_kept_too(tmp_path: Path) -> None:
    amount = col("x", "float", **drawn("lognormal", mean=3.5, sigma=0.8))
    constraints = {"ranges": [{"attr": "t.x", "min": 5, "max": 100}]}
    target = {"mean_in_range": {"table": "t", "column": "x", "min": 44, "max": 46}}
    found = column(planned(tmp_path, written([amount], target, constraints=constraints)), "x")
    assert 44 <= found.mean() <= 46
    assert 5 <= found.min() <= found.max() <= 100


OUT_OF_REACH: list[tuple[Written, Written, str]] = [
    (
        col("x", "float", **drawn("normal", mean=10, std=3)),
        {"mean_in_range": {"table": "t", "column": "x", "min": 20, "max": 30}},
        r"line \d+: targets.mean_in_range: t.x has an expected mean of (9.9|10)\S*, which cannot be moved by a quarter "
        "or less to lie between 20 and 30; change its generator, or the target",
    ),
    (
        col("x", "float", expression={"code": "i * 2"}),
        {"mean_in_range": [{"table": "t", "column": "x", "min": 1, "max": 2}]},
        r"line \d+: targets.mean_in_range.0: t.x has an expected mean of 2e\+04, which cannot be moved",
    ),
    (
        col("x", "datetime", datetime_series={}),
        {"weekend_share": {"table": "t", "timestamp": "x", "min": 0.5, "max": 0.6}},
        r"line \d+: targets.weekend_share: t.x has an expected weekend share of 0.2857, which cannot be moved",
    ),
]


@pytest.mark.parametrize(("made", "targets", "told"), OUT_OF_REACH, ids=lambda case: "")
def test_a_target_out_of_reach_is_an_error_before_work_starts(
    tmp_path: Path, made: Written, targets: Written, told: str
) -> None:
    with pytest.raises(UserError, match=told):
        planned(tmp_path, written([made], targets))


def test_what_was_moved_stands_in_the_plan_and_in_the_manifest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    amount = col("x", "float", **drawn("normal", mean=10, std=3))
    file = tmp_path / "aims.json"
    for targets, count in (({"mean_in_range": {"table": "t", "column": "x", "min": 11, "max": 12}}, 1), ({}, 0)):
        file.write_text(json.dumps(written([amount], targets)), "utf-8")
        assert main(["plan", str(file), "--json"]) == 0
        steered = json.loads(capsys.readouterr().out)["steered"]
        assert len(steered) == count
        assert main(["plan", str(file)]) == 0
        assert all(sentence in capsys.readouterr().out for sentence in steered)
        for _ in range(2):  # the manifest is read again
            assert main(["generate", str(file), "-o", str(tmp_path / "set"), "--quiet"]) == 0
        assert json.loads((tmp_path / "set" / "_manifest.json").read_text("utf-8")).get("steered", []) == steered


HOURS = {"dimension": "hour", "weights": [*[1] * 8, *[5] * 10, *[2] * 6]}


def composite(plan: Plan) -> CompositeEffect:
    (target,) = plan.dataset.targets
    assert isinstance(target, CompositeEffect)
    return target


def test_the_cells_of_a_composite_effect_have_the_shares_of_their_weights(tmp_path: Path) -> None:
    series = col("at", "datetime", datetime_series={"pattern": [FLAT_WEEK, HOURS]})
    influences = [{"kind": "seasonality", "dimension": "dow"}, {"kind": "seasonality", "dimension": "hour", "note": 1}]
    target = {"table": "t", "influences": influences, "tolerance": {"mae": 0.01, "mape": 15}}
    plan = planned(tmp_path, written([series], {"composite_effect": target}, rows=200_000))
    aimed = composite(plan)
    assert (aimed.metric, aimed.timestamp, aimed.dimensions) == (None, "at", ("dow", "hour"))
    assert (aimed.mae, aimed.mape) == (0.01, 0.15)
    generator = plan.dataset.tables[0].columns[1].generator
    assert isinstance(generator, Instant)
    numbers, expected = cell_shares(generator.curve, generator.window, aimed.dimensions)
    assert len(numbers) == 168
    assert math.isclose(expected.sum(), 1)
    weight = 1 * 5 / (52 * (5 + 1.8) * (8 + 50 + 12)) * 52  # Monday at nine; the year here has 52 whole weeks
    assert math.isclose(expected[9], weight)
    shares = np.bincount(cells(column(plan, "at"), aimed.dimensions), minlength=168) / 200_000
    mae, mape = cell_errors(expected, shares)
    assert mape < 0.04  # about 1,200 rows a cell of 2.9 %: the mean of |error| is 0.023, sigma 0.0013
    assert mae < 0.0002
    assert cell_errors(expected, np.roll(shares, 5))[1] > 0.2


def test_effects_and_months_are_counted_in_where_they_are_named() -> None:
    document = read_schema(Path(__file__).parents[2] / "schemas" / "users_events.json")
    (generator,) = [column.generator for column in document.tables[1].columns if column.name == "event_ts"]
    instant = generator.instant  # type: ignore[attr-defined]
    plain_shares = cell_shares(instant.curve, instant.window, ("month", "dow", "hour"))
    assert len(plain_shares[0]) == 12 * 168
    doubled = np.where(np.arange(366 * 24) < 31 * 24, 2.0, 1.0)  # January
    factored = cell_shares(instant.curve, instant.window, ("month", "dow", "hour"), doubled)[1]
    ratio = factored / plain_shares[1]
    assert math.isclose(ratio[0] / ratio[-1], 2)
    weekend = cell_shares(instant.curve, instant.window, ("dow",))[1][5:].sum()
    assert math.isclose(weekend_share(instant.curve, instant.window), weekend)


DIMENSIONS: list[tuple[Written, tuple[str, ...]]] = [
    ({"influences": []}, ("dow", "hour")),
    ({"influences": [{"kind": "seasonality", "dimensions": ["hour", "month"]}], "metric": "x"}, ("month", "hour")),
    ({"influences": [{"kind": "outliers"}], "metric": "rows"}, ("dow", "hour")),
    ({}, ("dow", "hour")),
]


@pytest.mark.parametrize(("keys", "dimensions"), DIMENSIONS, ids=lambda case: "")
def test_the_dimensions_are_those_named_else_those_that_have_weights(
    tmp_path: Path, keys: Written, dimensions: tuple[str, ...]
) -> None:
    columns = [
        col("at", "datetime", datetime_series={"pattern": [HOURS, FLAT_WEEK]}),
        col("x", "float", **drawn("uniform", low=0, high=1)),
    ]
    plan = planned(tmp_path, written(columns, {"composite_effect": {"table": "t", **keys}}))
    assert composite(plan).dimensions == dimensions


@pytest.mark.parametrize(("metric", "summed"), [("x", "x"), ("count", None), ("volume", None)])
def test_a_metric_that_is_no_column_counts_rows(tmp_path: Path, metric: str, summed: str | None) -> None:
    columns = [col("at", "datetime", datetime_series={}), col("x", "float", **drawn("uniform", low=0, high=1))]
    plan = planned(tmp_path, written(columns, {"composite_effect": {"table": "t", "metric": metric}}))
    assert composite(plan).metric == summed
