"""Faults of columns whose generators read no others, in the words a user reads: line, path, value, rule, way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.schema.nodes import column, document, with_tables

Lines = Callable[..., list[str]]
Case = tuple[dict[str, Any], list[str]]

CASES: list[Case] = [
    (
        document({"name": "ts", "type": "int", "generator": {"sequence": {}}}),
        [("shop.json:109  nodes.event.columns.ts.name: name='ts' stands twice; names differ in more than case")],
    ),
    (
        document({"name": "TS", "type": "int", "generator": {"sequence": {}}}),
        [
            (
                "shop.json:109  nodes.event.columns.TS.name: name='TS' differs from 'ts' only in case; names "
                "differ in more than case"
            )
        ],
    ),
    (
        document({"name": "_replay", "type": "int", "generator": {"sequence": {}}}),
        [
            (
                "shop.json:109  nodes.event.columns._replay.name: name='_replay' is a name kept for "
                "messages; choose another"
            )
        ],
    ),
    (
        document({"name": "x", "type": "text", "generator": {"sequence": {}}}),
        [
            (
                "shop.json:110  nodes.event.columns.x.type: type='text' is not one of int, float, string, "
                "bool, datetime, date"
            )
        ],
    ),
    (
        document({"name": "x", "type": "int", "generator": {}}),
        [
            (
                "shop.json:111  nodes.event.columns.x.generator: generator is empty; known: sequence, "
                "choice, distribution, datetime_series, faker, lookup, expression, enum_list"
            )
        ],
    ),
    (
        document({"name": "x", "type": "int", "generator": {"sequence": {}, "faker": {"method": "name"}}}),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.faker: sequence and faker in one column; "
                "keep exactly one generator"
            )
        ],
    ),
    (
        document(column("int", sequnce={})),
        [
            (
                "shop.json:112  nodes.event.columns.x.generator.sequnce: 'sequnce' is not a generator; did "
                "you mean 'sequence'?"
            )
        ],
    ),
    (
        document(column("int", sequence={"step": 0})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.sequence.step: step=0 gives every row the "
                "same value; choose another step"
            )
        ],
    ),
    (
        document(column("bool", sequence={})),
        [
            (
                "shop.json:110  nodes.event.columns.x.type: type='bool' cannot hold what sequence makes; it "
                "makes int or float or string"
            )
        ],
    ),
    (
        document({**column("int", sequence={}), "precision": 2}),
        [("shop.json:114  nodes.event.columns.x.precision: precision has no meaning for type='int'; leave it out")],
    ),
    (
        document(column("int", choice={})),
        [("shop.json:112  nodes.event.columns.x.generator.choice: neither choices nor choices_ref; give one")],
    ),
    (
        document(column("int", choice={"choices": []})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.choice.choices: choices=[] must have at "
                "least 1 item, not 0"
            )
        ],
    ),
    (
        document(column("int", choice={"choices": [1], "choices_ref": "user.age"})),
        [("shop.json:112  nodes.event.columns.x.generator.choice: choices beside choices_ref; keep one of the two")],
    ),
    (
        document(column("int", choice={"choices": [1, 2], "weights": [1]})),
        [
            (
                "shop.json:117  nodes.event.columns.x.generator.choice.weights: weights has 1 weights for 2 "
                "choices; give one for each"
            )
        ],
    ),
    (
        document(column("int", choice={"choices": [1, 2], "weights": [1, -1]})),
        ["shop.json:119  nodes.event.columns.x.generator.choice.weights.1: -1 must be at least 0"],
    ),
    (
        document(column("int", choice={"choices": [1, 2], "weights": [0, 0]})),
        [
            (
                "shop.json:117  nodes.event.columns.x.generator.choice.weights: weights=[0, 0] has no weight "
                "above 0; give at least one"
            )
        ],
    ),
    (
        document(column("int", choice={"choices": [1, 2], "weights": [1, 1], "weights_kind": "uniform"})),
        [
            (
                "shop.json:121  nodes.event.columns.x.generator.choice.weights_kind: weights_kind='uniform' "
                "beside weights; keep one of the two"
            )
        ],
    ),
    (
        document(column("int", choice={"choices": [1, 2], "weights_kind": "zipf"})),
        [
            (
                "shop.json:117  nodes.event.columns.x.generator.choice.weights_kind: weights_kind='zipf' is "
                "none of uniform, zipf@1.2, head_tail@{0.6,1.2}"
            )
        ],
    ),
    (
        document(column("int", choice={"choices": [1, 2], "weights_kind": "head_tail@{1.5,1}"})),
        [
            (
                "shop.json:117  nodes.event.columns.x.generator.choice.weights_kind: "
                "weights_kind='head_tail@{1.5,1}' has a head_share outside 0 to 1"
            )
        ],
    ),
    (
        document(column("int", choice={"choices": [1, "a", 2.5]})),
        [
            (
                "shop.json:115  nodes.event.columns.x.generator.choice.choices.a: 'a' is no whole number, as "
                "type='int' has them"
            ),
            (
                "shop.json:116  nodes.event.columns.x.generator.choice.choices.2: 2.5 is no whole number, as "
                "type='int' has them"
            ),
        ],
    ),
    (
        document(column("float", choice={"choices": [True]})),
        [
            (
                "shop.json:114  nodes.event.columns.x.generator.choice.choices.0: true is no number, as "
                "type='float' has them"
            )
        ],
    ),
    (
        document(column("bool", choice={"choices": ["yes"]})),
        [
            (
                "shop.json:114  nodes.event.columns.x.generator.choice.choices.yes: 'yes' is neither true "
                "nor false, as type='bool' has them"
            )
        ],
    ),
    (
        document(column("datetime", choice={"choices": ["tomorrow"]})),
        [
            (
                "shop.json:114  nodes.event.columns.x.generator.choice.choices.tomorrow: 'tomorrow' is not "
                "an instant; write it like 2025-01-31T06:00:00"
            )
        ],
    ),
    (
        document(column("date", choice={"choices": [5]})),
        [
            (
                "shop.json:114  nodes.event.columns.x.generator.choice.choices.0: 5 is not an instant; write "
                'it like "2025-01-31T06:00:00"'
            )
        ],
    ),
    (
        document({**column("int", choice={"choices": [1, None]}), "nullable": False}),
        [
            (
                "shop.json:115  nodes.event.columns.x.generator.choice.choices.1: null beside "
                "nullable=false; keep one of the two"
            )
        ],
    ),
    (
        document(column("int", choice={"choices_ref": "users.age"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.choice.choices_ref: choices_ref='users.age' "
                "names no table 'users'; did you mean 'user'?"
            )
        ],
    ),
    (
        document(column("int", choice={"choices_ref": "user.agee"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.choice.choices_ref: choices_ref='user.agee' "
                "names no column of user; did you mean 'age'?"
            )
        ],
    ),
    (
        document(column("int", choice={"choices_ref": "user"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.choice.choices_ref: choices_ref='user' is "
                "not a column of a table; write it like user.user_id"
            )
        ],
    ),
    (
        document(column("int", choice={"choices_ref": "user.city"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.choice.choices_ref: choices_ref='user.city' "
                "is of type string, which type='int' cannot hold"
            )
        ],
    ),
    (
        document(column("float", distribution={"type": "norm", "params": {}})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.distribution.type: type='norm' is not one of "
                "normal, lognormal, uniform, poisson; did you mean 'normal'?"
            )
        ],
    ),
    (
        document(column("float", distribution={"type": "normal", "params": {"mean": 1}})),
        [("shop.json:114  nodes.event.columns.x.generator.distribution.params: 'std' is missing: its width")],
    ),
    (
        document(column("float", distribution={"type": "normal", "params": {"mean": 1, "mu": 1, "std": 1}})),
        [
            (
                "shop.json:116  nodes.event.columns.x.generator.distribution.params.mu: 'mu' is not a key "
                "here; known: mean, std"
            )
        ],
    ),
    (
        document(column("float", distribution={"type": "normal", "params": {"mean": 1, "std": -1}})),
        [("shop.json:116  nodes.event.columns.x.generator.distribution.params.std: std=-1 must be at least 0")],
    ),
    (
        document(column("float", distribution={"type": "uniform", "params": {"low": 2, "high": 1}})),
        [("shop.json:115  nodes.event.columns.x.generator.distribution.params: low=2 is above high=1; swap them?")],
    ),
    (
        document(column("float", distribution={"type": "uniform", "params": {"low": 0, "high": 1}, "clamp": [2, 1]})),
        [
            (
                "shop.json:118  nodes.event.columns.x.generator.distribution.clamp: clamp=[2, 1] has its "
                "lowest value above its highest; swap them?"
            )
        ],
    ),
    (
        document(column("float", distribution={"type": "lognormal", "params": {"mean": 800, "sigma": 1}})),
        [
            (
                "shop.json:112  nodes.event.columns.x.generator.distribution: mean=800.0 and stddev=1.0 are "
                "those of the logarithm and leave the range of doubles; a median of 800.0 is mean=6.685"
            )
        ],
    ),
    (
        document(column("bool", distribution={"type": "poisson", "params": {"lambda": 1}})),
        [
            (
                "shop.json:110  nodes.event.columns.x.type: type='bool' cannot hold what distribution makes; "
                "it makes int or float or string"
            )
        ],
    ),
    (
        document(column("datetime", datetime_series={"within": "year"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.datetime_series.within: within='year' is "
                "neither 'timeframe' nor a start and an end"
            )
        ],
    ),
    (
        document(column("datetime", datetime_series={"within": {"start": "2024-01-01"}})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.datetime_series.within: 'end' is missing: "
                "the last instant, inclusive; a bare date is the whole day"
            )
        ],
    ),
    (
        document(column("datetime", datetime_series={"freq": "fortnight"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.datetime_series.freq: freq='fortnight' is no "
                "frequency; known: min, T, H, D, B, W, M, MS, Q, Y, with a number before it as in 15min"
            )
        ],
    ),
    (
        document(column("datetime", datetime_series={"pattern": {"dimension": "week", "weights": [1]}})),
        [
            (
                "shop.json:114  nodes.event.columns.x.generator.datetime_series.pattern.dimension: "
                "dimension='week' is not one of hour, dow, month"
            )
        ],
    ),
    (
        document(column("datetime", datetime_series={"pattern": {"dimension": "dow", "weights": [1, 2]}})),
        [
            (
                "shop.json:115  nodes.event.columns.x.generator.datetime_series.pattern.weights: weights has "
                "2 weights for dimension='dow', which has 7; give 7"
            )
        ],
    ),
    (
        document(column("datetime", datetime_series={"pattern": [{"dimension": "hour", "weights": [0] * 24}]})),
        [
            (
                "shop.json:116  nodes.event.columns.x.generator.datetime_series.pattern.0.weights: "
                "weights=[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,... has no weight above 0; "
                "give at least one"
            )
        ],
    ),
    (
        document(
            column(
                "datetime", datetime_series={"freq": "D", "pattern": {"dimension": "hour", "weights": [0] + [1] * 23}}
            )
        ),
        [
            (
                "shop.json:114  nodes.event.columns.x.generator.datetime_series.pattern: pattern has no "
                "weight above 0 for any point of its grid; give one, or widen the window"
            )
        ],
    ),
    (
        document(column("int", datetime_series={})),
        [
            (
                "shop.json:110  nodes.event.columns.x.type: type='int' cannot hold what datetime_series "
                "makes; it makes datetime or date or string"
            )
        ],
    ),
    (
        with_tables(
            {
                "id": "code",
                "kind": "vocab",
                "pk": "code",
                "columns": [{"name": "code", "type": "int", "generator": {"sequence": {}}}],
            }
        ),
        [("shop.json:110  nodes.code: 'code' is a vocab without an enum_list; give one, or make it an entity")],
    ),
    (
        with_tables(
            {
                "id": "code",
                "kind": "vocab",
                "pk": "code",
                "columns": [
                    {"name": "code", "type": "string", "generator": {"enum_list": {"values": ["a", "b"]}}},
                    {"name": "label", "type": "string", "generator": {"enum_list": {"values": ["c"]}}},
                ],
            }
        ),
        [
            (
                "shop.json:114  nodes.code.columns: the lists of a vocab differ in length: code 2, label 1; "
                "make them alike"
            )
        ],
    ),
]


@pytest.mark.parametrize(("written", "expected"), CASES, ids=lambda case: "")
def test_a_fault_is_told_with_its_line(problems: Lines, written: dict[str, Any], expected: list[str]) -> None:
    assert problems(written) == expected
