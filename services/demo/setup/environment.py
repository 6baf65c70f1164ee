"""The environment in which everything of ours runs: our Python and Java first, nobody else's Spark."""

from __future__ import annotations

import os
from collections.abc import Mapping

from demo.setup.classes import quick_start
from demo.setup.java import Java
from demo.setup.places import Places

FOREIGN = (  # another Spark's or Python's, which would be mixed into ours
    "SPARK_HOME",
    "SPARK_CONF_DIR",
    "PYSPARK_PYTHON",
    "PYSPARK_DRIVER_PYTHON",
    "PYSPARK_SUBMIT_ARGS",
    "PYTHONHOME",
    "PYTHONPATH",
    "__PYVENV_LAUNCHER__",
)


def environment(places: Places, java: Java, environ: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in environ.items() if name not in FOREIGN}
    path = [str(places.venv / "bin"), str(java.home / "bin"), environ.get("PATH", os.defpath)]
    return (
        quick_start(places)
        | kept
        | {"JAVA_HOME": str(java.home), "VIRTUAL_ENV": str(places.venv), "PATH": os.pathsep.join(path)}
    )
