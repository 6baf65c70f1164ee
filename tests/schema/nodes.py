"""A small sound document of two tables, and ways to change it."""

from __future__ import annotations

import copy
from typing import Any

ID = {"name": "user_id", "type": "int", "nullable": False, "generator": {"sequence": {}}}
UNIFORM = {"type": "uniform", "params": {"low": 1, "high": 9}}
DOCUMENT: dict[str, Any] = {
    "version": "1.0",
    "metadata": {"name": "UserEvents"},
    "seed": 7,
    "timeframe": {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T23:59:59Z", "freq": "H"},
    "nodes": [
        {
            "id": "user",
            "kind": "entity",
            "pk": "user_id",
            "rows": 50,
            "columns": [
                ID,
                {"name": "age", "type": "int", "generator": {"choice": {"choices": [20, 30]}}},
                {"name": "joined", "type": "datetime", "generator": {"datetime_series": {}}},
                {"name": "city", "type": "string", "generator": {"choice": {"choices": ["Oslo", "Prague"]}}},
            ],
        },
        {
            "id": "event",
            "kind": "fact",
            "pk": "event_id",
            "parents": ["user"],
            "fanout": {"distribution": "poisson", "lambda": 3},
            "columns": [
                {"name": "event_id", "type": "int", "generator": {"sequence": {}}},
                {"name": "user_id", "type": "int", "generator": {"lookup": {"from": "user.user_id"}}},
                {"name": "ts", "type": "datetime", "generator": {"datetime_series": {}}},
                {"name": "amount", "type": "float", "generator": {"distribution": UNIFORM}},
            ],
        },
    ],
}  # fmt: skip


def document(*columns: dict[str, Any], user: Any = None, event: Any = None, **top: Any) -> dict[str, Any]:
    """The document with columns added to `event`, keys laid over its tables, and keys laid over its top."""
    made = copy.deepcopy(DOCUMENT)
    made["nodes"][0] |= user or {}
    made["nodes"][1] |= event or {}
    made["nodes"][1]["columns"] = [*made["nodes"][1]["columns"], *columns]
    return made | top


def column(kind: str, **generator: Any) -> dict[str, Any]:
    """A column named x of a type with one generator, such as column("int", sequence={})."""
    return {"name": "x", "type": kind, "generator": generator}


def number(**keys: Any) -> dict[str, Any]:
    """A column of floats with further keys."""
    return {**column("float", distribution={"type": "uniform", "params": {"low": 0, "high": 1}}), **keys}


def changed(transform: str, **args: Any) -> dict[str, Any]:
    """A column of floats with one modifier."""
    return number(modifiers=[{"transform": transform, "args": args}])


def table(name: str, *columns: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """A further table with a key of its own."""
    key = {"name": f"{name}_id", "type": "int", "generator": {"sequence": {}}}
    return {"id": name, "kind": "entity", "pk": f"{name}_id", "rows": 10, "columns": [key, *columns], **keys}


def with_tables(*tables: dict[str, Any], **top: Any) -> dict[str, Any]:
    """The document with further tables."""
    made = document(**top)
    made["nodes"] += list(tables)
    return made


PROMOTION = table(
    "promotion",
    {"name": "city", "type": "string", "generator": {"choice": {"choices": ["Oslo"]}}},
    {"name": "begins", "type": "datetime", "generator": {"datetime_series": {}}},
    {"name": "ends", "type": "datetime", "generator": {"datetime_series": {}}},
    {"name": "strength", "type": "float", "generator": {"choice": {"choices": [1.5]}}},
)
EFFECT: dict[str, Any] = {
    "effect_table": "promotion",
    "on": {"city": "city"},
    "window": {"start_col": "begins", "end_col": "ends"},
    "map": {"field": "strength", "op": "mul", "default": 1},
}
SPIKE = {"rate": 0.01, "mode": "spike", "magnitude_dist": {"type": "lognormal", "params": {"mean": 1, "sigma": 0.5}}}
SHARE = {"table": "event", "timestamp": "ts", "min": 0.2, "max": 0.4}
MEAN = {"table": "event", "column": "amount", "min": 3, "max": 7}
COMPOSITE: dict[str, Any] = {
    "table": "event",
    "metric": "amount",
    "influences": [{"kind": "seasonality", "dimension": "dow"}, {"kind": "effect"}, {"kind": "outliers"}],
    "tolerance": {"mae": 0.1, "mape": 15},
}
SEGMENTS: dict[str, Any] = {
    "segment_column": "city",
    "behaviors": {
        "Oslo": {"fanout_multiplier": 2, "value_multiplier": 1.5, "applies_to_columns": ["amount"]},
        "Prague": {},
    },
}


def everything() -> dict[str, Any]:
    """A sound document with every key there is."""
    series = {
        **column("datetime", datetime_series={"within": {"start": "2024-01-01", "end": "2024-02-01"}, "freq": "15min"}),
        "name": "begun",
        "modifiers": [{"transform": "time_jitter", "args": {"std_minutes": 1}}],
    }
    vocab = {"name": "code", "type": "string", "generator": {"enum_list": {"values": ["a", "b"]}}}
    person = {"name": "contact", "type": "string", "generator": {"faker": {"method": "name", "locale_from": "city"}}}
    city = {
        "name": "city",
        "type": "string",
        "generator": {"lookup": {"from": "user.city", "on": {"user_id": "user_id"}}},
    }
    code = {
        "name": "code",
        "type": "string",
        "generator": {"choice": {"choices_ref": "code.code", "weights_kind": "zipf@1"}},
    }
    total = {"name": "total", "type": "float", "generator": {"expression": {"code": "amount * 2"}}}
    noisy = number(
        modifiers=[
            {"transform": "multiply", "args": {"factor": 2}},
            {"transform": "jitter", "args": {"std": 1, "mode": "mul"}},
            {"transform": "outliers", "args": SPIKE},
            {"transform": "trend", "args": {"type": "linear", "growth_rate": 0.1, "time_reference": "ts"}},
            {"transform": "seasonality", "args": {"dimension": "dow", "weights": [1, 1, 1, 1, 1, 2, 2]}},
            {"transform": "effect", "args": EFFECT},
        ]
    )
    made = document(
        *(city, code, total, noisy, series, person),
        user={
            "segment_behavior": SEGMENTS,
            "vintage_behavior": {
                "created_at_column": "joined",
                "age_based_multipliers": {"a": {"curve": [1, 2], "time_unit": "year", "applies_to": ["amount"]}},
            },
        },
        event={
            "modifiers": [{"transform": "effect", "args": {**EFFECT, "on": {}}}],
            "stage_config": {"stages": [{"stage_name": "seen", "transition_rate": 0.5}]},
        },
        constraints={
            "unique": ["user.user_id"],
            "foreign_keys": [{"from": "event.user_id", "to": "user.user_id"}],
            "ranges": [{"attr": "event.amount", "min": 0, "max": 10}],
            "inequalities": [{"left": "user.joined", "op": "<", "right": "event.ts"}],
            "pattern": [{"attr": "user.city", "regex": "^[A-Z]"}],
            "enum": [{"attr": "user.city", "values": ["Oslo", "Prague"]}],
        },
        targets={"weekend_share": SHARE, "mean_in_range": [MEAN], "composite_effect": COMPOSITE},
        dag=[["user", "promotion", "code"], ["event"]],
    )
    made["nodes"] += [PROMOTION, {"id": "code", "kind": "vocab", "pk": "code", "columns": [vocab]}]
    return made
