"""Faults of modifiers and behaviours, in the words a user reads: line, path, name=value, rule, way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.schema.nodes import EFFECT, PROMOTION, changed, column, document, with_tables

Lines = Callable[..., list[str]]
Case = tuple[dict[str, Any], list[str]]

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
]


@pytest.mark.parametrize(("written", "expected"), CASES, ids=lambda case: "")
def test_a_fault_is_told_with_its_line(problems: Lines, written: dict[str, Any], expected: list[str]) -> None:
    assert problems(written) == expected
