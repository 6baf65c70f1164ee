"""`python -m demo.training`: the small job after which Java keeps the classes that it loaded; a step of the set-up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from demo.folders import Folders
from demo.parts import batch, generator
from demo.setup.places import here

ROWS = "2000"


def main() -> int:
    """The demo's own parts, in a folder that goes again; whoever started this waits for Java's last breath."""
    schema = here().root / "schemas" / "card_transactions.json"
    with TemporaryDirectory() as work:
        folders = Folders(Path(work), schema.stem)
        for part in (generator(schema, folders, ("--rows", ROWS)), batch(schema, folders)):
            done = subprocess.run(part.command, env={**os.environ, **part.environ}, check=False)
            if done.returncode:
                return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
