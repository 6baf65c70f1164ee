"""From a file to a Dataset, or to every fault of it at once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from datagen.errors import Problem, SchemaError
from datagen.model import Dataset
from datagen.schema.analyse import analyse
from datagen.schema.assemble import Sound, assemble
from datagen.schema.document import Document, TimeWindow
from datagen.schema.effective import complete, drawn_parts, scaled
from datagen.schema.faults import Faults
from datagen.schema.files import read_text
from datagen.schema.foreign import foreign_document, foreign_text
from datagen.schema.json_text import Located, NotJson, read_json
from datagen.schema.names import RESERVED_DATASETS, show, slug
from datagen.schema.overrides import overlay
from datagen.schema.record import build_columns, known_fields, read_record
from datagen.schema.relational.effective import complete_relational, placed
from datagen.schema.relational.reader import read_dataset
from datagen.schema.window import WINDOW, read_window
from datagen.schema.wording import check_shape

NOTHING: Mapping[str, Any] = MappingProxyType({})


def utc_now() -> datetime:
    return datetime.now(UTC)


def draw_seed() -> int:
    return secrets.randbits(32)


def read_schema(
    path: Path,
    *,
    overrides: Mapping[str, Any] = NOTHING,
    fill: Mapping[str, Any] = NOTHING,
    clock: Callable[[], datetime] = utc_now,
    draw_seed: Callable[[], int] = draw_seed,
    scale: float | None = None,
) -> Dataset:
    """The data set a document describes.

    `overrides` (path -> JSON value) replace what the file says; `fill` (`seed`, `time_window`) stands in for what
    neither names; `scale` multiplies the rows of every table that fans out from none. Raises SchemaError with
    every fault, UserError for a file that cannot be read.
    """
    located = _locate(path)
    relational = "nodes" in located.value
    finish = complete_relational if relational else complete
    given = placed(overrides, located.value, scale) if relational else scaled(overrides, located.value, scale)
    base = finish(located.value, slug(path.stem), fill, clock, draw_seed)
    document, places, lost = overlay(base, given)
    document = finish(document, slug(path.stem), fill, clock, draw_seed)
    faults = Faults(document, located.lines, places)
    for error in lost:
        faults.note(Problem(error.path, 0, error.message))
    for repeated, line, first in located.repeated:
        faults.add(repeated, f"{show(str(repeated[-1]))} stands twice in one object, first in line {first}", line=line)
    if relational:
        dataset = read_dataset(document, faults, given, drawn_parts(located.value, given, "timeframe"))
    else:
        sound = _read(document, faults)
        dataset = None if sound is None else assemble(sound, given, drawn_parts(located.value, given))
    if dataset is None:
        raise SchemaError(path, faults.problems)
    return dataset


def read_effective(document: Mapping[str, Any]) -> Dataset:
    """The data set of an effective document (`Dataset.document`): the one it was taken from, but for the overrides.

    Raises SchemaError for any other document.
    """
    faults = Faults(document, {}, {})
    if "nodes" in document:
        dataset = read_dataset(dict(document), faults, NOTHING, frozenset())
    else:
        sound = _read(dict(document), faults)
        dataset = None if sound is None else assemble(sound, NOTHING, frozenset())
    if dataset is None:
        raise SchemaError("the effective document", faults.problems)
    return dataset


def _locate(path: Path) -> Located:
    text = read_text(path)
    try:
        located = read_json(text)
    except NotJson as error:
        message = foreign_text(text) or error.message
        raise SchemaError(path, (Problem("", error.line, message),)) from error
    value = located.value
    foreign = None if isinstance(value, dict) and ("schema" in value or "nodes" in value) else foreign_document(value)
    if not isinstance(value, dict):
        foreign = f"the document is {show(value)}, not an object; it begins with {{"
    if foreign:
        raise SchemaError(path, (Problem("", located.lines[()], foreign),))
    return located


def _read(raw: dict[str, Any], faults: Faults) -> Sound | None:
    check_shape(Document, raw, (), faults)
    fields = read_record(raw, faults)
    window = None if faults.within(WINDOW) else read_window(TimeWindow.model_validate(raw["time_window"]), faults)
    rows = 0 if faults.within(("entity_count",)) else int(raw["entity_count"])
    columns = build_columns(raw, fields, window, rows, faults)
    analysed = analyse(raw.get("analysis"), known_fields(fields, columns, faults)) if fields else None
    _check_name(raw, faults)
    _check_output(raw, faults)
    if len(faults) or window is None or analysed is None:
        return None
    return Sound(raw, window, tuple(field.model for field in fields if field.model), columns, analysed)


def _check_name(raw: dict[str, Any], faults: Faults) -> None:
    name = raw.get("name")
    if name is None:
        faults.add((), "the file's name makes no dataset's name; give one with the key 'name'")
    elif isinstance(name, str) and name in RESERVED_DATASETS:
        faults.add(("name",), f"name={show(name)} is a folder of the results; choose another name")


def _check_output(raw: dict[str, Any], faults: Faults) -> None:
    if not faults.within(("output",)) and raw["output"]["gzip"] and raw["output"]["format"] == "parquet":
        faults.add(
            ("output", "gzip"), "gzip=true beside format='parquet', which is compressed within; remove one of them"
        )
