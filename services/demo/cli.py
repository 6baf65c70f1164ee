"""The command line of the embedded demo."""

from __future__ import annotations

import os
from pathlib import Path

import click

import cleanup_demo_data
from datagen.errors import DatagenError
from demo.doctor import examine
from demo.screen import Screen
from demo.setup.places import here
from demo.up import Options, up

ROOT = here().root


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="schema-demo")
def cli() -> None:
    """One JSON schema in, a live demo out."""


@cli.command("up")
@click.argument("half", type=click.Choice(["batch"]), default="batch")
@click.option("--schema", type=click.Path(path_type=Path), default=ROOT / "schemas" / "card_transactions.json")
@click.option("--batch-port", type=click.IntRange(1, 65_535), default=8501, envvar="DEMO_BATCH_PORT", show_default=True)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=ROOT / "data",
    envvar="DEMO_DATA",
    help="where input/, output/ and state/ are",
)
@click.option("--rows", help="how many rows to make, instead of the schema's number")
@click.option("--seed", help="instead of the schema's seed")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl", "parquet"]), help="of the extracts")
def up_command(
    half: str, schema: Path, batch_port: int, data: Path, rows: str | None, seed: str | None, form: str | None
) -> int:
    """Make the data, run the batch job and serve its page, until Ctrl-C."""
    given = {"--rows": rows, "--seed": seed, "--format": form}
    generate = tuple(word for option, value in given.items() if value is not None for word in (option, value))
    options = Options(schema.resolve(), data.resolve(), batch_port, generate)
    return up(options, here(), Screen(), os.environ)


@cli.command()
def doctor() -> int:
    """What of this machine does not fit, and what to do about it."""
    return examine(here(), os.environ, Screen())


@cli.command()
@click.option("--yes", is_flag=True, help="do not ask")
@click.option("--dry-run", is_flag=True, help="say what would go, and remove nothing")
def reset(yes: bool, dry_run: bool) -> int:
    """Remove what the demo made: inputs, outputs, state."""
    return cleanup_demo_data.clean(ROOT / "data", yes=yes, dry_run=dry_run)


def main() -> int:
    """The exit code of the command; errors on purpose are one message and no traceback."""
    try:
        code = cli.main(standalone_mode=False)
    except DatagenError as error:
        click.echo(error, err=True)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort:
        return 130
    return code if isinstance(code, int) else 0
