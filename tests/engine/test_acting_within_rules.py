"""What acts on rows, and rules that they obey, of one document."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from datagen.plan import Plan
from tests.engine.test_acting import matching, plan_of
from tests.engine.test_tables import by_key, made, rows_of

RULES = {
    "ranges": [
        {"attr": "sale.promoted", "min": 0.5, "max": 2.5},
        {"attr": "sale.spiky", "max": 3.5},
        {"attr": "sale.by_month", "min": 3, "max": 9},
        {"attr": "sale.amount", "min": 15},
    ],
    "inequalities": [
        {"left": "user.joined", "op": "<", "right": "sale.ts"},
        {"left": "sale.ts", "op": "<=", "right": "sale.sent"},
        {"left": "user.joined", "op": "<", "right": "step.at"},
        {"left": "sale.linear", "op": "<", "right": "sale.refund"},
    ],
}


@pytest.fixture(scope="module")
def ruled(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    def rule(document: Any) -> None:
        document["constraints"] = RULES

    plan = plan_of(tmp_path_factory.mktemp("ruled"), rule)
    plan.refuse_unmade()
    return plan


def test_rules_hold_of_what_effects_trends_and_segments_made(ruled: Plan) -> None:
    users = by_key(ruled, "user")
    for sale in rows_of(ruled, "sale"):
        assert 0.5 <= sale["promoted"] <= 2.5
        assert sale["spiky"] <= 3.5
        assert 3 <= sale["by_month"] <= 9
        assert sale["amount"] >= 15
        assert sale["linear"] < sale["refund"]
        assert users[sale["user_id"]]["joined"] < sale["ts"]
        assert sale["sent"] is None or sale["ts"] <= sale["sent"]
    for step in rows_of(ruled, "step"):
        assert users[step["user_id"]]["joined"] < step["at"]


@pytest.mark.parametrize("table", ["sale", "step", "line"])
def test_any_slicing_gives_the_same_rows(ruled: Plan, table: str) -> None:
    rows = ruled.tables[table].rows
    edges = [*range(0, rows, rows // 5), rows]
    assert pa.concat_batches([made(ruled, table, *span) for span in pairwise(edges)]) == made(ruled, table)


def test_targets_steer_instants_that_effects_reweight_and_fields_that_scale_a_fan_out(tmp_path: Path) -> None:
    def aimed(document: Any) -> None:
        document["targets"] = {
            "weekend_share": {"table": "sale", "timestamp": "ts", "min": 0.34, "max": 0.5},
            "mean_in_range": {"table": "promo", "column": "strength", "min": 2.3, "max": 2.6},
        }

    plan = plan_of(tmp_path, aimed)
    assert len(plan.steered) == 2
    sales, promos = rows_of(plan, "sale"), rows_of(plan, "promo")
    assert len(sales) == plan.tables["sale"].rows
    assert sum(sale["ts"].weekday() >= 5 for sale in sales) / len(sales) > 0.3
    known = [promo["strength"] for promo in promos if promo["strength"] is not None]
    assert 2.3 <= sum(known) / len(known) <= 2.6
    for sale in sales:
        strength = matching(promos, sale["ts"], town=sale["town"], kind=sale["kind"])
        assert sale["promoted"] == pytest.approx(0.25 if strength is None else strength)
    edges = [*range(0, len(sales), 1_501), len(sales)]
    assert pa.concat_batches([made(plan, "sale", *span) for span in pairwise(edges)]) == made(plan, "sale")
