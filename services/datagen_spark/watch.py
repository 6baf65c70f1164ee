"""What is said while a job runs, and the end of one that nobody works on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pyspark.sql import SparkSession

from datagen.errors import UserError

LINES_S = 5.0  # between two lines
POLL_S = 0.5
EXECUTORS_S = 120.0  # without any, a job will hardly get one

Told = Callable[[str], None]


@contextmanager
def watched(spark: SparkSession, files: int, tell: Told | None, patience_s: float = EXECUTORS_S) -> Iterator[None]:
    """Around an action. UserError where the cluster gave no executor for so long."""
    watch = _Watch(spark, files, tell, patience_s)
    thread = threading.Thread(target=watch.run, daemon=True)
    thread.start()
    try:
        yield
    except Exception as error:
        if watch.deserted:
            raise UserError(
                f"{spark.sparkContext.master}: gave no executor within {patience_s:.0f} s; are there workers with "
                "as much memory and as many cores free as spark.executor.memory and spark.executor.cores ask for?"
            ) from error
        raise
    finally:
        watch.ended.set()
        thread.join()


class _Watch:
    def __init__(self, spark: SparkSession, files: int, tell: Told | None, patience_s: float) -> None:
        self._context: Any = spark.sparkContext
        self._files, self._tell, self._patience_s = files, tell, patience_s
        self.ended = threading.Event()
        self.deserted = False

    def run(self) -> None:
        began = said = met = time.monotonic()
        while not self.ended.wait(POLL_S):
            now = time.monotonic()
            alone = self._alone()
            met = met if alone else now
            if now - met > self._patience_s:
                self.deserted = True
                self._context.cancelAllJobs()
            if self._tell and now - said >= LINES_S:
                said = now
                self._tell(f"{now - began:5.0f} s  {self._words(alone)}")

    def _words(self, alone: bool) -> str:
        return (
            f"waiting for an executor of {self._context.master}" if alone else f"{self._done()} of {self._files} files"
        )

    def _alone(self) -> bool:
        """Whether there is no executor: the driver is counted among them."""
        here = self._context.master.startswith("local") and "cluster" not in self._context.master
        return not here and self._context._jsc.sc().getExecutorMemoryStatus().size() < 2

    def _done(self) -> int:
        tracker = self._context.statusTracker()
        stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
        return sum(stage.numCompletedTasks for stage in stages if stage)
