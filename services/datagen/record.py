"""What a run writes down of itself: the manifest of the set, and `_run.json` beside it."""

from __future__ import annotations

import json
import shlex
import socket
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from datagen.constrained.repeated import Repeated
from datagen.distinct.faked import DistinctFaked, DistinctPeople
from datagen.draws import DRAW_VERSION
from datagen.errors import UserError
from datagen.generators.faked import Faked
from datagen.layout import Extract, Scattered
from datagen.manifest import File, Manifest, in_order, with_days
from datagen.plan import Plan
from datagen.sinks.durable import Written
from datagen.sinks.naming import is_without_day
from datagen.workers import Receipts

DISTRIBUTION = "schema-demo"
FAKED = (Faked, DistinctFaked, DistinctPeople)
TOOLS = ("numpy", "pyarrow", "isal")  # that shape bytes, beside ourselves


def manifest_of(plan: Plan, parts: Sequence[Extract] = (), receipts: Receipts | None = None) -> Manifest:
    """The manifest of what one run made."""
    dataset = plan.dataset
    written = receipts or {}
    window = dataset.span
    return Manifest(
        dataset=dataset.name,
        format=dataset.output.format,
        gzip=dataset.output.gzip,
        seed=dataset.seed,
        window={"start": window["start"], "end": window["end"]},
        draw_version=DRAW_VERSION,
        schema_sha256=dataset.schema_sha256,
        overrides=dict(sorted(dataset.overrides.items())),
        versions={"datagen": version_of(DISTRIBUTION), **{tool: version_of(tool) for tool in (*TOOLS, *_asked(plan))}},
        files=in_order(_file(part, written[part.path]) for part in parts),
        steered=plan.steered,
        sample=plan.sample,
    )


def _file(part: Extract, written: Written) -> File:
    rows = part.rows if written.rows is None else written.rows
    return File(part.path, part.table, rows, written.bytes, written.sha256, part.day)


def _asked(plan: Plan) -> tuple[str, ...]:
    """What shapes bytes only where a column asks for it."""
    asked = [column.generator for table in plan.tables.values() for column in table.columns]
    asked += [generator.inner for generator in asked if isinstance(generator, Repeated)]
    return ("faker",) if any(isinstance(generator, FAKED) for generator in asked) else ()


def with_kept_days(
    folder: Path | str, published: Manifest, made: Manifest, parts: Sequence[Extract], tell: Callable[[str], None]
) -> Manifest:
    """The published set with the days of `made`. UserError where they would not be days of one set."""
    refuse_another_set(folder, published, made, parts)
    if published.versions != made.versions:
        changed = sorted(name for name in made.versions if published.versions.get(name) != made.versions[name])
        tell(f"{folder}: the other days were made by other versions of {', '.join(changed)}; bytes may differ")
    return with_days(published, made)


def refuse_another_set(folder: Path | str, published: Manifest, made: Manifest, parts: Sequence[Extract]) -> None:
    """`parts` are what this run makes: a table of which it makes a day is cut by days in the set too."""
    for part in parts:
        if part.day is not None and any(_is_whole(file, part.table) for file in published.files):
            several = isinstance(part, Scattered) or "/" in part.path
            way = "with --daily" if several else "without --single-file"
            raise UserError(f"{folder}: is not cut by days, so no day can be added; make the set anew {way}")
    if published.sample != made.sample:
        raise UserError(f"{folder}: holds the first {published.sample:,} rows of each table; make the whole set anew")
    if published.draw_version != made.draw_version:
        raise UserError(f"{folder}: was drawn by another version of datagen; make the whole set anew")
    if published.schema_sha256 != made.schema_sha256:
        raise UserError(
            f"{folder}: was made from another effective document ({_overrides(published)}; now {_overrides(made)}), "
            "so this day would not fit; give the same, or make the whole set anew"
        )


def _is_whole(file: File, table: str) -> bool:
    return file.table == table and file.day is None and not is_without_day(file.path)


def _overrides(manifest: Manifest) -> str:
    given = ", ".join(f"{path}={json.dumps(value)}" for path, value in manifest.overrides.items())
    return f"overrides {given}" if given else "no overrides"


def run_json(
    started: datetime, finished: datetime, seconds: float, workers: int, made: Manifest, engine: str = "local"
) -> str:
    """When, where and how a run was done: everything that may differ between two runs of the same set."""
    command = [Path(sys.argv[0]).name, *sys.argv[1:]]
    record = {
        "started_at": iso(started),
        "finished_at": iso(finished),
        "seconds": round(seconds, 3),
        "host": socket.gethostname(),
        "workers": workers,
        "engine": engine,
        "rows": made.rows,
        "bytes": made.bytes,
        "command": shlex.join(command),
    }
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def iso(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def version_of(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:  # run from a folder, without set-up
        return "unknown"
