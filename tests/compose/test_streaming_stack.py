"""The streaming stack on a real engine: its windows are what DuckDB makes of the topic, whatever was killed."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kafka import KafkaConsumer, TopicPartition

from datagen.analysis import Analysis
from datagen.messages import topic_name
from datagen.schema import read_schema
from tests.compose.files import ROOT, services
from tests.compose.stacks import Stack, until
from tests.recounts import fetched, published_windows, windows_of

pytestmark = [pytest.mark.docker, pytest.mark.slow]
CARDS, SENSORS = "schemas/card_transactions.json", "schemas/iot_sensors.json"
MORE = 40  # windows that have to close before a stream counts as going on


def analysis_of(stack: Stack) -> Analysis:
    return read_schema(ROOT / stack.settings["SCHEMA"]).analysis


def closed(stack: Stack) -> int:
    return int(stack.page("/api/health")["stages"]["published"]["closed"])


def goes_on(stack: Stack) -> None:
    """Until more windows have closed."""
    begun = until(lambda: closed(stack), "windows to close")
    until(lambda: closed(stack) >= begun + MORE, "more windows to close")


def held(stack: Stack) -> list[dict[str, Any]]:
    """Every event that the broker has, once, by its listener for this machine; a killed replay sends some again."""
    place = TopicPartition(topic_name(analysis_of(stack)), 0)
    address = f"127.0.0.1:{stack.settings['STREAM_KAFKA_PORT']}"
    with closing(KafkaConsumer(bootstrap_servers=address, enable_auto_commit=False)) as consumer:
        consumer.assign([place])
        consumer.seek_to_beginning(place)
        end = consumer.end_offsets([place])[place]
        values: list[bytes] = []
        while consumer.position(place) < end:
            values += [record.value for record in consumer.poll(timeout_ms=1000).get(place, [])]
    events = [json.loads(value) for value in values]
    told = {(event["_replay"]["epoch"], event["_replay"]["id"]): event for event in events}
    return [{**event, "_replay": None} for (_, row), event in told.items() if row is not None]


def check(stack: Stack, folder: Path) -> None:
    """Every closed window, to the last digit; that none is missing, nor an event among those of the topic."""
    analysis = analysis_of(stack)
    name = f"stream-{analysis.fingerprint[:8]}"
    output = stack.files("streaming-job", f"/var/lib/demo/stream/output/{analysis.dataset}/{name}", folder / "stream")
    published = published_windows(analysis, output)
    told, events = held(stack), folder / "events.parquet"
    pq.write_table(pa.Table.from_pylist(told), events)
    reached = max(row[4] for row in published)
    assert published == [row for row in windows_of(analysis, events) if row[4] <= reached]
    progress = json.loads((output / "progress.json").read_text())
    assert progress["balanced"]
    assert (progress["rows"]["late"], progress["rows"]["quarantined"]) == (0, 0)
    last = max(event["event_time"] for event in told)
    assert len(told) == extracted(stack, analysis, last)


def extracted(stack: Stack, analysis: Analysis, last: str) -> int:
    """How many rows of the extracts are of an instant, or before it."""
    files = f"{stack.data}/input/{analysis.dataset}/*.csv"
    time = f"{analysis.timestamp_field}::timestamp"
    ((count,),) = fetched(f"select count(*) from read_csv('{files}') where {time} <= '{last.removesuffix('Z')}'")
    return int(count)


def test_everything_is_well_and_what_ends_has_ended_well(streaming: Stack) -> None:
    lasting = {name for name, service in services("streaming").items() if not service.get("profiles")}
    assert streaming.states().keys() == lasting
    assert streaming.all_well()


def test_windows_are_what_another_engine_makes_of_the_topic(streaming: Stack, tmp_path: Path) -> None:
    goes_on(streaming)
    check(streaming, tmp_path)


@pytest.mark.parametrize(
    "service", ["kafka", "event-generator", "streaming-job", "spark-worker-1", "spark-master", "streaming-dashboard"]
)
def test_what_is_killed_comes_back_and_the_windows_are_exact(streaming: Stack, service: str, tmp_path: Path) -> None:
    streaming.kill_and_wait(service)
    goes_on(streaming)
    until(streaming.all_well, "all to be well")
    check(streaming, tmp_path)


def test_after_all_are_killed_at_once_the_windows_are_exact(streaming: Stack, tmp_path: Path) -> None:
    streaming.kill_and_wait("kafka", "spark-master", "spark-worker-1", "spark-worker-2", "streaming-job")
    goes_on(streaming)
    until(streaming.all_well, "all to be well")
    check(streaming, tmp_path)


def test_after_a_restart_of_all_the_windows_are_exact(streaming: Stack, tmp_path: Path) -> None:
    streaming.run("restart")
    until(streaming.all_well, "all to be well")
    goes_on(streaming)
    check(streaming, tmp_path)


def test_a_signal_ends_the_job_and_the_replay_in_order(streaming: Stack) -> None:
    streaming.run("stop", "streaming-job", "event-generator")
    states = streaming.states()
    assert states["streaming-job"][2] == states["event-generator"][2] == 143
    assert "Traceback" not in streaming.logs("streaming-job")
    streaming.run("start", "streaming-job", "event-generator")
    until(streaming.all_well, "all to be well")


def test_another_schema_is_another_business_and_the_first_goes_on_later(streaming: Stack, tmp_path: Path) -> None:
    before = closed(streaming)
    streaming.up(SCHEMA=SENSORS)
    goes_on(streaming)
    check(streaming, tmp_path / "sensors")
    streaming.up(SCHEMA=CARDS)
    assert closed(streaming) >= before
    goes_on(streaming)
    check(streaming, tmp_path / "cards")


def test_half_a_reset_is_told_with_the_way_out(streaming: Stack, tmp_path: Path) -> None:
    streaming.run("down")
    (topics,) = [name for name in streaming.volumes() if name.endswith("_kafka")]
    streaming.remove_volume(topics)
    with pytest.raises(CalledProcessError):
        streaming.up()
    said = streaming.logs("event-generator") + streaming.logs("streaming-job")
    assert "`docker compose -f docker-compose.streaming.yml down -v`" in said
    assert "Traceback" not in said
    streaming.compose.stop()
    assert streaming.volumes() == []
    streaming.up()
    goes_on(streaming)
    check(streaming, tmp_path)
