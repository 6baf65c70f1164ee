"""The record dialect: one table, a list of fields."""

from __future__ import annotations

from typing import Any

from datagen.compile import within_bounds
from datagen.model import Column
from datagen.refusals import RefusalError
from datagen.schema.build import generator, modifiers
from datagen.schema.checks import check_field
from datagen.schema.document import Fields
from datagen.schema.faults import Faults, dotted
from datagen.schema.fields import FieldBase
from datagen.schema.json_text import Path
from datagen.schema.lengths import check_length
from datagen.schema.references import check_references
from datagen.schema.shapes import WrittenField, read_fields
from datagen.schema.visible import Texts, visible
from datagen.schema.wording import check_shape
from datagen.timeline import DAY_US, Window

SCHEMA: Path = ("schema",)
FIELDS: Path = ("schema", "fields")
ANY_WEEK = Window(0, 7 * DAY_US - 1)


def read_record(document: dict[str, Any], faults: Faults) -> tuple[WrittenField, ...]:
    """The fields of `schema`, as far as their shape is sound."""
    raw = document.get("schema")
    if isinstance(raw, list):
        faults.add(SCHEMA, 'schema is a list; put it into an object: {"fields": […]}')
        return ()
    if "schema" not in document or check_shape(Fields, raw, SCHEMA, faults) is None:
        return ()
    fields = read_fields(document["schema"]["fields"], FIELDS, faults)
    check_references(fields, faults)
    return fields


def build_columns(
    document: Any, fields: tuple[WrittenField, ...], window: Window | None, rows: int, faults: Faults
) -> tuple[Column, ...]:
    """A column for each field without a fault; the faults that only values show are noted.

    Without a window (it is at fault itself) a week stands in, so that the fields are judged.
    """
    places = {field.name: field.path for field in reversed(fields) if field.name is not None}
    seen: dict[str, Texts | None] = {}
    lengths: dict[str, int] = {}
    columns: list[Column] = []
    for field in fields:
        if field.model is None:
            continue
        check_field(field.model, field.path, seen, places, faults)
        length = check_length(field.model, field.path, lengths, faults)
        if not faults.within(field.path):
            columns += _column(document, field, field.model, window or ANY_WEEK, rows, faults)
        if field.name is not None:
            sound = not faults.within(field.path)
            lengths.setdefault(field.name, length)
            seen.setdefault(field.name, visible(field.model, seen) if sound else None)
    return tuple(columns)


def _column(
    document: Any, field: WrittenField, model: FieldBase, window: Window, rows: int, faults: Faults
) -> list[Column]:
    """The column, or none where the generator or a modifier refuses."""
    try:
        column = Column(model.name, generator(model, window), modifiers(model), dotted(document, field.path))
        column.generator.check_rows(rows)
        within_bounds(column)
    except RefusalError as refusal:
        inside = (refusal.key,) if refusal.key in field.raw else ()
        faults.add((*field.path, *inside), refusal.message)
        return []
    return [column]
