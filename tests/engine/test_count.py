"""Laws of counting: children are counted no further than asked, and what is known so far is as the whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.children import BLOCK_PARENTS, FEW_PARENTS, SAMPLED_PARENTS, STRETCH_BLOCKS, Children
from datagen.compile import compile_schema
from datagen.count import Count, Declared, First
from datagen.draws import F64, Draws
from datagen.family import Family
from datagen.fanout import Between, Exactly, Fanout, Poisson
from datagen.layout import Cut, Extract, extracts
from datagen.scaling import Scaling
from datagen.schema import read_schema

STRETCH = BLOCK_PARENTS * STRETCH_BLOCKS
SHOP = Path(__file__).parents[2] / "schemas" / "shop.json"


@dataclass
class Asked:
    """A scale that remembers for how many parents it was asked."""

    parents: int = 0

    def of(self, draws: Draws) -> tuple[F64, F64]:
        rows = draws.stop - draws.start if draws.picked is None else len(draws.picked)
        self.parents += rows
        return np.full(rows, 1.25), np.zeros(rows)


@dataclass
class Case:
    fanout: Fanout
    parents: int
    scaled: bool
    asked: Asked = field(default_factory=Asked)

    def children(self) -> Children:
        return Children(3, "t", self.fanout, Declared(self.parents), self.asked if self.scaled else None)


CASES = [
    Case(Poisson(2.5), 3 * STRETCH + 77, scaled=False),
    Case(Poisson(2.5), 2 * STRETCH, scaled=True),
    Case(Between(0, 3), STRETCH + 1, scaled=False),
    Case(Exactly(3), 1000, scaled=False),
    Case(Exactly(0), 1000, scaled=False),
    Case(Exactly(1), 2 * STRETCH, scaled=True),
    Case(Poisson(0.001), 2 * STRETCH + 5, scaled=False),
    Case(Poisson(4), 0, scaled=False),
]


def same(one: Family, other: Family) -> bool:
    return all(np.array_equal(getattr(one, part), getattr(other, part)) for part in ("parents", "first", "counts"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.fanout} of {case.parents}")
@given(st.data())
def test_what_is_counted_so_far_is_as_the_whole(case: Case, data: st.DataObject) -> None:
    whole, fresh = case.children(), case.children()
    rows = whole.rows
    for _ in range(3):
        most = data.draw(st.integers(0, rows + 10))
        assert fresh.upto(most) == min(most, rows)
    if rows:
        start = data.draw(st.integers(0, rows - 1))
        stop = min(rows, start + data.draw(st.integers(1, 2000)))
        assert same(fresh.of_span(start, stop), whole.of_span(start, stop))
        some = np.array(data.draw(st.lists(st.integers(0, rows - 1), min_size=1, max_size=20)), np.int64)
        assert same(fresh.of_rows(some), whole.of_rows(some))
    assert fresh.rows == rows


def test_no_more_parents_are_asked_for_than_needed() -> None:
    asked = Asked()
    children = Children(3, "t", Exactly(1), Declared(100 * STRETCH), asked)
    assert children.upto(1000) == 1000
    assert asked.parents == STRETCH
    assert children.of_span(0, 100).parents[0] == 0
    assert not children.soon
    assert asked.parents < 2 * STRETCH


def test_threads_that_ask_at_once_get_the_same() -> None:
    case = Case(Poisson(2.5), 4 * STRETCH + 9, scaled=True)
    whole, fresh = case.children(), case.children()
    spans = [(start, start + 3000) for start in range(0, whole.rows - 3000, 37_000)]
    Random(5).shuffle(spans)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda span: fresh.of_span(*span), spans))
    assert all(same(one, whole.of_span(*span)) for one, span in zip(found, spans, strict=True))
    assert fresh.rows == whole.rows


@pytest.mark.parametrize(
    "parents", [Declared(5 * FEW_PARENTS), Children(1, "p", Poisson(3), Declared(2 * FEW_PARENTS))]
)
def test_how_many_there_are_is_known_about_before_they_are_counted(parents: Count) -> None:
    asked = Asked()
    children = Children(3, "t", Poisson(2), parents, asked)
    about = children.about
    assert asked.parents == SAMPLED_PARENTS
    assert about == pytest.approx(children.rows, rel=0.03)  # 5 sigma of 32,768 draws: 1.8 %
    assert children.about == children.rows


def test_the_first_rows_count_no_more() -> None:
    asked = Asked()
    first = First(Children(3, "t", Exactly(1), Declared(100 * STRETCH), asked), 500)
    assert (first.rows, first.about, first.upto(10), first.upto(1000)) == (500, 500, 10, 500)
    assert asked.parents == STRETCH


def test_an_extract_without_an_end_is_cut_as_one_with() -> None:
    children = Children(3, "t", Poisson(1.5), Declared(5000))
    endless, ended = (Extract("t.csv", "t", None, 0, end) for end in (children, children.rows))
    start, last = 0, False
    while not last:
        assert endless.span(start, 700) == ended.span(start, 700)
        start, last = endless.span(start, 700)
    assert start == children.rows == endless.stop == endless.counted().end
    assert Extract("t.csv", "t", None, 0, Declared(0)).span(0, 700) == (0, True)
    assert Extract("t.csv", "t", None, 5, 705).span(5, 700) == (705, True)


@pytest.mark.parametrize("scale", [10, 1000])
def test_a_plan_of_many_rows_asks_for_the_children_of_few_parents(scale: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked()

    def counting(self: Scaling, draws: Draws) -> tuple[F64, F64]:
        asked.of(draws)
        return real(self, draws)

    real = Scaling.of
    monkeypatch.setattr(Scaling, "of", counting)
    plan = compile_schema(read_schema(SHOP, scale=scale))
    assert [part.about > 0 for part in extracts(plan, Cut())] == [True] * 6
    assert asked.parents < 3 * FEW_PARENTS
