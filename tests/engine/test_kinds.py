"""Each kind of column: what its values are, how they are spread, and what it refuses."""

from __future__ import annotations

import math
import re
import uuid
from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.errors import UserError
from datagen.generators import GENERATORS
from datagen.generators.base import Generator
from datagen.generators.choice import Choice
from datagen.generators.concat import Concat
from datagen.generators.conditional import ConditionalChoice
from datagen.generators.flag import Flag
from datagen.generators.floats import Exponential, Lognormal, Normal, Uniform
from datagen.generators.geo import Geo
from datagen.generators.mapped import Mapped
from datagen.generators.pattern import Pattern
from datagen.generators.sequence import Sequence
from datagen.generators.uniform_int import UniformInt
from datagen.generators.uuid import Uuid
from datagen.modifiers import Nulls, Rounded
from datagen.refusals import RefusalError
from tests.engine.datasets import made, plan, values

BIG, SMALL = 2**63 - 1, -(2**63)
ROWS = 20_000


def numbers(generator: Generator, rows: int = ROWS) -> np.ndarray[Any, Any]:
    array: np.ndarray[Any, Any] = values(generator, rows).to_numpy()
    return array


def test_identifiers_are_version_4_and_all_different() -> None:
    texts = values(Uuid(), ROWS).to_pylist()
    assert len(set(texts)) == ROWS
    for text in texts[:500]:
        parsed = uuid.UUID(text)
        assert (str(parsed), parsed.version, parsed.variant) == (text, 4, uuid.RFC_4122)
    for place in set(range(36)) - {8, 13, 14, 18, 19, 23}:
        # every digit 1250 times, sigma 34
        assert all(abs(count - 1250) < 5 * 34 for count in Counter(text[place] for text in texts).values())
    assert {text[19] for text in texts} == set("89ab")
    # the halves are drawn apart: four digits agree once in 65536, 0.3 times here
    assert sum(text[4:8] == text[24:28] for text in texts) < 5


def test_a_sequence_counts_in_steps() -> None:
    assert values(Sequence(10, -3), 4).to_pylist() == [10, 7, 4, 1]
    assert values(Sequence(5, 0), 2).to_pylist() == [5, 5]


def test_a_sequence_that_leaves_64_bits_is_refused_before_work_starts() -> None:
    assert values(Sequence(BIG - 2, 1), 3).to_pylist()[-1] == BIG
    with pytest.raises(
        UserError, match=r"^schema\.fields\.value: step=1 from start=9223372036854775805 leaves 64 bits "
    ):
        plan({"value": Sequence(BIG - 2, 1)}, 4)
    plan({"value": Sequence(BIG, 1)}, 0)
    with pytest.raises(ValueError, match=r"^start=9223372036854775808 does not fit a 64-bit integer "):
        Sequence(2**63, 1)


@settings(deadline=None)
@given(st.integers(SMALL, BIG), st.integers(0, 2**64 - 1), st.floats(0.05, 20))
def test_whole_numbers_stay_within_their_bounds(low: int, span: int, skew: float) -> None:
    high = min(low + span, BIG)
    for kind in (UniformInt(low, high), UniformInt(low, high, skew)):
        drawn = values(kind, 200).to_pylist()
        assert all(low <= number <= high for number in drawn)


def test_whole_numbers_are_equally_likely_up_to_both_bounds() -> None:
    counts = Counter(numbers(UniformInt(-3, 4)).tolist())
    # 2500 each, sigma sqrt(20000 * 1/8 * 7/8) = 47
    assert set(counts) == set(range(-3, 5))
    assert all(abs(count - 2500) < 5 * 47 for count in counts.values())
    whole = numbers(UniformInt(SMALL, BIG)) / 2**63
    # mean 0, sigma 2 * 0.2887 / sqrt(20000) = 0.0041
    assert abs(whole.mean()) < 5 * 0.0041


def test_a_skew_leans_as_its_formula_says() -> None:
    drawn = numbers(UniformInt(1, 10, 3.0))
    for bound in range(1, 11):
        share = (bound / 10) ** (1 / 3)  # floor(10 u^3) < bound where u < (bound / 10)^(1/3)
        # sigma sqrt(20000 * share * (1 - share)), at most 71
        assert abs((drawn <= bound).sum() - ROWS * share) <= 5 * math.sqrt(ROWS * share * (1 - share))


def test_the_steepest_skew_stays_below_its_bound() -> None:
    assert min(numbers(UniformInt(SMALL, BIG, 1e-18), 100).tolist()) > BIG - 10_000
    assert set(numbers(UniformInt(0, 9, 1e-18), 100).tolist()) == {9}
    assert set(numbers(UniformInt(SMALL, BIG, 1e18), 100).tolist()) == {SMALL}


def test_uniform_doubles_fill_their_span_even_the_widest() -> None:
    drawn = numbers(Uniform(-2.0, 6.0))
    # mean 2, sigma 8 * 0.2887 / sqrt(20000) = 0.0163
    assert -2 <= drawn.min() < -1.99 < 5.99 < drawn.max() <= 6
    assert abs(drawn.mean() - 2) < 5 * 0.0163
    widest = numbers(Uniform(-1.7e308, 1.7e308))
    assert np.isfinite(widest).all()
    assert abs((widest < 0).sum() - ROWS / 2) < 5 * 71
    assert set(numbers(Uniform(3.0, 3.0), 10).tolist()) == {3.0}


def test_normal_lognormal_and_exponential_have_their_moments() -> None:
    drawn = numbers(Normal(50.0, 10.0))
    # mean: sigma 10 / sqrt(20000) = 0.0707; standard deviation: sigma 10 / sqrt(40000) = 0.05
    assert abs(drawn.mean() - 50) < 5 * 0.0707
    assert abs(drawn.std() - 10) < 5 * 0.05
    logs = np.log(numbers(Lognormal(3.5, 0.8)))
    assert abs(logs.mean() - 3.5) < 5 * 0.8 / math.sqrt(ROWS)
    assert abs(logs.std() - 0.8) < 5 * 0.8 / math.sqrt(2 * ROWS)
    waits = numbers(Exponential(4.0))
    # mean 1/4 with sigma 0.25 / sqrt(20000) = 0.00177; median ln 2 / 4
    assert waits.min() > 0
    assert abs(waits.mean() - 0.25) < 5 * 0.00177
    assert abs((waits < math.log(2) / 4).sum() - ROWS / 2) < 5 * 71


def test_flags_are_set_with_their_probability() -> None:
    for probability in (0.003, 0.5, 0.92):
        hits = values(Flag(probability), ROWS).to_pylist().count(True)
        assert abs(hits - ROWS * probability) < 5 * math.sqrt(ROWS * probability * (1 - probability))
    assert values(Flag(0.0), 100).to_pylist() == [False] * 100
    assert values(Flag(1.0), 100).to_pylist() == [True] * 100


@pytest.mark.parametrize(
    ("choices", "kind", "expected"),
    [
        (("a", "b"), pa.string(), {"a", "b"}),
        ((1, 2, None), pa.int64(), {1, 2, None}),
        ((1, 2.5), pa.float64(), {1.0, 2.5}),
        ((True, False, None), pa.bool_(), {True, False, None}),
        (("x", 1, 2.0, True, None), pa.string(), {"x", "1", "2", "true", None}),
        ((1, True), pa.string(), {"1", "true"}),
        ((None, None), pa.string(), {None}),
        (("a", None, "a"), pa.string(), {"a", None}),
    ],
)
def test_choices_have_the_type_that_holds_them_all(
    choices: tuple[Any, ...], kind: pa.DataType, expected: set[Any]
) -> None:
    column = values(Choice(choices, (1.0,) * len(choices)), 200)
    assert column.type == kind
    assert set(column.to_pylist()) == expected


def test_choices_come_by_weight_also_when_one_is_listed_twice() -> None:
    counts = Counter(values(Choice(("a", "b", "a", "c"), (1.0, 6.0, 2.0, 1.0)), ROWS).to_pylist())
    for value, share in (("a", 0.3), ("b", 0.6), ("c", 0.1)):
        assert abs(counts[value] - ROWS * share) < 5 * math.sqrt(ROWS * share * (1 - share))


CITIES = Choice(("Pune", "Goa", None), (1.0, 1.0, 1.0))


def test_a_conditional_choice_follows_its_column() -> None:
    table = {"Pune": Choice(("POS",), (1.0,)), "": Choice(("none",), (1.0,))}
    other = Choice(("ATM", "WEB"), (1.0, 3.0))
    rows = made(plan({"city": CITIES, "channel": ConditionalChoice("city", table, other)}, ROWS)).to_pylist()
    seen = Counter((row["city"], row["channel"]) for row in rows)
    assert set(seen) == {("Pune", "POS"), (None, "none"), ("Goa", "ATM"), ("Goa", "WEB")}
    goa = seen["Goa", "ATM"] + seen["Goa", "WEB"]
    assert abs(seen["Goa", "WEB"] - 0.75 * goa) < 5 * math.sqrt(goa * 3 / 16)


@pytest.mark.parametrize(
    ("parent", "texts"),
    [
        (UniformInt(1, 3), {1: "1", 2: "2", 3: "3"}),
        (Flag(0.5), {True: "true", False: "false"}),
        ((Uniform(0.0, 1.0), (Rounded(0),)), {0.0: "0", 1.0: "1"}),
        (Pattern("{a-z}", False), {letter: letter for letter in "abcdefghijklmnopqrstuvwxyz"}),
        ((Pattern("x", False), (Nulls(0.5),)), {"x": "x", None: ""}),
    ],
)
def test_columns_of_any_type_are_looked_up_by_their_text(parent: Any, texts: dict[Any, str]) -> None:
    table = {text: Choice((text,), (1.0,)) for text in texts.values()}
    kinds = {
        "on": parent,
        "choice": ConditionalChoice("on", table, None),
        "map": Mapped("on", {t: t for t in table}, None),
    }
    for row in made(plan(kinds, 300)).to_pylist():
        assert row["choice"] == row["map"] == texts[row["on"]]


def test_a_value_without_a_case_ends_the_run_and_names_it() -> None:
    table = {"Pune": Choice(("POS",), (1.0,))}
    with pytest.raises(
        UserError, match=r"^things\.channel: city=Goa is not in conditional_table, which has no '_default'; "
    ):
        made(plan({"city": Choice(("Pune", "Goa"), (1.0, 1.0)), "channel": ConditionalChoice("city", table, None)}, 50))
    with pytest.raises(UserError, match=r"^things\.channel: city= is not in conditional_table, "):
        made(plan({"city": Choice((None,), (1.0,)), "channel": ConditionalChoice("city", table, None)}, 50))


def test_a_map_gives_its_values_and_else_the_default() -> None:
    kinds = {
        "city": CITIES,
        "region": Mapped("city", {"Pune": "west", "": "nowhere"}, "south"),
        "n": Mapped("city", {"Goa": 3}, None),
    }
    batch = made(plan(kinds, 300))
    assert batch.schema.field("n").type == pa.int64()
    assert {(row["city"], row["region"], row["n"]) for row in batch.to_pylist()} == {
        ("Pune", "west", None),
        (None, "nowhere", None),
        ("Goa", "south", 3),
    }


def test_a_concat_joins_csv_texts_with_null_as_empty() -> None:
    kinds = {
        "city": CITIES,
        "n": UniformInt(-5, 5000),
        "x": (Uniform(0.0, 2.0), (Rounded(1), Nulls(0.3))),
        "ok": (Flag(0.5), (Nulls(0.5),)),
        "word": (Pattern("ü{A-Z}", False), (Nulls(0.5),)),
        "joined": Concat(("city", "n", "x", "ok", "word", "city"), "·"),
    }
    for row in made(plan(kinds, 2000)).to_pylist():
        city = row["city"] or ""
        x = "" if row["x"] is None else f"{row['x']:.1f}".removesuffix(".0")
        ok = "" if row["ok"] is None else str(row["ok"]).lower()
        assert row["joined"] == "·".join([city, str(row["n"]), x, ok, row["word"] or "", city])


def test_patterns_write_letters_numbers_and_literals() -> None:
    texts = values(Pattern("é-{A-Z}{a-z}{07-12}/{0-9}{00000000-99999999}{x}{000-7}", False), 3000).to_pylist()
    shape = re.compile(r"é-[A-Z][a-z](07|08|09|10|11|12)/\d\d{8}\{x\}00[0-7]")
    assert all(shape.fullmatch(text) for text in texts)
    for place, count in ((2, 26), (3, 26), (7, 10), (8, 10), (11, 10), (15, 10), (-1, 8)):
        seen = Counter(text[place] for text in texts)
        # 3000 / count each, sigma sqrt(3000 / count)
        assert len(seen) == count
        assert all(abs(each - 3000 / count) < 5 * math.sqrt(3000 / count) for each in seen.values())
    assert values(Pattern("fixed", False), 2).to_pylist() == ["fixed", "fixed"]
    assert values(Pattern("", False), 2).to_pylist() == ["", ""]


def test_tokens_of_a_pattern_are_drawn_independently_of_each_other() -> None:
    texts = values(Pattern("{0-9}{0-9}{0000000000-9999999999}{0-9}", False), ROWS).to_pylist()
    for one, other in ((0, 1), (0, 2), (1, 12), (2, 12), (0, 12)):
        pairs = Counter((text[one], text[other]) for text in texts)
        # 200 each, chi-square of 99 degrees of freedom: sigma sqrt(198) = 14
        assert abs(sum((count - 200) ** 2 / 200 for count in pairs.values()) - 99) < 5 * 14


@pytest.mark.parametrize("pattern", ["{A-Z}{0-9}", "{0-9}x{5-7}{a-z}", "{000-999}", "{7-7}"])
def test_unique_patterns_use_every_text_once_before_they_end(pattern: str) -> None:
    capacity = Pattern(pattern, True).capacity
    texts = values(Pattern(pattern, True), capacity).to_pylist()
    assert len(set(texts)) == capacity
    assert capacity == 1 or texts != sorted(texts)


def test_unique_patterns_of_more_than_2_to_the_62_texts_stay_unique() -> None:
    wide = Pattern("{A-Z}{000000000000000000-999999999999999999}{0-9}{000000000-999999999}", True)
    assert 2**31 < wide.capacity <= 2**62
    kinds = {"code": wide}
    far = made(plan(kinds, wide.capacity), wide.capacity - 20_000)
    assert pc.count_distinct(far.column(0)).as_py() == 20_000
    assert all(re.fullmatch(r"[A-Z]\d{28}", text) for text in far.column(0).to_pylist())
    assert len({text[-9:] for text in far.column(0).to_pylist()}) > 19_990  # what is not shuffled is drawn
    assert len(set(values(Pattern("{A-Z}" * 30, True), 10_000).to_pylist())) == 10_000


def test_more_rows_than_unique_texts_are_refused_before_work_starts() -> None:
    with pytest.raises(
        UserError, match=r"^schema\.fields\.code: unique: 261 rows from 260 different texts; widen a token "
    ):
        plan({"code": Pattern("{A-Z}{0-9}", True)}, 261)
    plan({"code": Pattern("{A-Z}{0-9}", False)}, 261)
    with pytest.raises(UserError, match=r"unique: 2 rows from 1 different texts"):
        plan({"code": Pattern("fixed", True)}, 2)


def test_points_lie_in_their_box_on_the_grid_of_digits() -> None:
    points = values(Geo(18.9, 73.07, 18.43, 72.7, 1, True), 2000).to_pylist()
    assert {point["lat"] for point in points} == {18.5, 18.6, 18.7, 18.8, 18.9}
    assert {point["lon"] for point in points} == {72.7, 72.8, 72.9, 73.0}
    assert set(values(Geo(1.23, 4.56, 1.23, 4.56, 1, True), 5).to_pylist()[0].values()) == {1.2, 4.6}


def test_a_point_as_text_is_that_of_the_object() -> None:
    objects = values(Geo(-1.0, -2.0, 3.0, 4.0, 3, True), 500).to_pylist()
    texts = values(Geo(-1.0, -2.0, 3.0, 4.0, 3, False), 500).to_pylist()
    for point, text in zip(objects, texts, strict=True):
        assert tuple(map(float, text.split(","))) == (point["lat"], point["lon"])


def test_nulls_come_with_their_probability_on_columns_of_any_type() -> None:
    kinds: list[Generator] = [
        Uuid(),
        Flag(0.5),
        Choice(("a", None), (1.0, 1.0)),
        Geo(0, 0, 1, 1, 2, True),
        Sequence(0, 1),
    ]
    for kind in kinds:
        drawn = values(kind, ROWS, modifiers=[Nulls(0.2)])
        share = 0.6 if isinstance(kind, Choice) else 0.2
        assert abs(drawn.null_count - ROWS * share) < 5 * math.sqrt(ROWS * share * (1 - share))
        drawn.validate(full=True)
    assert values(Uuid(), 50, modifiers=[Nulls(1.0)]).null_count == 50


REFUSED: list[tuple[Any, str, str]] = [
    (lambda: UniformInt(9, 3), "min", "min=9 is above max=3; swap them?"),
    (lambda: UniformInt(0, 2**63), "max", "max=9223372036854775808 does not fit a 64-bit integer"),
    (lambda: UniformInt(0, 1, 0.0), "skew", "skew=0.0 must be above 0"),
    (lambda: Uniform(math.nan, 1.0), "min", "min=nan is not a finite number"),
    (lambda: Uniform(2.0, 1.0), "min", "min=2.0 is above max=1.0; swap them?"),
    (lambda: Normal(math.inf, 1.0), "mean", "mean=inf is not a finite number"),
    (lambda: Normal(0.0, -1.0), "stddev", "stddev=-1.0 must not be below 0"),
    (lambda: Normal(0.0, 1e308), "stddev", "stddev=1e+308 around mean=0.0 leaves the range of doubles"),
    (lambda: Lognormal(800.0, 1.0), "mean", "mean=800.0 and stddev=1.0 are those of the logarithm"),
    (lambda: Exponential(0.0), "lambda", "lambda=0.0 must be above 0"),
    (lambda: Exponential(1e-308), "lambda", "lambda=1e-308 is so small that values leave the range of doubles"),
    (lambda: Flag(1.5), "p_true", "p_true=1.5 must be between 0 and 1"),
    (lambda: Flag(math.nan), "p_true", "p_true=nan must be between 0 and 1"),
    (lambda: Choice((), ()), "choices", "choices is empty; give at least one value"),
    (lambda: Choice(("a",), (1.0, 2.0)), "choices", "choices has 1 values and 2 weights"),
    (lambda: Choice(("a",), (-1.0,)), "weight", "weight=-1.0 must not be below 0"),
    (lambda: Choice(("a",), (0.0,)), "weight", "weight is 0 for every choice; give at least one a weight above 0"),
    (lambda: Choice((2**63,), (1.0,)), "value", "value=9223372036854775808 does not fit a 64-bit integer"),
    (lambda: Choice((math.inf,), (1.0,)), "value", "value=inf is not a finite number"),
    (
        lambda: Choice(("\ud800",), (1.0,)),
        "value",
        "value='\\ud800' holds half a character and cannot be written as UTF-8",
    ),
    (
        lambda: ConditionalChoice("a", {}, None),
        "conditional_table",
        "conditional_table is empty; give a value or '_default'",
    ),
    (lambda: Mapped("a", {"x": math.nan}, None), "map", "map=nan is not a finite number"),
    (lambda: Concat((), "-"), "parts", "parts is empty; name at least one field"),
    (lambda: Pattern("{9-1}", False), "pattern", "pattern={9-1} counts from 9 down to 1; swap?"),
    (
        lambda: Pattern("{0-9999999999999999999}", False),
        "pattern",
        "pattern={0-9999999999999999999} has over 18 digits in a number",
    ),
    (lambda: Pattern("x" * 1025, False), "pattern", "pattern is longer than 1024 bytes; shorten it"),
    (lambda: Geo(91.0, 0, 0, 0, 6, True), "bbox", "bbox: lat0=91.0 is outside -90 to 90"),
    (lambda: Geo(0, 0, 0, -181.0, 6, True), "bbox", "bbox: lon1=-181.0 is outside -180 to 180"),
    (lambda: Geo(0, 0, 0, 0, 13, True), "precision", "precision=13 must be between 0 and 12"),
    (lambda: Rounded(16), "precision", "precision=16 must be between 0 and 15"),
    (lambda: Nulls(-0.1), "null_prob", "null_prob=-0.1 must be between 0 and 1"),
]


@pytest.mark.parametrize(("build", "key", "message"), REFUSED, ids=[message[:40] for _, _, message in REFUSED])
def test_what_a_kind_cannot_do_it_refuses_where_it_is_made(build: Any, key: str, message: str) -> None:
    with pytest.raises(RefusalError, match="^" + re.escape(message)) as caught:
        build()
    assert caught.value.key == key


def test_the_table_of_kinds_has_every_type_of_the_record_dialect() -> None:
    assert sorted(GENERATORS) == [
        *("bool", "category", "datetime", "derived_concat", "derived_map", "float"),
        *("geo", "id_sequence", "int", "string", "uuid"),
    ]
