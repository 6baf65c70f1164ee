"""What each field of the record dialect becomes, with its defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from datagen.compile import compile_schema
from datagen.errors import SchemaError
from datagen.generators import GENERATORS
from datagen.generators.base import Generator
from datagen.generators.choice import Choice
from datagen.generators.concat import Concat
from datagen.generators.conditional import ConditionalChoice
from datagen.generators.flag import Flag
from datagen.generators.floats import Exponential, Lognormal, Normal, Uniform
from datagen.generators.geo import Geo
from datagen.generators.instant import Instant
from datagen.generators.mapped import Mapped
from datagen.generators.pattern import Pattern
from datagen.generators.sequence import Sequence
from datagen.generators.uniform_int import UniformInt
from datagen.generators.uuid import Uuid
from datagen.model import Column, Dataset
from datagen.modifiers.base import Modifier
from datagen.modifiers.clamp import Clamp
from datagen.modifiers.nulls import Nulls
from datagen.modifiers.rounded import Rounded
from datagen.schema.build import BUILDERS
from datagen.schema.fields import KINDS
from datagen.timeline import DAY_US, Flat, Profile, Ramp, Window

Read = Callable[..., Dataset]
Shop = Callable[..., dict[str, Any]]
Written = Mapping[str, Any]

DAY = {"start": "1970-01-01", "end": "1970-01-01"}
WINDOW = Window(0, DAY_US - 1)
HOURS = (*(1.0,) * 8, 0.5, 4.0, *(1.0,) * 14)
CASES: list[tuple[Written, Generator, tuple[Modifier, ...]]] = [
    ({"type": "uuid"}, Uuid(), ()),
    ({"type": "id_sequence"}, Sequence(1, 1), ()),
    ({"type": "id_sequence", "start": 10, "step": -5}, Sequence(10, -5), ()),
    ({"type": "int"}, UniformInt(0, 100, 1.0), ()),
    ({"type": "int", "min": 1, "max": 6.0, "skew": 2}, UniformInt(1, 6, 2.0), ()),
    ({"type": "int", "min": 5, "max": 5}, UniformInt(5, 5, 1.0), ()),
    ({"type": "float", "min": 1, "max": 2}, Uniform(1, 2), (Rounded(6),)),
    ({"type": "float", "distribution": "uniform", "min": 1, "max": 2, "precision": 0}, Uniform(1, 2), (Rounded(0),)),
    (
        {"type": "float", "distribution": "normal", "mean": 5, "stddev": 0.5, "clamp": [4, 6], "null_prob": 0.25},
        Normal(5, 0.5),
        (Clamp(4, 6), Rounded(6), Nulls(0.25)),
    ),
    ({"type": "float", "distribution": "lognormal", "mean": 3, "stddev": 1}, Lognormal(3, 1), (Rounded(6),)),
    ({"type": "float", "distribution": "exponential", "lambda": 0.5}, Exponential(0.5), (Rounded(6),)),
    ({"type": "bool"}, Flag(0.5), ()),
    ({"type": "bool", "p_true": 1, "null_prob": 1}, Flag(1), (Nulls(1),)),
    (
        {"type": "category", "choices": ["a", {"value": "b", "weight": 3}, {"value": None}]},
        Choice(("a", "b", None), (1, 3, 1)),
        (),
    ),
    ({"type": "category", "choices": [1, 2.5, True]}, Choice((1, 2.5, True), (1, 1, 1)), ()),
    (
        {"type": "category", "conditional_on": "city", "conditional_table": {"Oslo": [1], "_default": [2, 3]}},
        ConditionalChoice("city", {"Oslo": Choice((1,), (1,))}, Choice((2, 3), (1, 1))),
        (),
    ),
    (
        {"type": "category", "conditional_on": "city", "conditional_table": {"Oslo": [1], "Turku": [2]}},
        ConditionalChoice("city", {"Oslo": Choice((1,), (1,)), "Turku": Choice((2,), (1,))}, None),
        (),
    ),
    ({"type": "string", "pattern": "{A-Z}-{00-99}"}, Pattern("{A-Z}-{00-99}", False), ()),
    (
        {"type": "string", "pattern": "{0000-9999}", "unique": True, "null_prob": 0.5},
        Pattern("{0000-9999}", True),
        (Nulls(0.5),),
    ),
    ({"type": "datetime"}, Instant(WINDOW, Flat(), "iso"), ()),
    ({"type": "datetime", "mode": "uniform", "format": "epoch_ms"}, Instant(WINDOW, Flat(), "epoch_ms"), ()),
    ({"type": "datetime", "mode": "ramp"}, Instant(WINDOW, Ramp("up"), "iso"), ()),
    ({"type": "datetime", "mode": "ramp", "direction": "down"}, Instant(WINDOW, Ramp("down"), "iso"), ()),
    (
        {"type": "datetime", "mode": "seasonality", "profile": {"hour_of_day": {"8": 0.5, "9": 4}}},
        Instant(WINDOW, Profile(HOURS, (1.0,) * 7), "iso"),
        (),
    ),
    (
        {"type": "datetime", "mode": "seasonality", "profile": {"day_of_week": {"6": 2, "_default": 0.5}}},
        Instant(WINDOW, Profile((1.0,) * 24, (*(0.5,) * 6, 2.0)), "iso"),
        (),
    ),
    ({"type": "geo", "bbox": [1, 2, 3, 4]}, Geo(1, 2, 3, 4, 6, True), ()),
    ({"type": "geo", "bbox": [1, 2, 3, 4], "precision": 2, "as_object": False}, Geo(1, 2, 3, 4, 2, False), ()),
    ({"type": "derived_concat", "parts": ["city", "id"]}, Concat(("city", "id"), "-"), ()),
    ({"type": "derived_concat", "parts": ["city"], "sep": ""}, Concat(("city",), ""), ()),
    ({"type": "derived_map", "from_field": "city", "map": {"Oslo": "NO"}}, Mapped("city", {"Oslo": "NO"}, None), ()),
    (
        {"type": "derived_map", "from_field": "paid", "map": {"true": 1, "description": 2}, "default": 0},
        Mapped("paid", {"true": 1, "description": 2}, 0),
        (),
    ),
]


@pytest.mark.parametrize(("written", "generator", "modifiers"), CASES, ids=lambda case: "")
def test_a_field_becomes(
    read: Read, shop: Shop, written: Written, generator: Generator, modifiers: tuple[Modifier, ...]
) -> None:
    field = {"name": "x", **written, "description": "a note", "comment": ["another"]}
    made = read(shop(field, time_window=DAY)).table("shop").columns[-1]
    assert made == Column("x", generator, modifiers, "schema.fields.x")


def test_every_type_of_the_dialect_is_a_kind_of_generator_and_is_tried_here() -> None:
    assert set(KINDS) == set(GENERATORS) == {written["type"] for written, _, _ in CASES}
    assert {kind for kinds in GENERATORS.values() for kind in kinds} == {type(made) for _, made, _ in CASES}
    assert len(BUILDERS) == 17


@pytest.mark.parametrize("written", [case[0] for case in CASES], ids=lambda case: "")
def test_what_is_read_can_be_planned(read: Read, shop: Shop, written: Written) -> None:
    plan = compile_schema(read(shop({"name": "x", **written}, entity_count=10)))
    assert plan.tables["shop"].arrow_schema.names[-1] == "x"


def test_only_the_schema_must_be_there(read: Read) -> None:
    dataset = read({"schema": {"fields": [{"name": "id", "type": "uuid"}]}})
    assert (dataset.name, dataset.seed, dataset.tables[0].rows) == ("shop", 4242, 1000)
    assert (dataset.output.format, dataset.output.gzip) == ("csv", False)
    assert dataset.tables[0].axis is None
    assert dataset.drawn == {"seed", "time_window"}
    assert dataset.document == {
        "name": "shop",
        "seed": 4242,
        "entity_count": 1000,
        "time_window": {"start": "2026-02-12", "end": "2026-03-13"},
        "output": {"format": "csv", "gzip": False},
        "schema": {"fields": [{"name": "id", "type": "uuid"}]},
    }


def test_the_default_window_is_the_30_whole_days_before_today(read: Read, shop: Shop) -> None:
    window = read(shop()).window
    assert window.length_us == 30 * DAY_US
    assert window.end_us + 1 == 1773446400 * 1_000_000  # 2026-03-14T00:00:00Z


@pytest.mark.parametrize(
    ("start", "end", "first_us", "last_us"),
    [
        ("1970-01-01", "1970-01-01", 0, DAY_US - 1),
        ("1970-01-01T00:00:00", "1970-01-01T23:59:59", 0, DAY_US - 1_000_000),
        ("1970-01-01T00:00", "1970-01-01 00:00:00.5", 0, 500_000),
        ("1970-01-01T01:00:00+01:00", "1969-12-31T22:00:01-0200", 0, 1_000_000),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000001Z", 0, 1),
    ],
)
def test_both_ends_of_the_window_are_inclusive_and_in_utc(
    read: Read, shop: Shop, start: str, end: str, first_us: int, last_us: int
) -> None:
    dataset = read(shop(time_window={"start": start, "end": end}))
    assert dataset.window == Window(first_us, last_us)
    assert read(shop(time_window=dataset.document["time_window"])).schema_sha256 == dataset.schema_sha256


def test_a_seed_and_a_window_to_fill_in_are_taken_before_any_is_drawn(read: Read, shop: Shop) -> None:
    fill = {"seed": 7, "time_window": DAY}
    filled = read(shop(), fill=fill)
    assert (filled.seed, filled.window, filled.drawn) == (7, WINDOW, frozenset({"seed", "time_window"}))
    named = read(shop(seed=1, time_window={"start": "2025-01-01", "end": "2025-01-02"}), fill=fill)
    assert (named.seed, named.window.length_us, named.drawn) == (1, 2 * DAY_US, frozenset())
    assert (
        read(shop(), fill={"seed": filled.seed, "time_window": filled.document["time_window"]}).document
        == filled.document
    )


@pytest.mark.parametrize("missing", ["seed", "time_window", "output", "name", "analysis"])
def test_null_at_the_top_is_as_good_as_nothing(read: Read, shop: Shop, missing: str) -> None:
    assert read(shop(**{missing: None})).analysis == read(shop()).analysis


def test_a_conditional_table_may_lack_what_cannot_come(read: Read, shop: Shop) -> None:
    rare = {"name": "kind", "type": "category", "choices": ["a", {"value": "b", "weight": 0}]}
    sure = {"name": "sure", "type": "bool", "p_true": 1}
    table = {"type": "category", "conditional_on": "kind", "conditional_table": {"a": [1]}}
    other = {"type": "category", "conditional_on": "sure", "conditional_table": {"true": [1]}}
    unseen = {"type": "category", "conditional_on": "id", "conditional_table": {"x": [1]}}
    read(shop(rare, sure, {"name": "x", **table}, {"name": "y", **other}, {"name": "z", **unseen}))


def test_a_conditional_table_follows_its_parent_through_other_fields(read: Read, shop: Shop) -> None:
    side = {"name": "side", "type": "derived_map", "from_field": "city", "map": {"Oslo": 1.0, "Turku": 2.5}}
    table = {"name": "x", "type": "category", "conditional_on": "side", "conditional_table": {"1": ["a"], "2.5": ["b"]}}
    last = {"name": "y", "type": "category", "conditional_on": "x", "conditional_table": {"a": [1], "b": [2]}}
    read(shop(side, table, last))


def test_unique_texts_may_be_as_many_as_the_pattern_makes(read: Read, shop: Shop) -> None:
    field = {"name": "x", "type": "string", "pattern": "{00-99}", "unique": True, "null_prob": 0.5}
    assert read(shop(field, entity_count=100)).tables[0].rows == 100


@pytest.mark.parametrize("pattern", ["{}", "{name}", "{a}", "{", "}{", "a{A-Z}{a-z}{0-9}"])
def test_braces_that_are_no_token_are_text(read: Read, shop: Shop, pattern: str) -> None:
    read(shop({"name": "x", "type": "string", "pattern": pattern}))


def test_the_greatest_document_is_read_in_no_time(read: Read) -> None:
    fields = [
        {"name": f"f{number}", "type": "derived_concat", "parts": [f"g{i}" for i in range(100)]}
        for number in range(999)
    ]
    with pytest.raises(SchemaError, match="the rest of over 1,000 problems is left out"):
        read({"schema": {"fields": [{"name": "id", "type": "uuid"}, *fields]}})
