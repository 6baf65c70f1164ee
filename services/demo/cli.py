"""The command line of the embedded demo. What a command needs is imported when it runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from datagen.console import run
from datagen.errors import UserError
from datagen.options import FORMATS, ROWS
from datagen.startup import load_arrow_alone
from demo.options import BATCH_PORT, IN_BACKGROUND, SPEED, STREAM_PORT, Half, Options
from demo.screen import Screen
from demo.setup.places import here

ROOT = here().root
DEFAULT_SCHEMA = ROOT / "schemas" / "card_transactions.json"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="schema-demo", prog_name="demo")
def cli() -> None:
    """One JSON schema in, a live demo out."""


DATA = click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=ROOT / "data",
    envvar="DEMO_DATA",
    help="Where input/, output/ and state/ are.",
)
PORT = click.IntRange(1, 65_535)


@cli.command("up")
@click.argument("half", type=click.Choice(["batch", "streaming"]), required=False)
@click.option("--schema", type=click.Path(path_type=Path), default=DEFAULT_SCHEMA, help="The business to show.")
@click.option("--detach", is_flag=True, help="Go on in the background; return when the pages have data.")
@click.option("--batch-port", type=PORT, default=BATCH_PORT, envvar="DEMO_BATCH_PORT", show_default=True)
@click.option("--stream-port", type=PORT, default=STREAM_PORT, envvar="DEMO_STREAM_PORT", show_default=True)
@click.option("--kafka-port", type=PORT, envvar="DEMO_KAFKA_PORT", help="[a free one from 19092 on]")
@click.option(
    "--speed",
    type=click.FloatRange(0),
    default=SPEED,
    envvar="DEMO_SPEED",
    show_default=True,
    help="Event time for real time in the replay; 0 is no waiting.",
)
@DATA
@click.option("--rows", type=ROWS, metavar="N", help="How many rows; of several tables user=5000,product=200.")
@click.option("--scale", type=click.FloatRange(0, min_open=True), metavar="X", help="So many times the rows.")
@click.option("--seed", type=int, metavar="N", help="Instead of the document's seed.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Instead of output.format.")
@click.pass_context
def up_command(context: click.Context, /, **given: Any) -> int:
    """Make the data, run both halves and serve their pages, until Ctrl-C; `up batch` and `up streaming` one half."""
    load_arrow_alone()
    from demo.detach import detach
    from demo.up import up

    options = options_of(**given)
    if given["detach"]:
        return detach(options.data, words_of(context), os.environ, lambda text: click.echo(text, nl=False))
    return up(options, here(), Screen(), os.environ)


def options_of(
    half: Half | None,
    schema: Path,
    detach: bool,
    data: Path,
    rows: int | str | None,
    scale: float | None,
    seed: int | None,
    form: str | None,
    **others: Any,
) -> Options:
    wanted = {"--rows": rows, "--scale": scale, "--seed": seed, "--format": form}
    generate = tuple(word for option, value in wanted.items() if value is not None for word in (option, str(value)))
    behind = bool(os.environ.get(IN_BACKGROUND))
    return Options(schema.resolve(), data.resolve(), half or "both", generate=generate, detached=behind, **others)


def words_of(context: click.Context) -> list[str]:
    """The command line again, without --detach."""
    words = [] if context.params["half"] is None else [str(context.params["half"])]
    for param in context.command.params:
        value = context.params.get(param.name or "")
        if isinstance(param, click.Option) and value is not None and not param.is_flag:
            words += [param.opts[0], str(value)]
    return words


@cli.command()
@DATA
@click.option("--json", "as_json", is_flag=True, help="For scripts; the keys are stable.")
def status(data: Path, as_json: bool) -> int:
    """How each part is; exit code 0 when all is healthy, else 3."""
    load_arrow_alone()
    from demo.status import look, text, utc_now

    found = look(data.resolve())
    click.echo(found.to_json() if as_json else text(found, data.resolve(), utc_now()))
    return found.exit_code


@cli.command()
@click.argument("part")
@DATA
@click.option("-n", "lines", type=click.IntRange(0), default=100, show_default=True, help="How many lines.")
@click.option("-f", "--follow", is_flag=True, help="Go on with what comes, until Ctrl-C.")
def logs(part: str, data: Path, lines: int, follow: bool) -> int:
    """What a part has said."""
    from demo.logs import show

    return show(data.resolve(), part, lines, follow=follow, write=lambda text: click.echo(text, nl=False))


@cli.command()
@DATA
def down(data: Path) -> int:
    """End a demo that runs somewhere, and all its parts."""
    from demo.down import down

    return down(data.resolve(), lambda text: click.echo(f"  {text}"))


@cli.command()
@click.option("--compose", is_flag=True, help="For the Compose stacks: engine, memory, disk, ports.")
def doctor(compose: bool) -> int:
    """What of this machine does not fit, and what to do about it."""
    from demo.doctor import examine, examine_compose

    return examine_compose(ROOT, os.environ, Screen()) if compose else examine(here(), os.environ, Screen())


@cli.command()
@DATA
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and remove nothing.")
def reset(data: Path, yes: bool, dry_run: bool) -> int:
    """Remove what the demo made: inputs, outputs, and topic, checkpoint and positions, which are one."""
    import cleanup_demo_data
    from demo.engine import stacks

    data = data.resolve()
    if data != ROOT / "data" and not (data / "state" / "demo").is_dir():
        raise UserError(f"{data}: no demo has kept its data there, so nothing is removed; name another --data")
    ours = stacks(ROOT) if data == ROOT / "data" else {}
    return cleanup_demo_data.clean(data, yes=yes, dry_run=dry_run, stacks=ours)


def main() -> int:
    return run(cli, "demo")
