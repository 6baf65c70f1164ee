"""Faults of constraints and targets, in the words a user reads: line, path, name=value, rule, way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.schema.nodes import MEAN, SHARE, column, document, table, with_tables

Lines = Callable[..., list[str]]
Case = tuple[dict[str, Any], list[str]]

CASES: list[Case] = [
    (
        document(constraints={"unique": ["user.idd", "user"]}),
        [
            (
                "shop.json:113  constraints.unique.0: 'user.idd' names no column of user; known: user_id, "
                "age, joined, city"
            ),
            ("shop.json:114  constraints.unique.user: 'user' is not a column of a table; write it like user.user_id"),
        ],
    ),
    (
        document(constraints={"foreign_keys": [{"from": "event.usr", "to": "user.age"}]}),
        [
            (
                "shop.json:114  constraints.foreign_keys.0.from: from='event.usr' names no column of event; "
                "did you mean 'user_id'?"
            ),
            (
                "shop.json:115  constraints.foreign_keys.0.to: to='user.age' is not the key of its table; "
                "the key of user is user_id"
            ),
        ],
    ),
    (
        document(
            constraints={
                "ranges": [
                    {"attr": "user.city", "min": 1},
                    {"attr": "event.amount"},
                    {"attr": "event.amount", "min": 2, "max": 1},
                    {"attr": "event.ts", "min": 5},
                ]
            }
        ),
        [
            ("shop.json:114  constraints.ranges.0.attr: 'city' is of type string; only numbers and times have a range"),
            "shop.json:117  constraints.ranges.1: a range with neither min nor max; give at least one",
            "shop.json:122  constraints.ranges.2: min=2 is above max=1; swap them?",
            ('shop.json:127  constraints.ranges.3.min: min=5 is not an instant; write it like "2025-01-31T06:00:00"'),
        ],
    ),
    (
        document(constraints={"inequalities": [{"left": "event.ts", "op": "=<", "right": "user.joined"}]}),
        [("shop.json:115  constraints.inequalities.0.op: op='=<' is not one of <, <=, >, >=, ==; did you mean '<'?")],
    ),
    (
        document(
            constraints={
                "inequalities": [
                    {"left": "event.ts", "op": "<", "right": "event.ts"},
                    {"left": "event.ts", "op": "<", "right": "event.amount"},
                ]
            }
        ),
        [
            (
                "shop.json:116  constraints.inequalities.0.right: right='event.ts' is the left column "
                "itself; name another"
            ),
            (
                "shop.json:118  constraints.inequalities.1: 'ts' is a time and 'amount' is a number; compare "
                "like with like"
            ),
        ],
    ),
    (
        with_tables(
            table("other", column("int", sequence={})),
            constraints={"inequalities": [{"left": "other.x", "op": "<", "right": "event.amount"}]},
        ),
        [
            (
                "shop.json:135  constraints.inequalities.0: 'other' and 'event' are not a table and its "
                "parent; an inequality is of one row, or of a row and its parent"
            )
        ],
    ),
    (
        document(
            constraints={
                "pattern": [
                    {"attr": "user.age", "regex": "a"},
                    {"attr": "user.city", "regex": "(?=a)"},
                    {"attr": "user.city", "regex": "("},
                ]
            }
        ),
        [
            "shop.json:114  constraints.pattern.0.attr: 'age' is of type int; only texts have a pattern",
            (
                "shop.json:119  constraints.pattern.1.regex: regex='(?=a)' is no regular expression of RE2, "
                "which has no look-around: invalid perl operator: (?="
            ),
            (
                "shop.json:123  constraints.pattern.2.regex: regex='(' is no regular expression of RE2, "
                "which has no look-around: missing ): ("
            ),
        ],
    ),
    (
        document(
            constraints={
                "enum": [
                    {"attr": "user.city"},
                    {"attr": "user.age", "values": ["x"]},
                    {"attr": "user.age", "enum_ref": "user.ages"},
                ]
            }
        ),
        [
            "shop.json:113  constraints.enum.0: neither values nor enum_ref; give one",
            "shop.json:119  constraints.enum.1.values.x: 'x' is no whole number, as type='int' has them",
            (
                "shop.json:124  constraints.enum.2.enum_ref: enum_ref='user.ages' names no column of user; "
                "did you mean 'age'?"
            ),
        ],
    ),
    (
        document(constraints={"uniqe": []}),
        ["shop.json:112  constraints.uniqe: 'uniqe' is not a key here; did you mean 'unique'?"],
    ),
    (
        document(
            targets={
                "weekend_share": {**SHARE, "table": "evnt"},
                "mean_in_range": {**MEAN, "min": 8},
                "weekday_share": {},
            }
        ),
        [
            "shop.json:113  targets.weekend_share.table: table='evnt' is no table; did you mean 'event'?",
            "shop.json:121  targets.mean_in_range: min=8 is above max=7; swap them?",
            ("shop.json:124  targets.weekday_share: 'weekday_share' is not a key here; did you mean 'weekend_share'?"),
        ],
    ),
    (
        document(
            targets={
                "weekend_share": {**SHARE, "timestamp": "amount"},
                "mean_in_range": {**MEAN, "column": "ts"},
                "composite_effect": {"table": "event", "metric": "ts"},
            }
        ),
        [
            (
                "shop.json:114  targets.weekend_share.timestamp: 'amount' is of type float; a weekend share "
                "is of a datetime"
            ),
            ("shop.json:120  targets.mean_in_range.column: 'ts' is of type datetime; only numbers have a mean"),
            (
                "shop.json:126  targets.composite_effect.metric: 'ts' is of type datetime; a metric that is "
                "a column is a number"
            ),
        ],
    ),
]


@pytest.mark.parametrize(("written", "expected"), CASES, ids=lambda case: "")
def test_a_fault_is_told_with_its_line(problems: Lines, written: dict[str, Any], expected: list[str]) -> None:
    assert problems(written) == expected
