"""From a request to a set made by tasks: all is decided, checked and put in place here; executors make files."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from functools import cached_property

from pyspark.sql import SparkSession

from datagen.commands.generate import How, drawn, say, summary
from datagen.destination import Folder, Remote
from datagen.errors import UserError
from datagen.layout import Extract, Scattered, extracts
from datagen.manifest import Manifest
from datagen.plan import Plan
from datagen.request import Prepared, Request, prepare
from datagen.run import Options, Result, complete, place_of
from datagen.sinks.sets import open_set
from datagen.stopping import Stopped
from datagen_spark import faults, masters, remote
from datagen_spark.desks import FarDesk, NearDesk
from datagen_spark.job import Job
from datagen_spark.remote import RemotePlace, open_remote
from pipeline import session
from pipeline.faults import java_ended
from pipeline.stopping import Stop
from pipeline.storage import Storage

NAME = "datagen.generate"


class Cluster:
    """Spark, started by whoever asks for it first."""

    def __init__(self, master: str | None, stop: Stop) -> None:
        self.master = master or os.environ.get("SPARK_MASTER") or "local[*]"
        self.started = False
        self._stop = stop

    @cached_property
    def spark(self) -> SparkSession:
        self._stop.check()
        masters.check(self.master)
        spark = session.start(NAME, master=self.master)
        self.started = True
        self._stop.guard(spark)
        return spark

    @cached_property
    def storage(self) -> Storage:
        return Storage(self.spark)

    def published(self, place: Remote, names: frozenset[str]) -> Manifest | None:
        return remote.published(self.storage, place.uri, names)

    def end(self) -> None:
        if self.started:
            self.spark.stop()


def run(request: Request, how: How, master: str | None) -> None:
    """UserError, Stopped, or a fault of ours as it came; the published set is then as it was."""
    stop = Stop()
    stop.listen()
    cluster = Cluster(master, stop)
    try:
        _run(cluster, request, how, stop)
        stop.check()
    except Exception as error:
        if stop.number is not None:  # whatever came of it
            raise Stopped(stop.number) from error
        fault = java_ended(error) or faults.told(error, cluster.master)
        if fault is None or fault is error:
            raise
        raise fault from error
    finally:
        cluster.end()


def _run(cluster: Cluster, request: Request, how: How, stop: Stop) -> None:
    prepared = prepare(request, elsewhere=cluster.published)
    since = time.monotonic()
    made = made_on(cluster, prepared, request, how, stop)
    if how.quiet:
        return
    result = Result(made.rows, made.bytes, len(made.files), time.monotonic() - since)
    say(summary(prepared.plan, prepared.destination, result))
    if prepared.drawn:
        say(drawn(prepared))


def made_on(cluster: Cluster, prepared: Prepared, request: Request, how: How, stop: Stop) -> Manifest:
    plan, destination = prepared.plan, prepared.destination
    parts = extracts(plan, request.cut)
    _refuse_all_days(parts)
    options = Options(
        cut=request.cut, engine="spark", block_rows=how.block_rows, clear_output=how.clear_output, tell=say
    )
    if isinstance(destination, Folder):
        place_of(plan, destination.path, options).look()  # before Java is started, which takes seconds
        return _near(plan, parts, destination, options, Job(cluster.spark, options, how.quiet, stop))
    if isinstance(destination, Remote):
        return _far(plan, parts, destination, options, Job(cluster.spark, options, how.quiet, stop), cluster.storage)
    raise UserError("--engine spark makes the folder of a set, not one file; give -o a folder, or leave --engine out")


def _refuse_all_days(parts: Sequence[Extract]) -> None:
    """A task makes one file, and a pass over a whole table for each day of it would be as many passes."""
    for part in parts:
        if isinstance(part, Scattered) and part.day is None:
            raise UserError(
                f"--daily: {part.table} is not in the order of time, and is cut into all of its days on one machine; "
                "leave --engine spark out, or give --date"
            )


def _near(plan: Plan, parts: Sequence[Extract], folder: Folder, options: Options, job: Job) -> Manifest:
    """Into a folder that this machine and all executors have under one path: committed as any set."""
    with open_set(place_of(plan, folder.path, options), options.tell) as out:
        tasks = out.files.parent / "tasks"
        for made in (tasks, *{(out.files / part.path).parent for part in parts}):
            made.mkdir(exist_ok=True)
        desk = NearDesk(str(out.files), str(tasks))

        def size(path: str) -> int:
            found = out.files / path
            if not found.is_file():
                raise UserError(
                    f"{folder.path}: executors wrote files that are not here; give a folder that this machine and all "
                    "executors share under the same path, or hdfs://…"
                )
            return found.stat().st_size

        return complete(plan, out, folder.path, parts, job.options, lambda: (parts, job.run(plan, parts, desk, size)))


def _far(plan: Plan, parts: Sequence[Extract], place: Remote, options: Options, job: Job, storage: Storage) -> Manifest:
    """Into a file system that Hadoop knows."""
    where = RemotePlace(place.uri, plan.dataset.name, tuple(plan.tables), options.clear_output)
    with open_remote(storage, where, options.tell) as out:
        for folder in (out.tasks, *{f"{out.files}/{part.path}".rpartition("/")[0] for part in parts}):
            storage.make_folder(folder)
        desk = FarDesk(out.files, out.tasks, storage.settings())
        return complete(plan, out, place.uri, parts, job.options, lambda: (parts, job.run(plan, parts, desk, out.size)))
