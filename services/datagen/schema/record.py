"""The record dialect: one table, a list of fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from datagen.compile import within_bounds
from datagen.model import Column
from datagen.refusals import RefusalError
from datagen.schema.build import generator, modifiers
from datagen.schema.checks import check_field
from datagen.schema.columns import input_column
from datagen.schema.document import Fields
from datagen.schema.faults import Faults, dotted
from datagen.schema.fields import (
    BoolField,
    CategoryField,
    ConditionalField,
    DatetimeBase,
    FieldBase,
    FloatBase,
    IntField,
    SequenceField,
    UuidField,
)
from datagen.schema.json_text import Path
from datagen.schema.known import Known, KnownField
from datagen.schema.lengths import check_length
from datagen.schema.references import check_references
from datagen.schema.shapes import WrittenField, read_fields
from datagen.schema.usual import Usual
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


def known_fields(fields: tuple[WrittenField, ...], columns: tuple[Column, ...], faults: Faults) -> Known:
    """What `analysis` may name, and what it means where it names nothing."""
    by_name = {column.name: column for column in columns}
    known: dict[str, KnownField] = {}
    models: dict[str, FieldBase] = {}
    for field in fields:
        if field.name is not None and field.name not in known:
            column = by_name.get(field.name)
            meets = input_column(field.model, column) if field.model and column else None
            known[field.name] = KnownField(field.name, field.path, meets)
            if field.model:
                models[field.name] = field.model
    return Known(known, _usual(models, known), faults)


def _usual(models: Mapping[str, FieldBase], known: Mapping[str, KnownField]) -> Usual:
    def all_of(*kinds: type[FieldBase]) -> tuple[str, ...]:
        return tuple(name for name, model in models.items() if isinstance(model, kinds))

    return Usual(
        id_field=next(iter((*all_of(UuidField), *all_of(SequenceField))), None),
        timestamp_field=next(iter(all_of(DatetimeBase)), None),
        dimensions=tuple(
            name
            for name in all_of(CategoryField, ConditionalField)
            if (column := known[name].column) is None or column.kind != "float"
        ),
        numeric_fields=all_of(IntField, FloatBase),
        boolean_fields=all_of(BoolField),
    )
