"""What Spark, Java and the system say when something fails."""

from __future__ import annotations

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException


def said(error: BaseException) -> str | None:
    """Their own words, in which a job looks for what its user can put right; None where the fault is in our code."""
    return str(error) if isinstance(error, (PySparkException, Py4JError, OSError)) else None
