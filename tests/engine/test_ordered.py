"""Instants of children: in order within a parent, along the curve over all."""

from __future__ import annotations

import numpy as np
import pytest

from datagen.children import Children
from datagen.count import Declared
from datagen.draws import Draws
from datagen.fanout import Exactly, Poisson
from datagen.generators import ordered
from datagen.generators.ordered import ordered_shares


def shares_of(children: Children) -> np.ndarray:
    rows = np.arange(children.rows)
    return ordered_shares(rows, children.of_span(0, children.rows), Draws(5, "t", "ts", 0, children.rows))


@pytest.mark.parametrize("most", [4096, 3])
def test_shares_rise_within_a_parent_and_are_even_over_all(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordered, "MOST_SORTED", most)
    monkeypatch.setattr(ordered, "STRETCH_ROWS", 100)
    children = Children(3, "t", Poisson(4), Declared(5_000))
    found = shares_of(children)
    family = children.of_span(0, children.rows)
    same = family.parents[1:] == family.parents[:-1]
    assert (np.diff(found)[same] >= 0).all()
    counts = np.histogram(found, bins=20, range=(0, 1))[0]
    assert np.abs(counts - children.rows / 20).max() < 160  # expected about 1000, sigma at most 31


def test_the_first_of_two_lies_a_third_along_on_the_average() -> None:
    first = shares_of(Children(3, "t", Exactly(2), Declared(20_000)))[::2]
    assert abs(first.mean() - 1 / 3) < 0.0085  # sigma 0.2357 / sqrt(20,000) = 0.0017
    assert abs(first.var() - 1 / 18) < 0.003


def test_many_children_of_one_parent_are_spread_over_all_of_it() -> None:
    found = shares_of(Children(3, "t", Exactly(10_000), Declared(1)))
    assert np.abs(found - (np.arange(10_000) + 0.5) / 10_000).max() < 1 / 10_000
