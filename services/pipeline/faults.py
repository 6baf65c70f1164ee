"""What Spark, Java and the system say when something fails."""

from __future__ import annotations

import re
from subprocess import TimeoutExpired
from typing import Any

from py4j.protocol import Py4JError
from pyspark import SparkContext
from pyspark.errors import PySparkException

from datagen.errors import DatagenError

# What a sum says that has no room in its type, and what can be done of it.
OVERFLOW = r"ARITHMETIC_OVERFLOW|NUMERIC_VALUE_OUT_OF_RANGE"
TOO_LARGE = "a sum has more digits than can be held; declare `clamp`, or a smaller precision, for what is summed"
LAST_BREATH_S = 2.0  # between the moment at which Java no longer answers and its end
KILLED = 137


class JavaEndedError(DatagenError):
    """Spark's Java ended under the job."""


def said(error: BaseException) -> str | None:
    """Their own words, in which a job looks for what its user can put right; None where the fault is in our code."""
    return str(error) if isinstance(error, (PySparkException, Py4JError, OSError)) else None


def line_of(text: str, found: re.Match[str]) -> str:
    """The line of a long message that says it."""
    start = text.rfind("\n", 0, found.start()) + 1
    end = text.find("\n", found.end())
    return text[start : end if end >= 0 else None].strip().removeprefix("Caused by: ")[:300]


def java_ended(error: BaseException) -> JavaEndedError | None:
    """Whether all that is wrong is that Java has ended, of itself or killed."""
    gateway: Any = SparkContext._gateway
    if said(error) is None or gateway is None or gateway.proc is None:
        return None
    try:
        code = gateway.proc.wait(LAST_BREATH_S if isinstance(error, (Py4JError, ConnectionError)) else 0)
    except TimeoutExpired:
        return None
    code = 128 - code if code < 0 else code
    why = "killed, perhaps for want of memory" if code == KILLED else "its own words stand above or in the log"
    return JavaEndedError(
        f"Spark's Java ended with {code} under the job ({why}); what was published stays; start again"
    )
