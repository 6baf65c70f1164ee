"""The expression language: arithmetic, comparison and a short list of functions over one row's columns.

Text becomes a small frozen tree (expression_tree.py) by way of Python's `ast` and an allow-list; nothing is executed.
"""

from __future__ import annotations

import ast
import math
import warnings

from datagen.errors import UserError
from datagen.expression_tree import (
    Binary,
    BinaryOperator,
    Call,
    Column,
    Compare,
    CompareOperator,
    IfElse,
    Logical,
    Node,
    Number,
    Text,
    Unary,
    columns,
    walk,
)

MAX_LENGTH = 2_000  # characters of an expression
MAX_NODES = 500  # of Python's syntax tree
MAX_DEPTH = 40
MAX_TEXT_LENGTH = 200
MAX_NUMBER = 1e300
MAX_EXPONENT = 300  # of a literal exponent
MAX_DIGITS = 15  # of round

# name -> fewest and most arguments
FUNCTIONS: dict[str, tuple[int, int]] = {
    "abs": (1, 1),
    "ceil": (1, 1),
    "coalesce": (1, 20),
    "cos": (1, 1),
    "exp": (1, 1),
    "floor": (1, 1),
    "log": (1, 1),
    "log10": (1, 1),
    "max": (2, 20),
    "min": (2, 20),
    "round": (1, 2),
    "sin": (1, 1),
    "sqrt": (1, 1),
    "where": (3, 3),
}


class ExpressionError(UserError, ValueError):
    """The text is not an expression of this language. The message says which part, and what would be."""


_BINARY: dict[type[ast.operator], BinaryOperator] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
}
_COMPARE: dict[type[ast.cmpop], CompareOperator] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def parse(text: str) -> Node:
    """The tree of an expression. Raises ExpressionError."""
    tree = _syntax(text)
    _bound(tree)
    return _node(tree)


def _syntax(text: str) -> ast.expr:
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression has {len(text):,} characters; at most {MAX_LENGTH:,}")
    if not text.strip():
        raise ExpressionError("the expression is empty")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ExpressionError("not an expression; write it like price * quantity") from error


def _bound(tree: ast.expr) -> None:
    nodes = 0
    level: list[ast.AST] = [tree]
    for _ in range(MAX_DEPTH):
        nodes += len(level)
        if nodes > MAX_NODES:
            raise ExpressionError(f"the expression has more than {MAX_NODES} parts")
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise ExpressionError(f"the expression is nested deeper than {MAX_DEPTH} levels")


def _node(tree: ast.expr) -> Node:
    match tree:
        case ast.Constant(value=value):
            return _constant(value)
        case ast.Name(id=name):
            return Column(name)
        case ast.UnaryOp(op=operator, operand=operand):
            return _unary(operator, operand)
        case ast.BinOp(left=left, op=operator, right=right):
            return _binary(operator, left, right)
        case ast.Compare(left=left, ops=operators, comparators=others):
            return _compare(left, operators, others)
        case ast.BoolOp(op=operator, values=values):
            return Logical("and" if isinstance(operator, ast.And) else "or", tuple(map(_node, values)))
        case ast.IfExp(test=test, body=then, orelse=other):
            return IfElse(_node(test), _node(then), _node(other))
        case ast.Call():
            return _call(tree)
        case _:
            raise ExpressionError(f"{_source(tree)} is not allowed; there are numbers, texts, columns and {_known()}")


def _constant(value: object) -> Node:
    if isinstance(value, str):
        if len(value) > MAX_TEXT_LENGTH:
            raise ExpressionError(f"a text in it has {len(value)} characters; at most {MAX_TEXT_LENGTH}")
        return Text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExpressionError(f"{value!r} is not allowed; there are numbers, texts, columns and {_known()}")
    if abs(value) > MAX_NUMBER or not math.isfinite(value):
        raise ExpressionError(f"a number in it is too large; at most {MAX_NUMBER:g}")
    return Number(value)


def _unary(operator: ast.unaryop, operand: ast.expr) -> Node:
    if isinstance(operator, ast.Not):
        return Unary("not", _node(operand))
    if isinstance(operator, ast.USub):
        return Unary("-", _node(operand))
    if isinstance(operator, ast.UAdd):
        return _node(operand)
    raise ExpressionError("~ is not allowed; write 'not' for a condition")


def _binary(operator: ast.operator, left: ast.expr, right: ast.expr) -> Node:
    op = _BINARY.get(type(operator))
    if op is None:
        raise ExpressionError("operators are + - * / // % **; for conditions: and, or, not")
    node = Binary(op, _node(left), _node(right))
    if op == "**":
        for part in walk(node.right):
            if isinstance(part, Number) and abs(part.value) > MAX_EXPONENT:
                raise ExpressionError(f"an exponent of {part.value:g} is too large; at most {MAX_EXPONENT}")
            if isinstance(part, Binary) and part.op == "**" and not columns(part):
                raise ExpressionError(
                    f"a power of numbers in an exponent is soon too large; write one number, at most {MAX_EXPONENT}"
                )
    return node


def _compare(left: ast.expr, operators: list[ast.cmpop], others: list[ast.expr]) -> Node:
    pairs: list[Compare] = []
    before = _node(left)
    for operator, other in zip(operators, map(_node, others), strict=True):
        op = _COMPARE.get(type(operator))
        if op is None:
            raise ExpressionError("comparisons are == != < <= > >=")
        pairs.append(Compare(op, before, other))
        before = other
    for pair in pairs[:-1]:  # its right side stands in the tree twice; nested chains would double it each time
        if any(isinstance(part, Compare) for part in walk(pair.right)):
            raise ExpressionError("a comparison inside a chain of comparisons; write 'a < b and b < c'")
    return pairs[0] if len(pairs) == 1 else Logical("and", tuple(pairs))


def _call(tree: ast.Call) -> Node:
    if not isinstance(tree.func, ast.Name) or tree.func.id not in FUNCTIONS:
        raise ExpressionError(f"{_source(tree.func)} is not a function; there are {_known()}")
    name = tree.func.id
    if tree.keywords or any(isinstance(arg, ast.Starred) for arg in tree.args):
        raise ExpressionError(f"{name} takes plain arguments, separated by commas")
    fewest, most = FUNCTIONS[name]
    if not fewest <= len(tree.args) <= most:
        wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
        raise ExpressionError(f"{name} takes {wanted} argument{'' if wanted == '1' else 's'}, not {len(tree.args)}")
    args = tuple(map(_node, tree.args))
    if name == "where":
        return IfElse(*args)
    if name == "round" and len(args) == 2:
        _digits(args[1])
    return Call(name, args)


def _digits(node: Node) -> None:
    if not (isinstance(node, Number) and isinstance(node.value, int) and 0 <= node.value <= MAX_DIGITS):
        raise ExpressionError(f"the second argument of round is a whole number from 0 to {MAX_DIGITS}")


def _source(tree: ast.AST) -> str:
    text = ast.unparse(tree)
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _known() -> str:
    return ", ".join(FUNCTIONS)
