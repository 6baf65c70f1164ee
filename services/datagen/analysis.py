"""What the rest of the world may ask of the rows, in the schema author's own column names.

Batch, streaming, replay and both pages read columns only through `Analysis`; none of them spells a
column name. It is published as `analysis.json` with every run, so that readers need no schema file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Format = Literal["money", "number", "percent"]
Polarity = Literal["good", "bad"]
Kind = Literal["text", "int", "float", "bool", "time", "object"]


@dataclass(frozen=True, slots=True)
class InputColumn:
    """One column of the extract as a reader meets it."""

    name: str
    kind: Kind
    precision: int | None = None  # digits kept after the point; None where none is declared (floats then have 6)
    time_format: str | None = None  # iso, epoch_s, epoch_ms or a strftime pattern; None where kind is not time


@dataclass(frozen=True, slots=True)
class Dimension:
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Number:
    """A column that is summed and averaged."""

    name: str
    label: str
    kind: Literal["int", "float"]
    precision: int | None  # as InputColumn.precision; None for ints
    format: Format
    unit: str | None
    polarity: Polarity | None


@dataclass(frozen=True, slots=True)
class Flag:
    """A column that is counted and turned into a rate."""

    name: str
    label: str
    format: Format
    unit: str | None
    polarity: Polarity | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A number derived from a row by an expression; absent results count as 0.0."""

    name: str
    label: str
    expression: str  # in the language of datagen.expression
    precision: int  # digits after the point, rounded half to even
    format: Format
    unit: str | None
    polarity: Polarity | None


@dataclass(frozen=True, slots=True)
class Stream:
    """How the stream is cut into windows. `slide_s` divides `window_s` and a week."""

    window_s: int
    slide_s: int
    watermark_s: int
    group_by: str  # a dimension
    value: str | None  # a measure or a numeric field; None where the schema has neither


@dataclass(frozen=True, slots=True)
class Analysis:
    """The whole contract between making data and using it. All defaults are filled in."""

    dataset: str  # the slug on disk, in topics and in tables
    name: str
    title: str
    description: str
    currency: str | None  # ISO 4217
    timezone: str  # in which pages show times; nothing else
    table: str
    id_field: str | None
    timestamp_field: str | None  # None: the jobs refuse, the generator does not
    dimensions: tuple[Dimension, ...]  # coarse first
    numeric_fields: tuple[Number, ...]
    boolean_fields: tuple[Flag, ...]
    measures: tuple[Measure, ...]
    aliases: Mapping[str, tuple[str, ...]]  # column -> other names it may bear in the input
    stream: Stream | None  # None where there is no timestamp or no dimension
    columns: tuple[InputColumn, ...]  # every column of the extract, in order
    window_start: str  # ISO 8601, UTC, inclusive
    window_end: str  # ISO 8601, UTC, inclusive
    fingerprint: str  # SHA-256, hex; its first 8 digits name what is stateful
    labels: Mapping[str, str] = field(default_factory=dict)  # column -> label, for names that stand in no list above

    def column(self, name: str) -> InputColumn:
        """The input column of that name. KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=2, allow_nan=False)


def from_json(text: str) -> Analysis:
    """What `Analysis.to_json` wrote. KeyError or TypeError where it is something else."""
    raw: dict[str, Any] = json.loads(text)
    lists = {
        "dimensions": Dimension,
        "numeric_fields": Number,
        "boolean_fields": Flag,
        "measures": Measure,
        "columns": InputColumn,
    }
    for key, kind in lists.items():
        raw[key] = tuple(kind(**entry) for entry in raw[key])
    raw["aliases"] = {name: tuple(others) for name, others in raw["aliases"].items()}
    raw["stream"] = Stream(**raw["stream"]) if raw["stream"] is not None else None
    return Analysis(**raw)
