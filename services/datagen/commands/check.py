"""Every fault of every document, without making anything."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from datagen.compile import compile_schema
from datagen.errors import Problem, SchemaError, UserError
from datagen.model import Table
from datagen.schema import read_schema


@dataclass(frozen=True, slots=True)
class Verdict:
    file: str
    dataset: str | None  # None where there are problems
    problems: tuple[Problem, ...]
    message: str  # for people


def run(schemas: Sequence[Path], as_json: bool) -> bool:
    """Print what was found; whether all is well."""
    verdicts = [judged(path) for path in schemas]
    if as_json:
        documents = [
            {
                "file": verdict.file,
                "ok": verdict.dataset is not None,
                "dataset": verdict.dataset,
                "problems": [asdict(problem) for problem in verdict.problems],
            }
            for verdict in verdicts
        ]
        click.echo(json.dumps(documents, ensure_ascii=False, indent=2))
    else:
        for verdict in verdicts:
            click.echo(verdict.message, err=verdict.dataset is None)
    return all(verdict.dataset is not None for verdict in verdicts)


def judged(path: Path) -> Verdict:
    """A document's faults; drawing a seed or reading the clock has no part in it."""
    try:
        dataset = read_schema(path)
        compile_schema(dataset)
    except SchemaError as error:
        return Verdict(str(path), None, error.problems, str(error))
    except UserError as error:
        return Verdict(str(path), None, (Problem("", 0, str(error)),), str(error))
    return Verdict(str(path), dataset.name, (), f"{path}: {dataset.name}, {_extent(dataset.tables)}: no faults")


def _extent(tables: Sequence[Table]) -> str:
    """The rows of what fans out are those to be expected."""
    rows, columns = sum(table.rows for table in tables), sum(len(table.columns) for table in tables)
    if len(tables) == 1:
        return f"{rows:,} rows of {columns} columns"
    return f"about {rows:,} rows of {len(tables)} tables with {columns} columns"
