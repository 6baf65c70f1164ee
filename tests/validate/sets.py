"""Documents in which everything is declared that can be checked, sets made of them, and ways to spoil a set."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb

from datagen.cli import main
from tests.engine.related import col
from validate.findings import Finding
from validate.run import Result, validate

RECORD: dict[str, Any] = {
    "name": "payments",
    "seed": 11,
    "entity_count": 8000,
    "time_window": {"start": "2025-01-06", "end": "2025-02-02"},
    "output": {"format": "parquet"},
    "schema": {"fields": [
        {"name": "event_id", "type": "uuid"},
        {"name": "number", "type": "id_sequence", "start": 100, "step": 5},
        {"name": "done", "type": "datetime", "mode": "seasonality",
         "profile": {"hour_of_day": {"_default": 1, "18": 9}, "day_of_week": {"_default": 1, "5": 3}}},
        {"name": "seen", "type": "datetime", "mode": "ramp"},
        {"name": "stamp", "type": "datetime", "format": "epoch_s"},
        {"name": "said", "type": "datetime", "format": "%Y-%m-%d %H:%M:%S"},
        {"name": "city", "type": "category", "choices": [{"value": "Brno", "weight": 3}, "Praha, old"]},
        {"name": "channel", "type": "category", "conditional_on": "city",
         "conditional_table": {"Brno": ["shop", "web"], "_default": [{"value": "web", "weight": 9}, "shop"]}},
        {"name": "paid", "type": "bool", "p_true": 0.3},
        {"name": "pieces", "type": "int", "min": 1, "max": 9, "skew": 2},
        {"name": "rating", "type": "int", "min": 1, "max": 5, "null_prob": 0.25},
        {"name": "amount", "type": "float", "distribution": "lognormal", "mean": 3, "stddev": 1, "precision": 2,
         "clamp": [1, 200]},
        {"name": "height", "type": "float", "distribution": "normal", "mean": 170, "stddev": 9, "precision": 1},
        {"name": "wait", "type": "float", "distribution": "exponential", "lambda": 0.2},
        {"name": "share", "type": "float", "min": 0, "max": 1},
        {"name": "card", "type": "string", "pattern": "CARD-{A-Z}{0000-4999}"},
        {"name": "place", "type": "geo", "bbox": [48.5, 12, 51, 18.9]},
        {"name": "key", "type": "derived_concat", "parts": ["city", "channel"], "sep": "|"},
        {"name": "country", "type": "derived_map", "from_field": "city", "map": {"Brno": "CZ"}, "default": "other"},
    ]},
}  # fmt: skip

WEEK = {"dimension": "dow", "weights": [1, 1, 1, 1, 1, 3, 2]}
DAY = {"dimension": "hour", "weights": [1] * 8 + [4] * 12 + [2] * 4}
TABLES: dict[str, Any] = {
    "metadata": {"name": "shop"},
    "seed": 5,
    "timeframe": {"start": "2024-01-01", "end": "2024-06-30", "freq": "min"},
    "nodes": [
        {"id": "country", "kind": "vocab", "pk": "code", "columns": [
            col("code", "string", enum_list={"values": ["US", "DE", "CZ"]})]},
        {"id": "staff", "kind": "entity", "pk": "staff_id", "rows": 60, "columns": [
            col("staff_id", "int", sequence={"start": 500, "step": 3}),
            col("boss_id", "int", lookup={"from": "staff.staff_id"})]},
        {"id": "user", "kind": "entity", "pk": "user_id", "rows": 900, "columns": [
            col("user_id", "int", sequence={}),
            col("country", "string", choice={"choices_ref": "country.code"}),
            col("plan", "string", choice={"choices": ["free", "pro"], "weights": [4, 1]}),
            col("age", "int", null_prob=0.2, distribution={
                "type": "normal", "params": {"mean": 35, "std": 9}, "clamp": [18, 60]})]},
        {"id": "order", "kind": "fact", "pk": "order_id", "parents": ["user"],
         "fanout": {"distribution": "poisson", "lambda": 6, "max": 20}, "columns": [
            col("order_id", "int", sequence={}),
            col("user_id", "int", lookup={"from": "user.user_id"}),
            col("user_age", "int", lookup={"from": "user.age"}),
            col("ts", "datetime", datetime_series={"pattern": [WEEK, DAY]}),
            col("clerk_id", "int", lookup={"from": "staff.staff_id", "popularity": {"kind": "zipf", "alpha": 1.2}}),
            col("kind", "string", choice={"choices": ["a", "b", "c", "d"], "weights_kind": "zipf@1.5"}),
            col("pieces", "int", distribution={"type": "poisson", "params": {"lambda": 3}}),
            col("noisy", "float", [
                {"transform": "multiply", "args": {"factor": 2}},
                {"transform": "jitter", "args": {"std": 0.3, "mode": "mul"}},
                {"transform": "clamp", "args": {"min": 0}}],
                distribution={"type": "normal", "params": {"mean": 10, "std": 2}}),
            col("price", "float", distribution={"type": "uniform", "params": {"low": 1, "high": 9}}),
            col("total", "float", expression={"code": "round(price * pieces, 2)"})]},
        {"id": "line", "kind": "fact", "pk": "line_id", "parents": ["order"],
         "fanout": {"distribution": "uniform", "min": 1, "max": 4}, "columns": [
            col("line_id", "int", sequence={}),
            col("order_id", "int", lookup={"from": "order.order_id"}),
            col("day", "date", datetime_series={"freq": "D"})]},
    ],
    "constraints": {
        "unique": ["order.order_id"],
        "foreign_keys": [{"from": "order.user_id", "to": "user.user_id"}],
    },
}  # fmt: skip


def make(document: dict[str, Any], folder: Path, *more: str) -> Path:
    """The document's file; its set is in `folder / "set"`."""
    folder.mkdir(parents=True, exist_ok=True)
    schema = folder / "schema.json"
    schema.write_text(json.dumps(document), "utf-8")
    assert main(["generate", str(schema), "-o", str(folder / "set"), "--single-file", "--quiet", *more]) == 0
    return schema


def copied(schema: Path, folder: Path) -> Path:
    """Another copy of the document and its set."""
    shutil.copytree(schema.parent, folder)
    return folder / schema.name


def spoil(schema: Path, table: str, query: str) -> None:
    """Puts what the query makes of `t` in place of a Parquet table; `t` has the number of its row as `n`."""
    path = schema.parent / "set" / f"{table}.parquet"
    numbered = f"(select *, row_number() over () as n from read_parquet('{path}'))"
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        rows = f"with t as {numbered} {query}"
        connection.execute(f"copy ({rows}) to '{path}.new' (format parquet)")
    Path(f"{path}.new").replace(path)


def checked(schema: Path) -> Result:
    return validate(schema, schema.parent / "set")


def found(result: Result, rule: str, table: str, column: str | None) -> list[Finding]:
    return [one for one in result.findings if (one.rule, one.table, one.column) == (rule, table, column)]


def broken(result: Result) -> set[str]:
    return {f"{one.rule} {one.table}.{one.column}" for one in result.findings if one.verdict == "broken"}
