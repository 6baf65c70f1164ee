"""Which kind of value an expression gives, so that a sum of texts is refused before any row is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from datagen.expression import ExpressionError
from datagen.expression_tree import Binary, Call, Column, Compare, IfElse, Logical, Node, Number, Text, Unary

ValueKind: TypeAlias = Literal["number", "text", "flag"]

_MEANING: Mapping[ValueKind, str] = {"number": "a number", "text": "text", "flag": "true or false"}


def kind_of(node: Node, columns: Mapping[str, ValueKind]) -> ValueKind:
    """Raises ExpressionError where operands do not fit. KeyError for a column that is not in `columns`."""
    match node:
        case Number():
            return "number"
        case Text():
            return "text"
        case Column(name=name):
            return columns[name]
        case Unary() | Binary() | Logical():
            return _operator(node, columns)
        case Compare():
            return _compare(node, columns)
        case IfElse(test=test, then=then, other=other):
            _all_of("flag", "a condition", (test,), columns)
            return _same("both sides of if", (then, other), columns)
        case Call(name="coalesce", args=args):
            return _same("coalesce", args, columns)
        case Call(name=name, args=args):
            return _all_of("number", name, args, columns)


def _operator(node: Unary | Binary | Logical, columns: Mapping[str, ValueKind]) -> ValueKind:
    match node:
        case Unary(op=op, operand=operand):
            return _all_of("flag" if op == "not" else "number", op, (operand,), columns)
        case Binary(op=op, left=left, right=right):
            return _all_of("number", op, (left, right), columns)
        case Logical(op=op, items=items):
            return _all_of("flag", op, items, columns)


def _compare(node: Compare, columns: Mapping[str, ValueKind]) -> ValueKind:
    kind = _same(node.op, (node.left, node.right), columns)
    if kind != "number" and node.op not in ("==", "!="):
        raise ExpressionError(f"{node.op} compares numbers; {_MEANING[kind]} can only be == or !=")
    return "flag"


def _all_of(wanted: ValueKind, user: str, nodes: tuple[Node, ...], columns: Mapping[str, ValueKind]) -> ValueKind:
    for node in nodes:
        kind = kind_of(node, columns)
        if kind != wanted:
            way_out = f"; write 1 if {_name(node)} else 0" if kind == "flag" and wanted == "number" else ""
            raise ExpressionError(f"{user} needs {_MEANING[wanted]}, but {_name(node)} is {_MEANING[kind]}{way_out}")
    return wanted


def _same(user: str, nodes: tuple[Node, ...], columns: Mapping[str, ValueKind]) -> ValueKind:
    first, *others = (kind_of(node, columns) for node in nodes)
    for kind in others:
        if kind != first:
            raise ExpressionError(f"{user} mixes {_MEANING[first]} and {_MEANING[kind]}")
    return first


def _name(node: Node) -> str:
    return node.name if isinstance(node, Column) else "the value in it"
