"""The command line of the embedded demo. What a command needs is imported when it runs."""

from __future__ import annotations

import os
from pathlib import Path

import click

from datagen.console import run
from datagen.options import FORMATS
from datagen.startup import load_arrow_alone
from demo.screen import Screen
from demo.setup.places import here

ROOT = here().root
DEFAULT_SCHEMA = ROOT / "schemas" / "card_transactions.json"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="schema-demo", prog_name="demo")
def cli() -> None:
    """One JSON schema in, a live demo out."""


@cli.command("up")
@click.argument("half", type=click.Choice(["batch"]), default="batch")
@click.option("--schema", type=click.Path(path_type=Path), default=DEFAULT_SCHEMA, help="The business to show.")
@click.option("--batch-port", type=click.IntRange(1, 65_535), default=8501, envvar="DEMO_BATCH_PORT", show_default=True)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=ROOT / "data",
    envvar="DEMO_DATA",
    help="Where input/, output/ and state/ are.",
)
@click.option("--rows", type=click.IntRange(0), metavar="N", help="How many rows, instead of entity_count.")
@click.option("--seed", type=int, metavar="N", help="Instead of the document's seed.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Instead of output.format.")
def up_command(
    half: str, schema: Path, batch_port: int, data: Path, rows: int | None, seed: int | None, form: str | None
) -> int:
    """Make the data, run the batch job and serve its page, until Ctrl-C."""
    load_arrow_alone()
    from demo.up import Options, up

    given = {"--rows": rows, "--seed": seed, "--format": form}
    generate = tuple(word for option, value in given.items() if value is not None for word in (option, str(value)))
    options = Options(schema.resolve(), data.resolve(), batch_port, generate)
    return up(options, here(), Screen(), os.environ)


@cli.command()
def doctor() -> int:
    """What of this machine does not fit, and what to do about it."""
    from demo.doctor import examine

    return examine(here(), os.environ, Screen())


@cli.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and remove nothing.")
def reset(yes: bool, dry_run: bool) -> int:
    """Remove what the demo made: inputs, outputs, state."""
    import cleanup_demo_data

    return cleanup_demo_data.clean(ROOT / "data", yes=yes, dry_run=dry_run)


def main() -> int:
    return run(cli, "demo")
