"""Weights as they are written to shares of rows: of choices, of segments, of the rows of a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from datagen.schema.relational import generators as written
from datagen.schema.relational.behaving import text_of
from datagen.shares import HeadTail, Shares, Uniform, read_shares


def shared(values: tuple[Any, ...], weights: tuple[float, ...], shares: Mapping[str, float]) -> tuple[float, ...]:
    """Weights by which each named value has its share; the others share the rest by their own weights."""
    if not shares:
        return tuple(weights)
    named = [shares.get(text_of(value)) for value in values]
    counts = Counter(map(text_of, values))
    rest = sum(weight for weight, share in zip(weights, named, strict=True) if share is None)
    left = max(0.0, 1.0 - sum(shares.values()))
    return tuple(
        (weight * left / rest if rest else 0.0) if share is None else share / counts[text_of(value)]
        for value, weight, share in zip(values, weights, named, strict=True)
    )


def shares_of(choice: written.ChoiceChoice) -> Shares:
    return read_shares(choice.weights_kind) if choice.weights_kind else Uniform()


def popularity_of(written_as: written.Popularity | None) -> Shares:
    match written_as:
        case written.ZipfPopularity(alpha=alpha):
            return read_shares(f"zipf@{alpha!r}")
        case written.HeadTailPopularity(head_share=share, tail_alpha=alpha):
            return HeadTail(share, alpha)
        case _:
            return Uniform()
