"""Ranges to workers to receipts to manifest: a whole set, one file, or standard output."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from datagen import by_day
from datagen.by_day import How, Made, OpenTarget
from datagen.destination import Destination, File, Folder, Remote, out_of_reach
from datagen.estimate import estimated_bytes
from datagen.foresight import foreseen
from datagen.layout import Cut, Extract, alone, extracts
from datagen.manifest import Manifest
from datagen.metadata import metadata_json
from datagen.plan import Plan
from datagen.progress import Tally
from datagen.record import manifest_of, refuse_another_set, run_json, with_kept_days
from datagen.sinks.durable import Target, new_file, standard_output
from datagen.sinks.faults import FULL, NoSpaceError, StreamFullError, as_user_error
from datagen.sinks.sets import Place, open_set
from datagen.sinks.single import open_file

BLOCK_ROWS = 1 << 16


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Options:
    """How a run is done. But for `cut`, nothing here changes a byte of a file."""

    cut: Cut = Cut()  # noqa: RUF009  # frozen
    engine: str = "local"  # what makes the rows, for `_run.json`
    workers: int = 1
    block_rows: int = BLOCK_ROWS
    clear_output: bool = False
    tell: Callable[[str], None] = lambda _: None  # takes sentences for the user
    watch: Callable[[Tally], object] = lambda _: None  # takes the tally when the work has begun
    may_fork: bool = False  # where workers may be processes; for a process that has no other thread
    clock: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Result:
    """What this run made; days that were kept do not count."""

    rows: int
    bytes: int
    files: int
    seconds: float


def generate_set(plan: Plan, destination: Destination, options: Options) -> Result:
    """Make what the plan says and put it in place as a whole. UserError leaves what was there as it was."""
    plan.refuse_unmade()
    since = options.monotonic()
    if isinstance(destination, Folder):
        made = _into_folder(plan, destination.path, options)
    elif isinstance(destination, File):
        made = _into_file(plan, destination.path, options)
    elif isinstance(destination, Remote):
        out_of_reach(destination)
    else:
        made = _into_stream(plan, options)
    return Result(made.rows, made.bytes, len(made.files), options.monotonic() - since)


class Open(Protocol):
    """A set in the making, wherever it is to stand."""

    published: Manifest | None

    def commit(
        self, merge: Callable[[Manifest | None], Manifest], run: str, describe: Callable[[Manifest], str] | None
    ) -> Manifest: ...


def _into_folder(plan: Plan, folder: Path, options: Options) -> Manifest:
    parts = extracts(plan, options.cut)
    with _work(plan, parts, folder, options) as work, open_set(place_of(plan, folder, options), options.tell) as out:

        def target(part: Extract) -> Target:
            path = out.files / part.path
            path.parent.mkdir(exist_ok=True)
            return new_file(path)

        return complete(plan, out, folder, parts, options, lambda: work(target, out.files.parent))


def complete(
    plan: Plan,
    out: Open,
    where: Path | str,
    parts: Sequence[Extract],
    options: Options,
    make: Callable[[], Made],
) -> Manifest:
    """Make all parts of an open set and commit it. Gives what this run made. UserError for what cannot be made yet."""
    plan.refuse_unmade()
    started, since = options.clock(), options.monotonic()
    adds_a_day = options.cut.day is not None and not options.clear_output
    if adds_a_day and out.published:
        refuse_another_set(where, out.published, manifest_of(plan), parts)
    made = manifest_of(plan, *make())

    def merge(published: Manifest | None) -> Manifest:
        return with_kept_days(where, published, made, parts, options.tell) if adds_a_day and published else made

    seconds = options.monotonic() - since
    describe = partial(metadata_json, plan) if plan.dataset.relational else None
    out.commit(merge, run_json(started, options.clock(), seconds, options.workers, made, options.engine), describe)
    return made


def _into_file(plan: Plan, path: Path, options: Options) -> Manifest:
    part = alone(plan, options.cut)
    with _work(plan, [part], path, options) as work, open_file(path) as out:
        made = manifest_of(plan, *work(lambda _: out.target))
        out.commit()
    return made


def _into_stream(plan: Plan, options: Options) -> Manifest:
    part = alone(plan, options.cut)
    try:
        with _work(plan, [part], Path("/dev/stdout"), options) as work:
            return manifest_of(plan, *work(lambda _: standard_output()))
    except NoSpaceError as error:
        raise StreamFullError(error.needed_bytes) from error


def place_of(plan: Plan, folder: Path, options: Options) -> Place:
    return Place(folder, plan.dataset.name, tuple(plan.tables), options.clear_output)


class Making(Protocol):
    """Makes all parts; days that are cut on the way take room in `scratch`."""

    def __call__(self, open_target: OpenTarget, scratch: Path | None = None) -> Made: ...


@contextmanager
def _work(plan: Plan, parts: Sequence[Extract], path: Path, options: Options) -> Iterator[Making]:
    """What the system refuses within is told as a UserError about `path`."""
    tally = Tally(sum(part.about for part in parts))

    def work(open_target: OpenTarget, scratch: Path | None = None) -> Made:
        begun = partial(options.watch, tally)
        how = How(options.workers, options.block_rows, tally, options.tell, begun, options.may_fork)
        return by_day.make(plan, parts, open_target, how, scratch)

    try:
        yield work
    except NoSpaceError as error:
        raise NoSpaceError(path, _needed(plan, parts, tally)) from error
    except OSError as error:
        if error.errno in FULL:
            raise NoSpaceError(path, _needed(plan, parts, tally)) from error
        told = as_user_error(error, path)
        if told is None:
            raise
        raise told from error


def _needed(plan: Plan, parts: Sequence[Extract], tally: Tally) -> int:
    return tally.expected_bytes() or sum(estimated_bytes(plan, foreseen(plan, parts)).values())
