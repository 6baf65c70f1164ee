"""A shop of seven tables: facts of facts, draws, chains of lookups, a hierarchy, a vocab."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from datagen.compile import compile_schema
from datagen.plan import Plan
from datagen.schema import read_schema


def col(name: str, kind: str, modifiers: Any = (), null_prob: float = 0, **generator: Any) -> dict[str, Any]:
    keys = {"null_prob": null_prob, "modifiers": list(modifiers)}
    return {"name": name, "type": kind, "generator": generator, **keys}


AGE = {"type": "normal", "params": {"mean": 35, "std": 9}, "clamp": [18, 60]}
ZIPF = {"kind": "zipf", "alpha": 1}
NOISE = [
    {"transform": "add", "args": {"value": 1}},
    {"transform": "jitter", "args": {"std": 0.1, "mode": "mul"}},
    {"transform": "clamp", "args": {"max": 4}},
]
WEEK = {"dimension": "dow", "weights": [1, 1, 1, 1, 1, 3, 2]}
SHOP: dict[str, Any] = {
    "seed": 3,
    "timeframe": {"start": "2024-01-01", "end": "2024-03-31", "freq": "min"},
    "nodes": [
        {"id": "country", "kind": "vocab", "pk": "code", "columns": [
            col("code", "string", enum_list={"values": ["US", "DE", "CZ"]}),
            col("tax", "float", choice={"choices": [0.1, 0.2]})]},
        {"id": "staff", "kind": "entity", "pk": "staff_id", "rows": 40, "columns": [
            col("staff_id", "int", sequence={"start": 500, "step": 3}),
            col("boss_id", "int", lookup={"from": "staff.staff_id"}),
            col("grade", "int", distribution={"type": "poisson", "params": {"lambda": 3}}),
            col("boss_grade", "int", lookup={"from": "staff.grade", "on": {"this_key": "boss_id"}})]},
        {"id": "user", "kind": "entity", "pk": "user_id", "rows": 60, "columns": [
            col("user_id", "string", sequence={"start": 10, "step": 7}),
            col("country", "string", choice={"choices_ref": "country.code"}),
            col("tax", "float", lookup={"from": "country.tax", "on": {"this_key": "country"}}),
            col("typed", "string", choice={"choices": ["DE", "CZ", "XX"]}),
            col("is_typed", "bool", expression={"code": "typed == country"}),
            col("label", "string", expression={"code": "typed if is_typed else 'other'"}),
            col("typed_tax", "float", lookup={"from": "country.tax", "on": {"code": "typed"}}),
            col("name", "string", faker={"method": "name", "locale_from": "country"}),
            col("age", "int", null_prob=0.2, distribution=AGE)]},
        {"id": "product", "kind": "entity", "pk": "product_id", "rows": 30, "columns": [
            col("product_id", "int", sequence={}),
            col("price", "float", distribution={"type": "lognormal", "params": {"mean": 2, "sigma": 1}})]},
        {"id": "order", "kind": "fact", "pk": "order_id", "parents": ["user"],
         "fanout": {"distribution": "poisson", "lambda": 3, "max": 9}, "columns": [
            col("order_id", "int", sequence={}),
            col("user_id", "string", lookup={"from": "user.user_id"}),
            col("user_age", "int", lookup={"from": "user.age"}),
            col("ts", "datetime", datetime_series={"pattern": WEEK}),
            col("clerk_id", "int", null_prob=0.3, lookup={"from": "staff.staff_id", "popularity": ZIPF}),
            col("clerk_grade", "int", lookup={"from": "staff.grade"})]},
        {"id": "line", "kind": "fact", "pk": "line_id", "parents": ["order", "product"],
         "fanout": {"distribution": "uniform", "min": 0, "max": 4}, "columns": [
            col("line_id", "int", sequence={}),
            col("order_id", "int", lookup={"from": "order.order_id"}),
            col("ordered", "datetime", lookup={"from": "order.ts"}),
            col("buyer", "string", lookup={"from": "user.name"}),
            col("clerk", "int", lookup={"from": "order.clerk_id"}),
            col("clerk_boss", "int", lookup={"from": "staff.boss_id", "on": {"staff_id": "clerk"}}),
            col("product_id", "int", lookup={"from": "product.product_id"}),
            col("price", "float", lookup={"from": "product.price"}),
            col("pieces", "int", choice={"choices": [1, 2, 3], "weights_kind": "zipf@1.5"}),
            col("total", "float", expression={"code": "round(price * pieces, 2)"}),
            col("bulk", "bool", expression={"code": "pieces == 3"}),
            col("noisy", "float", NOISE, choice={"choices": [1, 2, None]}),
            col("sent", "date", datetime_series={"freq": "D"})]},
        {"id": "review", "kind": "fact", "pk": "review_id", "parents": ["product", "order"],
         "fanout": {"distribution": "poisson", "lambda": 2}, "columns": [
            col("review_id", "int", sequence={}),
            col("order_id", "int", lookup={"from": "order.order_id"}),
            col("user_id", "string", lookup={"from": "order.user_id", "on": {"order_id": "order_id"}}),
            col("user_age", "int", lookup={"from": "user.age", "on": {"user_id": "user_id"}}),
            col("ordered", "datetime", lookup={"from": "order.ts"})]},
    ],
}  # fmt: skip


def planned(folder: Path, document: dict[str, Any], **overrides: Any) -> Plan:
    """The plan of a document that can be made; `a__b=c` overrides a.b."""
    file = folder / "document.json"
    file.write_text(json.dumps(document, indent=1), "utf-8")
    given = {key.replace("__", "."): value for key, value in overrides.items()}
    plan = compile_schema(read_schema(file, overrides=given))
    plan.refuse_unmade()
    return plan
