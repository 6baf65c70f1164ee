"""Make a data set, and say on standard error what was made."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from datagen.destination import Destination, File, Folder, Remote, Stream
from datagen.errors import UserError
from datagen.memory import limit_bytes
from datagen.plan import Plan
from datagen.progress import shown
from datagen.request import Prepared, Request, prepare
from datagen.run import BLOCK_ROWS, Options, Result, generate_set
from datagen.sinks.faults import size_text

BASE_BYTES, WORKER_BYTES = 150_000_000, 120_000_000  # what a run takes, and each of its workers, at the most seen


@dataclass(frozen=True, slots=True)
class How:
    """What changes nothing of what is made."""

    workers: int | None = None
    block_rows: int = BLOCK_ROWS
    clear_output: bool = False
    quiet: bool = False


def run(request: Request, how: How) -> Path | None:
    """Gives the set's folder, where it is one."""
    prepared = prepare(request)
    _refuse_bytes_on_a_terminal(prepared)
    _refuse_a_sample(request, prepared)
    with ExitStack() as stack:
        options = Options(
            cut=request.cut,
            workers=how.workers or usable_workers(),
            block_rows=how.block_rows,
            clear_output=how.clear_output,
            tell=say,
            watch=lambda tally: stack.enter_context(shown(tally, how.quiet)),
            may_fork=threading.active_count() == 1,
        )
        result = generate_set(prepared.plan, prepared.destination, options)
    if not how.quiet:
        say(summary(prepared.plan, prepared.destination, result))
        if prepared.drawn:
            say(drawn(prepared))
    return prepared.destination.path if isinstance(prepared.destination, Folder) else None


def usable_workers() -> int:
    """One a core, and no more than fit into the memory that this process may take."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limit = limit_bytes()
    return cores if limit is None else max(1, min(cores, (limit - BASE_BYTES) // WORKER_BYTES))


def _refuse_bytes_on_a_terminal(prepared: Prepared) -> None:
    output = prepared.plan.dataset.output
    if not isinstance(prepared.destination, Stream) or not os.isatty(1):
        return
    if output.gzip or output.format == "parquet":
        raise UserError("-o -: this format is not for a terminal; send it to a file or a program")


def _refuse_a_sample(request: Request, prepared: Prepared) -> None:
    if request.sample is None:
        return
    if not isinstance(prepared.destination, Folder):
        raise UserError("--dry-run-sample makes a set, to be judged as a whole; give a folder")
    if request.cut.day is not None:
        raise UserError("--dry-run-sample and --date contradict each other: a sample is of no day; give one of them")


def summary(plan: Plan, destination: Destination, result: Result) -> str:
    """`card_transactions: 20,000 rows, 59 files, 3.1 MB in 0.4 s: data/input/card_transactions`"""
    several = isinstance(destination, (Folder, Remote))
    files = f", {result.files} file{'' if result.files == 1 else 's'}" if several else ""
    where = f": {shortest(destination.path)}" if isinstance(destination, (Folder, File)) else ""
    where = f": {destination.uri}" if isinstance(destination, Remote) else where
    made = f"{result.rows:,} rows{files}, {size_text(result.bytes)} in {result.seconds:.1f} s"
    return f"{plan.dataset.name}: {made}{where}"


def drawn(prepared: Prepared) -> str:
    """How to make the same again."""
    dataset = prepared.plan.dataset
    window = dataset.span
    options = [f"--seed {dataset.seed}"] if "seed" in prepared.drawn else []
    if "time_window" in prepared.drawn:
        options.append(f"--start {window['start']} --end {window['end']}")
    return f"the same again: {' '.join(options)}"


def shortest(path: Path) -> str:
    """As seen from the present folder, where it lies in it."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def say(sentence: str) -> None:
    click.echo(sentence, err=True)
