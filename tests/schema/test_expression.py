"""The expression language: what parses, what is refused, and that nothing hangs or runs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.expression import FUNCTIONS, MAX_DEPTH, MAX_LENGTH, MAX_NODES, ExpressionError, parse
from datagen.expression_kinds import ValueKind, kind_of
from datagen.expression_tree import (
    Binary,
    Call,
    Column,
    Compare,
    IfElse,
    Logical,
    Node,
    Number,
    Text,
    Unary,
    children,
    columns,
    walk,
)

a, b, c = Column("a"), Column("b"), Column("c")
KNOWN = "there are numbers, texts, columns and " + ", ".join(FUNCTIONS)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1", Number(1)),
        (" 1_000 ", Number(1000)),
        ("2.5e3", Number(2500.0)),
        ("1e300", Number(1e300)),
        ("'" + "x" * 200 + "'", Text("x" * 200)),
        ("a ** 300", Binary("**", a, Number(300))),
        ("round(a, 15)", Call("round", (a, Number(15)))),
        ("'x'", Text("x")),
        ('"it\'s"', Text("it's")),
        ("a", a),
        ("-a", Unary("-", a)),
        ("+a", a),
        ("not a", Unary("not", a)),
        ("a + b * c", Binary("+", a, Binary("*", b, c))),
        ("(a + b) * c", Binary("*", Binary("+", a, b), c)),
        ("a - b - c", Binary("-", Binary("-", a, b), c)),
        ("a ** b ** 2", Binary("**", a, Binary("**", b, Number(2)))),
        ("-a ** 2", Unary("-", Binary("**", a, Number(2)))),
        ("a // b % c / 2", Binary("/", Binary("%", Binary("//", a, b), c), Number(2))),
        ("a < b", Compare("<", a, b)),
        ("a != 'x'", Compare("!=", a, Text("x"))),
        ("1 <= a < 5", Logical("and", (Compare("<=", Number(1), a), Compare("<", a, Number(5))))),
        ("a and b and c or a", Logical("or", (Logical("and", (a, b, c)), a))),
        ("a if b else c", IfElse(b, a, c)),
        ("where(a, b, c)", IfElse(a, b, c)),
        ("round(a)", Call("round", (a,))),
        ("round(a, 2)", Call("round", (a, Number(2)))),
        (
            "coalesce(total_price, quantity * unit_price)",
            Call("coalesce", (Column("total_price"), Binary("*", Column("quantity"), Column("unit_price")))),
        ),
    ],
)
def test_an_expression_parses_into(text: str, tree: Node) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the expression is empty"),
        ("  ", "the expression is empty"),
        ("a b", "not an expression; write it like price * quantity"),
        ("a +", "not an expression; write it like price * quantity"),
        ("a = 1", "not an expression; write it like price * quantity"),
        ("a; b", "not an expression; write it like price * quantity"),
        ("import os", "not an expression; write it like price * quantity"),
        ("\0", "not an expression; write it like price * quantity"),
        ("\ud800", "not an expression; write it like price * quantity"),
        ("a.b", f"'a.b' is not allowed; {KNOWN}"),
        ("a[0]", f"'a[0]' is not allowed; {KNOWN}"),
        ("[a]", f"'[a]' is not allowed; {KNOWN}"),
        ("lambda: a", f"'lambda: a' is not allowed; {KNOWN}"),
        ("(a := 1)", f"'(a := 1)' is not allowed; {KNOWN}"),
        ("f'{a}'", f"\"f'{{a}}'\" is not allowed; {KNOWN}"),
        ("[x for x in a]", f"'[x for x in a]' is not allowed; {KNOWN}"),
        ("True", f"True is not allowed; {KNOWN}"),
        ("None", f"None is not allowed; {KNOWN}"),
        ("b'x'", f"b'x' is not allowed; {KNOWN}"),
        ("1j", f"1j is not allowed; {KNOWN}"),
        ("...", f"Ellipsis is not allowed; {KNOWN}"),
        ("__import__('os')", f"'__import__' is not a function; there are {', '.join(FUNCTIONS)}"),
        ("a.sum()", f"'a.sum' is not a function; there are {', '.join(FUNCTIONS)}"),
        ("pow(a, 2)", f"'pow' is not a function; there are {', '.join(FUNCTIONS)}"),
        ("a @ b", "operators are + - * / // % **; for conditions: and, or, not"),
        ("a & b", "operators are + - * / // % **; for conditions: and, or, not"),
        ("~a", "~ is not allowed; write 'not' for a condition"),
        ("a in b", "comparisons are == != < <= > >="),
        ("a is b", "comparisons are == != < <= > >="),
        ("abs()", "abs takes 1 argument, not 0"),
        ("where(a, b)", "where takes 3 arguments, not 2"),
        ("round(a, 1, 2)", "round takes 1 to 2 arguments, not 3"),
        ("round(a, ndigits=2)", "round takes plain arguments, separated by commas"),
        ("max(*a)", "max takes plain arguments, separated by commas"),
        ("round(a, b)", "the second argument of round is a whole number from 0 to 15"),
        ("round(a, 16)", "the second argument of round is a whole number from 0 to 15"),
        ("round(a, -1)", "the second argument of round is a whole number from 0 to 15"),
        ("a ** 301", "an exponent of 301 is too large; at most 300"),
        ("9 ** 9 ** 9", "a power of numbers in an exponent is soon too large; write one number, at most 300"),
        ("a ** -(2 * 301)", "an exponent of 301 is too large; at most 300"),
        ("9" * 400, "a number in it is too large; at most 1e+300"),
        ("1e999", "a number in it is too large; at most 1e+300"),
        ("'" + "x" * 201 + "'", "a text in it has 201 characters; at most 200"),
        ("a" * (MAX_LENGTH + 1), "the expression has 2,001 characters; at most 2,000"),
        ("+".join("a" * (MAX_NODES // 2 + 1)), "the expression is nested deeper than 40 levels"),
        (f"coalesce({','.join('a' * 20)})" + " and max(a,b)" * 120, "the expression has more than 500 parts"),
        ("-" * MAX_DEPTH + "a", "the expression is nested deeper than 40 levels"),
        ("(" * 400 + "a" + ")" * 400, "not an expression; write it like price * quantity"),
        ("1 < (2 < a < 3) < 4", "a comparison inside a chain of comparisons; write 'a < b and b < c'"),
    ],
)
def test_what_is_no_expression_is_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert str(caught.value) == message


@settings(deadline=None, max_examples=500)
@given(st.text(max_size=40) | st.text("ab12 .,()[]+-*/%<>=!'\"notandorifelsewhere", max_size=60))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        tree = parse(text)
    except ExpressionError:
        return
    assert len(list(walk(tree))) <= 2 * MAX_NODES


names = st.sampled_from("abc").map(Column)
leaves = st.integers(-9, 9).map(Number) | st.text("xyz", max_size=3).map(Text) | names
trees: st.SearchStrategy[Node] = st.recursive(
    leaves,
    lambda inner: (
        st.builds(Unary, st.sampled_from(["-", "not"]), inner)
        | st.builds(Binary, st.sampled_from(["+", "-", "*", "/", "//", "%"]), inner, inner)
        | st.builds(Compare, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), inner, inner)
        | st.builds(Logical, st.sampled_from(["and", "or"]), st.tuples(inner, inner))
        | st.builds(IfElse, inner, inner, inner)
        | st.builds(Call, st.just("coalesce"), st.tuples(inner, inner))
    ),
    max_leaves=12,
)


def written(node: Node) -> str:
    """The tree as text, every part in parentheses."""
    parts = [f"({written(child)})" for child in children(node)]
    match node:
        case Number(value=value) | Text(value=value):
            return repr(value)
        case Column(name=name):
            return name
        case IfElse():
            return f"{parts[1]} if {parts[0]} else {parts[2]}"
        case Call(name=name):
            return f"{name}({', '.join(parts)})"
        case Unary(op=op):
            return f"{op} {parts[0]}"
        case Binary(op=op) | Compare(op=op) | Logical(op=op):
            return f" {op} ".join(parts)


@settings(deadline=None)
@given(trees.filter(lambda tree: not any(isinstance(part, Number) and part.value < 0 for part in walk(tree))))
def test_a_tree_written_out_parses_into_itself(tree: Node) -> None:
    assert parse(written(tree)) == tree
    assert columns(tree) == {part.name for part in walk(tree) if isinstance(part, Column)}


KINDS: dict[str, ValueKind] = {"n": "number", "m": "number", "t": "text", "f": "flag"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("n + m", "number"),
        ("-n", "number"),
        ("coalesce(t, 'x')", "text"),
        ("n < m and not f", "flag"),
        ("t == 'x'", "flag"),
        ("n if f else 0", "number"),
        ("max(n, m, 0)", "number"),
        ("f or n == 1", "flag"),
    ],
)
def test_an_expression_gives_a_kind_of_value(text: str, kind: ValueKind) -> None:
    assert kind_of(parse(text), KINDS) == kind


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("t + 1", "+ needs a number, but t is text"),
        ("n * f", "* needs a number, but f is true or false; write 1 if f else 0"),
        ("n * (n < m)", "* needs a number, but the value in it is true or false; write 1 if the value in it else 0"),
        ("not n", "not needs true or false, but n is a number"),
        ("f and t", "and needs true or false, but t is text"),
        ("1 if n else 0", "a condition needs true or false, but n is a number"),
        ("n if f else t", "both sides of if mixes a number and text"),
        ("coalesce(n, 'x')", "coalesce mixes a number and text"),
        ("n == t", "== mixes a number and text"),
        ("t < 'x'", "< compares numbers; text can only be == or !="),
        ("abs(t)", "abs needs a number, but t is text"),
    ],
)
def test_operands_that_do_not_fit_are_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        kind_of(parse(text), KINDS)
    assert str(caught.value) == message
