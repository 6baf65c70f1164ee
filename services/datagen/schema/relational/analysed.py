"""Which table `analysis` is of, and what may be named of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from datagen.analysis import InputColumn, Kind
from datagen.schema.document import MAX_ENTRIES, AnalysisChoice, Entry, entries_schema
from datagen.schema.faults import Faults
from datagen.schema.json_text import Path
from datagen.schema.known import Known, KnownField
from datagen.schema.names import FIELD_NAME, listing, show, suggest
from datagen.schema.relational import generators as written
from datagen.schema.relational.making import PRECISION
from datagen.schema.relational.pointing import source_of
from datagen.schema.relational.written import WrittenColumn, WrittenTable
from datagen.schema.usual import Usual
from datagen.schema.values import FieldName, Loose

ANALYSIS: Path = ("analysis",)
FEW_VALUES = 50  # of a column that is a dimension where none is named
USUAL_DIMENSIONS = 3
KINDS: Mapping[str, Kind] = {
    "int": "int",
    "float": "float",
    "string": "text",
    "bool": "bool",
    "datetime": "time",
    "date": "time",
}


REFERENCE = rf"^{FIELD_NAME}(\.{FIELD_NAME})?$"


class DimensionEntry(Entry):
    name: Annotated[str, WithJsonSchema({"type": "string", "pattern": REFERENCE})] = Field(
        description='the column, or "table.column" of a table that a row knows'
    )


DIMENSIONS = entries_schema("DimensionEntry", REFERENCE)


class TableAnalysisChoice(AnalysisChoice):
    dimensions: Annotated[tuple[Any, ...], Loose, Field(max_length=MAX_ENTRIES), DIMENSIONS] | None = Field(
        None, description='what rows are grouped by, coarse first; "table.column" of a table that a row knows'
    )
    table: FieldName | None = Field(None, description="the table; the only fact where none is given")


def analysed_table(
    document: Mapping[str, object], tables: Mapping[str, WrittenTable], faults: Faults
) -> WrittenTable | None:
    """The table named, else the only fact, else the only table; None, which is noted where an analysis is written."""
    raw = document.get("analysis")
    name = raw.get("table") if isinstance(raw, dict) else None
    if isinstance(name, str):
        if name not in tables:
            faults.add((*ANALYSIS, "table"), f"table={show(name)} is no table; {suggest(name, tables)}")
        return tables.get(name)
    facts = [table for table in tables.values() if table.model and table.model.kind == "fact"]
    for some in (facts, list(tables.values())):
        if len(some) == 1:
            return some[0]
    if raw is not None and name is None:
        names = listing([table.name for table in facts or tables.values()])
        faults.add(ANALYSIS, f"'table' is missing: which table is analysed; known: {names}")
    return None


def known_columns(table: WrittenTable, faults: Faults) -> Known:
    fields = {
        name: KnownField(name, column.path, None if faults.within(column.path) else input_of(column))
        for name, column in table.columns.items()
    }
    return Known(fields, _usual(table), faults)


def input_of(column: WrittenColumn) -> InputColumn | None:
    model = column.model
    if model is None:
        return None
    if model.type in ("datetime", "date"):
        return InputColumn(column.name, "time", None, "iso" if model.type == "datetime" else "%Y-%m-%d")
    precision = (PRECISION if model.precision is None else model.precision) if model.type == "float" else None
    return InputColumn(column.name, KINDS[model.type], precision)


def _usual(table: WrittenTable) -> Usual:
    key = table.model.pk if table.model else None

    def typed(*types: str) -> tuple[str, ...]:
        return tuple(name for name, column in table.columns.items() if column.model and column.model.type in types)

    keys = {key, *(name for name, column in table.columns.items() if source_of(column) is not None)}
    return Usual(
        id_field=key,
        timestamp_field=next(iter(typed("datetime")), None),
        dimensions=tuple(name for name, column in table.columns.items() if _has_few(column))[:USUAL_DIMENSIONS],
        numeric_fields=tuple(name for name in typed("int", "float") if name not in keys),
        boolean_fields=typed("bool"),
    )


def _has_few(column: WrittenColumn) -> bool:
    """Whether a column chooses among few values that the document lists."""
    if column.model is None or column.model.type not in ("string", "int", "bool"):
        return False
    match column.generator:
        case written.ChoiceChoice(choices=tuple(values)) | written.EnumListChoice(values=values):
            return len(values) <= FEW_VALUES
        case _:
            return False
