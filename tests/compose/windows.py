"""Whether the windows of a streaming stack are what DuckDB makes of its topic."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from kafka import KafkaConsumer, TopicPartition

from datagen.analysis import Analysis
from datagen.messages import topic_name
from datagen.schema import read_schema
from tests.compose.files import ROOT
from tests.compose.stacks import Stack, until
from tests.recounts import fetched, published_windows, windows_of

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
