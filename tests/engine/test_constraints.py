"""What a document constrains holds on every row, and leaves the shape of the draw."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from datagen.constrained.truncation import Continuous, truncated
from datagen.draws import Draws
from datagen.errors import SchemaError, UserError
from datagen.generators.floats import Lognormal, Normal, Uniform
from datagen.normal import shares_below
from datagen.plan import Plan
from datagen.rows import generate
from tests.engine.datasets import plain
from tests.engine.related import col, planned

Written = dict[str, Any]
ID = col("i", "int", sequence={})
WEEK = {"dimension": "dow", "weights": [1, 1, 1, 1, 1, 4, 4]}


def drawn(kind: str, **params: Any) -> Written:
    return {"distribution": {"type": kind, "params": params}}


def plan_of(path: Path, columns: list[Written], constraints: Written, *more: Written, rows: int = 5_000) -> Plan:
    """A table t of these columns and a key, and further tables."""
    document = {
        "seed": 9,
        "timeframe": {"start": "2024-01-01", "end": "2024-12-31", "freq": "H"},
        "nodes": [{"id": "t", "kind": "entity", "pk": "i", "rows": rows, "columns": [ID, *columns]}, *more],
        "constraints": constraints,
    }
    return planned(path, document)


def made(plan: Plan, table: str = "t", start: int = 0, stop: int | None = None) -> dict[str, list[Any]]:
    """The columns, the same in pieces as in one."""
    stop = plan.tables[table].rows if stop is None else stop
    whole = plain(generate(plan, table, start, stop))
    middle = (stop - start) // 3
    assert plain(generate(plan, table, start + middle, stop)).equals(whole.slice(middle))
    seven = np.array([0, stop - start - 1, middle, 1])
    reach, made = plan.reach, plan.tables[table]
    for name in whole.schema.names:
        picked = reach.made(made, name, reach.picked(table, seven))
        found = picked.dictionary_decode() if pa.types.is_dictionary(picked.type) else picked
        assert found.to_pylist() == [whole.column(name)[place].as_py() for place in seven.tolist()]
    columns: dict[str, list[Any]] = whole.to_pydict()
    return columns


def child(*columns: Written, fanout: Written | None = None) -> Written:
    fanout = fanout or {"distribution": "poisson", "lambda": 3}
    return {"id": "c", "kind": "fact", "pk": "k", "parents": ["t"], "fanout": fanout,
            "columns": [col("k", "int", sequence={}), col("t_i", "int", lookup={"from": "t.i"}), *columns]}  # fmt: skip


def distance(one: Any, other: Any) -> float:
    """The greatest difference of two empirical distributions (Kolmogorov and Smirnov)."""
    one, other = np.sort(np.asarray(one, float)), np.sort(np.asarray(other, float))
    both = np.concatenate([one, other])
    below = [np.searchsorted(some, both, side="right") / len(some) for some in (one, other)]
    return float(np.abs(below[0] - below[1]).max())


def test_shares_of_the_normal_distribution_are_those_of_the_error_function() -> None:
    deviates = np.linspace(-36, 8, 4_001)
    known = np.array([0.5 * math.erfc(-deviate / math.sqrt(2)) for deviate in deviates])
    assert np.abs(shares_below(deviates) / known - 1).max() < 1e-7
    assert np.abs(shares_below(deviates) - known).max() < 1e-15
    assert shares_below(np.array([-np.inf, np.inf])).tolist() == [0, 1]


@pytest.mark.parametrize(
    "kind", [Normal(10, 4), Lognormal(2, 0.7), Uniform(0, 20)], ids=lambda kind: type(kind).__name__
)
@pytest.mark.parametrize(("low", "high"), [(5, 12), (-math.inf, 9), (11, math.inf), (15, 16), (-math.inf, math.inf)])
def test_a_cut_draw_has_the_shape_that_drawing_again_has(kind: Continuous, low: float, high: float) -> None:
    count = 40_000
    cut = truncated(kind, Draws(1, "t", "cut", 0, count), np.full(count, low), np.full(count, high))
    free = kind.drawn(Draws(1, "t", "free", 0, 40 * count))
    kept = free[(free >= low) & (free <= high)][:count]
    assert (cut.min(), cut.max()) >= (low, -math.inf) and cut.max() <= high  # noqa: PT018
    # the distance of two samples of n and m exceeds 3 sqrt((n + m) / (n m)) once in 3e7
    assert distance(cut, kept) < 3 * math.sqrt((count + len(kept)) / (count * len(kept)))


def test_a_cut_far_in_a_tail_still_lies_in_it() -> None:
    for low, high in ((8.5, 9), (20, 21), (-30, -29), (60, 61)):
        found = truncated(Normal(0, 1), Draws(1, "t", "c", 0, 999), np.full(999, float(low)), np.full(999, float(high)))
        assert (np.clip(found, low, high) >= low).all()
        assert (np.clip(found, low, high) <= high).all()
        assert len(set(found.tolist())) > 900 or low == 60  # beyond 37 nothing is left


RANGED: list[tuple[str, Written, Written, float, float]] = [
    ("float", drawn("normal", mean=10, std=4), {"min": 8, "max": 11}, 8, 11),
    ("float", drawn("lognormal", mean=2, sigma=1), {"max": 5}, 0, 5),
    ("int", drawn("uniform", low=1, high=9), {"min": 8, "max": 20}, 8, 9),
    ("int", drawn("poisson", **{"lambda": 3}), {"min": 2, "max": 4}, 2, 4),
    ("int", {"choice": {"choices": [1, 5, 9], "weights": [8, 1, 1]}}, {"min": 2}, 5, 9),
    ("float", {"enum_list": {"values": [0.5, 2, 3]}}, {"min": 1.0, "max": 2.5}, 2, 2),
    ("float", {"expression": {"code": "i / 100"}}, {"min": 10, "max": 20}, 10, 20),
    ("int", {"faker": {"method": "random_int", "min": 0, "max": 99}}, {"min": 90}, 90, 99),
]


@pytest.mark.parametrize(("kind", "generator", "bounds", "low", "high"), RANGED, ids=lambda case: "")
def test_a_range_holds_on_every_row(
    tmp_path: Path, kind: str, generator: Written, bounds: Written, low: float, high: float
) -> None:
    plan = plan_of(tmp_path, [col("x", kind, **generator)], {"ranges": [{"attr": "t.x", **bounds}]})
    found = made(plan)["x"]
    assert (min(found), max(found)) == (pytest.approx(low, abs=0.2), pytest.approx(high, abs=0.01))
    assert all(low <= value <= high for value in found)
    if len({*found}) > 5 and "expression" not in generator:
        assert max(found.count(low), found.count(high)) < 700  # not put on a bound


def test_whole_numbers_of_a_range_come_as_often_as_without_it(tmp_path: Path) -> None:
    column = col("x", "int", **drawn("normal", mean=10, std=2))
    free = np.array(made(plan_of(tmp_path, [column], {}, rows=60_000))["x"])
    cut = np.array(
        made(plan_of(tmp_path, [column], {"ranges": [{"attr": "t.x", "min": 9, "max": 12}]}, rows=60_000))["x"]
    )
    kept = free[(free >= 9) & (free <= 12)]
    shares = [np.bincount(some - 9, minlength=4) / len(some) for some in (cut, kept)]
    assert np.abs(shares[0] - shares[1]).max() < 0.017  # sigma at most 0.0033


def test_what_modifiers_do_is_counted_in(tmp_path: Path) -> None:
    steps = [
        {"transform": "multiply", "args": {"factor": -3}},
        {"transform": "add", "args": {"value": 7}},
        {"transform": "clamp", "args": {"min": -40}},
    ]
    noisy = [{"transform": "jitter", "args": {"std": 2}}]
    columns = [
        col("x", "float", steps, **drawn("normal", mean=10, std=4)),
        col("y", "float", noisy, **drawn("normal", mean=10, std=4)),
        col("z", "int", steps, choice={"choices": [1, 2, 3, 4]}),
    ]
    rules = [{"attr": "t.x", "min": -30, "max": -20}, {"attr": "t.y", "max": 9}, {"attr": "t.z", "min": -2, "max": 1}]
    found = made(plan_of(tmp_path, columns, {"ranges": rules}))
    assert all(-30 <= value <= -20 for value in found["x"])
    assert len(set(found["x"])) > 4_900
    assert max(found["y"]) <= 9
    assert found["y"].count(9) < 5
    assert set(found["z"]) == {-2, 1}


@pytest.mark.parametrize("kind", ["datetime", "date"])
def test_a_range_of_instants_holds_with_their_pattern(tmp_path: Path, kind: str) -> None:
    column = col("x", kind, datetime_series={"pattern": WEEK})
    rules = {"ranges": [{"attr": "t.x", "min": "2024-03-01", "max": "2024-03-31T05:00:00"}]}
    found = made(plan_of(tmp_path, [column], rules, rows=20_000))["x"]
    days = [value if kind == "date" else value.date() for value in found]
    assert (str(min(days)), str(max(days))) == ("2024-03-01", "2024-03-31")
    weekend = sum(day.weekday() > 4 for day in days) / len(days)
    # 9 whole weekend days and 6 hours of a tenth, each four times a weekday's weight, of 31; sigma 0.0035
    assert (
        abs(
            weekend
            - (9 + (6 / 24 if kind == "datetime" else 1)) * 4 / ((9 + (0.25 if kind == "datetime" else 1)) * 4 + 21)
        )
        < 0.03
    )
    if kind == "datetime":
        assert all(value.minute == value.second == 0 for value in found)


LISTED: list[tuple[str, Written, Written, set[Any]]] = [
    ("string", {"choice": {"choices": ["a", "b", "c"], "weights": [5, 1, 1]}}, {"values": ["b", "c", "z"]}, {"b", "c"}),
    ("int", drawn("uniform", low=1, high=9), {"values": [2, 4, 99]}, {2, 4}),
    ("float", drawn("normal", mean=0, std=1), {"values": [0, 0.5]}, {0, 0.5}),
    ("int", drawn("poisson", **{"lambda": 2}), {"values": [0, 1]}, {0, 1}),
    ("string", {"faker": {"method": "country_code"}}, {"values": ["CZ", "DE"]}, {"CZ", "DE"}),
    ("bool", {"choice": {"choices": [True, False]}}, {"values": [True]}, {True}),
    ("int", {"sequence": {}}, {"values": list(range(1, 6_000))}, set(range(1, 5_001))),
    ("int", {"choice": {"choices": [1, 2, None]}}, {"values": [2]}, {2, None}),
    ("date", {"choice": {"choices": ["2024-01-05", "2024-02-01"]}}, {"values": ["2024-02-01"]}, {date(2024, 2, 1)}),
    ("string", {"choice": {"choices": ["1", "2"]}}, {"values": [1]}, {"1"}),
    ("string", {"expression": {"code": "'hi' if i > 9 else 'lo'"}}, {"values": ["hi", "lo"]}, {"hi", "lo"}),
    ("string", {"choice": {"choices": ["x", "y", "q"]}}, {"enum_ref": "v.code"}, {"x", "y"}),
    ("int", {"sequence": {}}, {"enum_ref": "t.i"}, set(range(1, 5_001))),
    ("string", {"lookup": {"from": "v.code"}}, {"enum_ref": "v.code"}, {"x", "y", "w"}),
    ("string", {"lookup": {"from": "v.code"}}, {"values": ["x", "w"]}, {"x", "w"}),
    ("string", {"choice": {"choices_ref": "v.code", "weights_kind": "zipf@2"}}, {"values": ["y"]}, {"y"}),
    ("int", drawn("uniform", low=0, high=9), {"enum_ref": "v.n"}, {3, 4}),
]
VOCAB: Written = {"id": "v", "kind": "vocab", "pk": "code", "columns": [
    col("code", "string", enum_list={"values": ["x", "y", "w"]}),
    col("n", "int", choice={"choices": [3, 4]})]}  # fmt: skip


@pytest.mark.parametrize(("kind", "generator", "rule", "expected"), LISTED, ids=lambda case: "")
def test_an_enum_leaves_only_what_it_lists(
    tmp_path: Path, kind: str, generator: Written, rule: Written, expected: set[Any]
) -> None:
    plan = plan_of(tmp_path, [col("x", kind, **generator)], {"enum": [{"attr": "t.x", **rule}]}, VOCAB)
    assert set(made(plan)["x"]) == expected


def test_the_points_of_a_distribution_have_their_shares(tmp_path: Path) -> None:
    column = col("x", "int", **drawn("normal", mean=2, std=1))
    found = np.array(
        made(plan_of(tmp_path, [column], {"enum": [{"attr": "t.x", "values": [1, 2, 5]}]}, rows=40_000))["x"]
    )
    shares = [0.24173, 0.38292, 0.0059770]  # of whole numbers around -1, 0 and 3 deviates
    for value, share in zip((1, 2, 5), shares, strict=True):
        assert abs((found == value).mean() - share / sum(shares)) < 0.012  # sigma at most 0.0025


MATCHED: list[tuple[Written, str]] = [
    ({"choice": {"choices": ["ab", "ac", "b"]}}, "^a"),
    ({"faker": {"method": "email"}}, "@example\\.(org|com)$"),
    ({"faker": {"method": "bothify", "text": "??-##"}}, "^[A-Z]{2}-[0-9]{2}$"),
    ({"faker": {"method": "uuid4"}}, "^[0-7]"),
    ({"lookup": {"from": "v.code"}}, "^[xw]$"),
]


@pytest.mark.parametrize(("generator", "regex"), MATCHED, ids=lambda case: "")
def test_every_text_has_the_look_that_is_asked_for(tmp_path: Path, generator: Written, regex: str) -> None:
    rules = {"pattern": [{"attr": "t.x", "regex": regex}]}
    free = made(plan_of(tmp_path, [col("x", "string", (), 0.1, **generator)], {}, VOCAB))["x"]
    found = made(plan_of(tmp_path, [col("x", "string", (), 0.1, **generator)], rules, VOCAB))["x"]
    assert all(value is None or re.search(regex, value) for value in found)
    assert 350 < sum(value is None for value in found) < 650  # expected 500, sigma 21
    assert not all(value is None or re.search(regex, value) for value in free)
    if "lookup" not in generator and "choice" not in generator:  # what obeys already is left as it was
        assert all(one == other for one, other in zip(free, found, strict=True) if one and re.search(regex, one))


def ordered_by(op: str, one: Any, other: Any) -> bool:
    return bool({"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other, "==": one == other}[op])


PAIRS: list[tuple[Written, Written]] = [
    (col("a", "int", **drawn("uniform", low=0, high=20)), col("b", "int", **drawn("normal", mean=10, std=3))),
    (
        col("a", "float", **drawn("lognormal", mean=2, sigma=1)),
        col("b", "float", **drawn("lognormal", mean=2, sigma=1)),
    ),
    (col("a", "int", **drawn("uniform", low=-9, high=30)), col("b", "int", choice={"choices": [2, 5, 8]})),
    (col("a", "int", **drawn("poisson", **{"lambda": 9})), col("b", "int", **drawn("poisson", **{"lambda": 3}))),
    (col("a", "datetime", datetime_series={}), col("b", "datetime", datetime_series={"freq": "15min"})),
    (col("a", "date", datetime_series={"freq": "D"}), col("b", "datetime", datetime_series={})),
    (col("a", "datetime", datetime_series={}), col("b", "date", datetime_series={})),
    (col("a", "datetime", datetime_series={}), col("b", "datetime", faker={"method": "date_time_this_year"})),
    (col("a", "string", datetime_series={}), col("b", "string", datetime_series={})),
    (col("a", "float", **drawn("uniform", low=0, high=9)), col("b", "float", expression={"code": "i % 7"})),
    (col("a", "int", sequence={}), col("b", "float", null_prob=0.2, **drawn("uniform", low=0, high=9000))),
    (col("a", "float", (), 0.2, **drawn("uniform", low=0, high=9)), col("b", "int", **drawn("uniform", low=0, high=9))),
]


@pytest.mark.parametrize("op", ["<", "<=", ">", ">=", "=="])
@pytest.mark.parametrize(("one", "other"), PAIRS, ids=lambda case: "")
def test_an_inequality_of_a_row_holds_on_every_row(tmp_path: Path, one: Written, other: Written, op: str) -> None:
    plan = plan_of(tmp_path, [one, other], {"inequalities": [{"left": "t.a", "op": op, "right": "t.b"}]})
    found = made(plan)

    def comparable(value: Any) -> Any:
        dated = {one["type"], other["type"]} == {"date", "datetime"}
        return datetime.combine(value, time(), UTC) if dated and not isinstance(value, datetime) else value

    pairs = [pair for pair in zip(found["a"], found["b"], strict=True) if None not in pair]
    assert len(pairs) > 3_500
    assert all(ordered_by(op, comparable(left), comparable(right)) for left, right in pairs)


def test_the_column_that_yields_is_drawn_from_what_is_left(tmp_path: Path) -> None:
    columns = [
        col("a", "float", **drawn("uniform", low=0, high=1)),
        col("b", "float", **drawn("uniform", low=0, high=1)),
    ]
    rules = {"inequalities": [{"left": "t.a", "op": "<", "right": "t.b"}]}
    found = made(plan_of(tmp_path, columns, rules, rows=40_000))
    within = (np.array(found["b"]) - np.array(found["a"])) / (1 - np.array(found["a"]))
    assert distance(within, np.linspace(0, 1, 40_000)) < 3 * math.sqrt(2 / 40_000)
    assert distance(found["a"], np.linspace(0, 1, 40_000)) < 3 * math.sqrt(2 / 40_000)


def test_children_come_after_their_parent_in_their_order_and_curve(tmp_path: Path) -> None:
    fact = child(col("at", "datetime", datetime_series={"pattern": WEEK}))
    rules = {"inequalities": [{"left": "t.born", "op": "<", "right": "c.at"}]}
    plan = plan_of(tmp_path, [col("born", "datetime", datetime_series={})], rules, fact)
    born, found = made(plan)["born"], made(plan, "c")
    assert all(born[key - 1] < at for key, at in zip(found["t_i"], found["at"], strict=True))
    for place in range(1, len(found["at"])):
        assert found["t_i"][place] != found["t_i"][place - 1] or found["at"][place - 1] <= found["at"][place]
    weekend = sum(at.weekday() > 4 for at in found["at"]) / len(found["at"])
    assert abs(weekend - 8 / 13) < 0.03  # sigma 0.004
    assert sum(at.year > 2024 for at in found["at"]) < 10  # only after what is born in the last hour


def test_a_chain_through_three_tables_holds(tmp_path: Path) -> None:
    fact = child(col("at", "datetime", datetime_series={}), col("sum", "float", **drawn("normal", mean=5, std=2)))
    grand = {"id": "g", "kind": "fact", "pk": "k", "parents": ["c"], "columns": [
        col("k", "int", sequence={}), col("born", "datetime", lookup={"from": "t.born"}),
        col("seen", "datetime", datetime_series={}),
        col("part", "float", **drawn("uniform", low=0, high=9))]}  # fmt: skip
    rules = {
        "inequalities": [
            {"left": "t.born", "op": "<", "right": "c.at"},
            {"left": "g.seen", "op": ">=", "right": "g.born"},
            {"left": "c.at", "op": "<=", "right": "g.seen"},
            {"left": "g.part", "op": "<", "right": "c.sum"},
        ],
        "ranges": [{"attr": "g.part", "min": 1}],
    }
    plan = plan_of(tmp_path, [col("born", "datetime", datetime_series={})], rules, fact, grand)
    fact_rows, found = made(plan, "c"), made(plan, "g")
    assert all(one <= other for one, other in zip(fact_rows["at"], found["seen"], strict=True))
    assert all(one < other for one, other in zip(found["part"], fact_rows["sum"], strict=True))
    assert min(found["part"]) >= 1  # so the parent's sum is above 1
    assert min(fact_rows["sum"]) > 1


def test_what_lies_between_two_columns_is_left_room(tmp_path: Path) -> None:
    columns = [col(name, "int", **drawn("uniform", low=0, high=9)) for name in "abc"]
    rules = [{"left": "t.a", "op": "<", "right": "t.c"}, {"left": "t.c", "op": "<", "right": "t.b"}]
    found = made(plan_of(tmp_path, columns, {"inequalities": rules}))
    assert all(a < c < b for a, b, c in zip(found["a"], found["b"], found["c"], strict=True))


def test_a_range_is_passed_on_along_inequalities(tmp_path: Path) -> None:
    columns = [col(name, "int", **drawn("uniform", low=0, high=99)) for name in "ab"]
    rules = {"inequalities": [{"left": "t.a", "op": "<", "right": "t.b"}], "ranges": [{"attr": "t.b", "max": 10}]}
    found = made(plan_of(tmp_path, columns, rules))
    assert max(found["a"]) <= 9
    assert all(a < b <= 10 for a, b in zip(found["a"], found["b"], strict=True))


def test_a_rule_on_a_lookup_is_kept_where_the_value_is_made(tmp_path: Path) -> None:
    fact = child(col("price", "float", lookup={"from": "t.price"}))
    rules = {"ranges": [{"attr": "c.price", "max": 3}]}
    plan = plan_of(tmp_path, [col("price", "float", **drawn("uniform", low=0, high=9))], rules, fact)
    assert max(made(plan, "c")["price"]) <= 3
    assert max(made(plan)["price"]) <= 3


def test_two_columns_of_the_same_other_row_are_compared_there(tmp_path: Path) -> None:
    shown = [col(name, "int", lookup={"from": f"t.{name}", "on": {"i": "t_i"}}) for name in "ab"]
    columns = [col(name, "int", **drawn("uniform", low=0, high=9)) for name in "ab"]
    rules = {"inequalities": [{"left": "c.a", "op": ">", "right": "c.b"}]}
    found = made(plan_of(tmp_path, columns, rules, child(*shown)), "c")
    assert all(a > b for a, b in zip(found["a"], found["b"], strict=True))


NOTHING: list[tuple[Written, Written, str]] = [
    (
        col("x", "float", **drawn("uniform", low=1, high=9)),
        {"ranges": [{"attr": "t.x", "min": 20}]},
        "constraints.ranges.0: leaves nothing of t.x: no value that its distribution makes lies between its bounds; "
        "widen it, or change the distribution",
    ),
    (
        col("x", "int", distribution={"type": "normal", "params": {"mean": 5, "std": 2}, "clamp": [0, 9]}),
        {"ranges": [{"attr": "t.x", "min": 10}]},
        "constraints.ranges.0: leaves nothing of t.x",
    ),
    (
        col("x", "int", choice={"choices": [1, 2]}),
        {"enum": [{"attr": "t.x", "values": [3]}]},
        "constraints.enum.0: leaves nothing of t.x: no value that its choice makes lies in what is allowed",
    ),
    (
        col("x", "string", choice={"choices": ["a"]}),
        {"pattern": [{"attr": "t.x", "regex": "b"}]},
        "constraints.pattern.0: leaves nothing of t.x",
    ),
    (
        col("x", "datetime", datetime_series={}),
        {"ranges": [{"attr": "t.x", "min": "2025-01-01"}]},
        "constraints.ranges.0: leaves nothing of t.x",
    ),
    (
        col("x", "int", **drawn("uniform", low=1, high=9)),
        {"ranges": [{"attr": "t.x", "max": 5}, {"attr": "t.x", "min": 6}]},
        "constraints.ranges.0: leaves nothing of t.x",
    ),
    (
        col("x", "int", sequence={}),
        {"inequalities": [{"left": "t.x", "op": "<", "right": "t.i"}]},
        "constraints.inequalities.0: neither 't.x' nor 't.i' is drawn in a way that can follow the other; draw one of "
        "them, or leave it out",
    ),
    (
        col("x", "int", **drawn("uniform", low=1, high=9)),
        {"inequalities": [{"left": "t.x", "op": op, "right": "t.i"} for op in "<>"]},
        "constraints.inequalities.1: 't.x' would have to be above and below 't.i'; leave one of the inequalities out",
    ),
    (
        col("x", "string", choice={"choices": ["a"]}),
        {"inequalities": [{"left": "t.x", "op": "<", "right": "v.code"}]},
        "are not a table and its parent",
    ),
    (
        col("x", "int", sequence={}),
        {"ranges": [{"attr": "t.x", "max": 99}]},
        "constraints.ranges.0: sequence reaches 5000 in 5,000 rows, above its range; have fewer rows",
    ),
    (
        col("x", "int", sequence={}),
        {"enum": [{"attr": "t.x", "values": [1, 2, 3]}]},
        "constraints.enum.0: t.x: its sequence has 4, which is not allowed; list it, or draw a choice",
    ),
    (
        col("x", "int", **drawn("uniform", low=1, high=9)),
        {"enum": [{"attr": "t.x", "enum_ref": "v.n"}, {"attr": "v.n", "enum_ref": "t.x"}]},
        "constraints.enum.0: 'v.n' follows from 't.x' itself; list the values instead",
    ),
    (
        col("x", "int", **drawn("uniform", low=1, high=9)),
        {"enum": [{"attr": "v.code", "values": ["x", "y"]}]},
        "constraints.enum.0: v.code: 'w' of its list is not allowed; remove it there",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("column", "rules", "told"), NOTHING, ids=lambda case: "")
def test_what_leaves_nothing_is_a_fault_of_the_document(
    tmp_path: Path, column: Written, rules: Written, told: str
) -> None:
    with pytest.raises((SchemaError, UserError)) as caught:
        plan_of(tmp_path, [column], rules, VOCAB)
    assert told in str(caught.value)
    if "constraints" in told:
        assert "document.json:" in str(caught.value)


def test_a_text_that_never_obeys_ends_the_run_and_says_so(tmp_path: Path) -> None:
    column = col("x", "string", expression={"code": "'a' if i < 9 else 'b'"})
    plan = plan_of(tmp_path, [column], {"enum": [{"attr": "t.x", "values": ["a"]}]})
    with pytest.raises(UserError, match=r"t.x: row 8: 'b' as it is computed, and must be one of 1 values"):
        generate(plan, "t", 0, 20)


def test_a_range_is_passed_on_along_a_chain(tmp_path: Path) -> None:
    columns = [col(name, "int", **drawn("uniform", low=0, high=99)) for name in "abc"]
    rules = {
        "inequalities": [{"left": "t.a", "op": "<", "right": "t.b"}, {"left": "t.b", "op": "<", "right": "t.c"}],
        "ranges": [{"attr": "t.c", "max": 10}],
    }
    found = made(plan_of(tmp_path, columns, rules))
    assert max(found["a"]) <= 8
    assert all(a < b < c <= 10 for a, b, c in zip(found["a"], found["b"], found["c"], strict=True))


@pytest.mark.parametrize("op", ["<", "<="])
def test_instants_stay_on_their_grid_also_beyond_their_window(tmp_path: Path, op: str) -> None:
    late = {"within": {"start": "2024-12-31T12:00:00", "end": "2024-12-31T23:59:00"}, "freq": "min"}
    columns = [col("a", "datetime", datetime_series=late), col("b", "datetime", datetime_series={"freq": "H"})]
    found = made(plan_of(tmp_path, columns, {"inequalities": [{"left": "t.a", "op": op, "right": "t.b"}]}))
    assert all((at.minute, at.second, at.microsecond) == (0, 0, 0) for at in found["b"])
    assert {at for at in found["b"] if at.year > 2024} == {datetime(2025, 1, 1, tzinfo=UTC)}


def test_a_clamp_is_kept_beside_an_inequality(tmp_path: Path) -> None:
    def clamped(name: str, low: float, high: float) -> Written:
        spread = {"type": "lognormal", "params": {"mean": 3, "sigma": 1}, "clamp": [low, high]}
        return col(name, "float", distribution=spread)

    columns = [clamped("price", 1, 90), clamped("cost", 5, 40)]
    found = made(plan_of(tmp_path, columns, {"inequalities": [{"left": "t.cost", "op": "<", "right": "t.price"}]}))
    assert all(5 <= cost < price <= 90 for cost, price in zip(found["cost"], found["price"], strict=True))
    assert found["cost"].count(5) > 100  # what lies below is still put on the clamp
