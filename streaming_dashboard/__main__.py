"""`python -m streaming_dashboard`: the streaming page of one dataset, behind waitress."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import click

from datagen.errors import UserError
from streaming_dashboard.app import create_app
from web.published import Published
from web.serve import serve
from web.streams import Streams, streamed_datasets


@click.command(help=__doc__)
@click.option(
    "--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="Where output/ is."
)
@click.option(
    "--batch-data", type=click.Path(path_type=Path), help="Where the batch job's output/ is, if elsewhere [DATA]."
)
@click.option("--dataset", help="Whose stream is shown; needed where several datasets have one.")
@click.option("--fingerprint", help="Which of its streams, by the first digits; else the one last at work.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8502, show_default=True, help="0 takes a free one.")
@click.option(
    "--refresh",
    "refresh_s",
    type=click.FloatRange(0.2, 3600),
    envvar="DASHBOARD_REFRESH_SECONDS",
    default=2.0,
    show_default=True,
    help="Seconds between two looks for newer windows.",
)
def command(
    data: Path,
    batch_data: Path | None,
    dataset: str | None,
    fingerprint: str | None,
    host: str,
    port: int,
    refresh_s: float,
) -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    hosts = os.environ.get("DASHBOARD_TRUSTED_HOSTS", "").split()
    try:
        name = dataset or _only(data)
        live = Streams(data, name, fingerprint)
        app = create_app(live, Published(batch_data or data, name), refresh_s=refresh_s, hosts=(host, *hosts))
        sys.exit(serve(app, "Streaming page", host, port))
    except UserError as error:
        click.echo(f"streaming_dashboard: {error}", err=True)
        sys.exit(error.exit_code)


def _only(data: Path) -> str:
    """The one dataset that has a stream."""
    match streamed_datasets(data):
        case [dataset]:
            return dataset
        case []:
            raise UserError(f"{data / 'output'} has no stream; name the dataset to wait for with --dataset")
        case several:
            raise UserError(f"{data / 'output'} has streams of {', '.join(several)}; name one with --dataset")


if __name__ == "__main__":
    command(prog_name="python -m streaming_dashboard")
