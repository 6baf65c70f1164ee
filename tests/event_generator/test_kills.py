"""Whoever is killed, stopped or frozen, and whenever: nothing is lost, and what comes twice says so."""

from __future__ import annotations

import gc
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from demo.setup.places import here
from event_generator import replay as replay_module
from event_generator.pace import Time
from event_generator.replay import replay
from event_generator.sender import Limits, Sender
from tests.brokers import TestBroker
from tests.event_generator.conftest import REAL, Record, Shop, records

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PROGRAM = here().root / "services" / "event_generator" / "kafka_event_producer.py"
ROWS = 20_000


@contextmanager
def running(shop: Shop, address: str, topic: str, *others: str) -> Iterator[subprocess.Popen[str]]:
    words: list[str | Path] = [sys.executable, "-W", "ignore", PROGRAM, "--schema", shop.schema, "--input", shop.input]
    words += ["--state", shop.state, "--bootstrap-servers", address, "--topic", topic, *others]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def begun(shop: Shop, process: subprocess.Popen[str]) -> None:
    """Returns when something was acknowledged."""
    while not any(json.loads(path.read_text())["place"] for path in shop.state.glob("*/replay-*.json")):
        assert process.poll() is None
        time.sleep(0.02)


def events(address: str, topic: str) -> list[Record]:
    return [one for one in records(address, topic) if one.key != b"_fingerprint" and one.identity[1] is not None]


def every(count: int = ROWS) -> set[tuple[int, str | None]]:
    return {(0, f"id-{number}") for number in range(count)}


def in_order_but_for_repeats(found: list[Record]) -> bool:
    """What is not a repeat comes in the order of its time."""
    first = list(dict.fromkeys(record.identity for record in found))
    return first == [(0, f"id-{number}") for number in range(len(first))]


def test_a_replay_killed_again_and_again_loses_nothing(shop: Shop, broker: TestBroker) -> None:
    shop.events(ROWS)
    topic, rng = broker.topic("killed"), random.Random(1)
    for _ in range(4):
        with running(shop, broker.address, topic, "--rate", "4000") as process:
            begun(shop, process)
            time.sleep(rng.random())
            process.kill()
            process.wait()
    with running(shop, broker.address, topic, "--speed", "0") as process:
        assert process.wait(60) == 0
    found = events(broker.address, topic)
    assert {record.identity for record in found} == every()
    assert in_order_but_for_repeats(found)
    assert len(found) - ROWS < 4 * 4000 * 1.5  # what was sent since the position was noted: a second, or a little more


def test_a_broker_killed_under_a_replay_loses_nothing(shop: Shop, own_broker: TestBroker) -> None:
    shop.events(ROWS)
    own_broker.start()
    topic, rng = own_broker.topic("broker"), random.Random(2)
    with running(shop, own_broker.address, topic, "--rate", "4000") as process:
        begun(shop, process)
        for _ in range(2):
            time.sleep(rng.random())
            own_broker.kill()
            own_broker.start()
        assert process.wait(90) == 0
    found = events(own_broker.address, topic)
    assert {record.identity for record in found} == every()
    assert in_order_but_for_repeats(found)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_replay_notes_what_was_acknowledged_and_repeats_nothing(
    shop: Shop, broker: TestBroker, number: int
) -> None:
    shop.events(ROWS)
    topic = broker.topic("stopped")
    with running(shop, broker.address, topic, "--rate", "4000") as process:
        begun(shop, process)
        process.send_signal(number)
        assert process.wait(20) == 128 + number
    stopped = len(events(broker.address, topic))
    assert 0 < stopped < ROWS
    with running(shop, broker.address, topic, "--speed", "0") as process:
        assert process.wait(60) == 0
    assert [record.identity for record in events(broker.address, topic)] == [
        (0, f"id-{number}") for number in range(ROWS)
    ]


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # of the producer that is given up
def test_a_frozen_broker_is_waited_out_and_its_producer_replaced(shop: Shop, own_broker: TestBroker) -> None:
    shop.events(ROWS)
    own_broker.start()
    said: list[str] = []
    frozen = iter([True])

    class Freezing(Sender):
        """Freezes the broker after the first messages, and thaws it when a second producer has been tried."""

        def send(self, *given: Any) -> None:
            super().send(*given)
            if next(frozen, False):
                own_broker.freeze()

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 2:
            own_broker.thaw()

    made: list[Sender] = []

    def sender(connect: Any, topic: str, where: str, clock: Time, _: Any, limits: Limits) -> Sender:
        made.append(Freezing(connect, topic, where, clock, say, Limits(patience_s=60, renew_s=2, in_flight=2000)))
        return made[-1]

    options = shop.options(own_broker, patience_s=60.0, quiet=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay_module, "Sender", sender)
        replay(options, REAL)
    assert options.topic
    found = events(own_broker.address, options.topic)
    assert {record.identity for record in found} == every()
    assert said[0].startswith(f"Kafka at {own_broker.address} has acknowledged nothing for 2 s; trying for 58 s more")
    assert len(said) >= 2
    assert made[0].acknowledged == ROWS + 1
    gc.collect()


def test_a_broker_that_stays_away_ends_the_replay_with_what_to_do(shop: Shop, own_broker: TestBroker) -> None:
    shop.events(ROWS)
    own_broker.start()
    topic = own_broker.topic("away")
    with running(shop, own_broker.address, topic, "--rate", "4000", "--patience", "3") as process:
        begun(shop, process)
        own_broker.kill()
        assert process.wait(60) == 2
        assert process.stderr
        said = process.stderr.read()
    assert "Traceback" not in said
    assert f"Kafka at {own_broker.address} has acknowledged nothing for" in said
    assert "start the broker, then the replay again, and it goes on from there" in said
    own_broker.start()
    with running(shop, own_broker.address, topic, "--speed", "0") as process:
        assert process.wait(60) == 0
    assert {record.identity for record in events(own_broker.address, topic)} == every()


def test_a_second_replay_of_one_topic_is_refused(shop: Shop, broker: TestBroker) -> None:
    shop.events(ROWS)
    topic = broker.topic("two")
    with running(shop, broker.address, topic, "--rate", "2000") as process:
        begun(shop, process)
        with running(shop, broker.address, topic) as other:
            assert other.wait(30) == 2
            assert other.stderr
            assert f"held by process {process.pid} on {os.uname().nodename}" in other.stderr.read()
