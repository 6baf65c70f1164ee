"""Faults of a document and its tables, in the words a user reads: line, path, name=value, rule, way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.schema.nodes import document, number, table, with_tables

Lines = Callable[..., list[str]]
Case = tuple[dict[str, Any], list[str]]

CASES: list[Case] = [
    (document(nodes=[]), ["shop.json:12  nodes: nodes=[] must have at least 1 item, not 0"]),
    (document(nodes=[5]), ['shop.json:13  nodes.0: 5 must be an object such as {"id": "user", "kind": "entity", …}']),
    (document(nodes={}), ["shop.json:12  nodes: nodes={} must be a list"]),
    (
        document(version="2.0"),
        ["shop.json:2  version: version='2.0' is not a version that is known here; this is version 1.0"],
    ),
    (document(nodez=[]), ["shop.json:111  nodez: 'nodez' is not a key here; did you mean 'nodes'?"]),
    (
        document(event={"kind": "facts"}),
        [("shop.json:62  nodes.event.kind: kind='facts' is not one of entity, fact, vocab; did you mean 'fact'?")],
    ),
    (
        document(event={"pk": "id"}),
        [("shop.json:63  nodes.event.pk: pk='id' is no column of event; known: event_id, user_id, ts, amount")],
    ),
    (
        document(event={"id": "../event"}),
        [
            (
                "shop.json:61  nodes.1.id: id='../event' is not a name: letters, digits and _, at most 63, "
                "not beginning with a digit"
            )
        ],
    ),
    (
        document(event={"id": "User"}),
        [("shop.json:61  nodes.User.id: id='User' differs from 'user' only in case; names differ in more than case")],
    ),
    (
        document(event={"parents": ["usr"]}),
        ["shop.json:65  nodes.event.parents.usr: 'usr' is no table; did you mean 'user'?"],
    ),
    (
        document(event={"parents": ["event"]}),
        [
            (
                "shop.json:65  nodes.event.parents.event: 'event' is the table itself; a lookup of its own "
                "key makes a hierarchy"
            )
        ],
    ),
    (
        document(event={"parents": ["user", "user"]}),
        ["shop.json:66  nodes.event.parents.user: 'user' stands twice; remove one"],
    ),
    (
        document(event={"fanout": {"distribution": "poison", "lambda": 1}}),
        [
            (
                "shop.json:68  nodes.event.fanout.distribution: distribution='poison' is not one of poisson, "
                "uniform; did you mean 'poisson'?"
            )
        ],
    ),
    (
        document(event={"fanout": {"distribution": "poisson"}}),
        ["shop.json:67  nodes.event.fanout: 'lambda' is missing: the mean of poisson"],
    ),
    (
        document(event={"fanout": {"distribution": "uniform", "max": 3}}),
        ["shop.json:67  nodes.event.fanout: 'min' is missing: uniform is from min to max"],
    ),
    (
        document(event={"fanout": {"distribution": "uniform", "min": 5, "max": 3}}),
        ["shop.json:69  nodes.event.fanout: min=5 is above max=3; swap them?"],
    ),
    (
        document(event={"fanout": {"lambda": -1}}),
        ["shop.json:68  nodes.event.fanout.lambda: lambda=-1 must be at least 0"],
    ),
    (
        document(event={"fanout": {"lambda": 1000000}}, user={"rows": 7000000000}),
        [
            (
                "shop.json:67  nodes.event.fanout: 7,000,000,000 rows of user times 1,000,000 are 7e+15 "
                "rows; at most 1e+12, so lower the fan-out or the rows"
            )
        ],
    ),
    (document(user={"rows": -5}), ["shop.json:17  nodes.user.rows: rows=-5 must be at least 0"]),
    (
        document(user={"row_count": 5}),
        ["shop.json:59  nodes.user.row_count: row_count=5 beside rows; keep one of the two"],
    ),
    (
        document(user={"rows": 10**11}),
        ["shop.json:17  nodes.user.rows: rows=100000000000 must be at most 10,000,000,000"],
    ),
    (
        document({"name": "x", "type": "int"}),
        ["shop.json:108  nodes.event.columns.x: 'generator' is missing: exactly one generator"],
    ),
    (
        document(number(null_prob=0.1, nullable=False)),
        [("shop.json:120  nodes.event.columns.x.null_prob: null_prob=0.1 beside nullable=false; keep one of the two")],
    ),
    (
        document(
            user={
                "segment_behavior": {
                    "segment_column": "town",
                    "behaviors": {"Oslo": {"fanout_multiplier": -1, "applies_to_columns": ["price"]}},
                }
            }
        ),
        [
            (
                "shop.json:60  nodes.user.segment_behavior.segment_column: segment_column='town' is no "
                "column of user; known: user_id, age, joined, city"
            ),
            (
                "shop.json:63  nodes.user.segment_behavior.behaviors.Oslo.fanout_multiplier: "
                "fanout_multiplier=-1 must be at least 0"
            ),
        ],
    ),
    (
        document(
            user={
                "vintage_behavior": {
                    "created_at_column": "age",
                    "age_based_multipliers": {
                        "a": {"curve": [1, -1]},
                        "b": {"curve": {"curve_type": "cubic", "params": {"a": 1, "b": 1}}},
                        "c": {"curve": [1], "applies_to": ["price"]},
                    },
                }
            }
        ),
        [
            (
                "shop.json:60  nodes.user.vintage_behavior.created_at_column: 'age' is of type int; the age "
                "counts from a datetime"
            ),
            ("shop.json:65  nodes.user.vintage_behavior.age_based_multipliers.a.curve.1: -1 must be at least 0"),
            (
                "shop.json:70  nodes.user.vintage_behavior.age_based_multipliers.b.curve.curve_type: "
                "curve_type='cubic' is not one of logarithmic, exponential, linear"
            ),
            (
                "shop.json:82  nodes.user.vintage_behavior.age_based_multipliers.c.applies_to.price: 'price' "
                "is no column of a child of user; known: amount, event_id, ts, user_id"
            ),
        ],
    ),
    (
        document(user={"stage_config": {"stages": [{"stage_name": "a"}]}}),
        [
            (
                "shop.json:59  nodes.user.stage_config: stage_config in a table without parents; name whose "
                "stages they are"
            )
        ],
    ),
    (
        document(event={"stage_config": {"stages": []}}),
        ["shop.json:110  nodes.event.stage_config.stages: stages=[] must have at least 1 item, not 0"],
    ),
    (
        document(dag=[["event"], ["user"]]),
        [
            (
                "shop.json:113  dag.0.event: dag puts 'event' before 'user', but the order is user -> event: "
                "it is a child of it; swap them, or leave dag out"
            )
        ],
    ),
    (
        document(dag=[["user"], ["evnt"], ["user"]]),
        [
            "shop.json:116  dag.1.evnt: 'evnt' is no table; did you mean 'event'?",
            "shop.json:119  dag.2.user: 'user' stands twice; remove one",
        ],
    ),
    (
        document(timeframe={"start": "2024-01-01", "end": "2023-01-01"}),
        ["shop.json:7  timeframe: start='2024-01-01' is after end='2023-01-01'; swap them?"],
    ),
    (
        document(timeframe={"start": "2024-01-01", "end": "2025-01-01", "freq": "X"}),
        [
            (
                "shop.json:10  timeframe.freq: freq='X' is no frequency; known: min, T, H, D, B, W, M, MS, "
                "Q, Y, with a number before it as in 15min"
            )
        ],
    ),
    (
        document(metadata={"name": "!!!"}),
        ["shop.json:3  metadata: metadata.name makes no dataset's name; give one with letters"],
    ),
    (
        document(output={"format": "parquet", "gzip": True}),
        [
            (
                "shop.json:113  output.gzip: gzip=true beside format='parquet', which is compressed within; "
                "remove one of them"
            )
        ],
    ),
    (
        with_tables(table("view", kind="fact"), analysis={"title": "x"}),
        ["shop.json:126  analysis: 'table' is missing: which table is analysed; known: event, view"],
    ),
    (
        document(analysis={"table": "usr"}),
        ["shop.json:112  analysis.table: table='usr' is no table; did you mean 'user'?"],
    ),
    (
        document(analysis={"table": "user", "dimensions": ["town"]}),
        ["shop.json:114  analysis.dimensions.town: no field 'town'; known: user_id, age, joined, city"],
    ),
]


@pytest.mark.parametrize(("written", "expected"), CASES, ids=lambda case: "")
def test_a_fault_is_told_with_its_line(problems: Lines, written: dict[str, Any], expected: list[str]) -> None:
    assert problems(written) == expected
