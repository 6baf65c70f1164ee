"""What Spark, Kafka and the disk say when they are at fault, in words of ours."""

from __future__ import annotations

import re

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

from datagen.errors import UserError
from streaming.marks import way_out

# What stands in the message -> what is wrong. The first that fits.
CAUSES = (
    (
        "No space left on device|Disk quota exceeded",
        "no space left on the disk; make room and start this again: it goes on where it stopped, and what was "
        "published stays",
    ),
    (
        "UnknownTopicOrPartition|does not host this topic-partition|[Tt]opic.{0,80}(?:deleted|not exist)",
        "the topic is gone; {way_out}",
    ),
    (
        "KafkaIllegalState|OffsetOutOfRange|[Ss]ome data may have been lost|offset was changed from|data loss",
        "messages that were still to be read are gone from the topic; {way_out}",
    ),
    ("(?:Sasl)?AuthenticationException|AuthorizationException|SslHandshake", "the brokers refuse us"),
    ("Failed to find data source: kafka", "Spark's Kafka connector is not there; `make setup` fetches it"),
    (
        r"ARITHMETIC_OVERFLOW|NUMERIC_VALUE_OUT_OF_RANGE",
        "a window's sum has more digits than can be held; declare `clamp` or a smaller precision for the value",
    ),
    ("Permission denied", "permission denied; give folders that may be written to"),
)
AWAY = re.compile(
    "TimeoutException|DisconnectException|BrokerNotAvailable|NetworkException|NotLeaderOrFollower|RetriableException"
    "|Timed out waiting for|Connection refused|LeaderNotAvailable|CoordinatorNotAvailable|TimeoutError"
)


def told(error: BaseException) -> UserError | None:
    """The fault as something the user can put right; None where it is a fault of ours."""
    if isinstance(error, UserError):
        return error
    if not isinstance(error, (PySparkException, Py4JError, OSError)):
        return None
    text = str(error)
    for mark, fault in CAUSES:
        if found := re.search(mark, text):
            return UserError(f"{fault.format(way_out=way_out())} ({_line(text, found)})")
    return None


def is_away(error: BaseException) -> bool:
    """Whether the brokers were not there, so that it may go on when they are."""
    return isinstance(error, (PySparkException, Py4JError)) and told(error) is None and bool(AWAY.search(str(error)))


def _line(text: str, found: re.Match[str]) -> str:
    """The line of a long message that says it."""
    start = text.rfind("\n", 0, found.start()) + 1
    end = text.find("\n", found.end())
    return text[start : end if end >= 0 else None].strip().removeprefix("Caused by: ")[:300]
