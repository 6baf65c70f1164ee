"""A shop in which everything acts that can: effects, seasons, trends, outliers, segments, ages, stages."""

from __future__ import annotations

from typing import Any

from tests.engine.related import col

FROM_1_TO_3 = {"type": "uniform", "params": {"low": 1, "high": 3}}
WEEK = [1, 1, 1, 1, 1, 3, 2]
TRENDS: dict[str, dict[str, Any]] = {
    "linear": {"type": "linear", "growth_rate": 0.5},
    "exponential": {"type": "exponential", "growth_rate": -0.2, "time_reference": "ts"},
    "logarithmic": {"type": "logarithmic", "params": {"a": 0.3, "b": 4}},
}
SPIKE = {"rate": 0.05, "magnitude_dist": {"type": "uniform", "params": {"low": 2, "high": 4}}}
DROP = {
    "rate": 0.25,
    "mode": "drop",
    "magnitude_dist": {"type": "normal", "params": {"mean": 1, "std": 1}, "clamp": [0, 3]},
}


def one(*modifiers: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """Modifiers of a column that is 1 everywhere."""
    return {"modifiers": [{"transform": name, "args": args} for name, args in modifiers], "choice": {"choices": [1]}}


def effect(on: dict[str, str], op: str = "mul", **more: Any) -> dict[str, Any]:
    field = {"field": "strength", "op": op, **more}
    return {"effect_table": "promo", "on": on, "window": {"start_col": "begins", "end_col": "ends"}, "map": field}


STAGES: dict[str, Any] = {
    "stages": [
        {"stage_name": "seen", "transition_rate": 0.8},
        {"stage_name": "tried", "transition_rate": 0.5},
        {"stage_name": "bought"},
    ],
    "segment_variation": {"vip": {"transition_multiplier": 1.5}, "basic": {"transition_multiplier": 0.5}},
}
SEGMENTS: dict[str, Any] = {
    "segment_column": "segment",
    "behaviors": {
        "vip": {"fanout_multiplier": 3, "value_multiplier": 2, "applies_to_columns": ["amount", "refund"]},
        "basic": {"fanout_multiplier": 0.5},
    },
    "segments": {"vip": {"base_probability": 0.2}, "basic": {"base_probability": 0.5}},
}
VINTAGE: dict[str, Any] = {
    "created_at_column": "joined",
    "age_based_multipliers": {
        "activity": {"curve": [0.5, 1, 2], "time_unit": "month", "applies_to": "fanout"},
        "value": {
            "curve": {"curve_type": "linear", "params": {"a": 1, "b": 0.5}},
            "time_unit": "year",
            "applies_to": ["sale.refund"],
        },
    },
}
STORE: dict[str, Any] = {
    "seed": 11,
    "timeframe": {"start": "2024-01-01", "end": "2024-12-31", "freq": "H"},
    "nodes": [
        {"id": "promo", "kind": "entity", "pk": "promo_id", "rows": 40, "columns": [
            col("promo_id", "int", sequence={"start": 900, "step": -1}),
            col("town", "string", null_prob=0.1, choice={"choices": ["Oslo", "Bergen", "Narvik"]}),
            col("kind", "int", choice={"choices": [1, 2]}),
            col("begins", "datetime", null_prob=0.05, datetime_series={"freq": "15min"}),
            col("ends", "date", datetime_series={"freq": "D"}),
            col("strength", "float", null_prob=0.1, distribution=FROM_1_TO_3)]},
        {"id": "user", "kind": "entity", "pk": "user_id", "rows": 300, "columns": [
            col("user_id", "int", sequence={}),
            col("town", "string", choice={"choices": ["Oslo", "Bergen", "Tromso"]}),
            col("kind", "float", choice={"choices": [1, 2, 3]}),
            col("segment", "string", choice={"choices": ["vip", "basic", "plain", "other"], "weights": [1, 1, 3, 1]}),
            col("joined", "datetime", datetime_series={"freq": "H"})],
         "segment_behavior": SEGMENTS, "vintage_behavior": VINTAGE},
        {"id": "sale", "kind": "fact", "pk": "sale_id", "parents": ["user"],
         "fanout": {"distribution": "poisson", "lambda": 6, "max": 60},
         "modifiers": [{"transform": "effect", "args": effect({"town": "town"})}], "columns": [
            col("sale_id", "int", sequence={}),
            col("user_id", "int", lookup={"from": "user.user_id"}),
            col("town", "string", lookup={"from": "user.town"}),
            col("shop", "string", choice={"choices": ["Oslo", "Bergen", "Tromso"]}),
            col("kind", "int", choice={"choices": [1, 2]}),
            col("ts", "datetime", [{"transform": "effect", "args": effect({"town": "town"})},
                                   {"transform": "time_jitter", "args": {"std_minutes": 20}}],
                datetime_series={"pattern": {"dimension": "hour", "weights": [0, 0, *[1] * 22]}}),
            col("sent", "datetime", [{"transform": "effect", "args": effect({"shop": "town", "kind": "kind"}, "add")}],
                null_prob=0.1, datetime_series={"pattern": {"dimension": "dow", "weights": WEEK}}),
            col("booked", "date", datetime_series={"freq": "W"}),
            *(col(name, "float", **one(("trend", args))) for name, args in TRENDS.items()),
            col("spiky", "float", **one(("outliers", SPIKE))),
            col("dropped", "float", **one(("outliers", DROP))),
            col("by_hour", "float", **one(("seasonality", {"dimension": "hour", "weights": list(range(1, 25))}))),
            col("by_day", "float", **one(("seasonality", {"dimension": "dow", "weights": WEEK}))),
            col("by_month", "int", **one(("seasonality", {"dimension": "month", "weights": list(range(12))}))),
            col("promoted", "float", **one(("effect", effect({"town": "town", "kind": "kind"}, default=0.25)))),
            col("added", "float", **one(("effect", effect({}, "add")))),
            col("of_user", "float", **one(("effect", effect({"segment": "town"}, "add", default=7)))),
            col("amount", "float", **one(("multiply", {"factor": 10}), ("add", {"value": 1}))),
            col("refund", "float", distribution={**FROM_1_TO_3, "clamp": [0, 8]})]},
        {"id": "step", "kind": "fact", "pk": "step_id", "parents": ["user"], "stage_config": STAGES, "columns": [
            col("step_id", "int", sequence={}),
            col("user_id", "int", lookup={"from": "user.user_id"}),
            col("stage_name", "string", choice={"choices": ["x"]}),
            col("stage_index", "int", choice={"choices": [9]}),
            col("at", "datetime", datetime_series={}),
            col("later", "float", **one(("trend", TRENDS["linear"])))]},
        {"id": "line", "kind": "fact", "pk": "line_id", "parents": ["sale", "user"],
         "fanout": {"distribution": "uniform", "min": 0, "max": 3},
         "modifiers": [{"transform": "effect", "args": effect({"shop": "town"}, "add", default=0.5)}], "columns": [
            col("line_id", "int", sequence={}),
            col("sale_id", "int", lookup={"from": "sale.sale_id"}),
            col("shop", "string", lookup={"from": "sale.shop"}),
            col("sold", "datetime", lookup={"from": "sale.ts"}),
            col("growing", "float", **one(("trend", TRENDS["linear"])))]},
    ],
}  # fmt: skip
