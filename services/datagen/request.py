"""What one command line asks for, read together with the environment: the plan, and where its bytes go."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datagen import settings
from datagen.compile import compile_schema
from datagen.destination import Destination, File, Folder, Remote, absolute, destination, out_of_reach
from datagen.errors import UserError
from datagen.layout import Cut
from datagen.manifest import Manifest
from datagen.model import Dataset
from datagen.plan import Plan
from datagen.schema import read_schema
from datagen.sinks.place import contents_of
from datagen.sinks.sets import published

DEFAULT_FOLDER = "data/input"

Look = Callable[[Remote, frozenset[str]], Manifest | None]  # what is published elsewhere; names as of `published`


@dataclass(frozen=True, slots=True)
class Request:
    """The options of a command. None is what was not given."""

    schema: Path
    output: str | None = None
    rows: int | str | None = None  # of one table, or of some: user=5000,product=200
    scale: float | None = None  # how many times the rows of what fans out from nothing
    format: str | None = None
    gzip: bool | None = None
    seed: int | None = None
    start: str | None = None
    end: str | None = None
    assignments: tuple[str, ...] = ()
    inside: bool = False  # an output folder that holds other things takes the set's folder inside it
    cut: Cut = Cut()  # noqa: RUF009  # frozen
    sample: int | None = None  # the first so many rows of each table


@dataclass(frozen=True, slots=True)
class Prepared:
    plan: Plan
    destination: Destination
    drawn: frozenset[str]  # of "seed" and "time_window": those that nobody gave


def prepare(request: Request, environment: Mapping[str, str] = os.environ, elsewhere: Look = out_of_reach) -> Prepared:
    """Everything up to the work itself. SchemaError and UserError for what cannot be done; nothing is written."""
    named = _named(request, environment)
    overrides = settings.overrides(environment, _flags(request, named), request.assignments)
    dataset = read_schema(request.schema, overrides=overrides, scale=request.scale)
    place = _placed(named, dataset, request.inside)
    drawn = dataset.drawn
    if request.cut.day is not None and drawn:
        fill = _fill(dataset, place, elsewhere)
        dataset = read_schema(request.schema, overrides=overrides, fill=fill, scale=request.scale)
        drawn = frozenset()
    return Prepared(compile_schema(dataset, request.sample), place, drawn)


def _named(request: Request, environment: Mapping[str, str]) -> Destination | None:
    text = request.output if request.output is not None else environment.get(settings.OUTPUT_VARIABLE, "").strip()
    return destination(text) if text or request.output is not None else None


def _placed(named: Destination | None, dataset: Dataset, inside: bool) -> Destination:
    if named is None:
        return Folder(absolute(f"{DEFAULT_FOLDER}/{dataset.name}"))
    if inside and isinstance(named, Folder):
        found = contents_of(named.path, {dataset.name})
        if found.foreign and not found.published:
            return Folder(named.path / dataset.name)
    return named


def _flags(request: Request, named: Destination | None) -> dict[str, Any]:
    form, gzip = request.format, request.gzip
    if isinstance(named, File):
        if form not in (None, named.format) or gzip not in (None, named.gzip):
            raise UserError(f"-o {named.path.name}: its ending and --format or --gzip contradict each other; give one")
        form, gzip = named.format, named.gzip
    elif form == "parquet" and gzip is None:
        gzip = False  # compressed within
    return {
        "seed": request.seed,
        "entity_count": request.rows,
        "time_window.start": request.start,
        "time_window.end": request.end,
        "output.format": form,
        "output.gzip": gzip,
    }


def _fill(dataset: Dataset, place: Destination, elsewhere: Look) -> dict[str, Any]:
    """Seed and window of the published set, so that a day made later is a day of it."""
    there = _published(dataset, place, elsewhere)
    if there is None:
        parts = " and ".join({"seed": "seed", "time_window": "time window"}[part] for part in sorted(dataset.drawn))
        raise UserError(
            f"--date: {dataset.name} names no {parts}, and there is no set to take it from; "
            "give --seed, --start and --end, or make the whole set first"
        )
    return there.filling


def _published(dataset: Dataset, place: Destination, elsewhere: Look) -> Manifest | None:
    names = frozenset({dataset.name})
    if isinstance(place, Remote):
        found = elsewhere(place, names)
    else:
        found = published(place.path, names) if isinstance(place, Folder) else None
    return found if found and found.dataset == dataset.name else None
