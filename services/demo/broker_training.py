"""`python -m demo.broker_training FILE`: a broker starts and stops, and Java keeps its classes; a step of set-up."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from demo.broker import Broker, free_port
from demo.broker_health import answers
from demo.setup.places import here

PATIENCE_S = 60.0


def main(archive: Path) -> int:
    """Zero when the broker worked; Java writes the archive while it stops."""
    with TemporaryDirectory() as work:
        broker = Broker(Path(work), free_port())
        broker.prepare()
        java = Path(os.environ["JAVA_HOME"], "bin", "java")
        with subprocess.Popen(broker.command(java, here(), noting=archive), cwd=work) as process:
            deadline = time.monotonic() + PATIENCE_S
            while not (worked := answers(broker.address)) and time.monotonic() < deadline and process.poll() is None:
                time.sleep(0.2)
            process.terminate()
    return 0 if worked else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
