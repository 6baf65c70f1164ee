"""The topic: made where it is missing, refused where it is another schema's."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import (
    AuthorizationError,
    InvalidTopicError,
    KafkaError,
    PolicyViolationError,
    SaslAuthenticationFailedError,
    TopicAlreadyExistsError,
)

from datagen.errors import UserError
from datagen.messages import FINGERPRINT_KEY
from event_generator.client_settings import Client
from event_generator.pace import Time

KEPT_FOR_EVER = {"retention.ms": "-1"}  # events are of any age; the default would delete them
ANSWER_MS = 10_000
DEFAULT_PARTITIONS = 1


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    id: str
    partitions: int
    empty: bool


def hush() -> None:
    """kafka-python tells its own log what it also raises."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)


@contextmanager
def reaching(client: Client, topic: str) -> Iterator[None]:
    """What a cluster refuses or does not answer is raised as a UserError."""
    try:
        yield
    except (AuthorizationError, SaslAuthenticationFailedError, PolicyViolationError) as error:
        raise UserError(
            f"topic {topic} at {client.servers}: not allowed ({type(error).__name__}); "
            "ask who runs the cluster, or set sasl.jaas.config in the file of --kafka-config"
        ) from error
    except InvalidTopicError as error:
        raise UserError(
            f"{topic!r} is no name of a topic; use letters, digits, `.`, `_` and `-`, at most 249"
        ) from error
    except (KafkaError, OSError, ValueError, AssertionError) as error:
        raise UserError(
            f"{client.servers}: no Kafka broker answers ({type(error).__name__}: {_first_line(error)}); "
            "start one, or name another with --bootstrap-servers or KAFKA_BOOTSTRAP_SERVERS"
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:120]


def await_listener(client: Client, patience_s: float, time: Time, say: Callable[[str], None]) -> None:
    """Returns as soon as one of the servers listens. UserError when patience ends."""
    began, said = time.monotonic(), False
    while not any(_listens(server) for server in client.reach["bootstrap_servers"]):
        waited = time.monotonic() - began
        if waited >= patience_s:
            raise UserError(
                f"{client.servers}: nothing listens there; "
                "start Kafka, or name another with --bootstrap-servers or KAFKA_BOOTSTRAP_SERVERS"
            )
        if not said:
            say(f"waiting for Kafka at {client.servers}, at most {patience_s:.0f} s")
            said = True
        time.sleep(min(1.0, patience_s - waited))


def _listens(server: str) -> bool:
    host, _, port = server.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=3):
            return True
    except ValueError:
        raise UserError(f"{server!r} is no address; write it like localhost:9092") from None
    except OSError:
        return False


def ensure(client: Client, name: str, partitions: int | None, fingerprint: str | None, by_hand: bool) -> Topic:
    """The topic, made where it is missing. UserError where it is of another fingerprint or has other partitions.

    A name given by hand says nothing of the schema: a first record does.
    """
    hush()
    reach = {**client.reach, "bootstrap_timeout_ms": ANSWER_MS}
    with reaching(client, name):
        with closing(KafkaAdminClient(**reach)) as admin:
            made = _make(admin, name, partitions or DEFAULT_PARTITIONS)
            found = admin.describe_topics([name])[0]
        count = len(found["partitions"])
        if not made and partitions not in (None, count):
            raise UserError(
                f"topic {name} has {count} partition{'' if count == 1 else 's'}, not {partitions}; "
                "leave --partitions out, or give another --topic"
            )
        held = _records(reach, name, count)
        if by_hand and fingerprint is not None:
            held -= _mark(reach, name, fingerprint, held)
    return Topic(name, str(found["topic_id"]), count, held == 0)


def _make(admin: KafkaAdminClient, name: str, partitions: int) -> bool:
    """Whether it had to be made."""
    if admin.describe_topics([name])[0]["error_code"] == 0:
        return False
    wanted = {"num_partitions": partitions, "replication_factor": -1, "configs": KEPT_FOR_EVER}
    try:
        admin.create_topics({name: wanted}, wait_for_metadata=True)
    except TopicAlreadyExistsError:
        return False
    return True


def _records(reach: dict[str, object], name: str, partitions: int) -> int:
    with closing(KafkaConsumer(**reach, enable_auto_commit=False)) as consumer:
        places = [TopicPartition(name, number) for number in range(partitions)]
        first, last = consumer.beginning_offsets(places), consumer.end_offsets(places)
        return sum(last[place] - first[place] for place in places)


def _mark(reach: dict[str, object], name: str, fingerprint: str, held: int) -> int:
    """Writes the record that says whose topic this is, or compares it; how many records that are."""
    if not held:
        with closing(KafkaProducer(**reach, acks="all", enable_idempotence=True)) as producer:
            producer.send(name, fingerprint.encode(), key=FINGERPRINT_KEY, partition=0).get(timeout=ANSWER_MS / 1000)
        return 0
    found = _first_record(reach, name)
    if found is None:
        raise UserError(
            f"topic {name} holds messages, and no fingerprint that says of which schema; "
            "give another --topic, or leave it out for one of its own"
        )
    if found != fingerprint:
        raise UserError(
            f"topic {name} is of fingerprint {found[:8]}, the schema of {fingerprint[:8]}; "
            "give another --topic, or leave it out for one of its own"
        )
    return 1


def _first_record(reach: dict[str, object], name: str) -> str | None:
    """The fingerprint in the first record of partition 0; None where it is another record."""
    with closing(KafkaConsumer(**reach, enable_auto_commit=False, consumer_timeout_ms=ANSWER_MS)) as consumer:
        place = TopicPartition(name, 0)
        consumer.assign([place])
        consumer.seek_to_beginning(place)
        for record in consumer:
            return record.value.decode("utf-8", "replace") if record.key == FINGERPRINT_KEY else None
    return None
