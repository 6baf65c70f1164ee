"""Expressions over a row's columns as Spark columns: what `datagen.expression` fixes, nothing else.

Every operator becomes a column of its own, one level of the tree a projection. Its result is read several
times (to tell whether it is finite, say), and a formula inside a formula would double at each level.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from datagen import expression_tree as tree
from datagen.expression_tree import Node
from pipeline.rounding import EXACT_BELOW, rounded

LARGEST = 1.7976931348623157e308


def with_values(rows: DataFrame, nodes: Mapping[str, Node], columns: Callable[[str], Column]) -> DataFrame:
    """The rows with a column more for each node. `columns` gives a double, a boolean or text, by name."""
    heights: dict[Node, int] = {}
    for node in nodes.values():
        _measure(node, heights)
    names = {node: f"value:{place}" for place, node in enumerate(heights)}
    for height in sorted(set(heights.values())):
        level = [node for node in heights if heights[node] == height]
        rows = rows.withColumns({names[node]: _column(node, columns, names) for node in level})
    kept = [name for name in rows.columns if name not in names.values()]
    return rows.select(*kept, *(F.col(names[node]).alias(name) for name, node in nodes.items()))


def _measure(node: Node, heights: dict[Node, int]) -> int:
    """Note how many operators lie below a node and everything it is made of."""
    below = [_measure(child, heights) for child in tree.children(node)]
    return heights.setdefault(node, 1 + max(below, default=-1))


def _column(node: Node, columns: Callable[[str], Column], names: Mapping[Node, str]) -> Column:  # noqa: C901 a line a kind
    parts = [F.col(names[child]) for child in tree.children(node)]
    match node:
        case tree.Number(value=value):
            return F.lit(float(value))
        case tree.Text(value=text):
            return F.lit(text)
        case tree.Column(name=name):
            return columns(name)
        case tree.Unary(op="-"):
            return -parts[0]
        case tree.Unary():
            return ~parts[0]
        case tree.Binary(op=op):
            return _finite(BINARY[op](*parts))
        case tree.Compare(op=op):
            return COMPARE[op](*parts)
        case tree.Logical(op=op):
            return reduce(lambda one, other: one & other if op == "and" else one | other, parts)
        case tree.IfElse():
            return F.when(parts[0], parts[1]).otherwise(parts[2])
        case tree.Call(name="coalesce"):
            return F.coalesce(*parts)
        case tree.Call(name="round", args=args):
            return rounded(parts[0], int(args[1].value) if len(args) > 1 and isinstance(args[1], tree.Number) else 0)
        case tree.Call(name=name):
            return _finite(_call(name, parts))


def _finite(value: Column) -> Column:
    """NaN is above everything in Spark's order."""
    return F.when(F.abs(value) <= LARGEST, value)


def _remainder(left: Column, right: Column) -> Column:
    """With the sign of the divisor."""
    rest = F.try_mod(left, right)
    return F.when((rest != 0) & ((rest < 0) != (right < 0)), rest + right).otherwise(rest)


def _whole(value: Column, to_whole: Callable[[Column], Column]) -> Column:
    """Above 2^53 every double is whole, and may be too large for the integer that Spark makes of it."""
    return F.when(F.abs(value) < EXACT_BELOW, to_whole(value).cast("double")).otherwise(value)


def _call(name: str, parts: list[Column]) -> Column:
    first = parts[0]
    match name:
        case "min" | "max":
            chosen = F.least(*parts) if name == "min" else F.greatest(*parts)
            return F.when(reduce(lambda one, other: one & other, (part.isNotNull() for part in parts)), chosen)
        case "floor":
            return _whole(first, F.floor)
        case "ceil":
            return _whole(first, F.ceil)
        case _:
            return PLAIN[name](first)


BINARY: Mapping[str, Callable[[Column, Column], Column]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": F.try_divide,
    "//": lambda left, right: F.rint(F.try_divide(left - _remainder(left, right), right)),
    "%": _remainder,
    "**": F.pow,
}
COMPARE: Mapping[str, Callable[[Column, Column], Column]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
PLAIN: Mapping[str, Callable[[Column], Column]] = {
    "abs": F.abs,
    "sqrt": F.sqrt,
    "exp": F.exp,
    "log": F.log,
    "log10": F.log10,
    "sin": F.sin,
    "cos": F.cos,
}
