"""The generator under its original name and flags: `datagen generate`, called differently.

    python services/batch/generate_synthetic_data.py --schema schemas/card_transactions.json --records 20000

`--output` names a file, or the folder of the set; a folder that holds other things takes the set's folder inside it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import click

from datagen import console
from datagen.options import DOCUMENT, FILES, WORK, how_of, request_of, with_options


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--schema",
    required=True,
    envvar="SCHEMA_CONFIG_PATH",
    show_envvar=True,
    type=click.Path(path_type=Path),
    help="The document that describes the data.",
)
@click.option("-o", "--output", metavar="DIR|FILE|-", help="A file, a set's folder or the folder above it, or -.")
@click.option("--records", type=int, metavar="N", help="As --rows.")
@with_options(*DOCUMENT, *FILES, *WORK)
def command(records: int | None, **values: Any) -> None:
    """Make synthetic data from a schema."""
    from datagen.commands import generate

    if records is not None and values["rows"] not in (None, records):
        raise click.UsageError("--records and --rows mean the same and contradict each other; give one of them")
    values["rows"] = values["rows"] if records is None else records
    generate.run(request_of({**values, "inside": True}), how_of(values))


def main(arguments: Sequence[str] | None = None) -> int:
    return console.run(command, "generate_synthetic_data.py", arguments)


if __name__ == "__main__":
    sys.exit(main())
