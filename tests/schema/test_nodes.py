"""Every key of the relational dialect, its default and its ways of being spelled, and what it becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jsonschema
import pyarrow as pa
import pytest

from datagen.compile import compile_schema
from datagen.fanout import Between, Exactly, Fanout, Poisson
from datagen.frequency import Fixed, Frequency, FrequencyError, OfCalendar, read_frequency
from datagen.generators.base import Generator
from datagen.generators.choice import Choice
from datagen.generators.counts import PoissonCount
from datagen.generators.faked import Faked
from datagen.generators.floats import Lognormal, Normal, Uniform
from datagen.generators.instant import Instant
from datagen.generators.listed import Listed
from datagen.generators.lookup import Lookup
from datagen.generators.ordered import Ordered
from datagen.generators.sequence import Sequence
from datagen.grid import Grid
from datagen.model import Column, Dataset
from datagen.modifiers import Cast, Jitter, Limited, Linear, Nulls, Remapped, Rounded
from datagen.modifiers.base import Modifier
from datagen.pointers import Above, ByColumn, ByValue, Drawn, Parent
from datagen.schema.jsonschema import json_schema
from datagen.shares import HeadTail, Zipf
from datagen.timeline import DAY_US, HOUR_US, Pattern, Window
from tests.schema.nodes import changed, column, document, number, table, with_tables

Read = Callable[..., Dataset]
Written = dict[str, Any]
VALIDATOR = jsonschema.Draft202012Validator(json_schema())
YEAR = Window(1_704_067_200_000_000, 1_735_689_599_000_000)
FLOAT, INT, TEXT, TIME, DATE = pa.float64(), pa.int64(), pa.string(), pa.timestamp("us", tz="UTC"), pa.date32()


def fitting(written: Any) -> Any:
    """The document, once an editor's JSON Schema finds nothing in it."""
    assert [error.message for error in VALIDATOR.iter_errors(written)] == []
    return written


def made(read: Read, written: Written, name: str = "x") -> Column:
    """A column of the last table."""
    dataset = read(fitting(written))
    compile_schema(dataset)
    return next(found for table in dataset.tables for found in table.columns if found.name == name)


def spread(kind: str, **params: Any) -> Written:
    return {"distribution": {"type": kind, "params": params}}


HOURLY = Fixed(HOUR_US)


def hours(freq: Frequency = HOURLY, **weights: tuple[float, ...]) -> Pattern:
    return Pattern(Grid(YEAR, freq), **weights)


GENERATORS: list[tuple[str, Written, Generator, tuple[Modifier, ...]]] = [
    ("int", {"sequence": {}}, Sequence(1, 1), ()),
    ("int", {"sequence": {"start": 100, "step": -2, "comment": "x"}}, Sequence(100, -2), ()),
    ("string", {"sequence": {}}, Sequence(1, 1), (Cast(TEXT),)),
    ("string", {"choice": {"choices": ["a", "b"]}}, Choice(("a", "b"), (1, 1)), ()),
    ("string", {"choice": {"choices": ["a", 1, True, None]}}, Choice(("a", 1, True, None), (1, 1, 1, 1)), ()),
    ("float", {"choice": {"choices": [1, 2.5]}}, Choice((1, 2.5), (1, 1)), (Rounded(6),)),
    ("float", {"choice": {"choices": [1, 2]}}, Choice((1, 2), (1, 1)), (Cast(FLOAT), Rounded(6))),
    ("int", {"choice": {"choices": [1.0, 2]}}, Choice((1, 2), (1, 1)), ()),
    ("bool", {"choice": {"choices": [True, False], "weights": [3, 1]}}, Choice((True, False), (3, 1)), ()),
    ("date", {"choice": {"choices": ["1970-01-02"]}}, Choice((DAY_US,), (1,)), (Cast(DATE),)),
    ("string", {"choice": {"choices": ["a", "b"], "weights_kind": "uniform"}}, Choice(("a", "b"), (1, 1)), ()),
    ("string", {"choice": {"choices": ["a", "b"], "weights_kind": "zipf@1"}}, Choice(("a", "b"), (1, 0.5)), ()),
    (
        "string",
        {"choice": {"choices": ["a", "b", "c"], "weights_kind": "head_tail@{0.6,1}"}},
        Choice(("a", "b", "c"), (0.6, 0.4 / 1.5, 0.2 / 1.5)),
        (),
    ),
    ("int", {"choice": {"choices_ref": "user.age"}}, Lookup("user", "age", INT, Drawn("user")), ()),
    (
        "int",
        {"choice": {"choices_ref": "user.user_id", "weights_kind": "zipf@1.1"}},
        Lookup("user", "user_id", INT, Drawn("user", Zipf(1.1))),
        (),
    ),
    ("float", spread("normal", mean=5, std=2), Normal(5, 2), (Rounded(6),)),
    ("float", spread("normal", mu=5, sigma=2), Normal(5, 2), (Rounded(6),)),
    ("float", spread("lognormal", mean=3, sigma=1), Lognormal(3, 1), (Rounded(6),)),
    ("float", spread("lognormal", mu=3, std=1), Lognormal(3, 1), (Rounded(6),)),
    ("float", {"distribution": {"kind": "uniform", "params": {"low": 0, "high": 2}}}, Uniform(0, 2), (Rounded(6),)),
    ("int", spread("poisson", **{"lambda": 4}), PoissonCount(4), ()),
    ("int", spread("normal", mean=5, std=2), Normal(5, 2), (Cast(INT),)),
    (
        "float",
        {"distribution": {"type": "normal", "params": {"mean": 0, "std": 1}, "clamp": [-1, 1]}},
        Normal(0, 1),
        (Rounded(6), Limited(-1, 1)),
    ),
    (
        "int",
        {"distribution": {"type": "normal", "params": {"mean": 0, "std": 1}, "clamp": [-1.5, 1.5]}},
        Normal(0, 1),
        (Limited(-1, 1), Cast(INT)),
    ),
    ("string", {"faker": {"method": "name"}}, Faked("name", (), "en_US", None, TEXT, YEAR.end_us), ()),
    (
        "string",
        {"faker": {"method": "city", "locale": "cs_CZ"}},
        Faked("city", (), "cs_CZ", None, TEXT, YEAR.end_us),
        (),
    ),
    (
        "string",
        {"faker": {"method": "bothify", "text": "??-##"}},
        Faked("bothify", (("text", "??-##"),), "en_US", None, TEXT, YEAR.end_us),
        (),
    ),
    ("date", {"faker": {"method": "date_of_birth"}}, Faked("date_of_birth", (), "en_US", None, DATE, YEAR.end_us), ()),
    ("int", {"lookup": {"from": "user.age"}}, Lookup("user", "age", INT, Parent()), ()),
    (
        "int",
        {"lookup": {"from": "user.age", "on": {"user_id": "user_id"}}},
        Lookup("user", "age", INT, ByColumn("user_id", "user")),
        (),
    ),
    ("int", {"lookup": {"from": "event.event_id"}}, Lookup("event", "event_id", INT, Above()), ()),
    ("float", {"lookup": {"from": "user.age"}}, Lookup("user", "age", INT, Parent()), (Cast(FLOAT), Rounded(6))),
    ("string", {"enum_list": {"values": ["a", "b"]}}, Choice(("a", "b"), (1, 1)), ()),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "written", "generator", "modifiers"), GENERATORS, ids=lambda case: "")
def test_a_generator_becomes(
    read: Read, kind: str, written: Written, generator: Generator, modifiers: tuple[Modifier, ...]
) -> None:
    found = made(read, document(column(kind, **written)))
    assert (found.generator, found.modifiers) == (generator, modifiers)


SERIES: list[tuple[Written, Pattern]] = [
    ({}, hours()),
    ({"within": "timeframe"}, hours()),
    ({"freq": "15min"}, hours(Fixed(900_000_000))),
    ({"pattern": {"dimension": "dow", "weights": [1, 1, 1, 1, 1, 2, 2]}}, hours(weekdays=(1, 1, 1, 1, 1, 2, 2))),
    (
        {"pattern": [{"dimension": "month", "weights": [2, *[1] * 11]}, {"dimension": "month", "weights": [3] * 12}]},
        hours(months=(6, *(3,) * 11)),
    ),
    ({"pattern": [{"dimension": "hour", "weights": [*[0] * 23, 1], "comment": "late"}]}, hours(hours=(*(0,) * 23, 1))),
]


@pytest.mark.parametrize(("written", "curve"), SERIES, ids=lambda case: "")
def test_a_datetime_series_becomes_instants_of_a_grid_along_its_patterns(
    read: Read, written: Written, curve: Pattern
) -> None:
    instant = Instant(YEAR, curve, "iso")
    assert made(read, document(column("datetime", datetime_series=written))).generator == instant
    first = {"columns": [document()["nodes"][1]["columns"][0], column("datetime", datetime_series=written)]}
    assert made(read, document(event=first)).generator == Ordered(instant)


def test_a_datetime_series_may_have_a_span_of_its_own(read: Read) -> None:
    span = {"start": "1970-01-01", "end": "1970-01-02"}
    found = made(read, document(column("date", datetime_series={"within": span}))).generator
    window = Window(0, 2 * DAY_US - 1)
    assert found == Instant(window, Pattern(Grid(window, Fixed(HOUR_US))), "iso")


def test_without_any_frequency_instants_are_whole_seconds(read: Read) -> None:
    frame = {"start": "2024-01-01", "end": "2024-01-02"}
    found = made(read, document(column("datetime", datetime_series={}), timeframe=frame)).generator
    assert isinstance(found, Instant)
    assert isinstance(found.curve, Pattern)
    assert found.curve.points == Grid(found.window, Fixed(1_000_000))


def test_without_a_timeframe_it_is_the_30_days_before_today(read: Read) -> None:
    written = document()
    del written["timeframe"]
    dataset = read(written)
    assert dataset.span == {"start": "2026-02-12", "end": "2026-03-13"}
    assert dataset.drawn == {"time_window"}


MODIFIERS: list[tuple[Written, Modifier]] = [
    (changed("multiply", factor=2), Linear(factor=2)),
    (changed("add", value=-1), Linear(offset=-1)),
    (changed("clamp", min=0), Limited(0, None)),
    (changed("clamp", max=5.5), Limited(None, 5.5)),
    (changed("jitter", std=0.5), Jitter(0.5, "add", 0)),
    (changed("jitter", std=0.5, mode="mul"), Jitter(0.5, "mul", 0)),
    (changed("map_values", mapping={"1": 2}), Remapped({"1": 2})),
]


@pytest.mark.parametrize(("written", "modifier"), MODIFIERS, ids=lambda case: "")
def test_a_modifier_becomes(read: Read, written: Written, modifier: Modifier) -> None:
    assert made(read, document(written)).modifiers == (modifier, Cast(FLOAT), Rounded(6))


def test_modifiers_keep_their_order_and_come_before_clamp_cast_and_nulls(read: Read) -> None:
    steps = [{"transform": "add", "args": {"value": 1}}, {"transform": "multiply", "args": {"factor": 3}}]
    written = number(modifiers=steps, precision=2, null_prob=0.25)
    written["generator"]["distribution"]["clamp"] = [0, 2]
    expected = (Linear(offset=1), Linear(factor=3), Cast(FLOAT), Rounded(2), Limited(0, 2), Nulls(0.25))
    assert made(read, document(written)).modifiers == expected


FANOUTS: list[tuple[Any, Fanout]] = [
    (None, Exactly(1)),
    ({"distribution": "poisson", "lambda": 8}, Poisson(8, 0, None)),
    ({"distribution": "poisson", "lambda": 8, "min": 1, "max": 20}, Poisson(8, 1, 20)),
    ({"distribution": "uniform", "min": 1, "max": 3}, Between(1, 3)),
    ({"distribution": "uniform", "min": 1, "max": 3, "lambda": 99}, Between(1, 3)),
    ({"distribution": "uniform", "min": 2, "max": 2}, Exactly(2)),
]


@pytest.mark.parametrize(("written", "fanout"), FANOUTS, ids=lambda case: "")
def test_a_fanout_becomes(read: Read, written: Any, fanout: Fanout) -> None:
    offspring = read(fitting(document(event={"fanout": written}))).table("event").offspring
    assert offspring is not None
    assert (offspring.parent, offspring.fanout) == ("user", fanout)


ROWS: list[tuple[Mapping[str, Any], int]] = [
    ({"rows": 7}, 7),
    ({"row_count": 7}, 7),
    ({}, 1000),
    ({"kind": "fact"}, 1000),
    ({"kind": "fact", "rows": 9}, 9),
    ({"kind": "entity", "parents": ["user"], "rows": 5}, 5),
    ({"kind": "vocab", "rows": 99}, 3),
]


@pytest.mark.parametrize(("keys", "rows"), ROWS, ids=lambda case: "")
def test_how_many_rows_a_table_has(read: Read, keys: dict[str, Any], rows: int) -> None:
    values = {"name": "code", "type": "string", "generator": {"enum_list": {"values": ["a", "b", "c"]}}}
    written = {name: value for name, value in table("other", values).items() if name != "rows"}
    dataset = read(fitting(with_tables({**written, **keys})))
    assert compile_schema(dataset).tables["other"].rows == rows
    assert isinstance(dataset.table("other").columns[1].generator, Listed) == (keys.get("kind") == "vocab")


def test_lookups_by_another_column_follow_what_it_points_at(read: Read) -> None:
    city = table("place", {"name": "code", "type": "string", "generator": {"enum_list": {"values": ["Oslo"]}}})
    lookup = column("int", lookup={"from": "place.place_id", "on": {"code": "city"}})
    reads = {"name": "city", "type": "string", "generator": {"lookup": {"from": "user.city"}}}
    written = document(reads, lookup)
    written["nodes"].append(city)
    assert made(read, written).generator == Lookup("place", "place_id", INT, ByValue("city", "place", "code"))


def test_a_lookup_without_on_agrees_with_the_only_column_that_points_at_its_table(read: Read) -> None:
    price = {"name": "price", "type": "int", "generator": {"sequence": {}}}
    pointing = {"name": "bought", "type": "int", "generator": {"lookup": {"from": "product.product_id"}}}
    written = document(pointing, column("int", lookup={"from": "product.price"}))
    written["nodes"].append(table("product", price))
    assert made(read, written).generator == Lookup("product", "price", INT, ByColumn("bought", "product"))
    assert made(read, written, "bought").generator == Lookup("product", "product_id", INT, Drawn("product"))


@pytest.mark.parametrize(
    ("written", "shares"),
    [
        ({"kind": "zipf", "alpha": 1.5}, Zipf(1.5)),
        ({"kind": "head_tail", "head_share": 0.8, "tail_alpha": 1}, HeadTail(0.8, 1)),
    ],
)
def test_popularity_says_how_often_each_row_is_drawn(read: Read, written: Written, shares: Any) -> None:
    lookup = column("int", lookup={"from": "other.other_id", "popularity": written})
    full = document(lookup)
    full["nodes"].append(table("other"))
    assert made(read, full).generator == Lookup("other", "other_id", INT, Drawn("other", shares))


FREQUENCIES: list[tuple[str, Frequency]] = [
    *((text, Fixed(HOUR_US)) for text in ("H", "h", "1H", "60min", "60T")),
    *((text, Fixed(60_000_000)) for text in ("min", "T", "t", "MIN")),
    *((text, Fixed(DAY_US)) for text in ("D", "d", "24h")),
    *((text, Fixed(1_000_000)) for text in ("S", "s")),
    *((text, Fixed(1_000)) for text in ("ms", "L", "l")),
    *((text, Fixed(1)) for text in ("us", "U", "ns", "N")),
    *((text, OfCalendar("month", 1)) for text in ("M", "ME", "m", "me")),
    *((text, OfCalendar("month", 1, at_start=True)) for text in ("MS", "Ms")),
    *((text, OfCalendar("week", 1, anchor=6)) for text in ("W", "w", "W-SUN")),
    ("2W-mon", OfCalendar("week", 2, anchor=0)),
    *((text, OfCalendar("quarter", 1, anchor=11)) for text in ("Q", "QE", "q")),
    ("QS", OfCalendar("quarter", 1, at_start=True)),
    *((text, OfCalendar("year", 1, anchor=11)) for text in ("Y", "YE", "A", "y")),
    *((text, OfCalendar("year", 1, at_start=True)) for text in ("YS", "AS")),
    ("B", OfCalendar("business", 1)),
    ("BME", OfCalendar("month", 1, business=True)),
    ("SMS", OfCalendar("semimonth", 1, at_start=True)),
]


@pytest.mark.parametrize(("text", "frequency"), FREQUENCIES)
def test_a_frequency_is_read_by_its_old_and_its_new_name_in_either_case(text: str, frequency: Frequency) -> None:
    assert read_frequency(text) == frequency


@pytest.mark.parametrize("text", ["", "X", "0H", "H-MON", "W-JAN", "Q-MON", "99999H", "1.5H", "hourly", "M-JAN"])
def test_what_is_no_frequency_is_refused(text: str) -> None:
    with pytest.raises(FrequencyError, match=r"frequency|times its unit|known:|no meaning"):
        read_frequency(text)
