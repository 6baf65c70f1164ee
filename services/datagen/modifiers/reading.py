"""Which modifiers look at other columns of the row."""

from __future__ import annotations

from collections.abc import Iterable

from datagen.modifiers.base import Modifier
from datagen.modifiers.not_before import NotBefore
from datagen.modifiers.scaled import Scaled

READING = (NotBefore, Scaled)


def reads_of(modifiers: Iterable[Modifier]) -> tuple[str, ...]:
    """Columns of the same row."""
    return tuple(name for modifier in modifiers if isinstance(modifier, READING) for name in modifier.reads)
