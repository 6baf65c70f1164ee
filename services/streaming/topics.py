"""Kafka as the job needs to know it before and between queries: who answers, which topic, whose it is.

Asked through the client that the Spark connector brings, so that every setting means here what it means there.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, SparkSession

from datagen.errors import UserError
from datagen.messages import FINGERPRINT_KEY
from datagen.waiting import wait_for
from streaming.checkpoint import Offsets

ANSWER_S = 10
SERVERS = "bootstrap.servers"
BYTES = "org.apache.kafka.common.serialization.ByteArrayDeserializer"
# A request for the protocol's versions: size, key 18, version 0, correlation 7, no client id.
ASKED = bytes([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 255, 255])


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    id: str  # another one as soon as the topic is made anew
    partitions: int


class NoAnswerError(UserError):
    """Nobody answers, for now or for ever."""


class NoTopicError(UserError):
    """The brokers answer, and have no such topic."""


class _StoppedError(Exception):
    """Nobody wants the topic any more."""


@dataclass(frozen=True)
class Kafka:
    """One cluster, reached by the settings of Kafka's own clients."""

    spark: SparkSession
    settings: Mapping[str, str]

    @property
    def servers(self) -> str:
        return self.settings[SERVERS]

    def topic(self, name: str) -> Topic:
        """Raises NoAnswerError or NoTopicError; UserError for an address that no waiting helps."""
        with self._admin() as admin:
            try:
                told = admin.describeTopics(self._list([name])).allTopicNames().get().get(name)
            except Py4JJavaError as error:
                raise self._told(error, name) from error
        return Topic(name, told.topicId().toString(), told.partitions().size())

    def batch(self, topic: str, start: Offsets, stop: Offsets) -> DataFrame:
        """The records between two places of a topic."""
        reader = self.spark.read.format("kafka").options(**self.options()).option("subscribe", topic)
        starting, ending = (json.dumps({topic: {str(key): value for key, value in at.items()}}) for at in (start, stop))
        return reader.option("startingOffsets", starting).option("endingOffsets", ending).load()

    def options(self) -> dict[str, str]:
        """As Spark's connector takes them."""
        return {f"kafka.{name}": value for name, value in self.settings.items()}

    def written_fingerprint(self, topic: Topic) -> str | None:
        """What the first record of a topic says of itself, where it says so."""
        first, next_one = self._offsets(topic, "earliest"), self._offsets(topic, "latest")
        with self._consumer() as consumer:
            for number, start in first.items():
                if next_one[number] > start:
                    record = self._record(consumer, topic, number, start)
                    if record is not None and record.key() == FINGERPRINT_KEY:
                        return bytes(record.value()).decode("utf-8", "replace")
        return None

    def _record(self, consumer: Any, topic: Topic, partition: int, start: int) -> Any:
        """The first record of a partition from a place on; None where there is none after all."""
        jvm: Any = self.spark._jvm
        place = jvm.org.apache.kafka.common.TopicPartition(topic.name, partition)
        consumer.assign(self._list([place]))
        try:
            consumer.seek(place, start)
            found = consumer.poll(jvm.java.time.Duration.ofSeconds(ANSWER_S)).records(place)
        except Py4JJavaError as error:
            raise self._told(error, topic.name) from error
        return None if found.isEmpty() else found.get(0)

    def _offsets(self, topic: Topic, which: str) -> dict[int, int]:
        jvm: Any = self.spark._jvm
        asked = jvm.java.util.HashMap()
        spec = getattr(jvm.org.apache.kafka.clients.admin.OffsetSpec, which)()
        at = {
            number: jvm.org.apache.kafka.common.TopicPartition(topic.name, number) for number in range(topic.partitions)
        }
        for place in at.values():
            asked.put(place, spec)
        with self._admin() as admin:
            try:
                told = admin.listOffsets(asked).all().get()
            except Py4JJavaError as error:
                raise self._told(error, topic.name) from error
            return {number: int(told.get(place).offset()) for number, place in at.items()}

    @contextmanager
    def _admin(self) -> Iterator[Any]:
        jvm: Any = self.spark._jvm
        limits = {"default.api.timeout.ms": ANSWER_S * 1000, "request.timeout.ms": ANSWER_S * 500}
        with self._client(jvm.org.apache.kafka.clients.admin.Admin.create, limits, {}) as admin:
            yield admin

    @contextmanager
    def _consumer(self) -> Iterator[Any]:
        """One of no group, which takes a record at a time."""
        jvm: Any = self.spark._jvm
        limits = {"default.api.timeout.ms": ANSWER_S * 1000}
        fixed = {
            "enable.auto.commit": "false",
            "max.poll.records": "1",
            "key.deserializer": BYTES,
            "value.deserializer": BYTES,
        }
        with self._client(jvm.org.apache.kafka.clients.consumer.KafkaConsumer, limits, fixed) as consumer:
            yield consumer

    @contextmanager
    def _client(
        self, make: Callable[[Any], Any], limits: Mapping[str, object], fixed: Mapping[str, object]
    ) -> Iterator[Any]:
        """A client of Kafka's by the user's settings, which go before `limits` and behind `fixed`."""
        jvm: Any = self.spark._jvm
        settings = jvm.java.util.HashMap()
        for name, value in {**limits, **self.settings, **fixed}.items():
            settings.put(name, str(value))
        try:
            client = make(settings)
        except Py4JJavaError as error:
            raise UserError(f"{self.servers}: {_cause(error)}; see --bootstrap-servers and --kafka-config") from error
        try:
            yield client
        finally:
            client.close(jvm.java.time.Duration.ofSeconds(1))

    def _list(self, members: Sequence[object]) -> Any:
        jvm: Any = self.spark._jvm
        found = jvm.java.util.ArrayList()
        for member in members:
            found.add(member)
        return found

    def _told(self, error: Py4JJavaError, topic: str) -> UserError:
        text = str(error.java_exception)
        if "UnknownTopicOrPartition" in text:
            return NoTopicError(f"{self.servers}: there is no topic {topic!r}; start the replay, which makes it")
        if "Authentication" in text or "Authorization" in text or "SslHandshake" in text:
            return UserError(f"{self.servers}: {_cause(error)}; see --kafka-config")
        if self.settings.get("security.protocol", "PLAINTEXT") == "PLAINTEXT" and (other := not_kafka(self.servers)):
            return UserError(f"{other} answers, but not as Kafka does; name a broker in KAFKA_BOOTSTRAP_SERVERS")
        return NoAnswerError(f"{self.servers}: no broker answers; start one, or name it in KAFKA_BOOTSTRAP_SERVERS")


def wait(
    look: Callable[[], Topic],
    patience_s: float,
    say: Callable[[str], None],
    stopped: Callable[[], bool],
    *,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Topic | None:
    """The topic, as soon as it is there; None where this is stopped. After `patience_s` the error goes on."""

    def rest(seconds: float) -> None:
        sleep(seconds)
        if stopped():
            raise _StoppedError

    try:
        return wait_for(look, (NoAnswerError, NoTopicError), patience_s, say, monotonic=monotonic, sleep=rest)
    except _StoppedError:
        return None


def not_kafka(servers: str) -> str | None:
    """The first address that takes a connection and does not speak Kafka's protocol."""
    for address in servers.split(","):
        host, _, port = address.strip().rpartition(":")
        with closing(socket.socket()) as probe:
            probe.settimeout(2)
            try:
                probe.connect((host.strip("[]"), int(port)))
                probe.sendall(ASKED)
                answer = probe.recv(8)
            except TimeoutError:
                continue  # it may be a broker that is frozen
            except (OSError, ValueError):
                continue
        if answer[4:8] != ASKED[8:12]:
            return address
    return None


def _cause(error: Py4JJavaError) -> str:
    """The innermost thing that Java says, in one line."""
    told = error.java_exception
    while told.getCause() is not None:
        told = told.getCause()
    return str(told.getMessage() or told.toString()).splitlines()[0]
