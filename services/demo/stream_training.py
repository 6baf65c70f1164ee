"""`python -m demo.stream_training`: a small topic read once, after which Java keeps the classes that it loaded."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from demo.broker import Broker, free_port
from demo.broker_health import answers
from demo.effective import Business
from demo.parts import Part, generator
from demo.setup.places import here
from demo.stream_parts import job, replay

ROWS = "2000"
PATIENCE_S = 60.0
IN_PIECES = ("--once", "--batch-rows", "700")  # so that some batches follow each other


def main() -> int:
    """The demo's own parts, in a folder that goes again. SPARK_SUBMIT_OPTS, which says what to keep, is the job's."""
    with TemporaryDirectory() as work:
        broker = Broker(Path(work, "kafka"), free_port())
        broker.prepare()
        java = Path(os.environ["JAVA_HOME"], "bin", "java")
        with subprocess.Popen(broker.command(java, here()), cwd=broker.folder) as process:
            try:
                return _train(Path(work), broker, process)
            finally:
                process.terminate()


def _train(work: Path, broker: Broker, process: subprocess.Popen[bytes]) -> int:
    deadline = time.monotonic() + PATIENCE_S
    while not answers(broker.address):
        if process.poll() is not None or time.monotonic() > deadline:
            return 1
        time.sleep(0.2)
    business = Business(here().root / "schemas" / "card_transactions.json", work)
    first = generator(business.schema, business.folders, ("--rows", ROWS))
    for part in (first, replay(business, broker.address, 0.0)):
        if code := _run(part):
            return code
    return _run(job(business, broker.address, {}), *IN_PIECES)


def _run(part: Part, *more: str) -> int:
    return subprocess.run([*part.command, *more], env={**os.environ, **part.environ}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
