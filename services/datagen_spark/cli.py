"""`datagen generate` on a Spark cluster: what is asked for, and what is said of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from datagen import console
from datagen.options import DOCUMENT, ENGINE, FILES, SCHEMA, WORK, how_of, request_of, with_options

NAME = ("datagen", "generate")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@with_options(SCHEMA)
@click.option("-o", "--output", metavar="DIR|URI", help="The set's folder.")
@with_options(*DOCUMENT, *FILES, *WORK, *ENGINE)
def command(engine: str, master: str | None, **values: Any) -> None:
    """Make the data: a set of files that is put in place as a whole."""
    from datagen_spark import generate

    if values["workers"] is not None:
        raise click.UsageError("--workers is of this process; with --engine spark the cluster's cores say how many")
    generate.run(request_of(values), how_of(values), master)


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code. What is written down of a run names the command as it was given."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    sys.argv = [*NAME, *words]
    return console.run(command, " ".join(NAME), words)
