"""How long after its acknowledgement an event is in a window on the page, under a steady stream.

Everything runs as people run it: a broker, the job with the demo's trigger, the page. Events are sent one by one at a
steady rate and the page is asked ten times a second how many events its windows hold.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from kafka import KafkaProducer

from bench import cards
from bench.claims import Claim, at_least, table
from bench.live import Live, live
from bench.replay import broker, make_topic
from bench.replay_client import values
from bench.run import ROOT, command

TOPIC = "steady"
PER_SECOND = 1_000
FIRST = 1_000  # events sent at once, so that the job is at work when the clock starts
LOOK_S = 0.1
PATIENCE_S = 300.0
JOB = ROOT / "services" / "streaming" / "streaming_sales_aggregator.py"


@dataclass
class Looks:
    """When the page showed how many events."""

    at: list[float] = field(default_factory=list)
    shown: list[int] = field(default_factory=list)

    def note(self, at: float, shown: int) -> None:
        self.at.append(at)
        self.shown.append(shown)


@dataclass(frozen=True, slots=True)
class Waited:
    events: int
    seconds: tuple[float, ...]  # of each event, in the order of sending


def measure(seconds: int, folder: Path, tell: Callable[[str], None]) -> Waited:
    """RuntimeError where the page does not come to show everything."""
    source = folder / "input"
    count = FIRST + seconds * PER_SECOND
    command(["datagen", "generate", cards.SCHEMA, "--rows", count, "--seed", 1, "--quiet", "-o", source])
    messages = list(values(source))
    with broker(folder) as address, live(folder, address, TOPIC) as running:
        make_topic(address, TOPIC)
        producer = KafkaProducer(bootstrap_servers=address, acks="all", enable_idempotence=True, linger_ms=5)
        acked = np.full(count, np.nan)
        for place, message in enumerate(messages[:FIRST]):
            _send(producer, message, acked, place)
        looks = Looks()
        _look_until(running, FIRST, looks)
        tell(f"the page shows the first {FIRST:,} events; now {PER_SECOND:,} a second for {seconds} s")
        looker = threading.Thread(target=_look_until, args=(running, count, looks), daemon=True)
        looker.start()
        _steadily(producer, messages, acked)
        producer.flush()
        looker.join(PATIENCE_S)
        producer.close()
    if not looks.shown or looks.shown[-1] < count:
        raise RuntimeError(f"the page shows {looks.shown[-1:]} of {count} events")
    return Waited(count, tuple(_waited(acked, looks)))


def results_table(waited: Waited) -> str:
    mine = waited.seconds
    head = (f"{PER_SECOND:,} events/s, acknowledged to on the page", "s")
    names = {"median": 50, "99th percentile": 99, "longest": 100}
    return table(head, [(name, f"{np.percentile(mine, share):.2f}") for name, share in names.items()])


def claims(waited: Waited) -> list[Claim]:
    seen = sum(second >= 0 for second in waited.seconds) / len(waited.seconds)
    return [at_least("share of the events that came to the page", seen, 1)]


def _waited(acked: Any, looks: Looks) -> Sequence[float]:
    """Of every event but the first ones: how long after its acknowledgement a look showed it."""
    places = np.searchsorted(looks.shown, np.arange(FIRST, len(acked)) + 1)
    waited: list[float] = (np.asarray(looks.at)[places] - acked[FIRST:]).tolist()
    return waited


def _steadily(producer: KafkaProducer, messages: Sequence[bytes], acked: Any) -> None:
    began = time.monotonic()
    for place in range(FIRST, len(messages)):
        due = began + (place - FIRST) / PER_SECOND
        if (early := due - time.monotonic()) > 0:
            time.sleep(early)
        _send(producer, messages[place], acked, place)


def _send(producer: KafkaProducer, message: bytes, acked: Any, place: int) -> None:
    def note(_: object) -> None:
        acked[place] = time.monotonic()

    producer.send(TOPIC, message, partition=0).add_callback(note)


def _look_until(running: Live, count: int, looks: Looks) -> None:
    """Until the page shows so many; returns without where it takes too long."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        shown = running.shown()
        looks.note(time.monotonic(), max(shown, looks.shown[-1] if looks.shown else 0))
        if shown >= count:
            return
        time.sleep(LOOK_S)
