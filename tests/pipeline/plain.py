"""Expressions over one row, the slow and plain way: what `datagen.expression` fixes, line by line."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from datagen.expression_tree import Binary, Call, Column, Compare, IfElse, Logical, Node, Number, Text, Unary, children
from datagen.rounding import rounded

Value = float | bool | str | None


def value_of(node: Node, row: Mapping[str, Value]) -> Any:
    """The value of an expression; null is None."""
    match node:
        case Number(value=value):
            return float(value)
        case Text(value=value):
            return value
        case Column(name=name):
            return row[name]
        case Call(name="coalesce", args=args):
            return next((value for arg in args if (value := value_of(arg, row)) is not None), None)
        case IfElse(test=test, then=then, other=other):
            return value_of(then if value_of(test, row) else other, row)
    parts = [value_of(child, row) for child in children(node)]
    match node:
        case Logical(op=op):
            decisive = op == "or"
            return decisive if decisive in parts else None if None in parts else not decisive
        case _ if None in parts:
            return None
        case Unary(op=op):
            return -parts[0] if op == "-" else not parts[0]
        case Compare(op=op):
            return COMPARE[op](*parts)
        case Binary(op=op):
            return finite(BINARY[op], *parts)
        case Call(name="round"):
            return float(rounded(np.array([parts[0]]), int(parts[1]) if len(parts) > 1 else 0)[0])
        case Call(name=name):
            return finite(CALLED[name], *parts)


def finite(operator: Callable[..., float], *parts: float) -> float | None:
    try:
        value = float(operator(*parts))
    except (ArithmeticError, ValueError, TypeError):  # a negative number to a fraction is complex
        return None
    return value if math.isfinite(value) else None


def whole(to_whole: Callable[[float], int]) -> Callable[[float], float]:
    return lambda value: float(to_whole(value))


COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
BINARY: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "//": lambda left, right: left // right,
    "%": lambda left, right: left % right,
    "**": lambda left, right: left**right,
}
CALLED: Mapping[str, Callable[..., float]] = {
    "abs": abs,
    "min": min,
    "max": max,
    "floor": whole(math.floor),
    "ceil": whole(math.ceil),
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "log10": math.log10,
    "sin": math.sin,
    "cos": math.cos,
}
