"""Laws of many tables: rows are a function of their number, children find their parents, values agree."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen import reach
from datagen import rows as heart
from datagen.compile import compile_schema
from datagen.fakes import drawn
from datagen.plan import Plan
from datagen.rows import generate
from datagen.schema import read_schema
from tests.engine.datasets import plain
from tests.engine.related import SHOP, col, planned

LAW = settings(deadline=None, max_examples=25)


def plan_of(path: Path, **overrides: Any) -> Plan:
    return planned(path, SHOP, **overrides)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_of(tmp_path_factory.mktemp("shop"))


def made(plan: Plan, table: str, start: int = 0, stop: int | None = None) -> pa.RecordBatch:
    return plain(generate(plan, table, start, plan.tables[table].rows if stop is None else stop))


def rows_of(plan: Plan, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = made(plan, table).to_pylist()
    return rows


def by_key(plan: Plan, table: str) -> dict[Any, dict[str, Any]]:
    key = plan.tables[table].key
    assert key is not None
    return {row[key]: row for row in rows_of(plan, table)}


@LAW
@given(st.sampled_from([node["id"] for node in SHOP["nodes"]]), st.lists(st.floats(0, 1), max_size=5), st.randoms())
def test_any_slicing_in_any_order_gives_the_same_rows(
    shop: Plan, table: str, cuts: list[float], random: Random
) -> None:
    rows = shop.tables[table].rows
    edges = sorted({0, rows, *(round(cut * rows) for cut in cuts)})
    spans = list(pairwise(edges))
    parts = {span: made(shop, table, *span) for span in random.sample(spans, len(spans))}
    assert pa.concat_batches([parts[span] for span in spans]) == made(shop, table)


@pytest.mark.parametrize("table", [node["id"] for node in SHOP["nodes"]])
def test_neither_blocks_nor_what_is_kept_nor_threads_change_a_row(
    shop: Plan, tmp_path: Path, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = made(shop, table)
    monkeypatch.setattr(heart, "BLOCK_ROWS", 7)
    monkeypatch.setattr(reach, "SMALL_ROWS", 0)
    again = plan_of(tmp_path)
    assert made(again, table) == expected
    spans = [(start, min(start + 11, len(expected))) for start in range(0, len(expected), 11)]
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda span: made(again, table, *span), spans))
    assert pa.concat_batches(parts) == expected


@pytest.mark.parametrize("table", [node["id"] for node in SHOP["nodes"]])
def test_a_document_whose_entities_grow_keeps_the_children_of_its_old_rows(
    shop: Plan, tmp_path: Path, table: str
) -> None:
    """But for what is drawn among all rows of a table that grew, which may now be a new one."""
    more = plan_of(tmp_path, nodes__user__rows=90)
    rows = shop.tables[table].rows
    drawn = {"review": {"order_id", "user_id", "user_age", "ordered"}}.get(table, set())
    few, many = made(shop, table), made(more, table, 0, rows)
    kept = [name for name in few.schema.names if name not in drawn]
    assert few.select(kept) == many.select(kept)
    assert (more.tables[table].rows > rows) == (table in ("user", "order", "line"))


def test_dropping_or_moving_a_table_or_a_column_leaves_the_others_as_they_were(shop: Plan, tmp_path: Path) -> None:
    document = json.loads(json.dumps(SHOP))
    nodes = [node for node in reversed(document["nodes"]) if node["id"] != "review"]
    orders = next(node for node in nodes if node["id"] == "order")
    orders["columns"] = [column for column in reversed(orders["columns"]) if column["name"] != "user_age"]
    file = tmp_path / "shop.json"
    file.write_text(json.dumps({**document, "nodes": nodes}), "utf-8")
    changed = compile_schema(read_schema(file))
    names = [column["name"] for column in orders["columns"]]
    assert made(changed, "order") == made(shop, "order").select(names)
    assert made(changed, "line") == made(shop, "line")


def test_every_foreign_key_is_a_key_of_its_table(shop: Plan) -> None:
    for table, column, other in [
        ("order", "user_id", "user"),
        ("line", "order_id", "order"),
        ("line", "product_id", "product"),
        ("review", "order_id", "order"),
        ("review", "user_id", "user"),
        ("user", "country", "country"),
    ]:
        assert {row[column] for row in rows_of(shop, table)} <= by_key(shop, other).keys()


def test_children_of_a_parent_stand_together_and_in_the_order_of_time(shop: Plan) -> None:
    users = list(by_key(shop, "user"))
    orders = rows_of(shop, "order")
    assert orders == sorted(orders, key=lambda row: (users.index(row["user_id"]), row["ts"]))


def test_a_lookup_is_the_value_on_the_row_it_reads(shop: Plan) -> None:
    users, orders, products = by_key(shop, "user"), by_key(shop, "order"), by_key(shop, "product")
    staff, countries = by_key(shop, "staff"), by_key(shop, "country")
    for order in orders.values():
        assert order["user_age"] == users[order["user_id"]]["age"]
        clerk = staff.get(order["clerk_id"])
        assert order["clerk_grade"] == (clerk["grade"] if clerk else None)
    for line in rows_of(shop, "line"):
        order = orders[line["order_id"]]
        assert (line["ordered"], line["clerk"]) == (order["ts"], order["clerk_id"])
        assert line["buyer"] == users[order["user_id"]]["name"]
        assert line["clerk_boss"] == (staff[line["clerk"]]["boss_id"] if line["clerk"] else None)
        assert line["price"] == products[line["product_id"]]["price"]
        assert line["total"] == pytest.approx(round(line["price"] * line["pieces"], 2), abs=0.011)
        assert line["bulk"] == (line["pieces"] == 3)
    for review in rows_of(shop, "review"):
        order = orders[review["order_id"]]
        assert (review["user_id"], review["ordered"]) == (order["user_id"], order["ts"])
        assert review["user_age"] == users[order["user_id"]]["age"]
    for user in users.values():
        assert user["tax"] == countries[user["country"]]["tax"]
        assert user["is_typed"] == (user["typed"] == user["country"])
        assert user["label"] == (user["typed"] if user["is_typed"] else "other")
        assert user["typed_tax"] == (countries[user["typed"]]["tax"] if user["typed"] in countries else None)


def test_a_hierarchy_has_one_top_and_no_circle(shop: Plan) -> None:
    staff = by_key(shop, "staff")
    assert [key for key, row in staff.items() if row["boss_id"] is None] == [500]
    for row in staff.values():
        assert row["boss_id"] is None or row["boss_id"] < row["staff_id"]
        assert row["boss_grade"] == (staff[row["boss_id"]]["grade"] if row["boss_id"] else None)


def test_modifiers_come_in_order_and_nulls_stay(shop: Plan) -> None:
    noisy = [row["noisy"] for row in rows_of(shop, "line")]
    assert any(value is None for value in noisy)
    found = np.array([value for value in noisy if value is not None])
    assert (found <= 4).all()
    assert 2.3 < found.mean() < 2.7  # 2 or 3, each times 1 and noise of a tenth: 2.5, sigma below 0.06
    assert len(set(found.tolist())) > 10


def test_ages_lie_in_their_clamp_and_about_a_fifth_is_null(tmp_path: Path) -> None:
    ages = made(plan_of(tmp_path, nodes__user__rows=4000), "user").column("age")
    assert (min(ages.drop_null().to_pylist()), max(ages.drop_null().to_pylist())) == (18, 60)
    assert 670 < ages.null_count < 930  # expected 800, sigma 25


def test_counts_are_those_of_their_distribution(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, nodes__user__rows=20_000)
    counts = np.bincount(made(plan, "order").column("user_id").dictionary_encode().indices.to_numpy())
    everyone = np.concatenate([counts, np.zeros(20_000 - len(counts))])
    assert abs(everyone.mean() - 2.998) < 0.062  # sigma 0.0122; five of them
    assert abs(everyone.var() - 2.96) < 0.15  # sigma about 0.03
    assert everyone.max() == 9


def test_a_child_finds_its_parent_in_any_order(shop: Plan, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, nodes__user__rows=5_000)
    children = plan.tables["order"].children
    assert children is not None
    whole = children.of_span(0, children.rows)
    late = children.of_span(9_000, 9_500)
    assert (late.parents == whole.parents[9_000:9_500]).all()
    assert (late.first == whole.first[9_000:9_500]).all()
    some = np.random.Generator(np.random.PCG64(1)).permutation(np.arange(9_000, children.rows))[:3_000]
    picked = children.of_rows(some)
    assert (picked.parents == whole.parents[some]).all()
    assert (picked.first == whole.first[some]).all()
    assert (picked.counts == whole.counts[some]).all()


def test_popular_rows_are_not_the_first_ones_and_have_their_shares(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, nodes__user__rows=20_000, nodes__order__columns__clerk_id__null_prob=0)
    clerks = np.array(made(plan, "order").column("clerk_id").to_pylist())
    shares = np.sort(np.bincount((clerks - 500) // 3, minlength=40) / len(clerks))[::-1]
    expected = 1 / np.arange(1, 41)
    assert np.abs(shares - expected / expected.sum()).max() < 0.01  # sigma of the greatest 0.0017
    assert np.bincount((clerks - 500) // 3).argmax() != 0


def test_people_agree_with_themselves(tmp_path: Path) -> None:
    document = json.loads(json.dumps(SHOP))
    methods = ("first_name", "last_name", "user_name", "email", "name")
    people = [col(method, "string", faker={"method": method}) for method in methods]
    document["nodes"] = [
        {"id": "p", "kind": "entity", "pk": "i", "rows": 50, "columns": [col("i", "int", sequence={}), *people]}
    ]
    file = tmp_path / "people.json"
    file.write_text(json.dumps(document), "utf-8")
    for row in rows_of(compile_schema(read_schema(file)), "p"):
        assert row["name"] == f"{row['first_name']} {row['last_name']}"
        assert row["last_name"].lower() in row["user_name"]
        assert row["first_name"].lower() in row["email"]


@pytest.mark.parametrize(
    "method", ["date_of_birth", "date_this_month", "past_datetime", "iso8601", "date_time_between"]
)
def test_what_faker_counts_from_today_is_counted_from_the_end_of_the_timeframe(tmp_path: Path, method: str) -> None:
    told = [drawn(method, {}, "en_US", 5, 50, datetime(year, 6, 30, tzinfo=UTC)) for year in (1999, 1999, 2150)]
    assert told[0] == told[1] != told[2]
    assert datetime.now(UTC).year not in (1999, 2150)
    assert max(str(value)[:4] for value in told[0]) <= "1999"
