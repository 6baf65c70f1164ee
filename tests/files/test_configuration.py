"""docs/configuration.md has one table of names, and it is true."""

from __future__ import annotations

import re
from pathlib import Path

import click

from batch import generate_synthetic_data
from datagen import cli, settings
from datagen.run import BLOCK_ROWS

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "configuration.md").read_text("utf-8")
GENERATOR = TEXT.partition("## The generator\n")[2].partition("\n## ")[0]


def rows() -> list[list[str]]:
    """The cells of every line of the generator's tables that begins with a flag."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in GENERATOR.splitlines() if "| `-" in line]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def options(command: click.Command) -> dict[str, click.Option]:
    return {
        name: parameter
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for name in [*parameter.opts, *parameter.secondary_opts]
    }


def test_every_flag_of_generate_is_in_the_table_and_no_other() -> None:
    listed = [name for row in rows() for name in names(row[0])]
    assert sorted(listed) == sorted(options(cli.cli.commands["generate"]))


def test_every_variable_stands_beside_the_path_that_it_sets() -> None:
    listed = {variable: names(row[2]) for row in rows() for variable in names(row[1])}
    paths = {variable: [path] for variable, path in settings.VARIABLES.items()}
    assert listed == paths | {settings.OUTPUT_VARIABLE: [], settings.SET_VARIABLE: []}


def test_the_defaults_are_the_ones_in_the_table() -> None:
    defaults = {names(row[0])[0]: row[3] for row in rows()}
    assert defaults["--block-rows"] == f"`{BLOCK_ROWS}`"
    assert options(cli.cli.commands["generate"])["--block-rows"].default == BLOCK_ROWS
    assert f"the number of rows ({options(cli.cli.commands['preview'])['-n'].default})" in GENERATOR


def test_plan_preview_and_the_original_script_take_what_the_text_says() -> None:
    made = {name for row in rows() for name in names(row[0])}
    work = {"--workers", "--block-rows", "--clear-output", "--quiet", "-q"}
    shape = {"--output", "-o", "--format", "--gzip", "--no-gzip", "--date", "--single-file", "--daily"}
    alone = {"--engine", "--master", "--dry-run-sample"}
    assert set(options(cli.cli.commands["plan"])) == made - alone - work - {"--output", "-o"} | {"--json", "--svg"}
    assert set(options(cli.cli.commands["preview"])) == made - alone - work - shape | {"-n"}
    assert set(options(generate_synthetic_data.command)) == made - alone | {"--schema", "--records"}
    assert set(options(cli.cli.commands["check"])) == {"--json"}
