"""A third evaluator, NumPy's, and the same answer; of numbers and flags, which are all that it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from datagen.expression import parse
from datagen.expression_tree import Node, Text, walk
from datagen.expression_values import Values, evaluate
from tests.pipeline.plain import Value, value_of
from tests.pipeline.test_expression import FLAGS, GIVEN, NUMBERS, ROW, TEXTS, Trees


def columns(rows: Sequence[Mapping[str, Value]]) -> dict[str, Values]:
    there = {name: np.array([row[name] is not None for row in rows]) for name in (*NUMBERS, *FLAGS)}
    kinds = {**dict.fromkeys(NUMBERS, np.float64), **dict.fromkeys(FLAGS, np.bool_)}
    return {name: Values(np.array([row[name] or 0 for row in rows], kind), there[name]) for name, kind in kinds.items()}


def evaluated(node: Node, rows: Sequence[Mapping[str, Value]]) -> list[Any]:
    found = evaluate(node, columns(rows), len(rows))
    return [one if there else None for one, there in zip(found.data.tolist(), found.there.tolist(), strict=True)]


def reads_text(node: Node) -> bool:
    return any(isinstance(part, Text) or getattr(part, "name", None) in TEXTS for part in walk(node))


def test_an_expression_means_this() -> None:
    nodes = {text: parse(text) for text in GIVEN}
    wanted = {text: GIVEN[text] for text, node in nodes.items() if not reads_text(node)}
    assert {text: evaluated(nodes[text], [ROW])[0] for text in wanted} == wanted


def test_any_expression_has_the_plain_value() -> None:
    trees = Trees(33)
    nodes = [[trees.number, trees.flag][place % 2](1 + place % 5) for place in range(600)]
    tried = [node for node in nodes if not reads_text(node)]
    rows = [trees.row() for _ in range(80)]
    wrong = [
        (node, row, found)
        for node in tried
        for row, found in zip(rows, evaluated(node, rows), strict=True)
        if found != value_of(node, row)
    ]
    assert wrong[:3] == []
    assert len(tried) > 250
