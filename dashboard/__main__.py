"""`python -m dashboard`: the batch page of one dataset, behind waitress."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import click

from dashboard.app import create_app
from datagen.errors import UserError
from web.published import Published, published_datasets
from web.serve import serve


@click.command(help=__doc__)
@click.option(
    "--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="Where output/ is."
)
@click.option("--dataset", help="Whose runs are shown; needed where several datasets have one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8501, show_default=True, help="0 takes a free one.")
@click.option(
    "--refresh",
    "refresh_s",
    type=click.FloatRange(0.2, 3600),
    envvar="DASHBOARD_REFRESH_SECONDS",
    default=5.0,
    show_default=True,
    help="Seconds between two looks for a newer run.",
)
def command(data: Path, dataset: str | None, host: str, port: int, refresh_s: float) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    hosts = os.environ.get("DASHBOARD_TRUSTED_HOSTS", "").split()
    try:
        results = Published(data, dataset or _only(data))
        app = create_app(results, refresh_s=refresh_s, hosts=(host, *hosts))
        sys.exit(serve(app, "Batch page", host, port))
    except UserError as error:
        click.echo(f"dashboard: {error}", err=True)
        sys.exit(error.exit_code)


def _only(data: Path) -> str:
    """The one dataset that has a published run."""
    match published_datasets(data):
        case [dataset]:
            return dataset
        case []:
            raise UserError(f"{data / 'output'} has no published run; name the dataset to wait for with --dataset")
        case several:
            raise UserError(f"{data / 'output'} has runs of {', '.join(several)}; name one with --dataset")


if __name__ == "__main__":
    command(prog_name="python -m dashboard")
