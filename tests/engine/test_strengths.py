"""Strengths, scaled fan-outs and placed instants at their edges, by hand."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from datagen import compile as compiling
from datagen.children import Children
from datagen.count import Declared
from datagen.draws import Draws
from datagen.effects import EffectIndex
from datagen.errors import UserError
from datagen.fanout import Between, Exactly, Fanout, Poisson
from datagen.frequency import Fixed, Frequency, OfCalendar
from datagen.generators.base import Rows
from datagen.generators.choice import Choice
from datagen.grid import Grid
from datagen.modifiers import Scaled, TimeJitter
from datagen.modifiers.time_jitter import reflected
from datagen.moments import INSTANT, Moment, instants_of
from datagen.reach import Reach
from datagen.readings import Reading
from datagen.scaling import Scaling
from datagen.stages import Stages, reach_shares
from datagen.strengths.age import Age, Curve, Steps
from datagen.strengths.outliers import Outliers, outlier_factor
from datagen.strengths.season import Season
from datagen.strengths.segment import Segment
from datagen.strengths.trend import Trend, trend_factor
from datagen.timeline import DAY_US, HOUR_US, Window
from tests.engine.acting import STORE
from tests.engine.related import planned
from tests.engine.test_tables import made

ANY = Draws(1, "t", "c", 0, 4)
AT = Moment(Reading("at"))


def rows_with(**columns: pa.Array) -> Rows:
    count = len(next(iter(columns.values())))
    return Rows(0, count, columns)


def at(*instants: int | None) -> Rows:
    return rows_with(at=pa.array(instants, INSTANT))


def test_a_row_without_a_time_is_left_as_it_is() -> None:
    late = 10**15
    assert Season("dow", (2.0,) * 7, AT).of(at(None, late), ANY).tolist() == [1, 2]
    assert Trend("linear", 1, 0, 0, -365 * DAY_US, AT).of(at(None, 0), ANY).tolist() == [1, 2]
    assert Age("at", DAY_US, Steps((3,)), late).of(at(None, late), ANY).tolist() == [1, 3]


def test_weekdays_begin_on_monday_and_hours_at_midnight() -> None:
    monday = 4 * DAY_US  # 1970-01-05
    week, day = tuple(map(float, range(7))), tuple(map(float, range(24)))
    assert Season("dow", week, AT).of(at(monday, monday - 1, monday + 6 * DAY_US), ANY).tolist() == [0, 6, 6]
    assert Season("hour", day, AT).of(at(monday, monday - 1, monday + HOUR_US), ANY).tolist() == [0, 23, 1]


def test_a_date_is_its_midnight() -> None:
    instants, there = instants_of(pa.array([1, None, -1], pa.int32()).cast(pa.date32()))
    assert (instants[0], instants[2], there.tolist()) == (DAY_US, -DAY_US, [True, False, True])


def test_trends_begin_at_1_and_are_never_below_0() -> None:
    years = np.array([-3.0, 0.0, 2.0, 50.0])
    assert trend_factor("linear", years, -0.25).tolist() == [1, 1, 0.5, 0]
    assert trend_factor("exponential", years, 1.0)[:3].tolist() == [1, 1, 4]
    assert trend_factor("logarithmic", years, a=0.5, b=3)[2] == pytest.approx(1 + 0.5 * math.log(7))
    assert trend_factor("logarithmic", years, a=-5, b=3)[2] == 0
    assert Trend("linear", 1, 0, 0, DAY_US, AT).of(at(366 * DAY_US), ANY).tolist() == [2]


def test_outliers_multiply_by_what_their_mode_says() -> None:
    magnitudes = np.array([0.0, 0.25, 3.0])
    assert outlier_factor("spike", magnitudes).tolist() == [1, 1.25, 4]
    assert outlier_factor("drop", magnitudes).tolist() == [1, 0.75, 0]


def test_outliers_draw_by_the_number_of_their_row() -> None:
    draws = Draws(1, "t", "c", 0, 2000)
    kind = Outliers(0.3, "spike", Choice((5, 50), (1, 1)), (0, 10), 0)
    whole = kind.of(Rows(0, 2000), draws)
    assert set(whole.tolist()) == {1, 6, 11}
    assert kind.of(Rows(700, 900), Draws(1, "t", "c", 700, 900)).tolist() == whole[700:900].tolist()
    other = Outliers(0.3, "spike", Choice((5, 50), (1, 1)), (0, 10), 1)
    assert other.of(Rows(0, 2000), draws).tolist() != whole.tolist()


def test_a_segment_is_told_by_its_text() -> None:
    strength = Segment("at", ("1", "true", "b"), (2, 3, 4))
    columns: Sequence[pa.Array] = [
        pa.array([1, 2, None]),
        pa.array([True, False, None]),
        pa.array(["b", "a", None]).dictionary_encode(),
    ]
    found = [strength.of(rows_with(at=column), ANY).tolist() for column in columns]
    assert found == [[2, 1, 1], [3, 1, 1], [4, 1, 1]]


def test_curves_of_age() -> None:
    ages = np.array([0.0, 0.5, 0.51, 1.5, 9.0])
    assert Steps((5, 6, 7)).at(ages).tolist() == [5, 5, 6, 7, 7]
    assert Curve("linear", 1, -0.5).at(ages).tolist() == pytest.approx([1, 0.75, 0.745, 0.25, 0])
    assert Curve("logarithmic", 1, 2).at(ages)[-1] == pytest.approx(1 + 2 * math.log(10))
    assert Curve("exponential", 2, -1).at(ages)[-1] == pytest.approx(2 * math.exp(-9))
    assert Curve("exponential", 2, 1000).at(ages)[-1] == 1e9


def test_what_begins_after_the_end_has_no_age() -> None:
    assert Age("at", DAY_US, Curve("linear", 1, 1), DAY_US).of(at(3 * DAY_US, 0), ANY).tolist() == [1, 2]


def index_of(*effects: tuple[int, int, int, float]) -> EffectIndex:
    """Key, first instant, last instant and strength of each; keys are numbers written as text."""
    columns = [np.array(column, np.int64) for column in list(zip(*effects, strict=True))[:3]]
    known = pa.array([str(number) for number in range(5)])
    strengths = np.array([effect[3] for effect in effects])
    return EffectIndex.of((known,), columns[0], columns[1], columns[2] + 1, strengths)


def asked(index: EffectIndex, *places: tuple[Any, int]) -> list[float | None]:
    texts = pa.array([None if key is None else str(key) for key, _ in places], pa.string())
    groups = index.groups([texts], len(places))
    found = index.strengths(groups, np.array([instant for _, instant in places]))
    return [None if math.isnan(value) else value for value in found.tolist()]


def test_both_ends_of_a_window_are_inside_and_the_first_that_matches_holds() -> None:
    index = index_of((1, 10, 20, 5.0), (1, 0, 30, 6.0), (2, 20, 20, 7.0), (1, 40, 41, 8.0))
    told = asked(index, *((1, instant) for instant in (-1, 0, 9, 10, 20, 21, 30, 31, 39, 40, 41, 42)))
    assert told == [None, 6, 6, 5, 5, 6, 6, None, None, 8, 8, None]
    assert asked(index, (2, 19), (2, 20), (2, 21), (3, 15), (9, 15), (None, 15)) == [None, 7, None, None, None, None]


def test_a_strength_that_is_null_holds_and_says_nothing() -> None:
    assert asked(index_of((1, 10, 20, math.nan), (1, 0, 30, 6.0)), (1, 15), (1, 25)) == [None, 6]


def test_whole_numbers_match_whether_they_are_ints_or_floats() -> None:
    index = index_of((1, 0, 9, 5.0))
    for column in (pa.array([1, 2]), pa.array([1.0, 2.5]), pa.array(["1", "1.0"])):
        groups = index.groups([column], 2)
        assert np.nan_to_num(index.strengths(groups, np.array([3, 3]))).tolist() == [5, 0]


def test_a_table_without_effects_holds_nothing() -> None:
    none = np.zeros(0, np.int64)
    index = EffectIndex.of((), none, none, none, np.zeros(0))
    assert np.isnan(index.strengths(index.groups([], 3), np.arange(3))).all()


def test_strengths_multiply_or_are_added() -> None:
    season = Season("dow", (3.0,) * 7, Moment())
    numbers = pa.array([1.0, None, -2.0])
    assert Scaled(season).apply(numbers, Rows(0, 3), ANY).to_pylist() == [3, None, -6]
    assert Scaled(season, "add").apply(numbers, Rows(0, 3), ANY).to_pylist() == [4, None, 1]


class Fixedly:
    """A scale that is the same for every parent."""

    def __init__(self, factor: float, offset: float = 0.0) -> None:
        self.factor, self.offset = factor, offset

    def of(self, draws: Draws) -> tuple[Any, Any]:
        count = draws.stop - draws.start
        return np.full(count, self.factor), np.full(count, self.offset)


SCALED: list[tuple[Fanout, float, float, float, float]] = [  # factor, offset; mean and variance of a count
    (Poisson(3), 2.5, 0, 7.5, 7.5),
    (Poisson(20), 2, 1, 41, 41),
    (Poisson(3), 1, -5, 0, 0),
    (Exactly(2), 1.25, 0, 2.5, 0.25),
    (Exactly(1), 1, 0, 1, 0),
    (Exactly(1), 0, 0, 0, 0),
    (Exactly(1), 1, -3, 0, 0),
    (Between(1, 3), 0.5, 0, 1, 0.333333),
    (Between(0, 4), 1, 0.5, 2.5, 2.25),
]


@pytest.mark.parametrize(("fanout", "factor", "offset", "mean", "variance"), SCALED)
def test_a_scaled_fan_out_has_the_scaled_mean(
    fanout: Fanout, factor: float, offset: float, mean: float, variance: float
) -> None:
    counts = fanout.scaled(Draws(5, "t", "", 0, 20_000), *Fixedly(factor, offset).of(Draws(5, "t", "", 0, 20_000)))
    assert abs(counts.mean() - mean) <= 5 * math.sqrt(variance / 20_000)
    assert abs(counts.var() - variance) <= 0.06 * variance  # 5 sigma of a variance: below 5.1 %
    assert counts.min() >= 0


def test_what_scales_a_fan_out_acts_in_order() -> None:
    two, three = (Season("dow", (weight,) * 7, Moment()) for weight in (2.0, 3.0))
    draws, reach = Draws(1, "t", "", 4, 6), Reach(1, {})
    found = [
        [part.tolist() for part in Scaling("t", acts, reach).of(draws)]
        for acts in ((Scaled(two, "add"), Scaled(three)), (Scaled(three), Scaled(two, "add")))
    ]
    assert found == [[[3, 3], [6, 6]], [[3, 3], [2, 2]]]


def test_a_scaled_poisson_stays_between_its_bounds() -> None:
    draws = Draws(5, "t", "", 0, 5_000)
    counts = Poisson(4, 2, 9).scaled(draws, *Fixedly(2).of(draws))
    assert (counts.min(), counts.max()) == (2, 9)


def test_children_of_a_scaled_fan_out_find_their_parents() -> None:
    children = Children(3, "child", Exactly(1), Declared(5_000), Fixedly(1.5))
    whole = children.of_span(0, children.rows)
    assert np.bincount(np.bincount(whole.parents)).tolist() == pytest.approx([0, 2_500, 2_500], abs=177)  # 5 sigma
    assert (children.of_rows(np.arange(children.rows)[::-1]).parents[::-1] == whole.parents).all()


def test_a_parent_cannot_have_more_children_than_anybody_can_use(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"^sale: a row would have about .*e\+\d+ children, and at most 1e\+09 are made"
    ):
        basic(tmp_path, fanout_multiplier=1e9)


def test_a_table_cannot_be_scaled_beyond_what_anybody_can_use(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^sale: .*rows; at most 1e\+12, so lower what scales its fan-out"):
        basic(tmp_path, rows=200_000, fanout_multiplier=1e7)


def basic(folder: Path, rows: int = 100, **behavior: float) -> None:
    document = json.loads(json.dumps(STORE))
    user = document["nodes"][1]
    user["rows"] = rows
    user["segment_behavior"]["behaviors"] = {"basic": behavior}
    del user["vintage_behavior"]
    del document["nodes"][2]["fanout"]["max"]
    document["nodes"] = [node for node in document["nodes"] if node["id"] != "line"]
    planned(folder, document)


def test_a_table_of_effects_is_of_a_size_that_can_be_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "MAX_EFFECTS", 39)
    with pytest.raises(UserError, match="effects are told apart in tables of up to 39 rows; promo has 40"):
        basic(tmp_path)


def test_stages_are_reached_by_products_of_at_most_1() -> None:
    factors, offsets = np.array([1.0, 2.0]), np.array([0.0, 0.1])
    shares = np.array(reach_shares((0.8, 0.25, 0.7), factors, offsets)).T.tolist()
    assert shares == [pytest.approx([1, 0.8, 0.2]), pytest.approx([1, 1, 0.6])]
    counts = Stages((0.5, 0.5, 0.5)).counts(Draws(5, "t", "", 0, 20_000))
    assert np.bincount(counts).tolist() == pytest.approx([0, 10_000, 5_000, 5_000], abs=360)  # 5 sigma: 354


def test_noise_is_reflected_as_between_two_mirrors() -> None:
    offsets = np.array([-1, 0, 9, 10, 11, 19, 20, 25, -11, -25])
    assert reflected(offsets, np.full(10, 10)).tolist() == [0, 0, 9, 9, 8, 0, 0, 5, 9, 4]


DECEMBER = Window(1_733_011_200_000_000, 1_735_689_599_999_999)  # of 2024
GRIDS: list[tuple[Frequency, int]] = [
    (Fixed(7 * HOUR_US), 7 * HOUR_US),
    (OfCalendar("week", 1, anchor=6), 7 * DAY_US),
]


@pytest.mark.parametrize(("frequency", "longest"), GRIDS, ids=["7h", "W"])
def test_noise_in_time_leads_neither_out_of_its_cell_nor_out_of_the_window(frequency: Frequency, longest: int) -> None:
    grid = Grid(DECEMBER, frequency)
    points = grid.at(np.arange(int(grid.below(np.array([DECEMBER.end_us + 1]))[0])))
    instants = np.repeat(points, 400)
    begin, end = grid.around(instants)
    assert (begin == instants).all()
    assert (end == np.append(points[1:], DECEMBER.end_us + 1).repeat(400)).all()
    draws = Draws(1, "t", "c", 0, len(instants))
    moved, there = instants_of(
        TimeJitter(float(longest), grid, 0).apply(pa.array(instants, INSTANT), Rows(0, len(instants)), draws)
    )
    assert there.all()
    assert ((moved >= begin) & (moved < end)).all()
    spread = (moved - begin) / (end - begin)
    assert abs(spread.mean() - 0.5) < 0.05  # a sigma of a whole cell fills it nearly evenly


def test_noise_leaves_what_is_null() -> None:
    found = TimeJitter(1e6, Grid(DECEMBER, Fixed(HOUR_US)), 0).apply(
        pa.array([None, DECEMBER.start_us], INSTANT), Rows(0, 2), Draws(1, "t", "c", 0, 2)
    )
    assert found.is_null().to_pylist() == [True, False]


def changed(folder: Path, change: Any) -> pa.RecordBatch:
    document = json.loads(json.dumps(STORE))
    change({node["id"]: node for node in document["nodes"]})
    return made(planned(folder, document), "sale")


def test_an_effect_holds_from_the_very_instant_at_which_it_begins(tmp_path: Path) -> None:
    """Between two full hours, to the microsecond; where the strength is 0 nothing is drawn."""

    def only(nodes: Any) -> None:
        promo = nodes["promo"]
        listed = {"begins": "2024-05-05T10:20:00", "ends": "2024-05-05T10:40:00"}
        kept = [column for column in promo["columns"] if column["name"] == "promo_id"]
        values = {
            name: {"name": name, "type": "datetime", "generator": {"choice": {"choices": [instant]}}}
            for name, instant in listed.items()
        }
        one = {"name": "strength", "type": "float", "generator": {"choice": {"choices": [1]}}}
        promo |= {"rows": 1, "columns": [*kept, *values.values(), one]}
        for node in nodes.values():
            node["modifiers"] = []
        del nodes["user"]["vintage_behavior"], nodes["user"]["segment_behavior"]
        window = {"start_col": "begins", "end_col": "ends"}
        args = {"effect_table": "promo", "window": window, "map": {"field": "strength", "default": 0}}
        series = {"datetime_series": {"freq": "min"}}
        effect = {"transform": "effect", "args": args}
        time = {"name": "ts", "type": "datetime", "generator": series, "modifiers": [effect]}
        nodes["sale"]["columns"] = [*nodes["sale"]["columns"][:4], time]
        nodes["line"] |= {"columns": nodes["line"]["columns"][:2]}

    minutes = np.unique(instants_of(changed(tmp_path, only).column("ts"))[0] // 60_000_000 % 60)
    assert minutes.tolist() == list(range(20, 41))


def test_where_effects_leave_no_weight_at_all_it_is_said(tmp_path: Path) -> None:
    def none(nodes: Any) -> None:
        for modifier in nodes["sale"]["columns"][5]["modifiers"][:1]:
            modifier["args"]["map"] |= {"op": "add", "default": -30}

    with pytest.raises(UserError, match=r"^sale\.ts: effects leave no instant with a weight above 0"):
        changed(tmp_path, none)


def test_a_row_without_a_time_has_no_effect(tmp_path: Path) -> None:
    def always(nodes: Any) -> None:
        promo, sale = nodes["promo"]["columns"], nodes["sale"]["columns"]
        promo[3] |= {"null_prob": 0, "generator": {"choice": {"choices": ["1960-01-01"]}}}
        promo[4]["generator"] = {"choice": {"choices": ["2030-01-01"]}}
        promo[5] |= {"null_prob": 0}
        sale[5]["null_prob"] = 0.5

    sales = changed(tmp_path, always).select(["ts", "added"]).to_pylist()
    assert {sale["added"] for sale in sales if sale["ts"] is None} == {1}
    assert min(sale["added"] for sale in sales if sale["ts"] is not None) >= 2


def test_a_row_that_points_at_none_is_left_as_it_is(tmp_path: Path) -> None:
    def pointing(nodes: Any) -> None:
        multiplied = {"value_multiplier": 3, "applies_to_columns": ["amount"]}
        segments = {"segment_column": "strength", "behaviors": {"1": multiplied}}
        nodes["promo"]["columns"][5] |= {"null_prob": 0, "generator": {"choice": {"choices": [1]}}}
        nodes["promo"]["segment_behavior"] = segments
        del nodes["user"]["segment_behavior"]
        key = {"name": "promo_id", "type": "int", "generator": {"lookup": {"from": "promo.promo_id"}}, "null_prob": 0.5}
        nodes["sale"] |= {"parents": ["user", "promo"], "columns": [*nodes["sale"]["columns"], key]}

    sales = changed(tmp_path, pointing).select(["promo_id", "amount"]).to_pylist()
    assert {(sale["promo_id"] is None, sale["amount"]) for sale in sales} == {(True, 11), (False, 33)}
