"""The effective document: defaults of the top level filled in, and where what is given from outside belongs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from datagen.schema.effective import whole_days_before
from datagen.schema.names import slug
from datagen.schema.overrides import Overrides

# Options of the command line and variables, as the record dialect has their paths -> as this one has them.
PLACES: Mapping[str, str] = {"time_window.start": "timeframe.start", "time_window.end": "timeframe.end"}


def complete_relational(
    document: dict[str, Any],
    stem: str,
    fill: Mapping[str, Any],
    clock: Callable[[], datetime],
    draw_seed: Callable[[], int],
) -> dict[str, Any]:
    """The document with its top level filled in; what stands in it is left as it is, right or wrong."""
    filled = dict(document)
    metadata = filled.get("metadata")
    if metadata is None:
        filled["metadata"] = {"name": stem}
    elif isinstance(metadata, dict) and metadata.get("name") is None:
        filled["metadata"] = {**metadata, "name": stem}
    if filled.get("seed") is None:
        filled["seed"] = fill["seed"] if "seed" in fill else draw_seed()
    if filled.get("timeframe") is None:
        filled["timeframe"] = dict(fill["time_window"]) if "time_window" in fill else whole_days_before(clock())
    output = filled.get("output")
    if output is None or isinstance(output, dict):
        filled["output"] = {"format": "parquet", "gzip": False} | (output or {})
    return filled


def dataset_name(document: Mapping[str, Any]) -> str:
    """The slug that the metadata's name becomes; "" where it becomes none."""
    metadata = document.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return slug(name) if isinstance(name, str) else ""


def placed(overrides: Mapping[str, Any]) -> Overrides:
    """The same values under the paths of this dialect."""
    sources = overrides.sources if isinstance(overrides, Overrides) else {}
    moved = Overrides()
    for path, value in overrides.items():
        moved.give(PLACES.get(path, path), value, sources.get(path, "an override"))
    return moved
