"""Effects, trends, segments, ages, stages and targets: as declared they hold, at any seed; otherwise they are found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from datagen.cli import main
from tests.engine.related import col
from tests.validate.sets import broken, checked, copied, found, make, spoil
from tests.validate.test_rules import put

ROOT = Path(__file__).parents[2]
ON_SALE = {
    "effect_table": "promotion",
    "on": {},
    "window": {"start_col": "begins", "end_col": "ends"},
    "map": {"field": "strength", "op": "mul", "default": 1},
}
EFFECT = {"transform": "effect", "args": ON_SALE}
MONTHS = {"dimension": "month", "weights": [1, 1.5, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1]}
SHOP: dict[str, Any] = {
    "metadata": {"name": "behaving"},
    "seed": 9,
    "timeframe": {"start": "2024-01-01", "end": "2024-06-30", "freq": "min"},
    "nodes": [
        {"id": "promotion", "kind": "vocab", "pk": "code", "columns": [
            col("code", "string", enum_list={"values": ["SPRING", "SUMMER"]}),
            col("begins", "date", enum_list={"values": ["2024-03-04", "2024-05-20"]}),
            col("ends", "date", enum_list={"values": ["2024-03-24", "2024-06-02"]}),
            col("strength", "float", enum_list={"values": [1.6, 2]})]},
        {"id": "user", "kind": "entity", "pk": "user_id", "rows": 1500, "columns": [
            col("user_id", "int", sequence={}),
            col("segment", "string", choice={"choices": ["new", "old", "vip"]}),
            col("created", "datetime", datetime_series={"within": {"start": "2023-01-01", "end": "2024-05-31"}})],
         "segment_behavior": {
            "segment_column": "segment",
            "segments": {"vip": {"base_probability": 0.1}, "old": {"base_probability": 0.3}},
            "behaviors": {"vip": {"fanout_multiplier": 3, "value_multiplier": 2, "applies_to_columns": ["fee"]}}},
         "vintage_behavior": {"created_at_column": "created", "age_based_multipliers": {
            "activity": {"curve": {"curve_type": "linear", "params": {"a": 0.5, "b": 0.05}}, "time_unit": "month"}}}},
        {"id": "order", "kind": "fact", "pk": "order_id", "parents": ["user"],
         "fanout": {"distribution": "poisson", "lambda": 6, "max": 60}, "columns": [
            col("order_id", "int", sequence={}),
            col("user_id", "int", lookup={"from": "user.user_id"}),
            col("ts", "datetime", [EFFECT], datetime_series={}),
            col("fee", "float", distribution={"type": "normal", "params": {"mean": 10, "std": 1}}),
            col("amount", "float", [
                {"transform": "seasonality", "args": MONTHS},
                {"transform": "trend", "args": {"type": "linear", "growth_rate": 1.0}},
                EFFECT,
                {"transform": "outliers", "args": {"rate": 0.02, "mode": "spike", "magnitude_dist": {
                    "type": "uniform", "params": {"low": 4, "high": 6}}}}],
                distribution={"type": "lognormal", "params": {"mean": 3, "sigma": 0.4}})]},
        {"id": "line", "kind": "fact", "pk": "line_id", "parents": ["order"],
         "fanout": {"distribution": "uniform", "min": 1, "max": 3}, "modifiers": [EFFECT], "columns": [
            col("line_id", "int", sequence={}),
            col("order_id", "int", lookup={"from": "order.order_id"}),
            col("price", "float", [{"transform": "multiply", "args": {"factor": 2}}, EFFECT],
                lookup={"from": "order.amount"})]},
    ],
}  # fmt: skip
WEEKENDS = {"dimension": "dow", "weights": [1, 1, 1, 1, 1, 2, 2]}
FUNNEL: dict[str, Any] = {
    "metadata": {"name": "funnel"},
    "seed": 9,
    "timeframe": {"start": "2024-01-01", "end": "2024-03-31", "freq": "min"},
    "nodes": [
        {"id": "visit", "kind": "entity", "pk": "visit_id", "rows": 4000, "columns": [
            col("visit_id", "int", sequence={}),
            col("segment", "string", choice={"choices": ["paid", "free"]}),
            col("at_", "datetime", datetime_series={"pattern": WEEKENDS}),
            col("spent", "float", distribution={"type": "lognormal", "params": {"mean": 3, "sigma": 0.5}})]},
        {"id": "step", "kind": "fact", "pk": "step_id", "parents": ["visit"], "columns": [
            col("step_id", "int", sequence={}),
            col("visit_id", "int", lookup={"from": "visit.visit_id"}),
            col("stage_name", "string", choice={"choices": ["x"]}),
            col("stage_index", "int", sequence={}),
            col("reached", "datetime", datetime_series={})],
         "stage_config": {
            "stages": [{"stage_name": "seen", "transition_rate": 0.5}, {"stage_name": "signed", "transition_rate": 0.4},
                       {"stage_name": "paid", "transition_rate": 1}],
            "segment_variation": {"paid": {"transition_multiplier": 1.4}}}},
    ],
    "targets": {
        "weekend_share": {"table": "visit", "timestamp": "at_", "min": 0.4, "max": 0.5},
        "mean_in_range": {"table": "visit", "column": "spent", "min": 22, "max": 24},
        "composite_effect": {"table": "visit", "metric": "count",
            "influences": [{"kind": "seasonality", "dimension": "dow"}], "tolerance": {"mae": 0.02, "mape": 5}}},
}  # fmt: skip
SPOILED = [
    ("weights", "user", "segment", put("segment", "if(n % 9 = 0, 'vip', segment)")),
    ("distribution", "order", "fee", put("fee", "if(fee > 15, fee / 2, fee)")),
    ("distribution", "order", "amount", put("amount", "if(month(ts) = 3, amount / 1.5, amount)")),
    ("profile_course", "order", "ts", put("ts", "if(month(ts) >= 5 and n % 3 = 0, ts - interval 60 day, ts)")),
    ("fanout", "order", None, put("user_id", "if(user_id % 7 = 0, 1, user_id)")),
    ("fanout_mean", "line", None, "select * exclude n from t where n % 15 <> 0"),
    ("lookup", "line", "price", put("price", "if(n = 9, price * 1.01, price)")),
]  # fmt: skip
SPOILED_STAGES = [
    ("stage_rate", None, "select * exclude n from t where stage_index < 2 or n % 2 = 0"),
    ("stage_order", "stage_index", put("stage_index", "if(n = 9, 7, stage_index)")),
    ("stage_order", "stage_name", put("stage_name", "if(n = 9, 'lost', stage_name)")),
    ("stage_start", "reached", put("reached", "if(stage_index = 0 and n < 9, reached + interval 1 hour, reached)")),
    ("stage_time", "reached", put("reached", "if(stage_index = 2, reached + interval 1 day, reached)")),
]
SPOILED_TARGETS = [
    ("weekend_share", "at_", put("at_", "if(isodow(at_) >= 6 and n % 4 = 0, at_ - interval 2 day, at_)")),
    ("composite_effect", "at_", put("at_", "if(isodow(at_) = 3 and n % 2 = 0, at_ - interval 1 day, at_)")),
    ("mean_in_range", "spent", put("spent", "spent * 0.9")),
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(SHOP, tmp_path_factory.mktemp("behaving"))


@pytest.fixture(scope="module")
def funnel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(FUNNEL, tmp_path_factory.mktemp("funnel"))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("document", [SHOP, FUNNEL], ids=["shop", "funnel"])
def test_behaviours_hold_at_any_seed(document: dict[str, Any], seed: int, tmp_path: Path) -> None:
    assert broken(checked(make(document, tmp_path, "--seed", str(50 + seed)))) == set()


def test_behaviours_are_judged_and_not_passed_over(shop: Path, funnel: Path) -> None:
    one, other = checked(shop), checked(funnel)
    for rule, table, column, _ in SPOILED:
        assert {finding.verdict for finding in found(one, rule, table, column)} == {"holds"}, rule
    for rule, column, _ in SPOILED_STAGES:
        assert {finding.verdict for finding in found(other, rule, "step", column)} == {"holds"}, rule
    for rule, column, _ in SPOILED_TARGETS:
        assert {finding.verdict for finding in found(other, rule, "visit", column)} == {"holds"}, rule


@pytest.mark.parametrize(("rule", "table", "column", "query"), SPOILED)
def test_a_behaviour_that_is_not_as_declared_is_found(
    shop: Path, tmp_path: Path, rule: str, table: str, column: str | None, query: str
) -> None:
    spoiled = copied(shop, tmp_path / "spoiled")
    spoil(spoiled, table, query)
    assert "broken" in [finding.verdict for finding in found(checked(spoiled), rule, table, column)]


@pytest.mark.parametrize(("rule", "column", "query"), SPOILED_STAGES)
def test_stages_that_are_not_as_declared_are_found(
    funnel: Path, tmp_path: Path, rule: str, column: str | None, query: str
) -> None:
    spoiled = copied(funnel, tmp_path / "spoiled")
    spoil(spoiled, "step", query)
    assert "broken" in [finding.verdict for finding in found(checked(spoiled), rule, "step", column)]


def test_segments_of_a_parent_that_a_row_only_names_scale_it_too(tmp_path: Path) -> None:
    """The fan-out is of a shop; the customer is drawn, and his segment multiplies what he pays."""
    document: dict[str, Any] = {
        "metadata": {"name": "named"}, "seed": 5, "timeframe": {"start": "2024-01-01", "end": "2024-01-31"},
        "nodes": [
            {"id": "store", "kind": "entity", "pk": "store_id", "rows": 50, "columns": [
                col("store_id", "int", sequence={})]},
            {"id": "customer", "kind": "entity", "pk": "customer_id", "rows": 400,
             "segment_behavior": {"segment_column": "segment", "applies_to_columns": ["paid"],
                "behaviors": {"vip": {"value_multiplier": 3}, "plain": {"value_multiplier": 0.6}}},
             "columns": [
                col("customer_id", "int", sequence={}),
                col("segment", "string", choice={"choices": ["vip", "plain"]})]},
            {"id": "bill", "kind": "fact", "pk": "bill_id", "parents": ["store", "customer"],
             "fanout": {"distribution": "poisson", "lambda": 60}, "columns": [
                col("bill_id", "int", sequence={}),
                col("store_id", "int", lookup={"from": "store.store_id"}),
                col("customer_id", "int", lookup={"from": "customer.customer_id"}),
                col("paid", "float", distribution={"type": "lognormal", "params": {"mean": 3, "sigma": 0.5}})]},
        ],
    }  # fmt: skip
    schema = make(document, tmp_path)
    result = checked(schema)
    assert broken(result) == set()
    assert [one.verdict for one in found(result, "distribution", "bill", "paid")] == ["holds"]
    spoil(schema, "bill", put("paid", "if(n % 9 = 0, paid / 2, paid)"))
    assert [one.verdict for one in found(checked(schema), "distribution", "bill", "paid")] == ["broken"]


@pytest.mark.parametrize(("rule", "column", "query"), SPOILED_TARGETS)
def test_targets_that_are_missed_are_found(funnel: Path, tmp_path: Path, rule: str, column: str, query: str) -> None:
    spoiled = copied(funnel, tmp_path / "spoiled")
    spoil(spoiled, "visit", query)
    assert "broken" in [finding.verdict for finding in found(checked(spoiled), rule, "visit", column)]


def test_a_target_that_moves_weights_is_held_to_what_they_were_moved_to(tmp_path: Path) -> None:
    """Plain weights give 4 of 9 rows on weekends; the target asks for half of them or more."""
    document = {**FUNNEL, "targets": {"weekend_share": {"table": "visit", "timestamp": "at_", "min": 0.5, "max": 0.6}}}
    result = checked(make(document, tmp_path))
    (share,) = found(result, "weekend_share", "visit", "at_")
    assert broken(result) == set()
    assert share.figures["made"] == pytest.approx(0.54, abs=0.04)


def sampled(schema: Path, rows: int, *more: str) -> subprocess.CompletedProcess[str]:
    """A process of its own, which ends at once when it has judged."""
    words = ["generate", str(schema), "-o", str(schema.parent / "set"), "--dry-run-sample", str(rows), "-q", *more]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'services'}{os.pathsep}{ROOT}"}
    return subprocess.run([sys.executable, "-m", "datagen", *words], capture_output=True, text=True, env=environment)


@pytest.mark.parametrize("document", [SHOP, FUNNEL], ids=["shop", "funnel"])
def test_a_sample_is_the_first_rows_of_each_table_and_is_judged(document: dict[str, Any], tmp_path: Path) -> None:
    """Of a document of a hundred million parents as of any other."""
    schema, parents = tmp_path / "schema.json", document["nodes"][-2 if document is FUNNEL else 1]["id"]
    schema.write_text(json.dumps(document), "utf-8")
    run = sampled(schema, 400, "--set", f"nodes.{parents}.rows=100000000")
    assert (run.returncode, run.stdout.splitlines()[-1][:24]) == (0, "  score 100 of 100: stru")
    manifest = json.loads((tmp_path / "set" / "_manifest.json").read_text("utf-8"))
    rows = {file["table"]: file["rows"] for file in manifest["files"]}
    assert (manifest["sample"], rows[parents], max(rows.values())) == (400, 400, 400)


def test_targets_of_children_are_not_judged_by_a_sample_that_ends_amid_them(tmp_path: Path) -> None:
    targets = {"mean_in_range": {"table": "order", "column": "fee", "min": 5, "max": 15}}
    schema = make({**SHOP, "targets": targets}, tmp_path)
    spoil(schema, "order", put("fee", "fee * 10"))
    assert [one.verdict for one in found(checked(schema), "mean_in_range", "order", "fee")] == ["broken"]
    assert sampled(schema, 300, "--clear-output").returncode == 0
    spoil(schema, "order", put("fee", "fee * 10"))
    assert [one.verdict for one in found(checked(schema), "mean_in_range", "order", "fee")] == ["skipped"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["-o", "-"], "--dry-run-sample makes a set, to be judged as a whole; give a folder"),
        (["--date", "2024-01-01"], "--dry-run-sample and --date contradict each other"),
    ],
)
def test_a_sample_that_is_no_set_is_refused(
    more: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps(SHOP), "utf-8")
    assert main(["generate", str(schema), "-o", str(tmp_path / "set"), "--dry-run-sample", "9", *more]) == 2
    assert told in capsys.readouterr().err


def test_inequalities_and_ranges_are_checked(tmp_path: Path) -> None:
    document: dict[str, Any] = {
        "metadata": {"name": "ruled"}, "seed": 3,
        "timeframe": {"start": "2024-01-01", "end": "2024-12-31", "freq": "D"},
        "nodes": [{"id": "loan", "kind": "entity", "pk": "loan_id", "rows": 3000, "columns": [
            col("loan_id", "int", sequence={}),
            col("granted", "datetime", datetime_series={}),
            col("due", "datetime", datetime_series={}),
            col("amount", "float", distribution={"type": "normal", "params": {"mean": 50, "std": 20}}),
            col("kind", "string", choice={"choices": ["a", "b", "c"]})]}],
        "constraints": {
            "ranges": [{"attr": "loan.amount", "min": 40, "max": 90}],
            "inequalities": [{"left": "loan.granted", "op": "<", "right": "loan.due"}],
            "pattern": [{"attr": "loan.kind", "regex": "^[ab]$"}],
            "enum": [{"attr": "loan.kind", "values": ["a", "b", "d"]}]},
    }  # fmt: skip
    schema = make(document, tmp_path / "ruled")
    assert broken(checked(schema)) == set()
    spoil(schema, "ruled", "select * exclude n replace (if(n = 1, due + interval 9 year, granted) as granted, "
          "if(n = 2, 39.9, amount) as amount, if(n = 3, 'c', kind) as kind) from t")  # fmt: skip
    names = broken(checked(schema))
    assert {"inequality loan.granted", "range loan.amount", "pattern loan.kind", "enum loan.kind"} <= names
