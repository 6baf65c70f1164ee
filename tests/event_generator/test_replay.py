"""A replay as the topic shows it, on a real broker."""

from __future__ import annotations

import gc
import json
import re
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from datagen.errors import UserError
from datagen.messages import topic_name
from event_generator import position, topic
from event_generator import replay as replay_module
from event_generator.client_settings import Client
from event_generator.producer import Future, connector
from event_generator.replay import replay
from tests.brokers import TestBroker
from tests.event_generator.conftest import REAL, Record, Sent, Shop, records

pytestmark = pytest.mark.kafka


def rows(found: list[Record]) -> list[Record]:
    """Without heartbeats."""
    return [record for record in found if record.event["_replay"]["id"] is not None]


def test_a_message_is_the_row_in_its_own_types_with_its_instant_and_its_origin(
    shop: Shop, broker: TestBroker, sent: Sent
) -> None:
    shop.write("one.csv", "a,2025-01-02T03:04:05.5,Pune,12.50,7,true")
    first, heartbeat = sent(shop.options(broker))
    instant = "2025-01-02T03:04:05.500000Z"
    assert first.event == {
        "id": "a",
        "at": "2025-01-02T03:04:05.5",
        "city": "Pune",
        "amount": 12.5,
        "items": 7,
        "paid": True,
        "event_time": instant,
        "_replay": {"id": "a", "epoch": 0, "source_time": instant, "clock": instant},
    }
    assert first.key == b"Pune"
    assert b'"amount":12.50,' in first.value
    assert heartbeat.event == {
        "event_time": "2025-01-02T04:34:05.500000Z",
        "_replay": {"id": None, "epoch": 0, "source_time": None, "clock": "2025-01-02T04:34:05.500000Z"},
    }


def test_every_event_is_sent_once_in_the_order_of_its_time(shop: Shop, broker: TestBroker, sent: Sent) -> None:
    shop.events(500, start=500, name="a.csv")  # files are ordered by their instants, not by their names
    shop.events(500, name="b.csv")
    found = rows(sent(shop.options(broker)))
    assert [record.identity for record in found] == [(0, f"id-{number}") for number in range(1000)]


def test_rows_out_of_order_are_put_in_order_first(shop: Shop, broker: TestBroker, sent: Sent) -> None:
    shop.write("a.csv", *(f"{day},2025-01-{day:02}T00:00:00,Pune,1,1,true" for day in (5, 1, 9, 3)))
    shop.write("b.csv", *(f"{day},2025-01-{day:02}T00:00:00,Pune,1,1,true" for day in (2, 8, 4, 7)))
    found = rows(sent(shop.options(broker)))
    assert [record.identity[1] for record in found] == list("12345789")


def test_a_replay_that_sent_all_has_nothing_more_to_do(
    shop: Shop, broker: TestBroker, sent: Sent, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.events(10)
    options = shop.options(broker)
    before = sent(options)
    assert sent(options) == before
    assert f"all of {options.topic} is sent already" in capsys.readouterr().err


def test_a_replay_whose_time_was_over_goes_on_where_it_was(shop: Shop, broker: TestBroker, sent: Sent) -> None:
    shop.events(2000)
    options = shop.options(broker, rate=1000.0)
    first = sent(replace(options, duration_s=0.5))
    assert 0 < len(first) < 1500
    everything = sent(replace(options, rate=None))
    assert [record.identity for record in rows(everything)] == [(0, f"id-{number}") for number in range(2000)]
    assert everything[: len(first)] == first


def test_each_pass_is_a_later_epoch_by_whole_weeks(shop: Shop, broker: TestBroker, sent: Sent) -> None:
    shop.events(2000)
    options = shop.options(broker, rate=4000.0, loop=True, duration_s=1.6)
    found = rows(sent(options))
    assert len(found) > 4000
    assert len({record.identity for record in found}) == len(found)
    last = datetime(1970, 1, 1, tzinfo=UTC)
    for record in found:
        event = record.event
        moved = datetime.fromisoformat(event["event_time"]) - datetime.fromisoformat(event["_replay"]["source_time"])
        assert moved == timedelta(weeks=1) * event["_replay"]["epoch"]
        assert datetime.fromisoformat(event["event_time"]) > last
        last = datetime.fromisoformat(event["event_time"])


def test_the_clock_now_ends_within_the_last_week_and_keeps_hours_and_weekdays(
    shop: Shop, broker: TestBroker, sent: Sent
) -> None:
    shop.events(10)
    options = shop.options(broker, clock="now")
    last = rows(sent(options))[-1].event
    moved, before = (datetime.fromisoformat(text) for text in (last["event_time"], last["_replay"]["source_time"]))
    assert timedelta(0) <= datetime.now(UTC) - moved < timedelta(days=7)
    assert (moved - before) % timedelta(weeks=1) == timedelta(0)
    with pytest.raises(UserError, match=r"began with --clock now, not original; go on with --clock now, or start over"):
        replay(replace(options, clock="original"), REAL)


def test_the_shift_is_that_of_the_first_start(shop: Shop, broker: TestBroker, sent: Sent) -> None:
    shop.events(1000)
    options = shop.options(broker, clock="now", rate=500.0, duration_s=0.5)
    sent(options)
    months_before = replace(REAL, now_us=lambda: REAL.now_us() - 90 * 86_400_000_000)
    replay(replace(options, rate=None, duration_s=None, clock=None), months_before)
    assert options.topic
    found = [record.event for record in rows(records(broker.address, options.topic)[1:])]
    shifts = {
        datetime.fromisoformat(event["event_time"]) - datetime.fromisoformat(event["_replay"]["source_time"])
        for event in found
    }
    assert len(found) >= 1000
    assert len(shifts) == 1


def test_extracts_that_changed_are_not_gone_on_with(shop: Shop, broker: TestBroker, sent: Sent) -> None:
    shop.events(1000)
    options = shop.options(broker, rate=500.0, duration_s=0.3)
    sent(options)
    shop.events(1001)
    with pytest.raises(UserError, match=r"the extracts are not those that the replay to .* began with; start over"):
        replay(options, REAL)


def test_keys_go_where_kafkas_own_clients_send_them(shop: Shop, broker: TestBroker, sent: Sent) -> None:
    shop.events(300)
    options = shop.options(broker, partitions=7)
    found = sent(options)
    with KafkaProducer(bootstrap_servers=broker.address) as producer:
        for city in (b"Pune", b"Delhi"):
            told = producer.send(options.topic, b"{}", key=city).get(timeout=10)
            assert {record.partition for record in found if record.key == city} == {told.partition}
    assert sorted(record.partition for record in found if record.event["_replay"]["id"] is None) == list(range(7))
    assert len(rows(found)) == 300


def test_with_several_partitions_nothing_is_sent_while_an_event_older_by_half_the_watermark_is_on_its_way(
    shop: Shop, broker: TestBroker, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.events(400)
    half = timedelta(seconds=shop.analysis.stream.watermark_s / 2) if shop.analysis.stream else timedelta(0)
    on_the_way: list[tuple[datetime, Future]] = []
    widest = [timedelta(0)]

    def connected(client: Client) -> Callable[[], Any]:
        def connect() -> Any:
            producer: Any = connector(client)()
            plain = producer.send

            def send(topic: str, value: bytes, **others: Any) -> Future:
                clock = datetime.fromisoformat(json.loads(value)["_replay"]["clock"])
                if json.loads(value)["_replay"]["id"] is not None:
                    on_the_way[:] = [one for one in on_the_way if not one[1].is_done]
                    widest[0] = max(widest[0], *(clock - before for before, _ in on_the_way), timedelta(0))
                future: Future = plain(topic, value, **others)
                on_the_way.append((clock, future))
                return future

            producer.send = send
            return producer

        return connect

    monkeypatch.setattr(replay_module, "connector", connected)
    assert len(rows(sent(shop.options(broker, partitions=3)))) == 400
    assert timedelta(0) < widest[0] < half


def test_a_topic_of_another_schema_is_refused(shop: Shop, broker: TestBroker, sent: Sent, tmp_path: Path) -> None:
    shop.events(5)
    options = shop.options(broker)
    sent(options)
    document = json.loads(shop.schema.read_text())
    shop.schema.write_text(json.dumps({**document, "seed": 8}))
    with pytest.raises(UserError, match=r"topic shop-\w+ is of fingerprint \w{8}, the schema of \w{8}; give another"):
        replay(replace(options, state=tmp_path / "other"), REAL)


def test_a_topic_of_somebody_elses_messages_is_refused(shop: Shop, broker: TestBroker, sent: Sent) -> None:
    shop.events(5)
    without = shop.options(broker, schema=None)
    sent(without)
    with pytest.raises(UserError, match="holds messages, and no fingerprint that says of which schema"):
        replay(shop.options(broker, topic=without.topic), REAL)


def test_a_topic_keeps_its_partitions(shop: Shop, broker: TestBroker, sent: Sent) -> None:
    shop.events(5)
    options = shop.options(broker, partitions=2)
    sent(options)
    with pytest.raises(UserError, match=r"has 2 partitions, not 3; leave --partitions out"):
        replay(replace(options, partitions=3), REAL)


def test_without_a_name_the_topic_is_the_schemas_own(shop: Shop, broker: TestBroker) -> None:
    shop.events(5)
    replay(shop.options(broker, topic=None), REAL)
    assert len(records(broker.address, topic_name(shop.analysis))) == 6


def test_a_topic_that_was_made_anew_is_filled_from_the_start(
    shop: Shop, broker: TestBroker, sent: Sent, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.events(5)
    options = shop.options(broker)
    sent(options)
    path = shop.state / "shop" / f"replay-{options.topic}.json"
    before = position.read(path)
    assert before
    position.write(path, replace(before, topic_id="another"))
    assert len(rows(sent(options))) == 10
    said = capsys.readouterr().err
    assert f"topic {options.topic} is another one than before; starting over" in said
    assert "holds messages already; those that are sent again are told as repeats" in said


def test_planted_faults_are_those_of_the_truth_file(shop: Shop, broker: TestBroker, sent: Sent) -> None:
    shop.events(3000)
    options = shop.options(broker, late="0.05:7200s", duplicate=0.04, corrupt=0.03, truth=shop.folder / "truth")
    found = sent(options)
    told = [json.loads(line) for line in (shop.folder / "truth").read_text().splitlines()]
    by_fault = {
        fault: {(line["epoch"], line["id"]): line["amount"] for line in told if line["fault"] == fault}
        for fault in ("late", "duplicate", "corrupt")
    }
    # expected 150, 120 and 90; sigma 12, 11, 9
    assert [len(hit) for hit in by_fault.values()] == pytest.approx([150, 120, 90], abs=45)
    readable = rows([record for record in found if is_json(record)])
    every = {(0, f"id-{number}") for number in range(3000)}
    identities = [record.identity for record in readable]
    assert len(found) - len(readable) == len(by_fault["corrupt"]) + 1  # the heartbeat
    assert set(identities) == every - set(by_fault["corrupt"])
    assert {one for one in identities if identities.count(one) == 2} == set(by_fault["duplicate"])
    assert len(identities) == len(set(identities)) + len(by_fault["duplicate"])
    delays = {record.identity: delay_s(record) for record in readable}
    assert {identity: delay for identity, delay in delays.items() if delay} == by_fault["late"]
    assert set(by_fault["late"].values()) == {7200.0}


def is_json(record: Record) -> bool:
    try:
        json.loads(record.value)
    except ValueError:
        return False
    return True


def delay_s(record: Record) -> float:
    event = record.event
    clock, instant = (datetime.fromisoformat(text) for text in (event["_replay"]["clock"], event["event_time"]))
    return (clock - instant).total_seconds()


def test_a_stopped_replay_plants_no_fault_twice(shop: Shop, broker: TestBroker, sent: Sent) -> None:
    shop.events(3000)
    faults = {"late": "0.05:7200s", "duplicate": 0.05, "corrupt": 0.05, "disorder_s": 600.0}
    whole = shop.options(broker, **faults, truth=shop.folder / "whole")
    parted = shop.options(broker, **faults, truth=shop.folder / "parted")
    at_once = sent(whole)
    for _ in range(3):
        sent(replace(parted, rate=1000.0, duration_s=0.4))
    assert [record.value for record in sent(parted)] == [record.value for record in at_once]
    assert sorted((shop.folder / "parted").read_text()) == sorted((shop.folder / "whole").read_text())


def test_disorder_stays_within_its_bound(shop: Shop, broker: TestBroker, sent: Sent) -> None:
    shop.events(2000)
    found = rows(sent(shop.options(broker, disorder_s=600.0)))
    assert {record.identity for record in found} == {(0, f"id-{number}") for number in range(2000)}
    delays = [delay_s(record) for record in found]
    assert 0 <= min(delays) < 60 < 540 < max(delays) <= 600
    clocks = [record.event["_replay"]["clock"] for record in found]
    assert clocks == sorted(clocks)


def test_a_shuffled_replay_sends_everything_and_says_what_the_watermark_will_drop(
    shop: Shop, broker: TestBroker, sent: Sent, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.events(2000)
    options = shop.options(broker, shuffle=True)
    found = rows(sent(options))
    numbers = [int(str(record.identity[1]).removeprefix("id-")) for record in found]
    assert sorted(numbers) == list(range(2000))
    assert numbers != sorted(numbers)
    assert all(delay_s(record) == 0 for record in found)
    share = re.search(r"warning: shuffled, (\d+)% of the events come later", capsys.readouterr().err)
    assert share
    assert int(share[1]) > 90
    again = shop.options(broker, shuffle=True)
    assert [record.identity for record in rows(sent(again))] == [record.identity for record in found]


def test_without_a_schema_cells_are_text_and_the_first_known_column_is_the_time(
    shop: Shop, broker: TestBroker, sent: Sent
) -> None:
    shop.write(
        "one.csv", "2,2025-01-02,2025-03-04,x", "1,2025-01-01,2025-03-05,", header="n, order_date ,timestamp,note"
    )
    first, second, heartbeat = sent(shop.options(broker, schema=None, key="n"))
    assert first.event["event_time"] == "2025-01-01T00:00:00Z"
    assert (first.event["n"], first.event["note"], first.key) == ("1", None, b"1")
    assert first.event["_replay"]["id"] == "one.csv:2"
    assert second.event["_replay"]["id"] == "one.csv:1"
    assert heartbeat.event["event_time"] == "2025-01-02T00:00:01.000000Z"


def test_rows_without_any_time_are_of_the_present(shop: Shop, broker: TestBroker, sent: Sent) -> None:
    shop.write("one.csv", *map(str, range(20)), header="n")
    found = sent(shop.options(broker, schema=None, rate=100.0))
    instants = [datetime.fromisoformat(record.event["event_time"]) for record in rows(found)]
    assert len(instants) == 20
    assert instants == sorted(instants)
    assert datetime.now(UTC) - instants[0] < timedelta(minutes=1)
    assert timedelta(seconds=0.18) <= instants[-1] - instants[0] <= timedelta(seconds=0.2)


def test_where_no_broker_is_the_address_is_named(shop: Shop, broker: TestBroker) -> None:
    shop.events(5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(UserError, match=f"^{address}: nothing listens there; start Kafka, or name another with"):
        replay(shop.options(broker, servers=address), REAL)
    with pytest.raises(UserError, match="'kafka' is no address; write it like localhost:9092"):
        replay(shop.options(broker, servers="kafka"), REAL)


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # kafka-python leaves sockets behind
def test_an_address_that_is_not_kafka_is_told(shop: Shop, broker: TestBroker, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.events(5)
    monkeypatch.setattr(topic, "ANSWER_MS", 300)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(UserError, match=rf"^{address}: no Kafka broker answers .*; start one, or name another"):
            replay(shop.options(broker, servers=address), REAL)
        gc.collect()


@pytest.mark.parametrize("name", ["a/b", "", ".", "é", "x" * 250])
def test_what_is_no_name_of_a_topic_is_told(shop: Shop, broker: TestBroker, name: str) -> None:
    with pytest.raises(UserError, match=f"'{re.escape(name)}' is no name of a topic; use letters"):
        replay(shop.options(broker, topic=name), REAL)


def test_where_nothing_is_the_folder_is_named(shop: Shop, broker: TestBroker) -> None:
    with pytest.raises(UserError, match=r"/input: no extract in it; make data with `datagen generate`"):
        replay(shop.options(broker), REAL)
    shop.write("one.csv")
    with pytest.raises(UserError, match="no row in it"):
        replay(shop.options(broker), REAL)
    shop.write("one.csv", "a,yesterday,Pune,1,1,true")
    with pytest.raises(UserError, match="at can be read in no row"):
        replay(shop.options(broker), REAL)
