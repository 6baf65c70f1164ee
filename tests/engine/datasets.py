"""Data sets for the tests of the engine, built from the model alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from datagen.analysis import Analysis
from datagen.compile import compile_schema
from datagen.generators.base import Generator
from datagen.model import Column, Dataset, Output, Table, Window
from datagen.modifiers.base import Modifier
from datagen.plan import Plan
from datagen.rows import generate

DAY_US = 86_400_000_000
START_US = 1_735_689_600_000_000  # 2025-01-01T00:00:00Z, a Wednesday
MONTH = Window(START_US, START_US + 30 * DAY_US - 1)

Kinds = Mapping[str, Any]  # name -> a generator, or a generator and its modifiers


def analysis(name: str) -> Analysis:
    return Analysis(
        dataset=name,
        name=name,
        title=name,
        description="",
        currency=None,
        timezone="UTC",
        table=name,
        id_field=None,
        timestamp_field=None,
        dimensions=(),
        numeric_fields=(),
        boolean_fields=(),
        measures=(),
        aliases={},
        stream=None,
        columns=(),
        window_start="",
        window_end="",
        fingerprint="",
    )


def column(name: str, kind: Generator | tuple[Generator, Sequence[Modifier]]) -> Column:
    generator, modifiers = kind if isinstance(kind, tuple) else (kind, ())
    return Column(name, generator, tuple(modifiers), f"schema.fields.{name}")


def table(kinds: Kinds, rows: int, *, axis: str | None = None, name: str = "things") -> Table:
    return Table(name, rows, tuple(column(name, kind) for name, kind in kinds.items()), axis)


def dataset(*tables: Table, seed: int = 7) -> Dataset:
    name = tables[0].name
    return Dataset(name, seed, MONTH, Output("csv", False), tables, analysis(name), {}, "", {}, frozenset())


def plan(kinds: Kinds, rows: int, *, axis: str | None = None, seed: int = 7, name: str = "things") -> Plan:
    return compile_schema(dataset(table(kinds, rows, axis=axis, name=name), seed=seed))


def made(plan: Plan, start: int = 0, stop: int | None = None) -> pa.RecordBatch:
    """Rows of the first table, dictionaries taken apart."""
    name, first = next(iter(plan.tables.items()))
    batch = generate(plan, name, start, first.rows if stop is None else stop)
    return plain(batch)


def plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [array.dictionary_decode() if pa.types.is_dictionary(array.type) else array for array in batch.columns]
    return pa.record_batch(columns, names=batch.schema.names)


def values(generator: Generator, rows: int, *, seed: int = 7, modifiers: Sequence[Modifier] = ()) -> pa.Array:
    """A column of its own."""
    return made(plan({"value": (generator, modifiers)}, rows, seed=seed)).column(0)
