"""Expressions over many rows at once by NumPy: what `datagen.expression` fixes, for numbers and flags.

A value is an array with a mask of the rows that have one. Where the mask is false the array holds anything finite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.draws import F64
from datagen.expression_tree import Binary, Call, Column, Compare, IfElse, Logical, Node, Number, Text, Unary
from datagen.rounding import EXACT_BELOW, rounded

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Values:
    """Doubles or booleans, n of them, and whether each is there."""

    data: Array
    there: Array


def evaluate(node: Node, columns: Mapping[str, Any], rows: int) -> Values:
    """The value of an expression for every row: numbers or flags.

    Columns are `Values`, or Arrow's arrays of text, which can only be compared. TypeError where the result is a text.
    """
    with np.errstate(all="ignore"):
        return _evaluate(node, columns, rows)


def evaluate_text(node: Node, columns: Mapping[str, Any], rows: int) -> pa.Array:
    """The text of every row; columns that are texts are arrays. TypeError for what gives no text."""
    match node:
        case Text(value=value):
            return pa.repeat(pa.scalar(value, pa.string()), rows)
        case Column(name=name):
            column = columns[name]
            if isinstance(column, Values):
                raise TypeError(f"{name} is no text")
            return column
        case IfElse(test=test, then=then, other=other):
            chosen = evaluate(test, columns, rows)
            texts = (evaluate_text(part, columns, rows) for part in (then, other))
            return pc.if_else(pa.array(chosen.data & chosen.there), *texts)
        case Call(name="coalesce", args=args):
            return pc.coalesce(*(evaluate_text(arg, columns, rows) for arg in args))
        case _:
            raise TypeError("this gives no text")


def _evaluate(node: Node, columns: Mapping[str, Any], rows: int) -> Values:  # noqa: C901 a line a kind
    def value(part: Node) -> Values:
        return _evaluate(part, columns, rows)

    match node:
        case Number(value=number):
            return Values(np.full(rows, float(number)), np.ones(rows, bool))
        case Column(name=name):
            return _values(columns[name])
        case Unary(op=op, operand=operand):
            given = value(operand)
            return Values(-given.data if op == "-" else ~given.data, given.there)
        case Binary(op=op, left=left, right=right):
            return _finite(BINARY[op], value(left), value(right))
        case Compare(op=op, left=left, right=right) if _is_text(left, columns):
            return _texts_compared(op, left, right, columns, rows)
        case Compare(op=op, left=left, right=right):
            one, other = value(left), value(right)
            return Values(COMPARE[op](one.data, other.data), one.there & other.there)
        case Logical(op=op, items=items):
            return reduce(_both if op == "and" else _either, map(value, items))
        case IfElse(test=test, then=then, other=otherwise):
            return _chosen(value(test), value(then), value(otherwise))
        case Call(name=name, args=args):
            return _call(name, args, [value(arg) for arg in args])
        case Text():
            raise TypeError("texts are not evaluated here")


def _values(column: Any) -> Values:
    if not isinstance(column, Values):
        raise TypeError("a text is no number")
    return column


def _is_text(node: Node, columns: Mapping[str, Any]) -> bool:
    match node:
        case Text():
            return True
        case Column(name=name):
            return not isinstance(columns[name], Values)
        case IfElse(then=then):
            return _is_text(then, columns)
        case Call(name="coalesce", args=args):
            return _is_text(args[0], columns)
        case _:
            return False


def _texts_compared(op: str, left: Node, right: Node, columns: Mapping[str, Any], rows: int) -> Values:
    same = pc.equal(evaluate_text(left, columns, rows), evaluate_text(right, columns, rows))
    there = same.is_valid().to_numpy(zero_copy_only=False)
    data = same.fill_null(False).to_numpy(zero_copy_only=False)
    return Values(data if op == "==" else ~data, there)


def _finite(function: Callable[..., Array], *given: Values) -> Values:
    """Null where anything given is, or where there is no finite result."""
    data = function(*(one.data for one in given))
    there = reduce(np.logical_and, (one.there for one in given)) & np.isfinite(data)
    return Values(np.where(there, data, 0.0), there)


def _both(one: Values, other: Values) -> Values:
    no = (one.there & ~one.data) | (other.there & ~other.data)
    return Values(one.data & other.data & ~no, no | (one.there & other.there))


def _either(one: Values, other: Values) -> Values:
    yes = (one.there & one.data) | (other.there & other.data)
    return Values(yes, yes | (one.there & other.there))


def _chosen(test: Values, then: Values, other: Values) -> Values:
    takes = test.data & test.there
    return Values(np.where(takes, then.data, other.data), np.where(takes, then.there, other.there))


def _call(name: str, args: tuple[Node, ...], given: list[Values]) -> Values:
    if name == "coalesce":
        return reduce(lambda one, other: _chosen(Values(one.there, one.there), one, other), given)
    if name == "round":
        digits = int(args[1].value) if len(args) > 1 and isinstance(args[1], Number) else 0
        return Values(rounded(np.where(given[0].there, given[0].data, 0.0), digits), given[0].there)
    return _finite(FUNCTIONS[name], *given)


def _quotient(left: F64, right: F64) -> F64:
    """NaN where the divisor is 0."""
    return np.where(right == 0, np.nan, left / right)


def _remainder(left: F64, right: F64) -> F64:
    """With the sign of the divisor."""
    rest = np.where(right == 0, np.nan, np.fmod(left, right))
    return np.where((rest != 0) & ((rest < 0) != (right < 0)), rest + right, rest)


def _whole(function: Callable[[F64], F64]) -> Callable[[F64], F64]:
    return lambda value: np.where(np.abs(value) < EXACT_BELOW, function(value) + 0.0, value)


BINARY: Mapping[str, Callable[[F64, F64], F64]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": _quotient,
    "//": lambda left, right: np.rint(_quotient(left - _remainder(left, right), right)),
    "%": _remainder,
    "**": np.power,
}
COMPARE: Mapping[str, Callable[[Array, Array], Array]] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}
FUNCTIONS: Mapping[str, Callable[..., F64]] = {
    "abs": np.abs,
    "ceil": _whole(np.ceil),
    "cos": np.cos,
    "exp": np.exp,
    "floor": _whole(np.floor),
    "log": np.log,
    "log10": np.log10,
    "max": lambda *given: reduce(np.maximum, given),
    "min": lambda *given: reduce(np.minimum, given),
    "sin": np.sin,
    "sqrt": np.sqrt,
}
