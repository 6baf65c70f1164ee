"""The record dialect: one table, a list of fields."""

from __future__ import annotations

from typing import Any

from datagen.generators.pattern import Pattern
from datagen.model import Column
from datagen.refusals import RefusalError
from datagen.schema.build import curve, generator, modifiers
from datagen.schema.checks import check_capacity, check_field
from datagen.schema.document import Fields
from datagen.schema.faults import Faults, dotted
from datagen.schema.fields import DatetimeBase, FieldBase, SeasonalDatetimeField
from datagen.schema.json_text import Path
from datagen.schema.references import check_references
from datagen.schema.shapes import WrittenField, read_fields
from datagen.schema.visible import Texts, visible
from datagen.schema.wording import check_shape
from datagen.timeline import DAY_US, Window, hour_edges, hour_masses

SCHEMA: Path = ("schema",)
FIELDS: Path = ("schema", "fields")


def read_record(document: dict[str, Any], faults: Faults) -> tuple[WrittenField, ...]:
    """The fields of `schema`, as far as their shape is sound."""
    raw = document.get("schema")
    if "schema" not in document or check_shape(Fields, raw, SCHEMA, faults) is None:
        return ()
    fields = read_fields(document["schema"]["fields"], FIELDS, faults)
    check_references(fields, faults)
    return fields


def build_columns(
    document: Any, fields: tuple[WrittenField, ...], window: Window | None, rows: int | None, faults: Faults
) -> tuple[Column, ...]:
    """A column for each field without a fault; the faults that only values show are noted.

    Without a window or a row count (they are at fault themselves) a mild one stands in, so that the rest is judged.
    """
    seen: dict[str, Texts | None] = {}
    columns: list[Column] = []
    for field in fields:
        if field.model is None:
            continue
        check_field(field.model, field.path, rows or 0, seen, faults)
        if not faults.within(field.path):
            column = _column(document, field, field.model, window or Window(0, DAY_US - 1), faults)
            if column and isinstance(column.generator, Pattern):
                check_capacity(column.generator, field.path, rows or 0, faults)
            columns += [column] if column else []
        if field.name is not None:
            sound = not faults.within(field.path)
            seen.setdefault(field.name, visible(field.model, seen) if sound else None)
    return tuple(columns)


def _column(document: Any, field: WrittenField, model: FieldBase, window: Window, faults: Faults) -> Column | None:
    try:
        column = Column(model.name, generator(model, window), modifiers(model), dotted(document, field.path))
    except RefusalError as refusal:
        inside = (refusal.key,) if refusal.key in field.raw else ()
        faults.add((*field.path, *inside), refusal.message)
        return None
    if isinstance(model, SeasonalDatetimeField):
        _check_mass(model, window, field.path, faults)
    return column


def _check_mass(model: DatetimeBase, window: Window, path: Path, faults: Faults) -> None:
    if not hour_masses(curve(model), hour_edges(window)).sum() > 0:
        faults.add((*path, "profile"), "profile leaves no hour of time_window a weight above 0; widen one of the two")
