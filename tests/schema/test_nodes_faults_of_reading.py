"""Faults of Faker, lookups and expressions, in the words a user reads: line, path, name=value, rule, way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.schema.nodes import ID, column, document, table, with_tables

Lines = Callable[..., list[str]]
Case = tuple[dict[str, Any], list[str]]

CASES: list[Case] = [
    (
        document(column("int", lookup={"from": "user.age", "on": {"user_id": "user_id", "age": "user_id"}})),
        [
            "shop.json:114  nodes.event.columns.x.generator.lookup.on: "
            'on={"user_id": "user_id", "age": "user_id"} must have at most 1 item'
        ],
    ),
    (
        document(column("string", faker={"method": "nmae"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.faker.method: method='nmae' is not a method "
                "of Faker's own providers; did you mean 'name'?"
            )
        ],
    ),
    (
        document(column("string", faker={"method": "__class__"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.faker.method: method='__class__' is not a "
                "method of Faker's own providers; such are name, email, city, bothify"
            )
        ],
    ),
    (
        document(column("string", faker={"method": "seed_instance"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.faker.method: method='seed_instance' is not "
                "a method of Faker's own providers; did you mean 'sentence'?"
            )
        ],
    ),
    (
        document(column("string", faker={"method": "add_provider"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.faker.method: method='add_provider' is not a "
                "method of Faker's own providers; did you mean 'credit_card_provider'?"
            )
        ],
    ),
    (
        document(column("string", faker={"method": "binary"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.faker.method: method='binary' is not a "
                "method of Faker's own providers; did you mean 'name_nonbinary'?"
            )
        ],
    ),
    (
        document(column("string", faker={"method": "file_path"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.faker.method: method='file_path' is not a "
                "method of Faker's own providers; did you mean 'uri_path'?"
            )
        ],
    ),
    (
        document(column("string", faker={"method": "profile"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.faker.method: method='profile' is not a "
                "method of Faker's own providers; did you mean 'prefix_male'?"
            )
        ],
    ),
    (
        document(column("string", faker={"method": "name", "locale": "en_XX"})),
        [
            (
                "shop.json:114  nodes.event.columns.x.generator.faker.locale: locale='en_XX' is no locale of "
                "Faker; did you mean 'es_MX'?"
            )
        ],
    ),
    (
        document(column("string", faker={"method": "name", "locale_from": "country"})),
        [
            (
                "shop.json:114  nodes.event.columns.x.generator.faker.locale_from: locale_from='country' is "
                "no column of event; did you mean 'amount'?"
            )
        ],
    ),
    (
        document(column("string", faker={"method": "name", "prefix": "x"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.faker.method: method='name': got an "
                "unexpected keyword argument 'prefix'; it takes nothing"
            )
        ],
    ),
    (
        document(column("string", faker={"method": "text", "max_nb_chars": 1000000})),
        [
            (
                "shop.json:114  nodes.event.columns.x.generator.faker.max_nb_chars: max_nb_chars=1000000 is "
                "above 1,000; lower it"
            )
        ],
    ),
    (
        document(column("int", lookup={"from": "user.idd"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.lookup.from: from='user.idd' names no column "
                "of user; known: user_id, age, joined, city"
            )
        ],
    ),
    (
        document(column("int", lookup={"from": "customer.id"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.lookup.from: from='customer.id' names no "
                "table 'customer'; did you mean 'user'?"
            )
        ],
    ),
    (
        document(column("int", lookup={"from": "user.age", "on": {"id": "user_id"}})),
        [
            (
                "shop.json:115  nodes.event.columns.x.generator.lookup.on.id: 'id' is no column of user; "
                "known: user_id, age, joined, city"
            )
        ],
    ),
    (
        document(column("int", lookup={"from": "user.age", "on": {"user_id": "usr"}})),
        [
            (
                "shop.json:115  nodes.event.columns.x.generator.lookup.on.user_id: user_id='usr' is no "
                "column of event; did you mean 'user_id'?"
            )
        ],
    ),
    (
        document(column("int", lookup={"from": "user.age", "on": {"user_id": "x"}})),
        [
            (
                "shop.json:115  nodes.event.columns.x.generator.lookup.on.user_id: 'x' is the column itself; "
                "name another one"
            )
        ],
    ),
    (
        document(column("int", lookup={"from": "user.age", "popularity": {"kind": "zip"}})),
        [
            (
                "shop.json:115  nodes.event.columns.x.generator.lookup.popularity.kind: kind='zip' is not "
                "known; did you mean 'zipf'?"
            )
        ],
    ),
    (
        document(column("int", lookup={"from": "event.x"})),
        [
            (
                "shop.json:108  nodes.event.columns.x: columns read each other in a circle: event.x reads "
                "event.x; break it"
            )
        ],
    ),
    (
        document(column("int", lookup={"from": "event.amount", "on": {"event_id": "user_id"}})),
        [
            (
                "shop.json:114  nodes.event.columns.x.generator.lookup.on: 'user_id' points at no row of "
                "event; make it a lookup of event.event_id"
            )
        ],
    ),
    (
        document(
            user={"columns": [ID, {"name": "n", "type": "int", "generator": {"lookup": {"from": "event.event_id"}}}]}
        ),
        [
            (
                "shop.json:32  nodes.user.columns.n.generator.lookup.from: tables read each other in a "
                "circle: user reads event reads user; break it"
            )
        ],
    ),
    (
        with_tables(
            table("a", column("int", lookup={"from": "b.b_id"})), table("b", column("int", lookup={"from": "a.a_id"}))
        ),
        [
            (
                "shop.json:128  nodes.a.columns.x.generator.lookup.from: tables read each other in a circle: "
                "a reads b reads a; break it"
            )
        ],
    ),
    (
        document(column("float", expression={"code": "amount *"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.expression.code: code='amount *': not an "
                "expression; write it like price * quantity"
            )
        ],
    ),
    (
        document(column("float", expression={"code": "__import__('os')"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.expression.code: code=\"__import__('os')\": "
                "'__import__' is not a function; there are abs, ceil, coalesce, cos, exp, floor, log, log10, "
                "max, min, round, sin, sqrt, where"
            )
        ],
    ),
    (
        document(column("float", expression={"code": "price * 2"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.expression.code: code='price' is no column "
                "of event; known: event_id, user_id, ts, amount, x"
            )
        ],
    ),
    (
        document(column("float", expression={"code": "x + 1"})),
        [
            (
                "shop.json:108  nodes.event.columns.x: columns read each other in a circle: event.x reads "
                "event.x; break it"
            )
        ],
    ),
    (
        document(column("float", expression={"code": "2 ** 9999"})),
        [
            (
                "shop.json:113  nodes.event.columns.x.generator.expression.code: code='2 ** 9999': an "
                "exponent of 9999 is too large; at most 300"
            )
        ],
    ),
    (
        document(
            {"name": "a", "type": "float", "generator": {"expression": {"code": "b"}}},
            {"name": "b", "type": "float", "generator": {"expression": {"code": "a"}}},
        ),
        [
            (
                "shop.json:108  nodes.event.columns.a: columns read each other in a circle: event.a reads "
                "event.b reads event.a; break it"
            )
        ],
    ),
]


@pytest.mark.parametrize(("written", "expected"), CASES, ids=lambda case: "")
def test_a_fault_is_told_with_its_line(problems: Lines, written: dict[str, Any], expected: list[str]) -> None:
    assert problems(written) == expected
