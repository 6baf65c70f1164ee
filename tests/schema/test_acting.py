"""Every key of modifiers over time, of effects and of behaviours: its default, its spellings, and what it becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from datagen.bounds import Since
from datagen.compile import compile_schema
from datagen.effects import EffectTable
from datagen.frequency import Fixed, Frequency, OfCalendar
from datagen.generators.choice import Choice
from datagen.generators.floats import Lognormal, Uniform
from datagen.generators.instant import Instant
from datagen.generators.ordered import Ordered
from datagen.generators.placed import Placed, Reweighting
from datagen.generators.staged import StageIndex, StageName, StageTime
from datagen.grid import Grid
from datagen.model import Dataset
from datagen.modifiers import NotBefore, Scaled, TimeJitter
from datagen.moments import Moment
from datagen.pointers import ByColumn, Parent
from datagen.readings import Reading
from datagen.stages import Stages
from datagen.strengths.age import UNITS_US, Age, Curve, Steps
from datagen.strengths.base import Strength
from datagen.strengths.effect import Effect
from datagen.strengths.outliers import Outliers
from datagen.strengths.pointed import Pointed
from datagen.strengths.season import Season
from datagen.strengths.segment import Segment
from datagen.strengths.trend import Trend
from datagen.timeline import HOUR_US, Window
from tests.schema.nodes import EFFECT, PROMOTION, UNIFORM, changed, column, document, number, table, with_tables
from tests.schema.test_nodes import YEAR, fitting, hours, made

Read = Callable[..., Dataset]
Written = dict[str, Any]
TS = Moment(Reading("ts"))
MIDDLE = (YEAR.start_us + YEAR.end_us) // 2
WEEK = [1, 1, 1, 1, 1, 2, 2]
PROMO = EffectTable("promotion", "promotion_id", ("city",), "begins", "ends", "strength")
ANYWHERE = EffectTable("promotion", "promotion_id", (), "begins", "ends", "strength")


def grown(moment: Moment) -> Trend:
    return Trend("linear", 0.1, 0.0, 0.0, YEAR.start_us, moment)


STRENGTHS: list[tuple[Written, Strength, str]] = [
    (changed("seasonality", dimension="dow", weights=WEEK), Season("dow", (1, 1, 1, 1, 1, 2, 2), TS), "mul"),
    (changed("seasonality", dimension="month", weights=[2] * 12), Season("month", (2,) * 12, TS), "mul"),
    (changed("trend", type="linear", growth_rate=0.1), grown(TS), "mul"),
    (
        changed("trend", type="linear", growth_rate=0.1, time_reference="also"),
        grown(Moment(Reading("also"))),
        "mul",
    ),
    (
        changed("trend", type="exponential", growth_rate=-0.5, comment="x"),
        Trend("exponential", -0.5, 0, 0, YEAR.start_us, TS),
        "mul",
    ),
    (
        changed("trend", type="logarithmic", params={"a": 1, "b": 2}),
        Trend("logarithmic", 0, 1, 2, YEAR.start_us, TS),
        "mul",
    ),
    (
        changed("outliers", rate=0.1, magnitude_dist={"kind": "lognormal", "params": {"mu": 1, "std": 2}}),
        Outliers(0.1, "spike", Lognormal(1, 2), None, 0),
        "mul",
    ),
    (
        changed("outliers", rate=0, mode="drop", magnitude_dist={**UNIFORM, "clamp": [2, 3]}),
        Outliers(0, "drop", Uniform(1, 9), (2, 3), 0),
        "mul",
    ),
    (changed("effect", **{**EFFECT, "on": {}}), Effect(ANYWHERE, (), 1, TS), "mul"),
    (changed("effect", **EFFECT), Effect(PROMO, (Reading("city", "user"),), 1, TS), "mul"),
    (changed("effect", **{**EFFECT, "on": {"x2": "city"}}), Effect(PROMO, (Reading("x2"),), 1, TS), "mul"),
    (
        changed("effect", **{**EFFECT, "on": {}, "map": {"field": "strength", "default": 0}}),
        Effect(ANYWHERE, (), 0, TS),
        "mul",
    ),
    (
        changed("effect", **{**EFFECT, "on": {}, "map": {"field": "strength"}}),
        Effect(ANYWHERE, (), 1, TS),
        "mul",
    ),
    (
        changed("effect", **{**EFFECT, "on": {}, "map": {"field": "strength", "op": "add"}}),
        Effect(ANYWHERE, (), 0, TS),
        "add",
    ),
    (
        changed("effect", **{**EFFECT, "on": {}, "map": {"field": "strength", "op": "add", "default": -2}}),
        Effect(ANYWHERE, (), -2, TS),
        "add",
    ),
]


def around(*written: Written, **keys: Any) -> Written:
    """The document with promotions, two more columns, and those written."""
    full = with_tables(PROMOTION, **keys)
    also = {"name": "also", "type": "date", "generator": {"datetime_series": {}}}
    x2 = {"name": "x2", "type": "string", "generator": {"choice": {"choices": ["Oslo"]}}}
    full["nodes"][1]["columns"] += [also, x2, *written]
    return full


@pytest.mark.parametrize(("written", "strength", "op"), STRENGTHS, ids=lambda case: "")
def test_a_modifier_of_numbers_becomes_a_strength(read: Read, written: Written, strength: Strength, op: str) -> None:
    assert made(read, around(written)).modifiers[0] == Scaled(strength, op)  # type: ignore[arg-type]


def test_without_a_datetime_the_row_above_tells_the_time_and_without_one_it_is_the_middle(read: Read) -> None:
    rising = changed("trend", type="linear", growth_rate=0.1)
    timeless = table("timeless", rising)
    assert made(read, with_tables(timeless)).modifiers[0] == Scaled(grown(Moment(fixed_us=MIDDLE)))
    child = table("child", rising, kind="fact", parents=["event"])
    assert made(read, with_tables(child)).modifiers[0] == Scaled(grown(Moment(Reading("ts", "event"))))
    bare = {"columns": [column for column in document()["nodes"][1]["columns"] if column["name"] != "ts"]}
    moment = Moment(Reading("joined", "user", ("event",)))
    assert made(read, with_tables(child, event=bare)).modifiers[0] == Scaled(grown(moment))
    further = Moment(Reading("joined", "user", ("child", "event")))
    grandchild = table("grandchild", {**rising, "name": "y"}, kind="fact", parents=["child"])
    assert made(read, with_tables(child, grandchild, event=bare), "y").modifiers[0] == Scaled(grown(further))


CELLS: list[tuple[Written, Any, Frequency]] = [
    ({}, "H", Fixed(HOUR_US)),
    ({"freq": "D"}, "H", Fixed(24 * HOUR_US)),
    ({"freq": "MS"}, "H", OfCalendar("month", 1, at_start=True)),
    ({}, None, Fixed(HOUR_US)),
]


@pytest.mark.parametrize(("series", "freq", "cell"), CELLS, ids=lambda case: "")
def test_noise_in_time_stays_in_a_cell_of_the_grid(read: Read, series: Written, freq: Any, cell: Frequency) -> None:
    jitter = {"transform": "time_jitter", "args": {"std_minutes": 1.5}}
    written = document({**column("datetime", datetime_series=series), "modifiers": [jitter]})
    written["timeframe"]["freq"] = freq
    assert made(read, written).modifiers[0] == TimeJitter(90_000_000, Grid(YEAR, cell), 0)


def test_noise_in_time_of_a_series_with_a_span_of_its_own_counts_cells_from_there(read: Read) -> None:
    jitter = {"transform": "time_jitter", "args": {"std_minutes": 1}}
    series = {"within": {"start": "1970-01-01", "end": "1970-01-02"}}
    written = {**column("datetime", datetime_series=series), "modifiers": [jitter]}
    window = Window(0, 48 * HOUR_US - 1)
    assert made(read, document(written)).modifiers[0] == TimeJitter(60_000_000, Grid(window, Fixed(HOUR_US)), 0)


def test_an_effect_on_an_instant_reweights_its_draw(read: Read) -> None:
    added = {**EFFECT, "on": {"x2": "city"}, "map": {"field": "strength", "op": "add"}}
    effects = [{"transform": "effect", "args": args} for args in ({**EFFECT, "on": {}}, added)]
    written = {**column("datetime", datetime_series={}), "modifiers": effects}
    by = (Reweighting(ANYWHERE, (), 1, "mul"), Reweighting(PROMO, (Reading("x2"),), 0, "add"))
    instant = Instant(YEAR, hours(), "iso")
    assert made(read, around(written)).generator == Placed(instant, False, by)
    first = around()
    first["nodes"][1]["columns"][2]["modifiers"] = effects
    assert made(read, first, "ts").generator == Placed(instant, True, by)


def acts(read: Read, written: Written, name: str = "event") -> tuple[Scaled, ...]:
    dataset = read(fitting(written))
    compile_schema(dataset)
    offspring = dataset.table(name).offspring
    assert offspring is not None
    return offspring.acts


def test_an_effect_on_a_table_is_measured_at_the_parent(read: Read) -> None:
    effect = {"transform": "effect", "args": EFFECT}
    expected = Effect(PROMO, (Reading("city"),), 1, Moment(Reading("joined")))
    assert acts(read, with_tables(PROMOTION, event={"modifiers": [effect]})) == (Scaled(expected),)
    columns = [column for column in document()["nodes"][0]["columns"] if column["name"] != "joined"]
    timeless = with_tables(PROMOTION, event={"modifiers": [effect]}, user={"columns": columns})
    assert acts(read, timeless) == (Scaled(Effect(PROMO, (Reading("city"),), 1, Moment(fixed_us=MIDDLE))),)
    child = table("child", kind="fact", parents=["event"], modifiers=[{"transform": "effect", "args": EFFECT}])
    child["columns"].append({"name": "city", "type": "string", "generator": {"lookup": {"from": "user.city"}}})
    above = Effect(PROMO, (Reading("city", "user"),), 1, TS)
    assert acts(read, with_tables(PROMOTION, child), "child") == (Scaled(above),)


def behaved(**keys: Any) -> Written:
    return {"segment_behavior": {"segment_column": "city", **keys}}


AMOUNT = {"applies_to_columns": ["amount"]}
FANOUTS: list[tuple[Written, tuple[Strength, ...]]] = [
    (behaved(), ()),
    (behaved(behaviors={"Oslo": {}}), ()),
    (behaved(behaviors={"Oslo": {"fanout_multiplier": 2}}), (Segment("city", ("Oslo",), (2,)),)),
    (
        behaved(
            behaviors={"Oslo": {"fanout_multiplier": 2}, "Prague": {"value_multiplier": 4}},
            segments={"Oslo": {"fanout_multiplier": 3}, "Brno": {"fanout_multiplier": 0}},
        ),
        (Segment("city", ("Oslo", "Brno"), (6, 0)),),
    ),
]


@pytest.mark.parametrize(("written", "strengths"), FANOUTS, ids=lambda case: "")
def test_segments_scale_the_fan_out(read: Read, written: Written, strengths: tuple[Strength, ...]) -> None:
    assert acts(read, document(user=written)) == tuple(map(Scaled, strengths))


VALUES: list[tuple[Written, tuple[float, ...]]] = [
    (behaved(behaviors={"Oslo": {"value_multiplier": 2, **AMOUNT}}), (2,)),
    (behaved(behaviors={"Oslo": {"value_multiplier": 2}}, **AMOUNT), (2,)),
    (behaved(behaviors={"Oslo": {"value_multiplier": 2}}, applies_to_columns=["event.amount"]), (2,)),
    (behaved(behaviors={"Oslo": {"value_multiplier": 2}}), (2,)),
    (behaved(behaviors={"Oslo": {"value_multiplier": 2, "applies_to_columns": ["x"]}}, **AMOUNT), ()),
    (behaved(behaviors={"Oslo": {"fanout_multiplier": 2, **AMOUNT}}), ()),
    (behaved(segments={"Oslo": {"value_multiplier": 0.5, **AMOUNT}}), (0.5,)),
]


@pytest.mark.parametrize(("written", "factors"), VALUES, ids=lambda case: "")
def test_segments_scale_columns_of_children(read: Read, written: Written, factors: tuple[float, ...]) -> None:
    expected = tuple(Scaled(Pointed(Parent(), "user", Segment("city", ("Oslo",), (factor,)))) for factor in factors)
    found = made(read, document(number(), user=written), "amount").modifiers
    assert tuple(modifier for modifier in found if isinstance(modifier, Scaled)) == expected


def test_segments_of_a_parent_that_is_drawn_scale_columns_by_the_row_that_is_drawn(read: Read) -> None:
    tier = {"name": "tier", "type": "string", "generator": {"choice": {"choices": ["gold", "tin"]}}}
    behaviour = {
        "segment_column": "tier",
        "behaviors": {"gold": {"fanout_multiplier": 9, "value_multiplier": 3, **AMOUNT}},
    }
    shop = table("shop", tier, segment_behavior=behaviour)
    drawn = {"name": "shop_id", "type": "int", "generator": {"lookup": {"from": "shop.shop_id"}}}
    written = with_tables(shop, event={"parents": ["user", "shop"]})
    written["nodes"][1]["columns"].append(drawn)
    found = made(read, written, "amount").modifiers[0]
    assert found == Scaled(Pointed(ByColumn("shop_id", "shop"), "shop", Segment("tier", ("gold",), (3,))))
    assert acts(read, written) == ()


def test_an_entity_with_parents_is_scaled_by_the_row_that_it_draws(read: Read) -> None:
    key = {"name": "user_id", "type": "int", "generator": {"lookup": {"from": "user.user_id"}}}
    note = table("note", key, number(), parents=["user"])
    valued = behaved(behaviors={"Oslo": {"value_multiplier": 3, "applies_to_columns": ["x"]}})
    found = made(read, with_tables(note, user=valued)).modifiers[0]
    assert found == Scaled(Pointed(ByColumn("user_id", "user"), "user", Segment("city", ("Oslo",), (3,))))


def test_of_columns_of_one_name_only_the_numbers_are_scaled(read: Read) -> None:
    words = {"name": "amount", "type": "string", "generator": {"choice": {"choices": ["a"]}}}
    note = table("note", words, kind="fact", parents=["user"])
    valued = behaved(behaviors={"Oslo": {"value_multiplier": 3, **AMOUNT}})
    found = {made.name: made for made in read(fitting(with_tables(note, user=valued))).table("note").columns}
    assert found["amount"].modifiers == ()


@pytest.mark.parametrize(
    "other",
    [column("float", choice={"choices": [1, 2.5]}), column("int", distribution=UNIFORM)],
    ids=["choice", "whole"],
)
def test_where_no_columns_are_named_only_floats_of_a_distribution_are_scaled(read: Read, other: Written) -> None:
    valued = behaved(behaviors={"Oslo": {"value_multiplier": 3}})
    found = made(read, document(other, user=valued)).modifiers
    assert not any(isinstance(modifier, Scaled) for modifier in found)


SHARES: list[tuple[Written, Written, tuple[float, ...]]] = [
    ({"Oslo": 0.3}, {}, (0.3, 0.7)),
    ({"Oslo": 0.3, "Prague": 0.7}, {"weights": [9, 1]}, (0.3, 0.7)),
    ({"Oslo": 0.25}, {"choices": ["Oslo", "Prague", "Brno"], "weights": [5, 3, 1]}, (0.25, 0.5625, 0.1875)),
    ({"Oslo": 0.2, "Prague": 0.2}, {}, (0.2, 0.2)),
    ({"1": 0.5}, {"choices": [1, 2, 3]}, (0.5, 0.25, 0.25)),
    ({"true": 1}, {"choices": [True, False]}, (1, 0)),
]


@pytest.mark.parametrize(("shares", "choice", "weights"), SHARES, ids=lambda case: "")
def test_segments_have_their_shares(read: Read, shares: Written, choice: Written, weights: tuple[float, ...]) -> None:
    segments = {name: {"base_probability": share} for name, share in shares.items()}
    written = document(user=behaved(segments=segments))
    city = written["nodes"][0]["columns"][3]
    city["generator"]["choice"] |= choice
    city["type"] = "bool" if "true" in shares else "int" if "1" in shares else "string"
    found = made(read, written, "city").generator
    assert isinstance(found, Choice)
    assert found.weights == pytest.approx(weights)


def aging(**keys: Any) -> Written:
    return {"vintage_behavior": {"created_at_column": "joined", "age_based_multipliers": {"a": keys}}}


LINE = {"curve_type": "linear", "params": {"a": 1, "b": 0.5}}
AGES: list[tuple[Written, str, Steps | Curve]] = [
    ({"curve": [1, 2]}, "month", Steps((1, 2))),
    ({"curve": [1], "time_unit": "day", "applies_to": "fanout"}, "day", Steps((1,))),
    ({"curve": LINE, "time_unit": "year"}, "year", Curve("linear", 1, 0.5)),
    ({"curve": {**LINE, "curve_type": "logarithmic", "comment": "x"}}, "month", Curve("logarithmic", 1, 0.5)),
    ({"curve": {**LINE, "curve_type": "exponential"}}, "month", Curve("exponential", 1, 0.5)),
]


@pytest.mark.parametrize(("written", "unit", "curve"), AGES, ids=lambda case: "")
def test_ages_scale_the_fan_out_or_columns(read: Read, written: Written, unit: str, curve: Steps | Curve) -> None:
    age = Age("joined", UNITS_US[unit], curve, YEAR.end_us)
    assert acts(read, document(user=aging(**written))) == (Scaled(age),)
    for names in (["amount"], ["event.amount", "x"]):
        valued = document(number(), user=aging(**{**written, "applies_to": names}))
        assert acts(read, valued) == ()
        assert made(read, valued, "amount").modifiers[0] == Scaled(Pointed(Parent(), "user", age))


def test_children_of_what_ages_are_not_before_it(read: Read) -> None:
    vintage = {"vintage_behavior": {"created_at_column": "joined"}}
    since = Since(Parent(), "user", "joined")
    jitter = {"transform": "time_jitter", "args": {"std_minutes": 1}}
    written = document(column("date", datetime_series={}), user=vintage)
    instant = Instant(YEAR, hours(), "iso")
    assert made(read, written, "ts").generator == Placed(instant, True, (), since)
    assert made(read, written).generator == Placed(instant, False, (), since)
    written["nodes"][1]["columns"][2]["modifiers"] = [jitter]
    assert made(read, written, "ts").modifiers[1] == NotBefore(since)
    assert made(read, staged(user=vintage), "ts").modifiers[0] == NotBefore(since)


def staged(*columns: Written, user: Any = None, **keys: Any) -> Written:
    stages = [{"stage_name": "seen", "transition_rate": 0.5}, {"stage_name": "bought", "comment": "x"}]
    return document(*columns, user=user, event={"stage_config": {"stages": stages, **keys}})


def test_a_table_of_stages_has_a_row_for_each_and_tells_which(read: Read) -> None:
    name = {"name": "stage_name", "type": "string", "generator": {"faker": {"method": "name"}}}
    index = {"name": "stage_index", "type": "int", "generator": {"sequence": {}}}
    written = staged(name, index)
    offspring = read(fitting(written)).table("event").offspring
    assert offspring is not None
    assert (offspring.fanout, offspring.acts) == (Stages((0.5, 1.0)), ())
    assert made(read, written, "stage_name").generator == StageName(("seen", "bought"))
    assert made(read, written, "stage_index").generator == StageIndex()
    plain = document(name, index)
    assert made(read, plain, "stage_index").generator != StageIndex()


@pytest.mark.parametrize(("keys", "mean"), [({}, 24), ({"mean_hours": 12}, 12)], ids=["", "named"])
def test_the_first_series_of_stages_grows_from_the_parent_s_first_datetime(
    read: Read, keys: Written, mean: float
) -> None:
    instant, start = Instant(YEAR, hours(), "iso"), Moment(Reading("joined", "user"))
    second = column("datetime", datetime_series={})
    assert made(read, staged(second, **keys), "ts").generator == StageTime(instant, start, mean)
    assert made(read, staged(second, **keys)).generator == instant
    assert made(read, document(second), "ts").generator == Ordered(instant)


VARIED = {"segment_variation": {"Oslo": {"transition_multiplier": 2}, "Prague": {}}}


def test_segments_of_the_parent_vary_the_rates(read: Read) -> None:
    varied = Scaled(Segment("city", ("Oslo", "Prague"), (2, 1)))
    assert acts(read, staged(**VARIED)) == (varied,)
    named = {"segment_column": "age", "behaviors": {"20": {"fanout_multiplier": 5}}}
    by_age = Scaled(Segment("age", ("Oslo", "Prague"), (2, 1)))
    assert acts(read, staged(user={"segment_behavior": named}, **VARIED)) == (by_age,)
    usual = {"name": "segment", "type": "string", "generator": {"faker": {"method": "city"}}}
    columns = [*document()["nodes"][0]["columns"][:3], usual]
    by_name = Scaled(Segment("segment", ("Oslo", "Prague"), (2, 1)))
    assert acts(read, staged(user={"columns": columns}, **VARIED)) == (by_name,)


def test_what_acts_comes_after_the_modifiers_that_are_written_and_before_the_clamp(read: Read) -> None:
    steps = [{"transform": "add", "args": {"value": 1}}, *changed("trend", type="linear", growth_rate=0.1)["modifiers"]]
    written = number(modifiers=steps)
    written["generator"]["distribution"]["clamp"] = [0, 2]
    valued = behaved(behaviors={"Oslo": {"value_multiplier": 2, "applies_to_columns": ["x"]}})
    names = [type(modifier).__name__ for modifier in made(read, document(written, user=valued)).modifiers]
    assert names == ["Linear", "Scaled", "Scaled", "Cast", "Rounded", "Limited"]
