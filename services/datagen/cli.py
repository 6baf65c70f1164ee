"""The command line. What a command needs is imported when it runs, so that the first rows are there at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from datagen.console import run
from datagen.options import DOCUMENT, ENGINE, FILES, SAMPLE, SCHEMA, WORK, how_of, request_of, with_options

JSON = click.option("--json", "as_json", is_flag=True, help="For programs.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="schema-demo", prog_name="datagen")
def cli() -> None:
    """From a schema file to synthetic data: the same rows for the same seed, on any machine."""


@cli.command()
@click.argument("schemas", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SCHEMA...")
@JSON
def check(schemas: tuple[Path, ...], as_json: bool) -> int:
    """Every fault of the documents, with its line."""
    from datagen.commands import check

    return 0 if check.run(schemas, as_json) else 2


@cli.command()
@with_options(SCHEMA, *DOCUMENT, *FILES, JSON)
@click.option("--svg", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="The graph as a picture.")
def plan(as_json: bool, svg: Path | None, **values: Any) -> None:
    """What would be made: tables, order, rows, bytes, days. No data is written."""
    from datagen.commands import plan

    plan.run(request_of(values), as_json, svg)


@cli.command()
@with_options(SCHEMA, *DOCUMENT)
@click.option("-n", "count", type=click.IntRange(0), default=5, show_default=True, help="How many rows.")
def preview(count: int, **values: Any) -> None:
    """The first rows: a table on a terminal, CSV for a program."""
    from datagen.commands import preview

    preview.run(request_of(values), count)


class AsGiven(click.Command):
    """A command that remembers its words."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.obj = tuple(args)
        return super().parse_args(ctx, args)


@cli.command(cls=AsGiven)
@with_options(SCHEMA)
@click.option("-o", "--output", metavar="DIR|FILE|-|URI", help="A set's folder, a file, or standard output.")
@with_options(*DOCUMENT, *FILES, *SAMPLE, *WORK, *ENGINE)
@click.pass_obj
def generate(words: tuple[str, ...], /, engine: str, master: str | None, **values: Any) -> None:
    """Make the data: a set of files that is put in place as a whole."""
    if engine == "spark" and values["sample"] is not None:
        raise click.UsageError("--dry-run-sample is made here, not on a cluster; leave --engine out")
    if engine == "spark":  # a program of its own: nothing here knows of Spark
        os.execv(sys.executable, [sys.executable, "-P", "-m", "datagen_spark", *words])
    if master is not None:
        raise click.UsageError("--master is for --engine spark; give that too, or leave it out")
    from datagen.commands import generate

    folder = generate.run(request_of(values), how_of(values))
    if values["sample"] is not None:
        sys.stdout.flush()
        judge(str(values["schema"]), "-d", str(folder))


@cli.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    short_help="Is what the document declares what was made?",
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def validate(words: tuple[str, ...]) -> None:
    """Is what the document declares what was made? Exit 3 where a rule is broken."""
    judge(*words)


def judge(*words: str) -> NoReturn:
    """Declared against made: a program of its own, which reads files as a stranger would and is not known here."""
    os.execv(sys.executable, [sys.executable, "-P", "-m", "validate", *words])


def main(arguments: Sequence[str] | None = None) -> int:
    return run(cli, "datagen", arguments)


if __name__ == "__main__":
    sys.exit(main())
