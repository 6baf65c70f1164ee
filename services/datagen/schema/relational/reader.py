"""From a relational document to a Dataset, its faults noted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from datagen.analysis import Analysis
from datagen.frequency import Fixed
from datagen.generators.instant import Instant
from datagen.model import Dataset, Output, Table
from datagen.modifiers import TimeJitter
from datagen.modifiers.base import Modifier
from datagen.schema.analyse import Analysed, analyse
from datagen.schema.assemble import Around, analysis_of, description_of
from datagen.schema.effective import sha256
from datagen.schema.faults import Faults
from datagen.schema.fingerprint import fingerprint
from datagen.schema.relational.aims import targets_of
from datagen.schema.relational.analysed import TableAnalysisChoice, analysed_table, input_of, known_columns
from datagen.schema.relational.assemble import build_tables, with_axis
from datagen.schema.relational.borrowed import with_borrowed
from datagen.schema.relational.constraining import narrowed
from datagen.schema.relational.effective import dataset_name
from datagen.schema.relational.read import Relational, read_relational
from datagen.schema.relational.uniqueness import with_unique
from datagen.schema.relational.unmade import unmade
from datagen.schema.relational.written import WrittenTable
from datagen.schema.window import written_window
from datagen.timeline import DAY_US, Window

ANY_WEEK = Window(0, 7 * DAY_US - 1)


def read_dataset(
    raw: dict[str, Any], faults: Faults, overrides: Mapping[str, Any], drawn: frozenset[str]
) -> Dataset | None:
    """None where there are faults."""
    raw = with_borrowed(raw, faults)
    read = read_relational(raw, faults)
    _check_document(raw, faults)
    tables = build_tables(raw, read, read.window or ANY_WEEK, faults) if not len(faults) else ()
    tables = narrowed(tables, read, faults) if not len(faults) else ()
    tables = with_unique(tables, read, int(raw["seed"]), faults) if not len(faults) else ()
    targets = targets_of(read, raw, faults) if not len(faults) else ()
    table = analysed_table(raw, read.tables, faults)
    analysed = analyse(raw.get("analysis"), known_columns(table, faults), TableAnalysisChoice) if table else None
    if len(faults) or read.window is None or (table is not None and analysed is None):
        return None
    document = {**raw, "seed": int(raw["seed"]), "timeframe": {**raw["timeframe"], **written_window(read.window)}}
    axis = _axis(tables, table, analysed)
    return Dataset(
        name=dataset_name(raw),
        seed=document["seed"],
        window=read.window,
        output=Output(document["output"]["format"], document["output"]["gzip"]),
        tables=with_axis(tables, table.name if table else None, axis),
        analysis=_analysis(document, read, table, analysed),
        document=document,
        schema_sha256=sha256(document),
        overrides=dict(overrides),
        drawn=drawn,
        targets=targets,
        unmade=unmade(read, raw),
    )


def _check_document(raw: Mapping[str, Any], faults: Faults) -> None:
    output = raw["output"]
    if not dataset_name(raw) and not faults.within(("metadata",)):
        faults.add(("metadata",), "metadata.name makes no dataset's name; give one with letters")
    if not faults.within(("output",)) and output["gzip"] and output["format"] == "parquet":
        faults.add(
            ("output", "gzip"), "gzip=true beside format='parquet', which is compressed within; remove one of them"
        )


def _axis(tables: tuple[Table, ...], table: WrittenTable | None, analysed: Analysed | None) -> str | None:
    """The column of event time, where its instants are drawn along a curve."""
    name = analysed.timestamp_field if analysed else None
    for made in tables:
        for column in made.columns:
            if table and made.name == table.name and column.name == name and isinstance(column.generator, Instant):
                return None if any(map(_leaves_its_day, column.modifiers)) else name
    return None


def _leaves_its_day(modifier: Modifier) -> bool:
    """Whether noise may lead into another day than the one that was drawn."""
    if not isinstance(modifier, TimeJitter):
        return False
    grid = modifier.cells
    if not isinstance(grid.frequency, Fixed):
        return True
    step = grid.frequency.step_us
    return DAY_US % step != 0 or grid.window.start_us % step != 0


def _analysis(
    document: dict[str, Any], read: Relational, table: WrittenTable | None, analysed: Analysed | None
) -> Analysis:
    """Of a document whose table is not named, one without a table, a time or columns."""
    assert read.window is not None
    name = dataset_name(document)
    nothing = Analysed(None, None, None, "UTC", None, None, (), (), (), (), {}, None)
    found = analysed or nothing
    columns = tuple(made for column in (table.columns.values() if table else ()) if (made := input_of(column)))
    around = Around(
        dataset=name,
        table=table.name if table else "",
        description=description_of(document, document.get("metadata") or {}),
        window=read.window,
        columns=columns,
        fingerprint=fingerprint(name, document["seed"], _rows(read), read.window, _fields(document), found),
    )
    analysis = analysis_of(around, found)
    title = (document.get("metadata") or {}).get("name")
    return analysis if found.name or not title else replace(analysis, name=title, title=found.title or title)


def _rows(read: Relational) -> dict[str, int]:
    return {
        name: table.model.rows for name, table in read.tables.items() if table.model and table.model.rows is not None
    }


def _fields(document: Mapping[str, Any]) -> list[Any]:
    """What decides the rows, notes for people left out."""
    parts = [document["nodes"], document.get("constraints"), document.get("targets"), document["timeframe"].get("freq")]
    return [_without_notes(part) for part in parts]


def _without_notes(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_notes(item) for item in value]
    if isinstance(value, dict):
        notes = ("description", "comment", "$schema")
        return {key: _without_notes(item) for key, item in value.items() if key not in notes}
    return value
