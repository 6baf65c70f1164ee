"""How tables behave, as written: segments, ages and stages, and which columns of which children they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from datagen.schema.relational.behaviors import (
    AgeMultiplier,
    Behavior,
    CurveChoice,
    SegmentBehavior,
    StageConfig,
    VintageBehavior,
)
from datagen.schema.relational.generators import ChoiceChoice, EnumListChoice
from datagen.schema.relational.look import NUMBERS
from datagen.schema.relational.written import WrittenColumn, WrittenTable
from datagen.strengths.age import UNITS_US, Age, Curve, Steps
from datagen.strengths.segment import Segment

ModelT = TypeVar("ModelT", SegmentBehavior, VintageBehavior, StageConfig)
FANOUT = "fanout"
SEGMENT = "segment"  # the usual name of a column of segments


def segments_of(table: WrittenTable) -> SegmentBehavior | None:
    """None also where its shape is at fault, which is noted where the table is checked."""
    return _model(SegmentBehavior, table.model.segment_behavior if table.model else None)


def vintage_of(table: WrittenTable) -> VintageBehavior | None:
    return _model(VintageBehavior, table.model.vintage_behavior if table.model else None)


def stages_of(table: WrittenTable) -> StageConfig | None:
    return _model(StageConfig, table.model.stage_config if table.model else None)


def _model(model: type[ModelT], raw: Any) -> ModelT | None:
    try:
        return None if raw is None else model.model_validate(raw)
    except ValidationError:
        return None


def fanout_strengths(parent: WrittenTable, end_us: int) -> Iterator[Segment | Age]:
    """What scales the fan-out of every child, by the columns of the parent's row."""
    segments, vintage = segments_of(parent), vintage_of(parent)
    if segments is not None:
        named = [(name, entry.fanout_multiplier) for name, entry in _entries(segments) if entry.fanout_multiplier != 1]
        yield from _segment(segments.segment_column, named)
    for multiplier in vintage.age_based_multipliers.values() if vintage else ():
        if FANOUT in applies_to(multiplier):
            yield _age(vintage, multiplier, end_us)


def value_strengths(
    parent: WrittenTable, child: WrittenTable, column: WrittenColumn, end_us: int
) -> Iterator[Segment | Age]:
    """What scales a column of a child, by the columns of the parent's row."""
    segments, vintage = segments_of(parent), vintage_of(parent)
    if column.model is None or column.model.type not in NUMBERS:
        return
    if segments is not None:
        named = [
            (name, entry.value_multiplier)
            for name, entry in _entries(segments)
            if entry.value_multiplier != 1 and _is_valued(entry, segments, child, column)
        ]
        yield from _segment(segments.segment_column, named)
    for multiplier in vintage.age_based_multipliers.values() if vintage else ():
        if _names(applies_to(multiplier), child, column):
            yield _age(vintage, multiplier, end_us)


def applies_to(multiplier: AgeMultiplier) -> tuple[str, ...]:
    """The columns, and "fanout"."""
    named = multiplier.applies_to
    return (named,) if isinstance(named, str) else tuple(named)


def segment_shares(table: WrittenTable, column: str) -> dict[str, float]:
    """The share that each segment should have, where the column is the one that tells it."""
    segments = segments_of(table)
    if segments is None or segments.segment_column != column:
        return {}
    entries = segments.segments.items()
    return {name: entry.base_probability for name, entry in entries if entry.base_probability is not None}


def stage_segments(table: WrittenTable, parent: WrittenTable) -> tuple[str, ...]:
    """Which column of the parent tells the segments that vary the rates; () where none can be told, or none is asked.

    That of its segment_behavior; else the first whose listed values hold every segment named; else one named segment.
    """
    config, segments = stages_of(table), segments_of(parent)
    if config is None or not config.segment_variation:
        return ()
    if segments is not None:
        return (segments.segment_column,)
    named = config.segment_variation.keys()
    listing = [name for name, column in parent.columns.items() if named <= (listed_texts(column) or set())]
    return (listing[0],) if listing else (SEGMENT,) if SEGMENT in parent.columns else ()


def stage_strengths(table: WrittenTable, parent: WrittenTable) -> Iterator[Segment]:
    config = stages_of(table)
    for column in stage_segments(table, parent):
        variation = config.segment_variation if config else {}
        yield from _segment(column, [(name, entry.transition_multiplier) for name, entry in variation.items()])


def _entries(segments: SegmentBehavior) -> list[tuple[str, Behavior]]:
    """A segment of both lists is multiplied by both."""
    return [*segments.behaviors.items(), *segments.segments.items()]


def _is_valued(entry: Behavior, segments: SegmentBehavior, child: WrittenTable, column: WrittenColumn) -> bool:
    """Where no columns are named, the fractions that the children draw from a distribution."""
    named = entry.applies_to_columns or segments.applies_to_columns
    if named is None:
        return column.kind == "distribution" and column.model is not None and column.model.type == "float"
    return _names(named, child, column)


def _names(named: tuple[str, ...], child: WrittenTable, column: WrittenColumn) -> bool:
    return column.name in named or f"{child.name}.{column.name}" in named


def _segment(column: str, named: list[tuple[str, float]]) -> Iterator[Segment]:
    factors: dict[str, float] = {}
    for name, factor in named:
        factors[name] = factors.get(name, 1.0) * factor
    if factors:
        yield Segment(column, tuple(factors), tuple(factors.values()))


def _age(vintage: VintageBehavior | None, multiplier: AgeMultiplier, end_us: int) -> Age:
    assert vintage is not None
    return Age(vintage.created_at_column, UNITS_US[multiplier.time_unit], _curve(multiplier.curve), end_us)


def _curve(raw: Any) -> Steps | Curve:
    if not isinstance(raw, Mapping):
        return Steps(tuple(float(value) for value in raw))
    choice = CurveChoice.model_validate(raw)
    return Curve(choice.curve_type, choice.params.a, choice.params.b)


def listed_texts(column: WrittenColumn) -> set[str] | None:
    """The values that a column's generator lists; None where it lists none."""
    match column.generator:
        case ChoiceChoice(choices=tuple(values)) | EnumListChoice(values=values):
            return {text_of(value) for value in values}
        case _:
            return None


def text_of(value: Any) -> str:
    """A listed value as segments are named by it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
