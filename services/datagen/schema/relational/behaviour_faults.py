"""What is wrong with the behaviours of a table: what they name, and what they ask for."""

from __future__ import annotations

from math import fsum
from typing import TypeVar

from datagen.schema.json_text import Path
from datagen.schema.names import number, show, suggest
from datagen.schema.relational.behaving import FANOUT, listed_texts, stage_segments
from datagen.schema.relational.behaviors import (
    AgeMultiplier,
    ColumnList,
    CurveChoice,
    CurveList,
    SegmentBehavior,
    StageConfig,
    VintageBehavior,
)
from datagen.schema.relational.listing import segment_column
from datagen.schema.relational.look import NUMBERS, TIMES, Look
from datagen.schema.relational.pointing import Pointing
from datagen.schema.relational.words import split
from datagen.schema.relational.written import WrittenTable
from datagen.schema.wording import check_shape

BehaviourT = TypeVar("BehaviourT", SegmentBehavior, VintageBehavior, StageConfig)
SLACK = 1e-6  # by which written shares may sum to more than 1
OF_STAGES = {"stage_name": ("string",), "stage_index": (*NUMBERS, "string")}  # a column and what it can be


def check_behaviours(table: WrittenTable, look: Look) -> None:
    segments = _behaviour(SegmentBehavior, table, "segment_behavior", look)
    vintage = _behaviour(VintageBehavior, table, "vintage_behavior", look)
    stages = _behaviour(StageConfig, table, "stage_config", look)
    if segments is not None:
        _check_segments(segments, table, (*table.path, "segment_behavior"), look)
    if vintage is not None:
        path = (*table.path, "vintage_behavior")
        inside = (*path, "created_at_column")
        column = look.local(table, vintage.created_at_column, inside)
        look.typed(column, TIMES, "the age counts from a datetime", inside)
        for name, multiplier in vintage.age_based_multipliers.items():
            _check_multiplier(table, multiplier, (*path, "age_based_multipliers", name), look)
    if stages is not None:
        _check_stages(stages, table, (*table.path, "stage_config"), look)


def _behaviour(model: type[BehaviourT], table: WrittenTable, key: str, look: Look) -> BehaviourT | None:
    raw = getattr(table.model, key)
    return None if raw is None else check_shape(model, raw, (*table.path, key), look.faults)


def _check_segments(segments: SegmentBehavior, table: WrittenTable, path: Path, look: Look) -> None:
    look.local(table, segments.segment_column, (*path, "segment_column"))
    _check_applies(table, segments.applies_to_columns, (*path, "applies_to_columns"), look)
    for key, entries in (("behaviors", segments.behaviors), ("segments", segments.segments)):
        for name, behavior in entries.items():
            _check_applies(table, behavior.applies_to_columns, (*path, key, name, "applies_to_columns"), look)
    shares = {name: entry.base_probability for name, entry in segments.segments.items() if entry.base_probability}
    total = fsum(shares.values())
    if total > 1 + SLACK:
        look.faults.add(
            (*path, "segments"), f"the shares of segments sum to {number(round(total, 9))}; lower them to 1"
        )
    told = segment_column(table, look.tables)
    listed = listed_texts(told) if told is not None else None
    for name in shares if listed is not None else ():
        if name not in (listed or ()):
            way_out = suggest(name, sorted(listed or ()))
            look.faults.add(
                (*path, "segments", name), f"{show(name)} is no value of {segments.segment_column}; {way_out}"
            )


def _check_stages(stages: StageConfig, table: WrittenTable, path: Path, look: Look) -> None:
    if not table.fans_out:
        look.faults.add(path, "stage_config in a table without parents; name whose stages they are")
        return
    for name, fitting in OF_STAGES.items():
        if name in table.columns:
            wanted = f"the stage is told by {' or '.join(fitting)}"
            look.typed(table.columns[name], fitting, wanted, (*table.columns[name].path, "type"))
    parent = look.tables.get(table.parents[0])
    if not stages.segment_variation or parent is None or look.faults.within((*parent.path, "segment_behavior")):
        return
    if not look.faults.within(path) and not stage_segments(table, parent):
        way_out = f"give {parent.name} a segment_behavior with its segment_column"
        look.faults.add((*path, "segment_variation"), f"no column of {parent.name} tells these segments; {way_out}")


def _check_multiplier(table: WrittenTable, multiplier: AgeMultiplier, path: Path, look: Look) -> None:
    if isinstance(multiplier.curve, dict):
        check_shape(CurveChoice, multiplier.curve, (*path, "curve"), look.faults)
    else:
        check_shape(CurveList, {"curve": multiplier.curve}, path, look.faults)
    if multiplier.applies_to == FANOUT:
        return
    listed = check_shape(ColumnList, {"applies_to": multiplier.applies_to}, path, look.faults)
    _check_applies(table, listed.applies_to if listed else None, (*path, "applies_to"), look, FANOUT)


def _is_child(child: WrittenTable, parent: str, look: Look) -> bool:
    """Whether the row of that parent is known of a row."""
    first = child.fans_out and child.parents[0] == parent
    return first or (parent in child.parents and bool(Pointing(look.tables).pointers(child, parent)))


def _check_applies(table: WrittenTable, names: tuple[str, ...] | None, path: Path, look: Look, *others: str) -> None:
    """Each name is a number, as a column or "table.column", of a table that has this one as a parent."""
    children = {name: child for name, child in look.tables.items() if _is_child(child, table.name, look)}
    types: dict[str, set[str]] = {}
    for name, child in children.items():
        for column in child.columns.values():
            for known in (column.name, f"{name}.{column.name}"):
                types.setdefault(known, set()).add(column.model.type if column.model else "int")
    for place, name in enumerate(names or ()):
        if name in types and not types[name] & set(NUMBERS):
            kind = min(types[name])
            look.faults.add((*path, place), f"{show(name)} is of type {kind}; only numbers are multiplied")
        elif name not in types and name not in others:
            plain = sorted(word for word in types if "." not in word)
            look.faults.add(
                (*path, place),
                f"{show(name)} is no column of a child of {table.name}; {suggest(split(name)[1] or name, plain)}",
            )
