"""Ctrl-C and SIGTERM end a job between two looks, never inside a call into Java, which could not be used afterwards.

A signal is noted; a thread then cancels whatever Spark does until the job comes to its own end.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pyspark.sql import SparkSession

from datagen.stopping import SIGNALS, Stopped
from pipeline import session

POLL_S = 0.1


class Stop:
    """Whether somebody wants the job to end. A second signal ends it at once; the next run clears what is left."""

    def __init__(self) -> None:
        self.number: int | None = None

    def listen(self) -> None:
        for number in SIGNALS:
            signal.signal(number, self._note)

    @property
    def told(self) -> bool:
        return self.number is not None

    def check(self) -> None:
        """Raises Stopped when told to."""
        if self.number is not None:
            raise Stopped(self.number)

    def sleep(self, seconds: float, sleep: Callable[[float], None] = time.sleep) -> None:
        """Raises Stopped when told to meanwhile."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.check()
            sleep(min(left, POLL_S))
        self.check()

    def guard(self, spark: SparkSession) -> None:
        """A session's Java lives on after a signal. PySpark takes Ctrl-C for itself and is relieved of it."""
        self.listen()
        session.shield(spark)

    @contextmanager
    def cancelling(self, spark: SparkSession) -> Iterator[None]:
        """Within, a signal makes the session's actions fail."""
        self.guard(spark)
        ended = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(spark, ended), daemon=True)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join()

    def _watch(self, spark: SparkSession, ended: threading.Event) -> None:
        while not ended.wait(POLL_S):
            if self.told:  # again and again: the next action may only just begin
                spark.sparkContext.cancelAllJobs()

    def _note(self, number: int, _: object) -> None:
        if self.number is not None:
            os._exit(128 + number)
        self.number = number
