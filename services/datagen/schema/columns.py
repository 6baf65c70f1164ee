"""What a reader of the extract meets in each column."""

from __future__ import annotations

import pyarrow as pa

from datagen.analysis import InputColumn, Kind
from datagen.model import Column
from datagen.schema.fields import DatetimeBase, FieldBase, FloatBase


def input_column(model: FieldBase, column: Column) -> InputColumn:
    precision = model.precision if isinstance(model, FloatBase) else None
    time_format = model.format if isinstance(model, DatetimeBase) else None
    return InputColumn(column.name, _kind(model, column), precision, time_format)


def _kind(model: FieldBase, column: Column) -> Kind:
    if isinstance(model, DatetimeBase):
        return "time"
    arrow = column.generator.arrow_type()
    kinds: tuple[tuple[bool, Kind], ...] = (
        (pa.types.is_boolean(arrow), "bool"),
        (pa.types.is_integer(arrow), "int"),
        (pa.types.is_floating(arrow), "float"),
        (pa.types.is_struct(arrow), "object"),
    )
    return next((kind for fits, kind in kinds if fits), "text")
