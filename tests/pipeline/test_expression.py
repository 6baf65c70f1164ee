"""Two evaluators, one answer: Spark's columns, and the plain way of `tests.pipeline.plain`."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from datagen.expression import FUNCTIONS, parse
from datagen.expression_tree import (
    Binary,
    BinaryOperator,
    Call,
    Column,
    Compare,
    IfElse,
    Logical,
    Node,
    Number,
    Text,
    Unary,
    walk,
)
from pipeline.expression import with_values
from tests.pipeline.plain import Value, value_of

pytestmark = pytest.mark.spark
NUMBERS, TEXTS, FLAGS = ("n", "m"), ("t", "u"), ("f", "g")
KINDS = "n double, m double, t string, u string, f boolean, g boolean"
EXACT: tuple[BinaryOperator, ...] = ("+", "-", "*", "/", "//", "%")  # to the last bit, whatever the processor
NEAR = ("exp", "log", "log10", "sin", "cos")
TREES = 60
GIVEN: Mapping[str, Value] = {  # with n=7.5, m=-2, t='x', f=true, u and g null
    "n + m": 5.5,
    "-n": -7.5,
    "n // m": -4.0,
    "n % m": -0.5,
    "-n // m": 3.0,
    "-n % m": -1.5,
    "6 // 0.1": 59.0,
    "n / 0": None,
    "n // 0": None,
    "n % 0": None,
    "1e300 * 1e300": None,
    "1e300 + 1e300 - 1e300": 1e300,
    "10 ** 300 * 10 ** 10": None,
    "m ** 2": 4.0,
    "m ** 0.5": None,
    "0 ** 0": 1.0,
    "0 ** m": None,
    "sqrt(m)": None,
    "sqrt(n + 1.5)": 3.0,
    "log(0)": None,
    "log(m)": None,
    "log10(1000)": 3.0,
    "exp(1000)": None,
    "round(2.5)": 2.0,
    "round(-0.5)": 0.0,
    "round(2.675, 2)": 2.67,
    "round(0.125, 2)": 0.12,
    "floor(m + 0.5)": -2.0,
    "ceil(m + 0.5)": -1.0,
    "floor(1e300)": 1e300,
    "ceil(-1e18)": -1e18,
    "min(n, m, 0)": -2.0,
    "max(n, m, 0)": 7.5,
    "min(n, n / 0)": None,
    "coalesce(n / 0, m)": -2.0,
    "coalesce(u, t)": "x",
    "abs(m)": 2.0,
    "n > m and f": True,
    "f or g": True,
    "not f and g": False,
    "f and g": None,
    "not g": None,
    "g or not f": None,
    "1 if g else 0": 0.0,
    "1 if f else 0": 1.0,
    "t == 'x'": True,
    "u == 'x'": None,
    "u != 'x'": None,
    "t == 'X'": False,
    "f == (n > m)": True,
    "where(f, t, u)": "x",
    "0 <= n < 5": False,
}
ROW: dict[str, Value] = {"n": 7.5, "m": -2.0, "t": "x", "u": None, "f": True, "g": None}


def evaluated(spark: SparkSession, nodes: Sequence[Node], rows: Sequence[Mapping[str, Value]]) -> list[list[Any]]:
    """By Spark: for each row, in order, the value of each expression."""
    frame = spark.createDataFrame([(at, *row.values()) for at, row in enumerate(rows)], f"at int, {KINDS}")
    valued = with_values(frame, {f"v{place}": node for place, node in enumerate(nodes)}, F.col).orderBy("at")
    return [list(row)[-len(nodes) :] for row in valued.collect()]


def test_an_expression_means_this(spark: SparkSession) -> None:
    nodes = [parse(text) for text in GIVEN]
    assert {part.name for node in nodes for part in walk(node) if isinstance(part, Call)} | {
        "where"
    } >= FUNCTIONS.keys() - {
        "sin",
        "cos",
    }
    (found,) = evaluated(spark, nodes, [ROW])
    assert dict(zip(GIVEN, found, strict=True)) == GIVEN
    assert {text: value_of(node, ROW) for text, node in zip(GIVEN, nodes, strict=True)} == GIVEN


class Trees:
    """Expressions at random, of one kind of value each, whose operands fit."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)

    def number(self, depth: int) -> Node:
        if not depth:
            leaves: list[Node] = [Number(self.literal()), *map(Column, NUMBERS)]
            return self.draw.choice(leaves)
        match self.draw.randrange(7):
            case 0 | 1:
                return Binary(self.draw.choice(EXACT), self.number(depth - 1), self.number(depth - 1))
            case 2:
                return Unary("-", self.number(depth - 1))
            case 3:
                return Call(self.draw.choice(("abs", "floor", "ceil", "sqrt")), (self.number(depth - 1),))
            case 4:
                return Call(
                    self.draw.choice(("min", "max", "coalesce")), (self.number(depth - 1), self.number(depth - 1))
                )
            case 5:
                return Call("round", (self.number(depth - 1), Number(self.draw.randrange(5))))
            case _:
                return IfElse(self.flag(depth - 1), self.number(depth - 1), self.number(depth - 1))

    def flag(self, depth: int) -> Node:
        if not depth:
            return Column(self.draw.choice(FLAGS))
        match self.draw.randrange(4):
            case 0:
                return Compare(
                    self.draw.choice(("==", "!=", "<", "<=", ">", ">=")), self.number(depth - 1), self.number(0)
                )
            case 1:
                return Compare(self.draw.choice(("==", "!=")), self.text(depth - 1), self.text(0))
            case 2:
                return Unary("not", self.flag(depth - 1))
            case _:
                return Logical(self.draw.choice(("and", "or")), (self.flag(depth - 1), self.flag(depth - 1)))

    def text(self, depth: int) -> Node:
        if not depth:
            leaves: list[Node] = [Text("x"), Text(""), *map(Column, TEXTS)]
            return self.draw.choice(leaves)
        match self.draw.randrange(2):
            case 0:
                return Call("coalesce", (self.text(depth - 1), self.text(depth - 1)))
            case _:
                return IfElse(self.flag(depth - 1), self.text(depth - 1), self.text(depth - 1))

    def literal(self) -> float:
        return self.draw.choice((0, 1, 2, 7, 0.1, 0.5, 2.5, 1e-9, 1e15, 1e300, round(self.draw.uniform(0, 99), 3)))

    def row(self) -> dict[str, Value]:
        numbers = {name: self.draw.choice((None, -1, 1)) for name in NUMBERS}
        signed = {name: None if sign is None else float(sign * self.literal()) for name, sign in numbers.items()}
        texts = {name: self.draw.choice((None, "", "x", "X", "é")) for name in TEXTS}
        return {**signed, **texts, **{name: self.draw.choice((None, True, False)) for name in FLAGS}}


def test_any_expression_has_one_value_in_both(spark: SparkSession) -> None:
    trees = Trees(31)
    nodes = [[trees.number, trees.flag, trees.text][place % 3](1 + place % 4) for place in range(TREES)]
    rows = [trees.row() for _ in range(60)]
    found = evaluated(spark, nodes, rows)
    expected = [[value_of(node, row) for node in nodes] for row in rows]
    assert any(value is not None for row in expected for value in row)
    wrong = [
        (nodes[place], rows[at], found[at][place], expected[at][place])
        for at in range(len(rows))
        for place in range(len(nodes))
        if found[at][place] != expected[at][place]
    ]
    assert wrong[:3] == []


def test_what_processors_round_differently_is_the_same_but_for_the_last_digits(spark: SparkSession) -> None:
    trees = Trees(32)
    nodes: list[Node] = [Call(name, (trees.number(1),)) for name in NEAR for _ in range(4)]
    nodes += [Binary("**", trees.number(1), trees.number(0)) for _ in range(8)]
    rows = [trees.row() for _ in range(60)]
    pairs = [
        (one, value_of(node, row))
        for row, values in zip(rows, evaluated(spark, nodes, rows), strict=True)
        for node, one in zip(nodes, values, strict=True)
    ]
    assert all(
        one == other or (None not in (one, other) and math.isclose(one, other, rel_tol=1e-13)) for one, other in pairs
    ), [pair for pair in pairs if pair[0] != pair[1]][:5]
