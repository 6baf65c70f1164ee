"""The streaming job: agrees whose state it is, runs the query and publishes beside it, until it is told to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from pyspark.errors import StreamingQueryException
from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from datagen.analysis import Analysis
from datagen.errors import UserError
from datagen.messages import topic_name
from datagen.sinks import locks
from pipeline.runs import Clock, instant_text, turn_link, utc_now
from pipeline.storage import Storage
from streaming import marks, query, topics
from streaming.books import Books
from streaming.checkpoint import Checkpoint
from streaming.events import Judging, judging_of
from streaming.faults import is_away, is_odd
from streaming.observed import Listener
from streaming.panes import LAYOUT, Cut, cut_of, published_type
from streaming.progress import Progress
from streaming.publisher import Places, Publisher
from streaming.publishing import Publishing
from streaming.query import Source
from streaming.shelves import shelf
from streaming.sink import Sink
from streaming.topics import Kafka, Topic
from streaming.windows import decimal_type

POLL_S = 0.2
STOPPED, FAILED, DONE = "told to stop", "failed", "read all there was"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Roots:
    """Folders, each a path here or a URI."""

    output: str
    checkpoints: str
    sinks: str
    ledgers: str


@dataclass(frozen=True)
class Job:
    """One schema's stream on one session."""

    spark: SparkSession
    analysis: Analysis
    kafka: Kafka
    topic_given: str | None
    source: Source
    roots: Roots
    link: Path | None  # a name that leads to the closed windows
    trigger_s: float | None  # None: read what is there, and end
    patience_s: float
    say: Say
    stopped: Callable[[], bool]
    clock: Clock = utc_now

    def run(self) -> None:
        """Until it is stopped, or all is read. UserError for what the user can put right."""
        judging = judging_of(self.analysis)
        cut = cut_of(judging)
        places = self._places()
        topic = self._topic(Checkpoint(places.checkpoint).begun())
        if topic is None:
            return
        with ExitStack() as held:
            self._lock(places, held)
            self._agree(places, topic)
            self._mend(places)
            self._stream(places, topic, judging, cut)

    def _places(self) -> Places:
        storage = Storage(self.spark)
        name = f"{self.analysis.dataset}-{self.analysis.fingerprint[:8]}"
        return Places(
            checkpoint=shelf(storage, f"{self.roots.checkpoints}/{name}"),
            sink=shelf(storage, f"{self.roots.sinks}/{name}"),
            ledger=shelf(storage, f"{self.roots.ledgers}/{name}"),
            output=shelf(
                storage, f"{self.roots.output}/{self.analysis.dataset}/stream-{self.analysis.fingerprint[:8]}"
            ),
        )

    def _topic(self, begun: bool) -> Topic | None:
        """The topic, waited for; one that was read before is not waited for when the brokers say it is gone."""
        name = self.topic_given or topic_name(self.analysis)

        def look() -> Topic:
            try:
                return self.kafka.topic(name)
            except topics.NoTopicError as error:
                if begun:
                    raise UserError(
                        f"topic {name!r} is gone, but what was read of it is here; {marks.way_out()}"
                    ) from error
                raise

        topic = topics.wait(look, self.patience_s, self.say, self.stopped)
        if topic is not None and self.topic_given is not None and not begun:
            self._check_written(topic)
        return topic

    def _check_written(self, topic: Topic) -> None:
        written = self.kafka.written_fingerprint(topic)
        if written is not None and written != self.analysis.fingerprint:
            raise UserError(
                f"topic {topic.name!r} was made by schema {written[:8]}, not {self.analysis.fingerprint[:8]}; name "
                "another in KAFKA_TOPIC"
            )

    def _lock(self, places: Places, held: ExitStack) -> None:
        local = Storage(self.spark).local(places.ledger.path)
        if local is not None:
            local.mkdir(parents=True, exist_ok=True)
            held.enter_context(locks.acquire(local / ".lock"))

    def _agree(self, places: Places, topic: Topic) -> None:
        mark = marks.Mark(self.analysis.dataset, self.analysis.fingerprint, topic.name, topic.id, LAYOUT)
        shelves = {
            "checkpoint": places.checkpoint,
            "sink": places.sink,
            "ledger": places.ledger,
            "output": places.output,
        }
        marks.agree(shelves, mark)
        places.output.put("analysis.json", self.analysis.to_json().encode())
        local = Storage(self.spark).local(places.output.path)
        if local is not None:
            (local / "closed").mkdir(exist_ok=True)
            if self.link is not None:
                turn_link(self.link, local / "closed")

    def _mend(self, places: Places) -> None:
        """A batch that came into the sink but was never committed runs again whole, or its watermark would be lost."""
        newest = Checkpoint(places.checkpoint).newest()
        sink = Sink(places.sink)
        written = sink.newest()
        if written is not None and written > (-1 if newest is None else newest):
            sink.undo(written)

    def _stream(self, places: Places, topic: Topic, judging: Judging, cut: Cut) -> None:
        checkpoint = Checkpoint(places.checkpoint)
        woken = threading.Event()
        listener = Listener(checkpoint.span, woken)
        value = decimal_type(published_type(cut))
        books = Books(places.ledger, places.output, checkpoint, self.kafka, topic.name, judging)

        def make() -> Publisher:
            return Publisher(self.spark, places, cut.stream, value, books)

        progress = Progress(places.output, self._identity(topic), self.clock)
        publishing = Publishing(make, listener, woken, progress)

        def start(only_usual: bool) -> StreamingQuery:
            return self._start(places, topic, replace(judging, only_usual=only_usual), cut)

        self.spark.streams.addListener(listener)
        publishing.start()
        woken.set()
        reason = FAILED
        try:
            self._watch(start, publishing, only_usual=judging.spelling is not None)
            reason = STOPPED if self.stopped() else DONE
        finally:
            try:
                publishing.end()
            finally:
                self.spark.streams.removeListener(listener)
                progress.tell_stopped(reason)

    def _start(self, places: Places, topic: Topic, judging: Judging, cut: Cut) -> StreamingQuery:
        paths = places.checkpoint.path, places.sink.path
        return query.start(self.kafka, topic, self.source, judging, cut, paths, self.trigger_s)

    def _watch(self, start: Callable[[bool], StreamingQuery], publishing: Publishing, *, only_usual: bool) -> None:
        """Runs the query, again where the brokers were away, and again with all rules as soon as they are needed.

        A query that takes usual messages alone costs half. What it had begun when an odd one came was not committed.
        """
        while not self.stopped():
            running = start(only_usual)
            self.say(f"reading {self.kafka.servers}")
            try:
                self._follow(running, publishing)
                break
            except StreamingQueryException as error:
                if only_usual and is_odd(error):
                    only_usual = False
                    self.say("messages of another spelling: judging all by all rules from here on")
                    continue
                if not is_away(error):
                    raise
                self.say(f"the brokers are away: {self.kafka.servers}; waiting for them")
                self._topic(begun=True)

    def _follow(self, running: StreamingQuery, publishing: Publishing) -> None:
        """Until the query ends by itself or is stopped. Raises what it ended of."""
        try:
            while running.isActive and not self.stopped() and publishing.error is None:
                time.sleep(POLL_S)
            if not running.isActive:
                running.awaitTermination()  # raises what ended it
        finally:
            running.stop()

    def _identity(self, topic: Topic) -> dict[str, str]:
        return {
            "dataset": self.analysis.dataset,
            "fingerprint": self.analysis.fingerprint,
            "topic": topic.name,
            "bootstrap_servers": self.kafka.servers,
            "application_id": str(self.spark.sparkContext.applicationId),
            "started_at": instant_text(self.clock()),
        }
