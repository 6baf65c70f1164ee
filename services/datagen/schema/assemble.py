"""The Dataset that a document without faults describes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datagen.analysis import Analysis, InputColumn
from datagen.model import Column, Dataset, Output, Table
from datagen.schema.analyse import Analysed
from datagen.schema.columns import input_column
from datagen.schema.effective import sha256
from datagen.schema.fields import FieldBase
from datagen.schema.fingerprint import fingerprint
from datagen.schema.labels import readable
from datagen.schema.values import iso_instant
from datagen.schema.window import written_window
from datagen.timeline import Window


@dataclass(frozen=True, slots=True)
class Sound:
    """The parts of a document in which no fault was found."""

    document: dict[str, Any]  # effective
    window: Window
    models: tuple[FieldBase, ...]
    columns: tuple[Column, ...]  # one for each model
    analysed: Analysed


def assemble(sound: Sound, overrides: Mapping[str, Any], drawn: frozenset[str]) -> Dataset:
    document = {
        **sound.document,
        "seed": int(sound.document["seed"]),
        "entity_count": int(sound.document["entity_count"]),
        "time_window": written_window(sound.window),
    }
    name, rows = str(document["name"]), document["entity_count"]
    return Dataset(
        name=name,
        seed=document["seed"],
        window=sound.window,
        output=Output(document["output"]["format"], document["output"]["gzip"]),
        tables=(Table(name, rows, sound.columns, sound.analysed.timestamp_field),),
        analysis=_analysis(sound),
        document=document,
        schema_sha256=sha256(document),
        overrides=dict(overrides),
        drawn=drawn,
    )


def _analysis(sound: Sound) -> Analysis:
    document = sound.document
    name, seed, rows = str(document["name"]), int(document["seed"]), int(document["entity_count"])
    # A default that is written out counts as one that is left out.
    fields = [model.model_dump(by_alias=True) for model in sound.models]
    around = Around(
        dataset=name,
        table=name,
        description=description_of(document),
        window=sound.window,
        columns=tuple(input_column(model, column) for model, column in zip(sound.models, sound.columns, strict=True)),
        fingerprint=fingerprint(name, seed, rows, sound.window, fields, sound.analysed),
    )
    return analysis_of(around, sound.analysed)


@dataclass(frozen=True, slots=True)
class Around:
    """What `Analysis` holds that stands elsewhere in the document."""

    dataset: str
    table: str
    description: str
    window: Window
    columns: tuple[InputColumn, ...]
    fingerprint: str


def analysis_of(around: Around, analysed: Analysed) -> Analysis:
    listed = {entry.name for entry in analysed.dimensions} | {entry.name for entry in analysed.boolean_fields}
    listed |= {entry.name for entry in analysed.numeric_fields}
    return Analysis(
        dataset=around.dataset,
        name=analysed.name or around.dataset,
        title=analysed.title or analysed.name or around.dataset,
        description=around.description,
        currency=analysed.currency,
        timezone=analysed.timezone,
        table=around.table,
        id_field=analysed.id_field,
        timestamp_field=analysed.timestamp_field,
        dimensions=analysed.dimensions,
        numeric_fields=analysed.numeric_fields,
        boolean_fields=analysed.boolean_fields,
        measures=analysed.measures,
        aliases=analysed.aliases,
        stream=analysed.stream,
        columns=around.columns,
        window_start=iso_instant(around.window.start_us),
        window_end=iso_instant(around.window.end_us),
        fingerprint=around.fingerprint,
        labels={column.name: readable(column.name) for column in around.columns if column.name not in listed},
    )


def description_of(document: Mapping[str, Any], *others: Mapping[str, Any]) -> str:
    """What the author says of the data, within `analysis` or around it."""
    for part in (document.get("analysis") or {}, document, *others):
        if isinstance(text := part.get("description"), str):
            return text
    return ""
