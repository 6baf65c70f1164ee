"""Keys, unique columns and foreign keys hold by the way they are made, or the document is told how many values lack."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest

from datagen.errors import SchemaError, UserError
from tests.engine.related import col
from tests.engine.test_constraints import VOCAB, WEEK, Written, child, distance, drawn, made, plan_of

FORTY = [f"w{number}" for number in range(40)]
STEPS = [{"transform": "multiply", "args": {"factor": 3}}, {"transform": "add", "args": {"value": 1}}]
APART: list[tuple[str, Written, int, list[Any]]] = [
    ("string", {"choice": {"choices": FORTY, "weights_kind": "zipf@1"}}, 40, []),
    ("int", {"choice": {"choices": list(range(0, 900, 3))}}, 250, STEPS),
    ("string", {"enum_list": {"values": FORTY}}, 30, []),
    ("int", drawn("uniform", low=1, high=5_000), 5_000, []),
    ("float", drawn("uniform", low=0, high=1), 5_000, []),
    ("int", drawn("normal", mean=0, std=1e5), 5_000, []),
    ("float", drawn("lognormal", mean=3, sigma=1), 5_000, []),
    ("float", {"distribution": {"type": "normal", "params": {"mean": 5, "std": 2}, "clamp": [4, 7]}}, 5_000, STEPS[:1]),
    ("int", {"sequence": {"start": 5, "step": -2}}, 5_000, STEPS),
    ("string", {"sequence": {}}, 5_000, []),
    ("datetime", {"datetime_series": {}}, 5_000, []),
    ("datetime", {"datetime_series": {"freq": "min", "pattern": WEEK}}, 5_000, []),
    ("date", {"datetime_series": {"freq": "D"}}, 180, []),
    ("string", {"faker": {"method": "email"}}, 9_000, []),
    ("string", {"faker": {"method": "email", "locale_from": "place"}}, 9_000, []),
    ("string", {"faker": {"method": "user_name"}}, 9_000, []),
    ("string", {"faker": {"method": "name"}}, 5_000, []),
    ("string", {"faker": {"method": "company"}}, 3_000, []),
    ("string", {"faker": {"method": "uuid4"}}, 5_000, []),
    ("string", {"faker": {"method": "bothify", "text": "??-####"}}, 5_000, []),
    ("int", {"expression": {"code": "i * 2"}}, 5_000, []),
    ("string", {"lookup": {"from": "v.code"}}, 3, []),
    ("string", {"choice": {"choices_ref": "v.code"}}, 2, []),
]


@pytest.mark.parametrize(("kind", "generator", "rows", "modifiers"), APART, ids=lambda case: "")
@pytest.mark.parametrize("how", ["unique", "key"])
def test_no_value_stands_twice(
    tmp_path: Path, kind: str, generator: Written, rows: int, modifiers: list[Any], how: str
) -> None:
    place = col("place", "string", choice={"choices": ["DE", "CZ", "US"]})
    columns = [place, col("x", kind, modifiers, **generator)]
    if how == "unique":
        plan = plan_of(tmp_path, columns, {"unique": ["t.x"]}, VOCAB, rows=rows)
        found = made(plan)["x"]
    else:
        table = {
            "id": "u",
            "kind": "entity",
            "pk": "x",
            "rows": rows,
            "columns": [col("i", "int", sequence={}), *columns],
        }
        plan = plan_of(tmp_path, [], {}, table, VOCAB)
        found = made(plan, "u")["x"]
    assert len(found) == len(set(found)) == rows
    assert None not in found


def test_a_table_that_grows_keeps_its_unique_values(tmp_path: Path) -> None:
    columns = [
        col("a", "string", faker={"method": "company"}),
        col("b", "string", faker={"method": "email"}),
        col("c", "float", **drawn("normal", mean=1, std=1)),
        col("d", "string", choice={"choices": [str(number) for number in range(9_000)]}),
    ]
    rules = {"unique": [f"t.{name}" for name in "abcd"]}
    few, many = (made(plan_of(tmp_path, columns, rules, rows=rows)) for rows in (900, 8_000))
    assert all(few[name] == many[name][:900] for name in few)


def test_unique_numbers_have_the_shape_of_their_distribution(tmp_path: Path) -> None:
    for generator in (
        drawn("normal", mean=5, std=2),
        drawn("lognormal", mean=2, sigma=0.8),
        drawn("uniform", low=1, high=3),
    ):
        columns = [col("x", "float", **generator), col("y", "float", **generator)]
        found = made(plan_of(tmp_path, columns, {"unique": ["t.x"]}, rows=30_000))
        assert distance(found["x"], found["y"]) < 3 * math.sqrt(2 / 30_000)
    for kind, freq in (("datetime", "min"), ("date", "D")):
        column = col("x", kind, datetime_series={"freq": freq, "pattern": WEEK})
        rows = 30_000 if kind == "datetime" else 80
        days = made(plan_of(tmp_path, [column], {"unique": ["t.x"]}, rows=rows))["x"]
        weekend = sum(day.weekday() > 4 for day in days) / rows
        assert abs(weekend - 8 / 13) < (0.02 if kind == "datetime" else 0.15)  # sigma 0.003 and 0.05


def test_people_of_a_table_with_unique_addresses_still_agree_with_themselves(tmp_path: Path) -> None:
    methods = ("name", "first_name", "email")
    columns = [
        col("place", "string", choice={"choices": ["DE", "CZ", "US"]}),
        *(col(name, "string", faker={"method": name, "locale_from": "place"}) for name in methods),
    ]
    found = made(plan_of(tmp_path, columns, {"unique": ["t.email"]}, rows=9_000))
    assert len(set(found["email"])) == 9_000
    assert all(name.startswith(first) for name, first in zip(found["name"], found["first_name"], strict=True))
    pairs = zip(found["first_name"], found["email"], strict=True)
    alphabetic = [(first.lower(), email) for first, email in pairs if first.isascii() and first.isalpha()]
    assert len(alphabetic) > 2_000
    assert all(email.startswith(first) for first, email in alphabetic)


TOO_FEW: list[tuple[Written, str]] = [
    (
        col("x", "string", choice={"choices": ["a", "b", "a"]}),
        r"t.json:\d+  constraints.unique.0: unique: 5,000 rows from 2 different choices; list more, or have fewer rows",
    ),
    (
        col("x", "int", **drawn("uniform", low=1, high=9)),
        "unique: 5,000 rows from about 9 values that can be told apart; widen it, or have fewer rows",
    ),
    (col("x", "int", **drawn("normal", mean=1, std=9)), "unique: 5,000 rows from about 11 values"),
    (col("x", "datetime", datetime_series={"freq": "W"}), "unique: 5,000 rows from about 52 values"),
    (
        col("x", "string", faker={"method": "first_name"}),
        r"unique: 5,000 rows, and method='first_name' has about \d+ different values; have fewer rows, or take uuid4",
    ),
    (col("x", "string", faker={"method": "city", "locale_from": "x2"}), "may be alike in two locales; name one locale"),
    (
        col("x", "int", expression={"code": "i // 2"}),
        "x: unique: 5,000 values, of which 2,501 are different; take a sequence, uuid4 or bothify, or leave it out of "
        "unique",
    ),
    (
        col("x", "string", lookup={"from": "v.code"}),
        "x: unique: 5,000 rows from 3 rows of v; have fewer rows, or more of v",
    ),
]


@pytest.mark.parametrize(("column", "told"), TOO_FEW, ids=lambda case: "")
def test_too_few_values_are_told_with_their_counts(tmp_path: Path, column: Written, told: str) -> None:
    place = col("x2", "string", choice={"choices": ["DE"]})
    with pytest.raises((SchemaError, UserError), match=told):
        plan_of(tmp_path, [place, column], {"unique": ["t.x"]}, VOCAB)


def test_a_parents_key_is_unique_only_where_each_has_one_child(tmp_path: Path) -> None:
    one = {"distribution": "uniform", "min": 0, "max": 1}
    plan = plan_of(tmp_path, [], {"unique": ["c.t_i"]}, child(fanout=one))
    found = made(plan, "c")["t_i"]
    assert len(found) == len(set(found)) > 2_000
    with pytest.raises(SchemaError, match="'t_i': a row of t may have more than one row of c, and they share it"):
        plan_of(tmp_path, [], {"unique": ["c.t_i"]}, child())


FOREIGN: list[tuple[str, Written]] = [
    ("int", drawn("uniform", low=-9, high=99_999)),
    ("int", {"sequence": {"start": 900_000}}),
    ("int", {"choice": {"choices": [1, 7, 99, 70_000]}}),
    ("int", {"expression": {"code": "k * 7"}}),
    ("int", {"faker": {"method": "random_int"}}),
    ("string", {"faker": {"method": "name"}}),
    ("int", {"lookup": {"from": "v.n"}}),
    ("int", {"lookup": {"from": "o.i"}}),
]


@pytest.mark.parametrize(("kind", "generator"), FOREIGN, ids=lambda case: "")
@pytest.mark.parametrize("target", ["t", "o"])
def test_a_foreign_key_points_at_a_row_of_its_target_whatever_its_generator(
    tmp_path: Path, kind: str, generator: Written, target: str
) -> None:
    other = {"id": "o", "kind": "entity", "pk": "i", "rows": 300, "columns": [col("i", "int", sequence={"start": 7}),
             col("size", "int", **drawn("uniform", low=1, high=9))]}  # fmt: skip
    shown = col("size", "int", lookup={"from": "o.size", "on": {"i": "x"}})
    rules = {"foreign_keys": [{"from": "c.x", "to": f"{target}.i"}]}
    fact = child(col("x", kind, **generator), *([shown] if target == "o" and kind == "int" else []))
    plan = plan_of(tmp_path, [], rules, VOCAB, other, fact, rows=400)
    found = made(plan, "c")
    keys = set(made(plan, target)["i"])
    assert {int(value) for value in found["x"]} <= keys
    assert len(set(found["x"])) >= (1 if "choice" in generator else 250)
    if target == "t" and "choice" not in generator:
        assert [int(value) for value in found["x"]] == found["t_i"]
    if "size" in found and "choice" not in generator:
        sizes = dict(zip(made(plan, "o")["i"], made(plan, "o")["size"], strict=True))
        assert all(sizes[key] == size for key, size in zip(found["x"], found["size"], strict=True))


def test_steps_that_are_those_of_the_target_stay(tmp_path: Path) -> None:
    profile = {"id": "p", "kind": "entity", "pk": "i", "rows": 300, "columns": [col("i", "int", sequence={})]}
    rules = {"foreign_keys": [{"from": "p.i", "to": "t.i"}]}
    assert made(plan_of(tmp_path, [], rules, profile), "p")["i"] == list(range(1, 301))
    more = {**profile, "rows": 9_000}
    with pytest.raises((SchemaError, UserError), match="unique: 9,000 rows from 5,000 rows of t"):
        plan_of(tmp_path, [], rules, more)
    apart = {**profile, "columns": [col("i", "int", sequence={"start": 10_000})]}
    found = made(plan_of(tmp_path, [], rules, apart), "p")["i"]
    assert len(set(found)) == 300
    assert set(found) <= set(range(1, 5_001))


def test_two_tables_that_point_at_each_other_are_made(tmp_path: Path) -> None:
    unit = {"id": "u", "kind": "entity", "pk": "j", "rows": 20, "columns": [
        col("j", "int", sequence={"start": 50}),
        col("head", "int", **drawn("uniform", low=0, high=9_000))]}  # fmt: skip
    rules = {"foreign_keys": [{"from": "u.head", "to": "t.i"}, {"from": "t.home", "to": "u.j"}]}
    plan = plan_of(tmp_path, [col("home", "int", lookup={"from": "u.j"})], rules, unit)
    assert set(made(plan)["home"]) == set(range(50, 70))
    assert set(made(plan, "u")["head"]) <= set(range(1, 5_001))
    assert len(set(made(plan, "u")["head"])) > 15


LOOKS: list[tuple[Written, str]] = [
    ({"faker": {"method": "email"}}, r"^[\w.]+@[\w.]+\.\w+$"),
    ({"faker": {"method": "bothify", "text": "??-####"}}, "^[A-Z]{2}-[0-9]{4}$"),
    ({"faker": {"method": "uuid4"}}, "^[0-9a-f-]{36}$"),
    ({"faker": {"method": "phone_number"}}, "^[+(0-9]"),
    ({"faker": {"method": "name"}}, "^[A-M]"),
    ({"choice": {"choices": [f"{letter}{number}" for letter in "ab" for number in range(900)]}}, "^b"),
]


@pytest.mark.parametrize(("generator", "regex"), LOOKS, ids=lambda case: "")
def test_unique_texts_have_the_look_that_is_asked_for(tmp_path: Path, generator: Written, regex: str) -> None:
    rules = {"unique": ["t.x"], "pattern": [{"attr": "t.x", "regex": regex}]}
    found = made(plan_of(tmp_path, [col("x", "string", **generator)], rules, rows=900))["x"]
    assert len(set(found)) == 900
    assert all(re.search(regex, value) for value in found)


def test_unique_texts_that_cannot_have_a_look_are_refused(tmp_path: Path) -> None:
    rules = {"unique": ["t.x"], "pattern": [{"attr": "t.x", "regex": "^A"}]}
    with pytest.raises(SchemaError, match=r"method='first_name' has about \d+ different values that are allowed"):
        plan_of(tmp_path, [col("x", "string", faker={"method": "first_name"})], rules, rows=900)
