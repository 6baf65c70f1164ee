"""Faults of modifiers and behaviours, in the words a user reads: line, path, name=value, rule, way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.schema.nodes import EFFECT, PROMOTION, changed, column, document, table, with_tables

Lines = Callable[..., list[str]]
Case = tuple[dict[str, Any], list[str]]


def segments(**keys: Any) -> dict[str, Any]:
    return {"segment_behavior": {"segment_column": "city", **keys}}


def aging(**keys: Any) -> dict[str, Any]:
    return {"vintage_behavior": {"created_at_column": "joined", "age_based_multipliers": {"a": keys}}}


OWN = {"effect_table": "event", "window": {"start_col": "ts", "end_col": "ts"}, "map": {"field": "amount"}}
CASES: list[Case] = [
    (
        document(changed("multply", factor=2)),
        [
            (
                "shop.json:122  nodes.event.columns.x.modifiers.0.transform: transform='multply' is not a "
                "transform; did you mean 'multiply'?"
            )
        ],
    ),
    (
        document(changed("multiply")),
        [
            (
                "shop.json:123  nodes.event.columns.x.modifiers.0.args: 'factor' is missing: what the value "
                "is multiplied by"
            )
        ],
    ),
    (
        document(changed("multiply", factor=2, extra=1)),
        [("shop.json:125  nodes.event.columns.x.modifiers.0.args.extra: 'extra' is not a key here; known: factor")],
    ),
    (
        document(changed("clamp")),
        [("shop.json:123  nodes.event.columns.x.modifiers.0.args: clamp has neither min nor max; give at least one")],
    ),
    (
        document(changed("clamp", min=2, max=1)),
        ["shop.json:124  nodes.event.columns.x.modifiers.0.args: min=2 is above max=1; swap them?"],
    ),
    (
        document(changed("jitter", std=-1)),
        ["shop.json:124  nodes.event.columns.x.modifiers.0.args.std: std=-1 must be at least 0"],
    ),
    (
        document(changed("map_values", mapping={"a": "b"})),
        [
            (
                "shop.json:125  nodes.event.columns.x.modifiers.0.args.mapping.a: 'b' is no number, as "
                "type='float' has them"
            )
        ],
    ),
    (
        document(changed("seasonality", dimension="dow", weights=[1])),
        [
            (
                "shop.json:125  nodes.event.columns.x.modifiers.0.args.weights: weights has 1 weights for "
                "dimension='dow', which has 7; give 7"
            )
        ],
    ),
    (
        document(changed("outliers", rate=2, magnitude_dist={"type": "normal", "params": {}})),
        ["shop.json:124  nodes.event.columns.x.modifiers.0.args.rate: rate=2 must be at most 1"],
    ),
    (
        document(changed("trend", type="linear")),
        ["shop.json:123  nodes.event.columns.x.modifiers.0.args: 'growth_rate' is missing: g, per year"],
    ),
    (
        document(changed("trend", type="logarithmic", growth_rate=1)),
        [
            (
                "shop.json:123  nodes.event.columns.x.modifiers.0.args: 'params' is missing: a and b of 1 + "
                "a * ln(1 + b * t)"
            )
        ],
    ),
    (
        document(changed("trend", type="linear", growth_rate=1, time_reference="amount")),
        [
            (
                "shop.json:126  nodes.event.columns.x.modifiers.0.args.time_reference: 'amount' is of type "
                "float; a trend is measured along time"
            )
        ],
    ),
    (
        document(changed("time_jitter", std_minutes=5)),
        [
            (
                "shop.json:122  nodes.event.columns.x.modifiers.0.transform: transform='time_jitter' has no "
                "meaning for type='float'; it is for datetime or date"
            )
        ],
    ),
    (
        document(
            {
                **column("string", choice={"choices": ["a"]}),
                "modifiers": [{"transform": "multiply", "args": {"factor": 2}}],
            }
        ),
        [
            (
                "shop.json:120  nodes.event.columns.x.modifiers.0.transform: transform='multiply' has no "
                "meaning for type='string'; it is for int or float"
            )
        ],
    ),
    (
        document(
            changed("effect", effect_table="promotions", window={"start_col": "a", "end_col": "b"}, map={"field": "c"})
        ),
        [
            (
                "shop.json:124  nodes.event.columns.x.modifiers.0.args.effect_table: "
                "effect_table='promotions' is no table; known: user, event"
            )
        ],
    ),
    (
        with_tables(
            PROMOTION,
            event={
                "modifiers": [
                    {
                        "transform": "effect",
                        "args": {
                            **EFFECT,
                            "on": {"town": "city"},
                            "window": {"start_col": "city", "end_col": "end"},
                            "map": {"field": "city"},
                        },
                    }
                ]
            },
        ),
        [
            (
                "shop.json:115  nodes.event.modifiers.0.args.on.town: 'town' is no column of event; known: "
                "event_id, user_id, ts, amount"
            ),
            (
                "shop.json:118  nodes.event.modifiers.0.args.window.start_col: 'city' is of type string; a "
                "window is between two datetimes"
            ),
            (
                "shop.json:119  nodes.event.modifiers.0.args.window.end_col: end_col='end' is no column of "
                "promotion; did you mean 'ends'?"
            ),
            (
                "shop.json:122  nodes.event.modifiers.0.args.map.field: 'city' is of type string; the "
                "strength is a number"
            ),
        ],
    ),
    (
        document(event={"modifiers": [{"transform": "multiply", "args": {"factor": 2}}]}),
        [
            (
                "shop.json:111  nodes.event.modifiers.0.transform: transform='multiply' has no meaning for a "
                "table; only 'effect' has"
            )
        ],
    ),
    (
        with_tables(PROMOTION, user={"modifiers": [{"transform": "effect", "args": {**EFFECT, "on": {}}}]}),
        [
            (
                "shop.json:60  nodes.user.modifiers.0: an effect on a table without a fan-out has no "
                "meaning; name its parents"
            )
        ],
    ),
    (
        document(event={"modifiers": [{"transform": "effect", "args": OWN}]}),
        [
            (
                "shop.json:113  nodes.event.modifiers.0.args.effect_table: 'event' is the table itself, "
                "which the effect counts; name another"
            )
        ],
    ),
    (
        document(changed("effect", **{**OWN, "map": {"field": "x"}})),
        [
            (
                "shop.json:108  nodes.event.columns.x: columns read each other in a circle: event.x "
                "reads event.x; break it"
            )
        ],
    ),
    (
        document(user=segments(segments={"Oslo": {"base_probability": 0.8}, "Prague": {"base_probability": 0.4}})),
        [("shop.json:61  nodes.user.segment_behavior.segments: the shares of segments sum to 1.2; lower them to 1")],
    ),
    (
        document(user=segments(segments={"Osloo": {"base_probability": 0.8}})),
        [
            (
                "shop.json:62  nodes.user.segment_behavior.segments.Osloo: 'Osloo' is no value of city; "
                "did you mean 'Oslo'?"
            )
        ],
    ),
    (
        document(user=segments(applies_to_columns=["amout", "ts"])),
        [
            (
                "shop.json:62  nodes.user.segment_behavior.applies_to_columns.amout: 'amout' is no "
                "column of a child of user; did you mean 'amount'?"
            ),
            (
                "shop.json:63  nodes.user.segment_behavior.applies_to_columns.ts: 'ts' is of type "
                "datetime; only numbers are multiplied"
            ),
        ],
    ),
    (
        with_tables(
            table("shop", segment_behavior={"segment_column": "shop_id", "applies_to_columns": ["amount"]}),
            event={"parents": ["user", "shop"]},
        ),
        [
            (
                "shop.json:128  nodes.shop.segment_behavior.applies_to_columns.amount: 'amount' is no "
                "column of a child of shop; known: none"
            )
        ],
    ),
    (
        document(user=aging(curve=[1, -1], applies_to=["fanout", "joined"])),
        [
            ("shop.json:65  nodes.user.vintage_behavior.age_based_multipliers.a.curve.1: -1 must be at least 0"),
            (
                "shop.json:69  nodes.user.vintage_behavior.age_based_multipliers.a.applies_to.joined: "
                "'joined' is no column of a child of user; known: amount, event_id, ts, user_id"
            ),
        ],
    ),
    (
        document(user=aging(curve={"curve_type": "linear", "params": {"a": 1}})),
        [
            (
                "shop.json:65  nodes.user.vintage_behavior.age_based_multipliers.a.curve.params: 'b' is "
                "missing: b of the curve"
            )
        ],
    ),
    (
        document(user={"stage_config": {"stages": [{"stage_name": "seen"}]}}),
        [
            (
                "shop.json:59  nodes.user.stage_config: stage_config in a table without parents; name "
                "whose stages they are"
            )
        ],
    ),
    (
        document(
            {"name": "stage_name", "type": "int", "generator": {"sequence": {}}},
            {"name": "stage_index", "type": "bool", "generator": {"choice": {"choices": [True]}}},
            event={"stage_config": {"stages": [{"stage_name": "seen"}]}},
        ),
        [
            (
                "shop.json:110  nodes.event.columns.stage_name.type: 'stage_name' is of type int; the "
                "stage is told by string"
            ),
            (
                "shop.json:117  nodes.event.columns.stage_index.type: 'stage_index' is of type bool; the "
                "stage is told by int or float or string"
            ),
        ],
    ),
    (
        document(
            event={
                "stage_config": {
                    "stages": [{"stage_name": "seen"}],
                    "segment_variation": {"vip": {"transition_multiplier": 2}},
                }
            }
        ),
        [
            (
                "shop.json:115  nodes.event.stage_config.segment_variation: no column of user tells "
                "these segments; give user a segment_behavior with its segment_column"
            )
        ],
    ),
]


@pytest.mark.parametrize(("written", "expected"), CASES, ids=lambda case: "")
def test_a_fault_is_told_with_its_line(problems: Lines, written: dict[str, Any], expected: list[str]) -> None:
    assert problems(written) == expected
