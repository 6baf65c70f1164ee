"""The tree of an expression, and what it means.

Two evaluators read it (NumPy here, Spark in the pipeline) and must agree, so the meaning is fixed here:

- Numbers are doubles, whole numbers too. `//` rounds down, the result of `%` has the sign of the divisor,
  `round` rounds half to even.
- Null in, null out, except that `coalesce` takes its first value that is not null, `and`, `or` and `not`
  know three values as SQL does, and a condition that is null counts as false.
- What has no finite result (a division by zero, `log(0)`, `sqrt(-1)`, an overflow) is null.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

BinaryOperator = Literal["+", "-", "*", "/", "//", "%", "**"]
CompareOperator = Literal["==", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Number:
    value: int | float  # finite


@dataclass(frozen=True, slots=True)
class Text:
    value: str


@dataclass(frozen=True, slots=True)
class Column:
    name: str


@dataclass(frozen=True, slots=True)
class Unary:
    op: Literal["-", "not"]
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    op: BinaryOperator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare:
    op: CompareOperator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logical:
    op: Literal["and", "or"]
    items: tuple[Node, ...]  # two or more


@dataclass(frozen=True, slots=True)
class IfElse:
    """`then if test else other`, also written `where(test, then, other)`."""

    test: Node
    then: Node
    other: Node


@dataclass(frozen=True, slots=True)
class Call:
    name: str  # of FUNCTIONS, but never `where`, which is an IfElse
    args: tuple[Node, ...]  # the second of `round` is a Number from 0 to 15


Node: TypeAlias = Number | Text | Column | Unary | Binary | Compare | Logical | IfElse | Call


def columns(node: Node) -> frozenset[str]:
    """The columns an expression reads."""
    return frozenset(part.name for part in walk(node) if isinstance(part, Column))


def walk(node: Node) -> Iterator[Node]:
    """A node and everything below it, each once."""
    yield node
    for child in children(node):
        yield from walk(child)


def children(node: Node) -> tuple[Node, ...]:
    match node:
        case Unary(operand=operand):
            return (operand,)
        case Binary(left=left, right=right) | Compare(left=left, right=right):
            return (left, right)
        case Logical(items=items):
            return items
        case IfElse(test=test, then=then, other=other):
            return (test, then, other)
        case Call(args=args):
            return args
        case _:
            return ()
