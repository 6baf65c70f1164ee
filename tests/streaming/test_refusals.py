"""What the job refuses, in a sentence that says what to do; and what it waits out."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import psutil
import pytest

from datagen.errors import UserError
from streaming import marks
from streaming.connector import class_path
from streaming.marks import Mark, agree
from streaming.shelves import DiskShelf, Shelf
from streaming.streaming_sales_aggregator import Span
from streaming.topics import SERVERS, Kafka, NoAnswerError, NoTopicError, not_kafka, wait
from tests.brokers import TestBroker
from tests.streaming.conftest import Stream, sale

MARK = Mark("shop", "f" * 64, "shop-ffffffff", "id1")
with_kafka = [pytest.mark.spark, pytest.mark.kafka]


@pytest.fixture
def shelves(tmp_path: Path) -> dict[str, Shelf]:
    return {name: DiskShelf(tmp_path / name) for name in ("checkpoint", "sink", "ledger", "output")}


def test_four_marks_are_put_once_and_agree_ever_after(shelves: dict[str, Shelf]) -> None:
    agree(shelves, MARK)
    for shelf in shelves.values():
        shelf.put("content", b"")
    agree(shelves, MARK)
    assert all(shelf.names()[-2:] == [marks.NAME, "content"] for shelf in shelves.values())


def test_a_start_that_was_killed_before_anything_was_streamed_is_begun_again(shelves: dict[str, Shelf]) -> None:
    shelves["checkpoint"].put(
        marks.NAME, b'{"dataset":"shop","fingerprint":"%s","topic":"shop-ffffffff","topic_id":"id1"}' % (b"f" * 64)
    )
    shelves["output"].put("analysis.json", b"{}")
    agree(shelves, MARK)
    assert all(marks.NAME in shelf.names() for shelf in shelves.values())


@pytest.mark.parametrize("lost", ["checkpoint", "sink", "ledger", "output"])
def test_a_half_that_is_gone_is_refused(lost: str, shelves: dict[str, Shelf], tmp_path: Path) -> None:
    agree(shelves, MARK)
    for name, shelf in shelves.items():
        shelf.put("content", b"")
        if name == lost:
            shelf.remove("content")
            shelf.remove(marks.NAME)
    with pytest.raises(UserError, match=rf"{lost}: no {lost} of this topic is there, but its .*; `demo reset` removes"):
        agree(shelves, MARK)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"fingerprint": "e" * 64}, "made by schema shop eeeeeeee, not shop ffffffff"),
        ({"topic": "other"}, "made from topic 'other', not 'shop-ffffffff'"),
        ({"topic_id": "id0"}, "topic 'shop-ffffffff' was made anew since"),
        ({"layout": 0}, "its state has layout 0, and this version goes on from layout 1"),
    ],
)
def test_state_of_another_schema_or_topic_is_refused(
    changed: dict[str, Any], said: str, shelves: dict[str, Shelf]
) -> None:
    agree(shelves, replace(MARK, **changed))
    with pytest.raises(UserError, match=f"{said}; `demo reset` removes topic, checkpoint and output together"):
        agree(shelves, MARK)


@pytest.mark.parametrize(
    ("text", "seconds"), [("2", 2), ("2 seconds", 2), ("500 ms", 0.5), ("30s", 30), ("1 minute", 60)]
)
def test_a_trigger_is_a_span_of_time(text: str, seconds: float) -> None:
    assert Span().convert(text, None, None) == seconds


def test_a_trigger_that_is_none_is_refused() -> None:
    with pytest.raises(click.BadParameter, match="'soon' is not a span of time; write it like '2 seconds' or '500 ms'"):
        Span().convert("soon", None, None)


def test_a_connector_that_is_not_there_is_told_with_the_way_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere.*`make setup` fetches it, or name its folder in SPARK_KAFKA_JARS"):
        class_path({"SPARK_KAFKA_JARS": str(tmp_path / "nowhere")})
    (tmp_path / "spark-sql-kafka-0-10_2.13-4.2.0.jar").touch()
    with pytest.raises(UserError, match="no commons-pool2-"):
        class_path({"SPARK_KAFKA_JARS": str(tmp_path)})


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """A server that says the same to everybody."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(0.1)
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.recv(100)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}"
        finally:
            ended.set()
            thread.join()


def test_an_address_that_is_not_kafka_is_told_from_one_where_nobody_is() -> None:
    with answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as web, answering(bytes([0, 0, 0, 4, 0, 0, 0, 7])) as kafka:
        assert not_kafka(f"{kafka},{web}") == web
        assert not_kafka(kafka) is None
    assert not_kafka(web) is None
    assert not_kafka("127.0.0.1:none") is None


def test_a_topic_is_waited_for_and_then_given_up() -> None:
    said: list[str] = []
    clock = iter(range(100))

    def look() -> Any:
        raise NoTopicError("no topic")

    with pytest.raises(NoTopicError):
        wait(look, 40, said.append, lambda: False, monotonic=lambda: float(next(clock)), sleep=lambda _: None)
    assert said == ["waiting, at most 39 s more: no topic", "waiting, at most 9 s more: no topic"]
    assert wait(look, 40, said.append, lambda: True) is None


@pytest.mark.spark
@pytest.mark.kafka
def test_brokers_and_topics_that_are_not_there_are_told_apart(shop: Stream) -> None:
    with pytest.raises(NoTopicError, match="there is no topic 'nothing'; start the replay, which makes it"):
        Kafka(shop.spark, {SERVERS: shop.broker.address}).topic("nothing")
    short = {"default.api.timeout.ms": "1500", "request.timeout.ms": "1000"}
    with pytest.raises(NoAnswerError, match="no broker answers; start one, or name it in KAFKA_BOOTSTRAP_SERVERS"):
        Kafka(shop.spark, {SERVERS: "127.0.0.1:9", **short}).topic("nothing")
    with (
        answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as web,
        pytest.raises(UserError, match=f"{web} answers, but not as Kafka does"),
    ):
        Kafka(shop.spark, {SERVERS: web, **short}).topic("nothing")


@pytest.mark.spark
@pytest.mark.kafka
def test_a_topic_that_was_removed_or_made_anew_is_refused_and_the_output_stays(shop: Stream) -> None:
    shop.send(sale(1, "10:00"))
    shop.run()
    before = shop.progress()["rows"]
    shop.remove_topic()
    with pytest.raises(UserError, match=r"topic '.*' is gone, but what was read of it is here; `demo reset`"):
        shop.run()
    shop.make_topic()
    with pytest.raises(UserError, match="was made anew since; `demo reset` removes"):
        shop.run()
    assert shop.progress()["rows"] == before
    assert len(shop.open()) == 4


@pytest.mark.spark
@pytest.mark.kafka
def test_a_topic_named_by_hand_is_refused_where_its_first_record_names_another_schema(
    new_stream: Any, broker: TestBroker
) -> None:
    shop = new_stream(topic=broker.topic("mine"))
    shop.send(b"0" * 64, key=b"_fingerprint")
    shop.send(sale(1, "10:00"))
    with pytest.raises(UserError, match=r"was made by schema 00000000, not .*; name another in KAFKA_TOPIC"):
        shop.run()
    ours = new_stream(topic=broker.topic("ours"))
    ours.send(ours.analysis.fingerprint.encode(), key=b"_fingerprint")
    ours.send(sale(1, "10:00"))
    assert ours.run()["rows"]["read"] == 1


@pytest.mark.spark
@pytest.mark.kafka
@pytest.mark.slow
def test_a_broker_that_is_away_is_waited_out_and_a_signal_ends_the_job_cleanly(
    shop: Stream, own_broker: TestBroker
) -> None:
    shop.broker = own_broker
    own_broker.start()
    shop.make_topic()
    shop.send(sale(1, "10:00"))
    config = shop.folder / "kafka.properties"
    config.write_text("default.api.timeout.ms=3000\nrequest.timeout.ms=2000\n")
    with at_work(shop, "--kafka-config", str(config)) as job:
        until(shop, lambda: shop.progress()["rows"]["read"] == 1)
        own_broker.kill()
        until(shop, lambda: "the brokers are away" in shop.log())
        own_broker.start()
        shop.send(sale(2, "10:01"))
        until(shop, lambda: shop.progress()["rows"]["read"] == 2)
        job.send_signal(signal.SIGTERM)
        assert job.wait(60) == 143
    assert shop.progress()["stopped"]["reason"] == "told to stop"
    assert shop.progress()["balanced"]


@pytest.mark.spark
@pytest.mark.kafka
@pytest.mark.slow
def test_java_killed_alone_is_told_in_a_line(shop: Stream) -> None:
    shop.send(sale(1, "10:00"))
    with at_work(shop) as job:
        until(shop, lambda: shop.progress()["rows"]["read"] == 1)
        (java,) = (one for one in psutil.Process(job.pid).children() if one.name() == "java")
        java.kill()
        assert job.wait(60) == 1, shop.log()
    assert "Spark's Java ended with 137 under the job" in shop.log()
    assert "Traceback" not in shop.log()


@pytest.mark.spark
@pytest.mark.kafka
@pytest.mark.slow
def test_ctrl_c_reaches_java_too_and_still_ends_the_job_cleanly(shop: Stream) -> None:
    shop.send(sale(1, "10:00"))
    with at_work(shop) as job:
        until(shop, lambda: shop.progress()["rows"]["read"] == 1)
        os.killpg(job.pid, signal.SIGINT)
        assert job.wait(60) == 130, shop.log()
    assert "Traceback" not in shop.log()
    assert shop.progress()["stopped"]["reason"] == "told to stop"


@contextmanager
def at_work(shop: Stream, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """The job, until it ends or the body does."""
    job = shop.started("--trigger", "500 ms", *options)
    try:
        yield job
    finally:
        with suppress(ProcessLookupError):
            os.killpg(job.pid, signal.SIGKILL)
        job.wait()


def until(shop: Stream, holds: Any) -> None:
    deadline = time.monotonic() + 180
    while True:
        try:
            if holds():
                return
        except FileNotFoundError:
            pass
        assert time.monotonic() < deadline, shop.log()
        time.sleep(0.1)
