"""The business that a stack shows, and how many rows of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from datagen import manifest as manifests
from datagen import settings
from datagen.errors import UserError
from datagen.manifest import Manifest
from datagen.model import Dataset
from datagen.schema import read_schema
from datagen.sinks.naming import MANIFEST
from demo.up import MOVING_ROWS

SCHEMA = "schemas/card_transactions.json"


def schema_of(environ: Mapping[str, str]) -> Path:
    """UserError where the image does not have it."""
    path = Path(environ.get("SCHEMA") or SCHEMA)
    if not path.is_file():
        raise UserError(f"SCHEMA={path}: not in the image; put the file below schemas/, and give `up` --build")
    return path


def rows_of(environ: Mapping[str, str], dataset: Dataset) -> int | None:
    """ROWS; else, of a schema with fewer than move for hours, so many as do. None: what the schema says."""
    text = environ.get("ROWS", "").strip()
    if text:
        if not text.isdecimal():
            raise UserError(f"ROWS={text!r}: not a whole number; leave it empty for what the schema says")
        return int(text)
    few = len(dataset.tables) == 1 and dataset.tables[0].rows < MOVING_ROWS
    return MOVING_ROWS if few else None


def overrides_of(environ: Mapping[str, str], rows: int | None) -> Mapping[str, Any]:
    return settings.overrides(environ, {"entity_count": rows})


def published(folder: Path) -> Manifest | None:
    """The set in a folder, where there is a whole one."""
    try:
        manifest = manifests.from_json((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if all(_is_there(folder / file.path, file.bytes) for file in manifest.files) else None


def is_made_by(manifest: Manifest, schema: Path, overrides: Mapping[str, Any]) -> bool:
    """Whether the generator would make the same again; seed and window are the set's where nobody names them."""
    fill = {"seed": manifest.seed, "time_window": dict(manifest.window)}
    dataset = read_schema(schema, overrides=overrides, fill=fill)
    return manifest.schema_sha256 == dataset.schema_sha256


def _is_there(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size
