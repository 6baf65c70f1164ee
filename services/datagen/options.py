"""The options of the command lines, each written once; docs/configuration.md has the table of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from datagen.commands.generate import How
    from datagen.request import Request

Command = Callable[..., Any]
Option = Callable[[Command], Command]

FORMATS = ("csv", "jsonl", "parquet")
MOST_WORKERS = 256
MOST_BLOCK_ROWS = 1 << 20


class RowsType(click.ParamType[int | str]):
    """A number of rows, or of some tables each: user=5000,product=200."""

    name = "rows"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> int | str:
        if isinstance(value, int):
            return value
        try:
            return int(value)
        except ValueError:
            if "=" in value:
                return str(value)
            self.fail(f"{value!r} is not a valid integer, nor like user=5000,product=200.", parameter, context)


ROWS = RowsType()
SCHEMA = click.argument("schema", type=click.Path(path_type=Path))

# What is made; `plan` and `preview` take them too.
DOCUMENT: tuple[Option, ...] = (
    click.option("--rows", type=ROWS, metavar="N", help="How many rows; of several tables user=5000,product=200."),
    click.option("--scale", type=click.FloatRange(0, min_open=True), metavar="X", help="So many times the rows."),
    click.option("--seed", type=int, metavar="N", help="Instead of the document's seed."),
    click.option("--start", metavar="D", help="First instant of the time window."),
    click.option("--end", metavar="D", help="Last instant; a bare date is that whole day."),
    click.option(
        "--set",
        "assignments",
        multiple=True,
        metavar="PATH=VALUE",
        help="Override any value: --set schema.fields.amount.clamp=[1,500]; may be given often.",
    ),
    click.option("--table", metavar="T", help="This table alone."),
)

# How it is cut into files and written.
FILES: tuple[Option, ...] = (
    click.option("--format", "form", type=click.Choice(FORMATS), help="Instead of output.format."),
    click.option("--gzip/--no-gzip", default=None, help="Instead of output.gzip; CSV and JSONL only."),
    click.option("--date", "day", metavar="D", help="One day, added to the set or put in place of the one in it."),
    click.option("--single-file", is_flag=True, help="One file a table, instead of one a day."),
    click.option("--daily", is_flag=True, help="A file a day, also where there are several tables."),
)

# How the work is done; nothing of it changes a byte.
WORK: tuple[Option, ...] = (
    click.option(
        "--workers", type=click.IntRange(1, MOST_WORKERS), metavar="N", help="At work at a time; else one a core."
    ),
    click.option(
        "--block-rows",
        type=click.IntRange(1, MOST_BLOCK_ROWS),
        default=1 << 16,
        show_default=True,
        metavar="N",
        help="Rows made at a time.",
    ),
    click.option(
        "--clear-output", is_flag=True, help="Replace extracts that no manifest lists, or the set of another schema."
    ),
    click.option("--quiet", "-q", is_flag=True, help="Say nothing but errors."),
)


SAMPLE: tuple[Option, ...] = (
    click.option(
        "--dry-run-sample",
        "sample",
        type=click.IntRange(1),
        metavar="N",
        help="The first N rows of each table, and whether they are what is declared.",
    ),
)

# Which machines do it.
ENGINE: tuple[Option, ...] = (
    click.option(
        "--engine",
        type=click.Choice(("local", "spark")),
        default="local",
        show_default=True,
        help="Threads of this process, or tasks on a Spark cluster.",
    ),
    click.option("--master", metavar="URL", help="The cluster of --engine spark; else SPARK_MASTER, else local[*]."),
)


def with_options(*options: Option) -> Option:
    """All of them on one command, in this order."""

    def decorated(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated


def request_of(values: Mapping[str, Any]) -> Request:
    """What the values of SCHEMA, DOCUMENT and FILES ask for; those a command has not are not given."""
    from datagen.layout import Cut
    from datagen.request import Request

    cut = Cut(values.get("day"), values.get("single_file", False), values.get("daily", False), values.get("table"))
    return Request(
        schema=values["schema"],
        output=values.get("output"),
        rows=values.get("rows"),
        scale=values.get("scale"),
        format=values.get("form"),
        gzip=values.get("gzip"),
        seed=values.get("seed"),
        start=values.get("start"),
        end=values.get("end"),
        assignments=values.get("assignments", ()),
        inside=values.get("inside", False),
        cut=cut,
        sample=values.get("sample"),
    )


def how_of(values: Mapping[str, Any]) -> How:
    from datagen.commands.generate import How

    return How(values["workers"], values["block_rows"], values["clear_output"], values["quiet"])
