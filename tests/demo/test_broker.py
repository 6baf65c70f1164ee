"""The embedded broker: it works, it stops, it lives through being killed, and it keeps others off its folder."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from demo.broker import Broker
from demo.broker_health import TOPIC, answers
from demo.child import Child
from tests.brokers import TestBroker
from tests.brokers import own_broker as own_broker

pytestmark = pytest.mark.kafka


def told(address: str) -> list[bytes]:
    """Every value in the topic of the health check."""
    with KafkaConsumer(bootstrap_servers=address) as consumer:
        place = TopicPartition(TOPIC, 0)
        consumer.assign([place])
        consumer.seek_to_beginning(place)
        end = consumer.end_offsets([place])[place]
        found: list[bytes] = []
        while consumer.position(place) < end:
            found += [record.value for record in consumer.poll(timeout_ms=200).get(place, ())]
        return found


@pytest.fixture
def second(own_broker: TestBroker, tmp_path: Path) -> Iterator[TestBroker]:
    """Another broker, in a folder of its own unless a test gives it the first one's."""
    made = TestBroker(tmp_path / "second")
    yield made
    if made._child:
        made.stop()


@pytest.mark.slow
def test_a_killed_broker_starts_again_with_all_that_it_had_acknowledged(own_broker: TestBroker) -> None:
    own_broker.start()
    with KafkaProducer(bootstrap_servers=own_broker.address, acks="all") as producer:
        for number in range(100):
            producer.send(TOPIC, b"%d" % number).get(timeout=10)
    own_broker.kill()
    assert not answers(own_broker.address)
    own_broker.start()
    assert [value for value in told(own_broker.address) if len(value) < 8] == [b"%d" % number for number in range(100)]


@pytest.mark.slow
def test_a_broker_ends_when_asked_and_nothing_listens_any_more(own_broker: TestBroker) -> None:
    own_broker.start()
    process = psutil.Process(own_broker.child.pid)
    assert own_broker.stop() == 143
    assert not process.is_running()
    assert not answers(own_broker.address)
    own_broker.start()
    assert len(told(own_broker.address)) == 2


@pytest.mark.slow
def test_any_name_of_its_folder_will_do(tmp_path: Path) -> None:
    broker = TestBroker(tmp_path / "café, a=b: ünï")
    broker.start()
    assert broker.stop() == 143


@pytest.mark.slow
def test_a_second_broker_on_one_folder_is_refused_and_the_first_goes_on(
    own_broker: TestBroker, second: TestBroker
) -> None:
    own_broker.start()
    second.folder = own_broker.folder
    second.start(wait=False)
    assert second.child.process.wait(20) == 2
    said = second.child.tail(1)[0]
    assert f"kafka/lock: held by process {own_broker.child.pid} on {socket.gethostname()}" in said
    assert answers(own_broker.address)
    assert own_broker.stop() == 143


def test_a_taken_port_is_told_with_who_holds_it(own_broker: TestBroker) -> None:
    with socket.create_server(("127.0.0.1", own_broker.port)):
        own_broker.start(wait=False)
        assert own_broker.child.process.wait(20) == 2
    said = own_broker.child.tail(1)[0]
    assert f"port {own_broker.port} is taken by pid {os.getpid()}" in said
    assert "--port" in said


def test_who_a_broker_is_never_changes(tmp_path: Path) -> None:
    Broker(tmp_path, 9092).prepare()
    identity = (tmp_path / "log" / "meta.properties").read_text()
    Broker(tmp_path, 9093).prepare()
    assert (tmp_path / "log" / "meta.properties").read_text() == identity
    assert "PLAINTEXT://127.0.0.1:9093" in (tmp_path / "server.properties").read_text()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    command: list[str | Path] = [sys.executable, "-m", "demo.broker", "--folder", tmp_path / "file" / "kafka"]
    child = Child("kafka", command, log=tmp_path / "log", env=os.environ)
    assert child.process.wait(20) == 2
    assert "a part of the path is a file" in child.tail(1)[0]


def test_a_port_that_speaks_something_else_is_no_broker() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert not answers(f"127.0.0.1:{listener.getsockname()[1]}", patience_s=0.5)
