"""The one-shot that makes the data. It keeps what is there already, so that a second start costs nothing and changes
nothing, not even for a schema that names no seed. Both stacks may run it at once."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from compose.business import is_made_by, overrides_of, published, rows_of, schema_of
from compose.child import Child
from compose.places import INPUT, STREAM
from compose.say import say
from datagen.schema import read_schema
from datagen.sinks import locks
from datagen.sinks.naming import MANIFEST, RUN

LOCK = INPUT / ".generator.lock"
PATIENCE_S = 600.0


def generate(environ: Mapping[str, str]) -> int:
    """The exit code."""
    return _generate(environ)[0]


def generate_for_stream(environ: Mapping[str, str]) -> int:
    """The job and the page of the stream have its volume alone: what the set says of itself goes there."""
    code, folder = _generate(environ)
    if code == 0:
        _tell(folder, STREAM / "input" / folder.name)
    return code


def _generate(environ: Mapping[str, str]) -> tuple[int, Path]:
    """The exit code, and the set's folder."""
    schema = schema_of(environ)
    dataset = read_schema(schema)
    folder = INPUT / dataset.name
    with locks.acquire(LOCK, patience_s=PATIENCE_S, on_wait=lambda holder: say(f"waiting for {holder}")):
        return _make(schema, folder, rows_of(environ, dataset), environ), folder


def _make(schema: Path, folder: Path, rows: int | None, environ: Mapping[str, str]) -> int:
    there = published(folder)
    if there is not None and is_made_by(there, schema, overrides_of(environ, rows)):
        say(f"{there.dataset}: {there.rows:,} rows are there already")
        return 0
    words = ("--rows", str(rows)) if rows is not None else ()
    command = (sys.executable, "-m", "datagen", "generate", schema, "-o", folder, *words)
    return Child(command, environ).wait()


def _tell(folder: Path, told: Path) -> None:
    told.mkdir(parents=True, exist_ok=True)
    for name in (RUN, MANIFEST):
        fresh = told / f".{name}.tmp"
        shutil.copyfile(folder / name, fresh)
        fresh.replace(told / name)
