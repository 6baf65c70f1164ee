"""Shares by name mean what they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.generators.choice import Choice
from datagen.shares import HeadTail, SharesError, Uniform, Zipf, read_shares
from tests.engine.datasets import values

ALPHAS = st.floats(0, 5)


@given(ALPHAS, st.integers(1, 500))
def test_zipf_weighs_rank_k_by_k_to_the_minus_alpha(alpha: float, count: int) -> None:
    weights = Zipf(alpha).weights(count)
    assert weights.tolist() == pytest.approx([rank**-alpha for rank in range(1, count + 1)])


@given(st.floats(0, 1), ALPHAS, st.integers(2, 500))
def test_the_head_shares_its_part_and_the_tail_the_rest(share: float, alpha: float, count: int) -> None:
    weights = HeadTail(share, alpha).weights(count)
    head = math.ceil(count / 5)
    assert weights[:head].tolist() == pytest.approx([share / head] * head)
    tail = np.array([rank**-alpha for rank in range(1, count - head + 1)])
    assert weights[head:].tolist() == pytest.approx(((1 - share) * tail / tail.sum()).tolist(), abs=1e-15)


def test_a_list_that_is_all_head_shares_evenly() -> None:
    assert HeadTail(0.3, 1).weights(1).tolist() == [1]


@settings(deadline=None, max_examples=15)
@given(st.sampled_from([Uniform(), Zipf(1.0), Zipf(2.5), HeadTail(0.8, 1.2), HeadTail(0.0, 0)]), st.integers(2, 60))
def test_what_is_drawn_has_these_shares(shares: Uniform | Zipf | HeadTail, count: int) -> None:
    weights = shares.weights(count)
    drawn = values(Choice(tuple(range(count)), tuple(weights.tolist())), 30_000).to_numpy()
    found = np.bincount(drawn, minlength=count) / 30_000
    assert np.abs(found - weights / weights.sum()).max() < 0.0165  # sigma at most 0.0029; 5.7 of them


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("uniform", Uniform()),
        ("zipf@1.2", Zipf(1.2)),
        ("zipf@{1}", Zipf(1)),
        ("zipf@1e-1", Zipf(0.1)),
        ("head_tail@{0.6,1.5}", HeadTail(0.6, 1.5)),
        ("head_tail@{0.6, 1.5}", HeadTail(0.6, 1.5)),
        ("head_tail@0.6,1.5", HeadTail(0.6, 1.5)),
        ('head_tail@{"head_share": 0.6, "tail_alpha": 1.5}', HeadTail(0.6, 1.5)),
        ("head_tail@{head_share=0.6,tail_alpha=1.5}", HeadTail(0.6, 1.5)),
    ],
)
def test_shares_are_read_by_name(text: str, shares: object) -> None:
    assert read_shares(text) == shares


@pytest.mark.parametrize(
    "text", ["", "zipf", "zipf@", "zipf@-1", "zipf@99", "Zipf@1", "head_tail@0.6", "head_tail@2,1"]
)
def test_what_names_no_shares_is_refused(text: str) -> None:
    with pytest.raises(SharesError, match=r"is none of uniform|alpha above|outside 0 to 1"):
        read_shares(text)
