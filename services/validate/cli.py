"""`datagen validate`: declared against made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from datagen.console import run
from datagen.errors import UserError

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("validate", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("schema", type=click.Path(path_type=Path))
@click.option("-d", "--data", required=True, type=click.Path(path_type=Path), metavar="DIR", help="The set's folder.")
@click.option("-o", "--output", type=FILE, metavar="FILE", help="The report as JSON.")
@click.option("--html", type=FILE, metavar="FILE", help="The report as one page with pictures.")
@click.option("--all", "every", is_flag=True, help="Every rule in the table, not only the broken ones.")
def command(schema: Path, data: Path, output: Path | None, html: Path | None, every: bool) -> int:
    """Is what the document declares what was made? Exit 3 where a rule is broken."""
    from validate.report import report, to_json
    from validate.run import validate
    from validate.terminal import as_text

    result = validate(schema, data)
    document = report(result, schema, data)
    if output is not None:
        _write("-o", output, to_json(document))
    if html is not None:
        from validate.page import page

        _write("--html", html, page(document))
    click.echo(as_text(result, every))
    return 0 if result.holds else 3


def _write(option: str, path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise UserError(f"{option} {path}: cannot be written: {error.strerror}; give another file") from error


def main(arguments: Sequence[str] | None = None) -> int:
    return run(command, "datagen validate", arguments)
