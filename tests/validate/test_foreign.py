"""Sets as others write and declare them: parents that tell a date, and a file a day."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from datagen.cli import main
from tests.validate.sets import broken, checked, make
from validate.run import validate
from validate.store import MANY_FILES

OPENED, CLOSED = ({"start": f"{year}-01-01", "end": f"{year}-12-31"} for year in (2023, 2024))
WINDOW = {"start_col": "opened_on", "end_col": "closed_on"}
DATED: dict[str, Any] = {
    "timeframe": {"start": "2024-01-01", "end": "2024-02-29", "freq": "H"},
    "nodes": [
        {"id": "shop", "kind": "entity", "pk": "shop_id", "rows": 60, "columns": [
            {"name": "shop_id", "type": "int", "generator": {"sequence": {}}},
            {"name": "opened_on", "type": "date", "generator": {"datetime_series": {"within": OPENED, "freq": "D"}}},
            {"name": "closed_on", "type": "date", "generator": {"datetime_series": {"within": CLOSED, "freq": "D"}}},
            {"name": "open", "type": "float", "generator": {"choice": {"choices": [1.5]}}}]},
        {"id": "order", "kind": "fact", "pk": "order_id", "parents": ["shop"],
         "fanout": {"distribution": "poisson", "lambda": 20},
         "modifiers": [{"transform": "effect", "args": {
             "effect_table": "shop", "on": {"shop_id": "shop_id"}, "window": WINDOW,
             "map": {"field": "open", "op": "mul", "default": 0}}}],
         "columns": [
            {"name": "order_id", "type": "int", "generator": {"sequence": {}}},
            {"name": "shop_id", "type": "int", "generator": {"lookup": {"from": "shop.shop_id"}}}]},
    ],
}  # fmt: skip


def test_the_first_date_of_a_parent_is_the_time_at_which_its_fan_out_is_scaled(tmp_path: Path) -> None:
    """On the day on which a shop opens it is open, though in the middle of the timeframe some are closed."""
    result = checked(make(DATED, tmp_path))
    assert broken(result) == set()
    assert {one.verdict for one in result.findings if one.rule.startswith("fanout")} == {"holds"}


def daily(tmp_path: Path) -> tuple[Path, list[Path]]:
    series = {"name": "at", "type": "datetime", "generator": {"datetime_series": {}}}
    key = {"name": "visit_id", "type": "int", "generator": {"sequence": {}}}
    table = {"id": "visit", "kind": "entity", "pk": "visit_id", "rows": 500, "columns": [key, series]}
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps({"timeframe": DATED["timeframe"], "nodes": [table]}), "utf-8")
    assert main(["generate", str(schema), "-o", str(tmp_path / "set"), "--format", "parquet", "--quiet"]) == 0
    return schema, sorted((tmp_path / "set").rglob("*.parquet"))


def test_a_set_of_many_small_files_is_judged_as_one(tmp_path: Path) -> None:
    schema, files = daily(tmp_path)
    assert len(files) > MANY_FILES
    result = validate(schema, tmp_path / "set")
    assert (broken(result), result.score) == (set(), 100.0)


def test_of_many_files_the_damaged_one_is_told_and_the_others_are_judged(tmp_path: Path) -> None:
    schema, files = daily(tmp_path)
    files[7].write_bytes(files[7].read_bytes()[:-20])
    result = validate(schema, tmp_path / "set")
    assert [Path(trouble.file).name for trouble in result.troubles] == [files[7].name]
    assert sum(one.rows for one in result.findings if one.table == "visit") > 0


def test_the_curve_of_children_is_not_judged_by_a_sample_that_ends_amid_them(tmp_path: Path) -> None:
    """The children of a parent are in the order of time: the first of very many are early ones."""
    document = json.loads(json.dumps(DATED))
    order = document["nodes"][1]
    order["fanout"]["lambda"] = 2_000
    order["columns"].append({"name": "at", "type": "datetime", "generator": {"datetime_series": {}}})
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps(document), "utf-8")
    words = ["generate", str(schema), "-o", str(tmp_path / "set"), "--dry-run-sample", "100", "--quiet"]
    done = subprocess.run([sys.executable, "-m", "datagen", *words], check=False)  # it ends as the validator
    assert done.returncode == 0
    result = validate(schema, tmp_path / "set")
    assert broken(result) == set()
    assert {one.verdict for one in result.findings if one.column == "at" and one.rule == "profile"} == {"skipped"}


def test_what_a_child_reads_of_its_parent_is_not_missed_where_its_key_is_null(tmp_path: Path) -> None:
    document = json.loads(json.dumps(DATED))
    order = document["nodes"][1]
    order["columns"][1]["null_prob"] = 0.2
    order["columns"].append({"name": "opened", "type": "date", "generator": {"lookup": {"from": "shop.opened_on"}}})
    result = checked(make(document, tmp_path))
    assert {one.verdict for one in result.findings if one.rule == "lookup" and one.column == "opened"} == {"holds"}
