"""Which columns of an extract the replay looks at, and under which names they may come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from datagen.analysis import Analysis, InputColumn
from datagen.messages import EVENT_TIME, REPLAY, TIMES_WITHOUT_SCHEMA

RESERVED = frozenset({EVENT_TIME, REPLAY})  # what the replay writes itself


def fold(name: str) -> str:
    """Names are matched trimmed and in lower case."""
    return name.strip().lower()


@dataclass(frozen=True, slots=True)
class Columns:
    """Names are folded, the best first."""

    known: Mapping[str, InputColumn]
    time: tuple[str, ...]
    time_format: str
    id: tuple[str, ...]
    key: tuple[str, ...]

    def kind(self, name: str) -> str:
        column = self.known.get(fold(name))
        if column is None:
            return "text"
        return "int" if column.time_format in ("epoch_s", "epoch_ms") else column.kind


def of_analysis(analysis: Analysis, key: str | None) -> Columns:
    """`key` is the column that keys messages; the first dimension where none is named."""
    first = next((dimension.name for dimension in analysis.dimensions), None)
    time = analysis.timestamp_field

    def names(column: str | None) -> tuple[str, ...]:
        return tuple(map(fold, (column, *analysis.aliases.get(column, ())))) if column else ()

    known = {name: column for column in analysis.columns for name in names(column.name)}
    time_format = analysis.column(time).time_format if time else None
    return Columns(known, names(time), time_format or "iso", names(analysis.id_field), names(key or first))


def without_schema(key: str | None) -> Columns:
    times = (*TIMES_WITHOUT_SCHEMA, EVENT_TIME)
    return Columns({}, times, "iso", (), (fold(key),) if key else ())


def find(names: tuple[str, ...], given: Iterable[str]) -> int | None:
    """Where the best of the names stands among the given ones; None where none does."""
    places = {fold(name): place for place, name in reversed(list(enumerate(given)))}
    return next((places[name] for name in names if name in places), None)
