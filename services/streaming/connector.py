"""Spark's Kafka connector: four files that no Python package carries. Looked for on this machine, never fetched."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from datagen.errors import UserError

VARIABLE = "SPARK_KAFKA_JARS"
IMAGE = Path("/opt/spark-kafka")
NEEDED = ("spark-sql-kafka-0-10_", "spark-token-provider-kafka-0-10_", "kafka-clients-", "commons-pool2-")


def class_path(environ: Mapping[str, str]) -> str:
    """Absolute paths in one order. UserError where a file is missing, with the way to get it."""
    folders = list(_folders(environ))
    for folder in folders:
        if folder.is_dir():
            return os.pathsep.join(str(_jar(folder, name)) for name in sorted(NEEDED))
    looked = ", ".join(map(str, folders))
    raise UserError(
        f"Spark's Kafka connector is not there (looked in {looked}); `make setup` fetches it, or name its folder in "
        f"{VARIABLE}"
    )


def _folders(environ: Mapping[str, str]) -> Iterator[Path]:
    if named := environ.get(VARIABLE, "").strip():
        yield Path(named).absolute()
        return
    yield Path(__file__).resolve().parents[2] / ".artifacts" / "spark-kafka"
    yield IMAGE


def _jar(folder: Path, name: str) -> Path:
    found = sorted(folder.glob(f"{name}*.jar"))
    if len(found) != 1:
        what = "no" if not found else "more than one"
        raise UserError(
            f"{folder}: {what} {name}*.jar; the Kafka connector needs one of it: remove the folder, `make setup`"
        )
    return found[0]
