"""A run on a cluster in which every task goes wrong in some way. A program of its own:

    python twins.py SCHEMA FOLDER SCRATCH MASTER

The first attempt at each file fails, after half of it or after all of it; but of the last file the first attempt waits
for its speculative twin, and the twin for it, so that both put the file in place. Notes in SCRATCH say what happened.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pyspark import TaskContext

from datagen.commands.generate import How
from datagen.layout import Cut, Extract
from datagen.request import Request, prepare
from datagen.sinks.durable import Written
from datagen_spark import job
from datagen_spark.generate import Cluster, made_on
from datagen_spark.tasks import Maker
from pipeline.stopping import Stop

PATIENCE_S = 100.0


@dataclass(frozen=True, slots=True)
class Unlucky(Maker):
    scratch: str = ""

    def make(self, part: Extract) -> Written:
        context = TaskContext.get()
        attempt = context.attemptNumber() if context else 0
        number = self.parts.index(part)
        if number == len(self.parts) - 1:
            return self._with_its_twin(part, attempt)
        if attempt == 0 and number % 2:
            Path(self.desk.room, "half").write_bytes(b"half")  # what a killed attempt leaves
        written = Maker.make(self, part) if attempt or not number % 2 else None
        self._note(f"{part.path}.{attempt}")
        if attempt == 0 or written is None:
            raise RuntimeError("the first attempt fails")
        return written

    def _with_its_twin(self, part: Extract, attempt: int) -> Written:
        written = Maker.make(self, part)
        self._note(f"twin.{attempt}")
        deadline = time.monotonic() + PATIENCE_S
        while not all(Path(self.scratch, f"twin.{one}").exists() for one in (0, 1)):
            if time.monotonic() > deadline:
                self._note("lonely")
                raise TimeoutError("no twin came")
            time.sleep(0.05)
        return written

    def _note(self, name: str) -> None:
        Path(self.scratch, name).touch()


def main(schema: Path, folder: str, scratch: str, master: str) -> None:
    setattr(job, "Maker", partial(Unlucky, scratch=scratch))  # noqa: B010
    stop = Stop()
    cluster = Cluster(master, stop)
    request = Request(schema, folder, cut=Cut())
    try:
        made_on(cluster, prepare(request, {}), request, How(quiet=True), stop)
    finally:
        cluster.end()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
