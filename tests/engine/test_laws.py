"""What a user may rely on, whatever the schema: rows are a function of seed, table, column and row number."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from random import Random

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from datagen import rows as heart
from datagen.compile import compile_schema
from datagen.generators.choice import Choice
from datagen.generators.concat import Concat
from datagen.generators.flag import Flag
from datagen.generators.pattern import Pattern
from datagen.generators.uniform_int import UniformInt
from datagen.generators.uuid import Uuid
from datagen.modifiers import Nulls
from datagen.plan import Plan
from datagen.rows import generate
from tests.engine.datasets import Kinds, dataset, made, plan, table
from tests.engine.schemas import Schema, schemas

LAW = settings(deadline=None, max_examples=40)


def plan_of(schema: Schema, rows: int, kinds: Kinds | None = None) -> Plan:
    return plan(schema.kinds if kinds is None else kinds, rows, axis=schema.axis, seed=schema.seed)


@LAW
@given(schemas(), st.integers(0, 300), st.lists(st.integers(0, 300), max_size=5), st.randoms())
def test_any_slicing_in_any_order_gives_the_same_rows(
    schema: Schema, rows: int, cuts: list[int], random: Random
) -> None:
    whole = plan_of(schema, rows)
    edges = sorted({0, rows, *(min(cut, rows) for cut in cuts)})
    spans = list(pairwise(edges)) or [(0, 0)]
    parts = {span: made(whole, *span) for span in random.sample(spans, len(spans))}
    assert pa.concat_batches([parts[span] for span in spans]) == made(whole)


@LAW
@given(schemas(), st.integers(1, 200), st.integers(1, 64))
def test_the_size_of_blocks_changes_nothing(schema: Schema, rows: int, block_rows: int) -> None:
    whole = plan_of(schema, rows)
    expected = made(whole)
    kept, heart.BLOCK_ROWS = heart.BLOCK_ROWS, block_rows
    try:
        assert made(whole) == expected
    finally:
        heart.BLOCK_ROWS = kept


@LAW
@given(schemas(), st.integers(1, 400))
def test_threads_give_the_same_rows(schema: Schema, rows: int) -> None:
    whole = plan_of(schema, rows)
    spans = [(start, min(start + 37, rows)) for start in range(0, rows, 37)]
    again = plan_of(schema, rows)
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda span: made(again, *span), spans))
    assert parts == [made(whole, *span) for span in spans]


@LAW
@given(schemas(with_axis=False), st.integers(1, 100), st.integers(1, 10**6))
def test_a_table_that_grows_keeps_its_rows(schema: Schema, rows: int, more: int) -> None:
    few, many = plan_of(schema, rows), plan_of(schema, rows + more)
    assert made(few, 0, rows) == made(many, 0, rows)


@LAW
@given(schemas(), st.integers(1, 100), st.data())
def test_adding_dropping_or_moving_columns_leaves_the_others_as_they_were(
    schema: Schema, rows: int, data: st.DataObject
) -> None:
    expected = made(plan_of(schema, rows))
    names = data.draw(st.permutations(list(schema.kinds)))
    dropped = {
        name
        for name in data.draw(st.sets(st.sampled_from(names)))
        if name != schema.axis and not any(name in generator.reads for generator, _ in schema.kinds.values())
    }
    kinds = {name: schema.kinds[name] for name in names if name not in dropped}
    kinds["z" * 20] = (Uuid(), ())
    moved = made(plan_of(schema, rows, kinds))
    assert moved.schema.names == list(kinds)
    for name in set(kinds) - {"z" * 20}:
        assert moved.column(name) == expected.column(name)


@LAW
@given(schemas(), st.integers(1, 200), st.floats(0, 1), st.data())
def test_nulls_leave_the_other_values_as_they_were(
    schema: Schema, rows: int, probability: float, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(list(schema.kinds)))
    assume(not any(name in generator.reads for generator, _ in schema.kinds.values()))
    generator, modifiers = schema.kinds[name]
    plain_kinds = {**schema.kinds, name: (generator, tuple(m for m in modifiers if not isinstance(m, Nulls)))}
    without = made(plan_of(schema, rows, plain_kinds))
    with_nulls = made(
        plan_of(schema, rows, {**plain_kinds, name: (generator, (*plain_kinds[name][1], Nulls(probability)))})
    )
    for other in schema.kinds:
        if other != name:
            assert with_nulls.column(other) == without.column(other)
    kept = with_nulls.column(name).is_valid()
    assert with_nulls.column(name).filter(kept).to_pylist() == without.column(name).filter(kept).to_pylist()


@LAW
@given(schemas(), st.integers(0, 50))
def test_rows_have_the_types_of_the_plan(schema: Schema, rows: int) -> None:
    whole = plan_of(schema, rows)
    batch = made(whole)
    assert batch.schema.equals(whole.tables["things"].arrow_schema)
    batch.validate(full=True)


@LAW
@given(schemas(), st.integers(1, 200))
def test_no_double_is_nan_infinite_or_a_negative_zero(schema: Schema, rows: int) -> None:
    for column in made(plan_of(schema, rows)).columns:
        members = column.flatten() if pa.types.is_struct(column.type) else [column]
        for doubles in members:
            if pa.types.is_floating(doubles.type):
                numbers = [number for number in doubles.to_pylist() if number is not None]
                assert all(number - number == 0 for number in numbers)
                assert "-0.0" not in map(repr, numbers)


def test_every_name_that_a_draw_is_keyed_by_matters() -> None:
    kinds = {"a": Uuid(), "b": Uuid()}
    base = made(plan(kinds, 50))
    assert not set(base.column("a").to_pylist()) & set(base.column("b").to_pylist())
    for other in (plan(kinds, 50, seed=8), plan(kinds, 50, name="thing")):
        assert not set(made(other).column("a").to_pylist()) & set(base.column("a").to_pylist())


def test_rows_far_out_are_made_without_those_before() -> None:
    kinds = {"id": Uuid(), "code": Pattern("{0000-9999}{0000-9999}{0000-9999}{A-Z}", True), "flag": Flag(0.3)}
    far = 2**40 - 3
    whole = plan(kinds, 2**40)
    assert made(whole, far, far + 3).slice(1) == made(whole, far + 1, far + 3)


def test_tables_of_a_data_set_are_made_apart_from_each_other() -> None:
    left = table({"n": UniformInt(0, 10**9)}, 100, name="left")
    right = table({"n": UniformInt(0, 10**9)}, 50, name="right")
    both, alone = compile_schema(dataset(left, right)), compile_schema(dataset(right))
    assert generate(both, "right", 0, 50) == generate(alone, "right", 0, 50)
    assert generate(both, "left", 0, 50).column("n") != generate(both, "right", 0, 50).column("n")


def test_text_stays_a_dictionary_until_the_last_moment() -> None:
    batch = generate(plan({"city": Choice(("Pune", "Goa"), (1, 1))}, 10), "things", 0, 10)
    assert pa.types.is_dictionary(batch.column(0).type)
    assert batch.column(0).type.index_type == pa.int8()


def test_ranges_longer_than_a_block_come_as_one_batch() -> None:
    kinds = {"city": Uuid(), "joined": Concat(("city",), "-"), "none": (Flag(0.5), (Nulls(0.5),))}
    whole = plan(kinds, 200_000)
    batch = made(whole, 5, 150_005)
    assert len(batch) == 150_000
    assert batch.slice(100_000, 3) == made(whole, 100_005, 100_008)
    assert pc.count_distinct(batch.column("city")).as_py() == 150_000
