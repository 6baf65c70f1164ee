"""Whether a broker works: one record sent and read back. An open port says too little."""

from __future__ import annotations

import logging
import os
import socket
import time
from contextlib import closing

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, TopicAlreadyExistsError

TOPIC = "_health"
SETTINGS = {"retention.bytes": "1048576", "segment.bytes": "1048576"}
PATIENCE_S = 5.0


def answers(address: str, patience_s: float = PATIENCE_S) -> bool:
    """False at once where nothing listens, else within about twice the patience."""
    if not _listens(address):
        return False
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # the answer says it
    try:
        return _round_trip(address, patience_s)
    except (KafkaError, OSError):
        return False


def _listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, int(port))) == 0


def _round_trip(address: str, patience_s: float) -> bool:
    patience_ms = int(patience_s * 1000)
    reach = {"bootstrap_servers": address, "bootstrap_timeout_ms": patience_ms, "request_timeout_ms": patience_ms}
    _make_topic(reach)
    told = os.urandom(8)
    producer = KafkaProducer(**reach, acks="all", enable_idempotence=True, max_block_ms=patience_ms)
    with closing(producer):
        sent = producer.send(TOPIC, told).get(timeout=patience_s)
    with closing(KafkaConsumer(**reach, enable_auto_commit=False)) as consumer:
        place = TopicPartition(TOPIC, sent.partition)
        consumer.assign([place])
        consumer.seek(place, sent.offset)
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            for record in consumer.poll(timeout_ms=200).get(place, ()):
                return bool(record.value == told)
    return False


def _make_topic(reach: dict[str, object]) -> None:
    with closing(KafkaAdminClient(**reach)) as admin:
        if TOPIC in admin.list_topics():
            return
        try:
            admin.create_topics(
                {TOPIC: {"num_partitions": 1, "replication_factor": 1, "configs": SETTINGS}}, wait_for_metadata=True
            )
        except TopicAlreadyExistsError:
            return
