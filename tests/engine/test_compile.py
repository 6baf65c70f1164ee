"""Compiling: an order in which every column finds what it reads, and every mistake before the first row."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from datagen.compile import compile_schema
from datagen.errors import UserError
from datagen.generators.axis import Axis
from datagen.generators.choice import Choice
from datagen.generators.concat import Concat
from datagen.generators.floats import Normal, Uniform
from datagen.generators.instant import Instant
from datagen.generators.mapped import Mapped
from datagen.generators.sequence import Sequence
from datagen.generators.uuid import Uuid
from datagen.modifiers import Clamp, Rounded
from datagen.timeline import Flat
from tests.engine.datasets import MONTH, dataset, made, plan, table

AT = Instant(MONTH, Flat(), "%Y-%m-%d")


def test_columns_are_written_in_their_order_whatever_they_read() -> None:
    kinds = {
        "b": Concat(("a", "c"), "-"),
        "a": Choice(("x",), (1.0,)),
        "d": Mapped("b", {"x-0": 1}, None),
        "c": Sequence(0, 1),
    }
    whole = plan(kinds, 1)
    assert whole.tables["things"].arrow_schema.names == ["b", "a", "d", "c"]
    assert made(whole).to_pylist() == [{"b": "x-0", "a": "x", "d": 1, "c": 0}]
    making = [column.name for column in whole.tables["things"].making]
    assert making.index("b") > max(making.index("a"), making.index("c"))
    assert making.index("d") > making.index("b")


def test_columns_that_read_each_other_in_a_circle_are_refused() -> None:
    with pytest.raises(
        UserError, match=r"^things: fields read each other in a circle: (a reads b reads a|b reads a reads b); "
    ):
        plan({"a": Concat(("b",), ""), "b": Concat(("a",), "")}, 1)
    with pytest.raises(UserError, match=r"^things: fields read each other in a circle: a reads a; break it$"):
        plan({"a": Concat(("a",), "")}, 1)


def test_a_column_that_reads_what_is_not_there_is_refused() -> None:
    with pytest.raises(UserError, match=r"^schema\.fields\.a: no field nobody to read in things$"):
        plan({"a": Concat(("nobody",), "")}, 1)


def test_the_axis_is_laid_out_and_other_instants_are_drawn() -> None:
    whole = plan({"at": AT, "other": AT}, 100, axis="at").tables["things"]
    kinds = {column.name: type(column.generator) for column in whole.columns}
    assert kinds == {"at": Axis, "other": Instant}
    assert whole.days()[0].date == "2025-01-01"
    assert len(whole.days()) == 30


def test_tables_keep_their_order_and_their_schemas() -> None:
    both = compile_schema(dataset(table({"id": Uuid()}, 3, name="left"), table({"n": Sequence(0, 1)}, 5, name="right")))
    assert list(both.tables) == ["left", "right"]
    assert both.tables["right"].rows == 5
    assert both.tables["left"].arrow_schema == pa.schema([("id", pa.string())])


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ((Uniform(0.05, 0.99), (Rounded(1),)), {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9}),
        ((Normal(0.0, 9.0), (Clamp(-1.27, 1.21), Rounded(1))), {number / 10 for number in range(-12, 13)}),
        ((Uniform(0.0, 9.0), (Clamp(0.26, 12.0), Rounded(0))), set(map(float, range(1, 10)))),
        ((Uniform(0.0, 1.0), (Clamp(5.0, 6.25), Rounded(0))), {5.0}),
        ((Uniform(-0.3, 0.4), (Rounded(0),)), {0.0}),
    ],
)
def test_rounding_does_not_lead_out_of_declared_bounds(kind: Any, expected: set[float]) -> None:
    drawn = made(plan({"x": kind}, 5000)).column("x").to_pylist()
    assert set(drawn) == expected
    assert "-0.0" not in map(repr, drawn)


def test_bounds_that_leave_no_number_of_so_many_digits_are_refused() -> None:
    with pytest.raises(
        UserError, match=r"^schema\.fields\.x: precision=1 leaves no number between 0\.41 and 0\.44; raise it$"
    ):
        plan({"x": (Uniform(0.41, 0.44), (Rounded(1),))}, 5)


def test_bounds_that_rounding_keeps_add_nothing() -> None:
    (column,) = plan({"x": (Uniform(0.1, 0.9), (Clamp(0.2, 0.8), Rounded(1)))}, 5).tables["things"].columns
    assert column.modifiers == (Clamp(0.2, 0.8), Rounded(1))
