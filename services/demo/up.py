"""`demo up`: one schema's stack on this machine, in the foreground, until somebody stops it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from datagen.errors import UserError
from datagen.model import Dataset
from datagen.schema import read_schema
from datagen.sinks import locks
from datagen.stopping import Stopped
from demo import parts
from demo.crew import Crew
from demo.parts import Folders
from demo.ports import HOST, require_free
from demo.screen import Screen
from demo.setup.environment import environment
from demo.setup.java import require
from demo.setup.places import Places
from demo.setup.system import this_system

COLUMNS = 80


@dataclass(frozen=True)
class Options:
    schema: Path
    data: Path
    batch_port: int
    generate: tuple[str, ...]  # handed on to `datagen generate`


def up(options: Options, places: Places, screen: Screen, environ: Mapping[str, str]) -> int:
    """Brings everything up, prints where it is, and watches over it. Gives the exit code of a stop; UserError else."""
    java = require(environ, this_system())
    dataset = read_schema(options.schema)
    folders = Folders(options.data, dataset.name)
    with _lock(folders.state / "demo"):
        require_free(options.batch_port, "--batch-port", "DEMO_BATCH_PORT")
        crew = Crew(
            (
                parts.generator(options.schema, folders, options.generate),
                parts.batch(options.schema, folders),
                parts.dashboard(folders, options.batch_port),
            ),
            screen,
            environ=environment(places, java, environ),
            cwd=places.root,
            logs=folders.logs,
        )
        try:
            with crew:
                crew.bring_up()
                screen.say(summary(options, dataset, folders, places.root / "schemas"))
                crew.watch()
        except Stopped as stopped:
            screen.say("\n  stopped")
            return stopped.exit_code
    raise AssertionError("watching ends by an exception alone")


def summary(options: Options, dataset: Dataset, folders: Folders, gallery: Path) -> str:
    """What stays on the screen. Paths as somebody standing here would type them."""
    fates = parts.rows_by_fate(folders)
    told = [f"{fates[fate]:,} {fate}" for fate in ("counted", "quarantined", "duplicate")]
    others = [schema for schema in sorted(gallery.glob("*.json")) if schema.stem not in ("schema", dataset.name)]
    rows = [
        ("Batch page", f"http://{HOST}:{options.batch_port}"),
        ("Schema", f"{typed(options.schema)}   {dataset.analysis.title}"),
        ("Rows", " = ".join([f"{fates['read']:,} read", " + ".join(told)])),
        *_fitting("Files", typed(folders.input), typed(folders.output)),
    ]
    hints = [
        *(f"Another business:  make demo SCHEMA={typed(other)}" for other in others[:1]),
        "Stop: Ctrl-C       Start over: make reset",
    ]
    return "\n".join(["", *(f"  {name:<17}{value}" for name, value in rows), "", *(f"  {hint}" for hint in hints), ""])


def typed(path: Path) -> str:
    """Relative where it lies below the current folder."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _fitting(name: str, *values: str) -> list[tuple[str, str]]:
    """In one row where that fits the screen, else one below the other."""
    together = "  ".join(values)
    if len(together) + 19 <= COLUMNS:
        return [(name, together)]
    return [(name if value is values[0] else "", value) for value in values]


def _lock(folder: Path) -> locks.Lock:
    """One demo a data folder. HeldError names the one that is running."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{error.strerror}: {error.filename}; the demo keeps its files there") from error
    return locks.acquire(folder / "lock")
