"""What Spark, Hadoop and executors say when something fails, in words of ours."""

from __future__ import annotations

import re
from pathlib import Path

from datagen.errors import UserError
from datagen.sinks.faults import as_user_error
from pipeline.faults import line_of, said

OURS = re.compile(r"^(?:[\w.]*\.)?datagen\.[\w.]*Error: (.+)$", re.MULTILINE)  # in the traceback of a task

# What stands in the message -> what is wrong. The first that fits.
CAUSES = (
    (
        r"No module named '(?:datagen|datagen_spark|pipeline|pyarrow|numpy|isal|pydantic)[\w.]*'",
        "an executor's Python has not got this project; install it there, or give it by an image or an archive "
        "(docs/scale.md)",
    ),
    (
        r"PYTHON_VERSION_MISMATCH|Python in worker has different version",
        "executors have another Python than this machine; name the same one in PYSPARK_PYTHON",
    ),
    (
        r"Cannot run program \"[^\"]*python[^\"]*\"",
        "executors have no such Python; name theirs in PYSPARK_PYTHON",
    ),
    (
        r"All masters are unresponsive|Could not parse Master URL|stopped SparkContext",
        "the cluster is not there; start it, or give another --master",
    ),
    (
        r"could only be written to \d+ of|QuotaExceeded|No space left on device|Disk quota exceeded",
        "no space left; nothing was published and what was there before is as it was; make room or give another folder",
    ),
    (
        r"No FileSystem for scheme|ClassNotFoundException: Class org\.apache\.hadoop\.fs",
        "Spark has no jars for it; see docs/scale.md",
    ),
    (r"SafeModeException|Name node is in safe mode", "HDFS is in safe mode; wait until it has left it"),
    (r"AccessControlException|Permission denied", "permission denied; give a folder that may be written to"),
    (
        r"ConnectException|UnknownHostException|Connection refused|NoRouteToHost|ConnectTimeout",
        "nobody answers there; is the address right, and the service up?",
    ),
    (r"ExecutorLostFailure|executor lost", "executors were lost again and again; have they memory enough?"),
)


def told(error: BaseException, master: str) -> UserError | None:
    """The fault as something the user can put right; None where it is a fault of ours."""
    if isinstance(error, UserError):
        return error
    text = said(error)
    if text is None:
        return None
    if isinstance(error, OSError) and error.errno is not None:
        return as_user_error(error, Path(str(error.filename or "")))
    if sentence := OURS.search(text):
        return UserError(sentence[1])
    for mark, fault in CAUSES:
        if found := re.search(mark, text):
            return UserError(f"{master}: {fault} ({line_of(text, found)})")
    return None
