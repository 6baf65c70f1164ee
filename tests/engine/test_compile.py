"""Compiling: an order in which every column finds what it reads, and every mistake before the first row."""

from __future__ import annotations

import pyarrow as pa
import pytest

from datagen.compile import compile_schema
from datagen.errors import UserError
from datagen.generators.axis import Axis
from datagen.generators.choice import Choice
from datagen.generators.concat import Concat
from datagen.generators.instant import Instant
from datagen.generators.mapped import Mapped
from datagen.generators.sequence import Sequence
from datagen.generators.uuid import Uuid
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
