"""Where rows stand among the children of their parents."""

from __future__ import annotations

from dataclasses import dataclass

from datagen.draws import I64


@dataclass(frozen=True, slots=True)
class Family:
    """Of some rows, each with its parent."""

    parents: I64  # the parent's row
    first: I64  # the row of the parent's first child
    counts: I64  # how many children the parent has
