"""The tests' own Spark as the cluster that makes sets."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from datagen.commands.generate import How
from datagen.destination import Remote
from datagen.layout import Cut
from datagen.manifest import Manifest
from datagen.request import Request, prepare
from datagen_spark.generate import Cluster, made_on
from pipeline.stopping import Stop
from tests.files import shop
from tests.files.conftest import mount as mount

Making = Callable[..., Manifest]


@pytest.fixture(scope="session")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop.written(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def by_tasks(spark: SparkSession, document: Path) -> Iterator[Making]:
    """by_tasks(folder, cut, format=…, …): what `datagen generate --engine spark` does once Spark is there.

    With `far` the folder is reached as one of another file system is.
    """
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def make(folder: Path, cut: Cut = Cut(), *, far: bool = False, clear: bool = False, **asked: object) -> Manifest:  # noqa: B008
        stop = Stop()
        cluster = Cluster("local[2]", stop)
        cluster.__dict__["spark"] = spark
        block_rows = int(str(asked.pop("block_rows", 1 << 16)))
        request = Request(document, str(folder), cut=cut, **asked)  # type: ignore[arg-type]
        prepared = prepare(request, {})
        if far:
            prepared = replace(prepared, destination=Remote(f"file://{folder}"))
        return made_on(cluster, prepared, request, How(None, block_rows, clear, True), stop)

    yield make
    for number, handler in handlers.items():
        signal.signal(number, handler)
