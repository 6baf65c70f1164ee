"""What Spark and Kafka say when they are at fault, in words of ours."""

from __future__ import annotations

import re

from datagen.errors import UserError
from pipeline.faults import OVERFLOW, TOO_LARGE, line_of, said
from streaming.events import ODD
from streaming.marks import way_out

# What stands in the message -> what is wrong. The first that fits.
CAUSES = (
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
    (OVERFLOW, TOO_LARGE),
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
    text = said(error)
    if text is None:
        return None
    for mark, fault in CAUSES:
        if found := re.search(mark, text):
            return UserError(f"{fault.format(way_out=way_out())} ({line_of(text, found)})")
    return None


def is_away(error: BaseException) -> bool:
    """Whether the brokers were not there, so that it may go on when they are."""
    text = said(error)
    return text is not None and not isinstance(error, OSError) and told(error) is None and bool(AWAY.search(text))


def is_odd(error: BaseException) -> bool:
    """Whether a message was met that is not spelled as usual. Each fault of such a query tells its plan, and so ODD."""
    return f"[USER_RAISED_EXCEPTION] {ODD}" in (said(error) or "")
