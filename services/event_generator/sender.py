"""Messages to Kafka, at least once and in order: what is in flight is bounded and kept until it is acknowledged.

A producer of kafka-python may stop for good when a broker was frozen too long. So one that brings no acknowledgement
for a while is given up, and a new one sends everything again that was not acknowledged; whoever reads tells repeats
by their identity.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kafka.errors import (
    BrokerResponseError,
    InvalidProducerEpochError,
    KafkaError,
    KafkaTimeoutError,
    OutOfOrderSequenceNumberError,
    RetriableError,
    SaslAuthenticationFailedError,
    UnknownProducerIdError,
)

from datagen.errors import UserError
from datagen.stopping import disturbable
from event_generator.emission import Messages, Place
from event_generator.pace import Time
from event_generator.producer import Future, Producer

MOST_IN_FLIGHT = 10_000
MOST_BYTES = 1 << 25
GLANCE_S = 0.5  # between two looks while it waits
CURABLE = (RetriableError, OutOfOrderSequenceNumberError, UnknownProducerIdError, InvalidProducerEpochError)


@dataclass(frozen=True, slots=True)
class Limits:
    patience_s: float = 600.0  # without any acknowledgement, in all
    renew_s: float = 20.0  # after which a new producer is made
    in_flight: int = MOST_IN_FLIGHT
    in_flight_bytes: int = MOST_BYTES


@dataclass(slots=True)
class _Slice:
    """Messages `at`..`stop` are in flight."""

    messages: Messages
    at: int
    stop: int


class Sender:
    """Sends to one topic."""

    def __init__(
        self,
        connect: Callable[[], Producer],
        topic: str,
        where: str,
        time: Time,
        say: Callable[[str], None],
        limits: Limits = Limits(),
    ) -> None:
        self._connect = connect
        self._topic = topic
        self._where = where
        self._time = time
        self._say = say
        self._limits = limits
        self._futures: deque[Future] = deque()
        self._slices: deque[_Slice] = deque()
        self._bytes = 0
        self._producer: Producer | None = None
        self._progress = time.monotonic()
        self._renewed = self._progress
        self._last: Place | None = None
        self.sent = 0
        self.acknowledged = 0

    @property
    def place(self) -> Place | None:
        """The last message that is acknowledged with all before it."""
        return self._last

    @property
    def oldest_due(self) -> int | None:
        """Of what is not acknowledged yet."""
        if not self._slices:
            return None
        first = self._slices[0]
        return int(first.messages.due[first.at])

    def send(self, messages: Messages, start: int, stop: int) -> None:
        """Returns when they are on their way; waits while too many are. UserError when patience ends."""
        self.collect()
        self._settle(max(0, self._limits.in_flight - (stop - start)))
        while self._bytes > self._limits.in_flight_bytes:
            self._settle(len(self._futures) // 2)
        if not self._futures:
            self._progress = self._renewed = self._time.monotonic()
        self._slices.append(_Slice(messages, start, stop))
        self._bytes += sum(map(len, messages.values[start:stop]))
        self.sent += stop - start
        try:
            self._hand_over(messages, start, stop)
        except KafkaError as error:
            self._require_curable(error)
            self._renew()

    def collect(self) -> None:
        """Takes note of what is acknowledged by now."""
        futures, count, failed = self._futures, 0, None
        while futures and futures[0].is_done:
            if futures[0].exception is not None:
                failed = futures[0].exception
                break
            futures.popleft()
            count += 1
        if count:
            self._count(count)
        if failed is not None:
            self._require_curable(failed)
            self._renew()

    def settle(self) -> None:
        """Returns when all is acknowledged. UserError when patience ends."""
        self._settle(0)

    def settle_down_to(self, due: int) -> None:
        """Returns when all that was due before is acknowledged."""
        while (oldest := self.oldest_due) is not None and oldest <= due:
            self._hurry()
            self._settle(max(0, len(self._futures) - 1))

    def close(self, limit_s: float) -> None:
        """Waits for acknowledgements, but not long."""
        deadline = self._time.monotonic() + limit_s
        while self._futures and self._time.monotonic() < deadline:
            with contextlib.suppress(KafkaError):
                self._futures[0].get(timeout=GLANCE_S)
            if self._futures[0].is_done and self._futures[0].exception is not None:
                break
            self.collect()
        self._drop()

    def _count(self, count: int) -> None:
        self.acknowledged += count
        self._progress = self._renewed = self._time.monotonic()
        while count:
            first = self._slices[0]
            taken = min(count, first.stop - first.at)
            self._bytes -= sum(map(len, first.messages.values[first.at : first.at + taken]))
            first.at += taken
            count -= taken
            self._last = first.messages.place(first.at - 1)
            if first.at == first.stop:
                self._slices.popleft()

    def _hand_over(self, messages: Messages, start: int, stop: int) -> None:
        """The loop that everything goes through, a message at a time: that is how kafka-python takes them."""
        if self._producer is None:
            self._producer = self._connect()
        send, topic, note = self._producer.send, self._topic, self._futures.append
        now_ms = self._time.now_us() // 1000
        rows = zip(messages.values[start:stop], messages.keys[start:stop], messages.partitions[start:stop], strict=True)
        for value, key, partition in rows:
            note(send(topic, value, key=key, partition=partition, timestamp_ms=now_ms))

    def _settle(self, count: int) -> None:
        """Until no more than so many are in flight."""
        while len(self._futures) > count:
            try:
                with disturbable():
                    self._futures[0].get(timeout=GLANCE_S)
            except KafkaTimeoutError:
                if not self._futures[0].is_done:
                    self._be_patient()
            except KafkaError:
                pass  # `collect` sees to it
            self.collect()

    def _be_patient(self) -> None:
        now = self._time.monotonic()
        if now - self._renewed >= min(self._limits.renew_s, self._limits.patience_s):
            self._renew()

    def _renew(self) -> None:
        """A new producer sends again what is not acknowledged."""
        self._renewed = self._time.monotonic()
        for _ in self._attempts():
            self._drop()
            self._futures.clear()
            try:
                for one in self._slices:
                    self._hand_over(one.messages, one.at, one.stop)
                return
            except (KafkaError, OSError) as error:
                self._require_curable(error)

    def _attempts(self) -> Iterator[None]:
        """As long as there is patience."""
        while True:
            waited = self._time.monotonic() - self._progress
            if waited >= self._limits.patience_s:
                raise UserError(
                    f"{self._where} has acknowledged nothing for {waited:.0f} s; "
                    "what was acknowledged is noted: start the broker, then the replay again, and it goes on from there"
                )
            left = self._limits.patience_s - waited
            self._say(f"{self._where} has acknowledged nothing for {waited:.0f} s; trying for {left:.0f} s more")
            yield
            with disturbable():
                self._time.sleep(min(1.0, left))

    def _hurry(self) -> None:
        """What lingers in the producer goes out now."""
        if self._producer is not None:
            with contextlib.suppress(KafkaError):
                self._producer.flush(timeout=GLANCE_S)
        self.collect()

    def _drop(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(KafkaError, OSError, RuntimeError):
                if self._futures:
                    producer.give_up()
                else:
                    producer.close(timeout=1)

    def _require_curable(self, error: BaseException) -> None:
        """UserError for what a broker answers and no new producer changes."""
        if isinstance(error, SaslAuthenticationFailedError) or (
            isinstance(error, BrokerResponseError) and not isinstance(error, CURABLE)
        ):
            raise UserError(
                f"topic {self._topic}: {self._where} refuses the messages ({type(error).__name__}: "
                f"{getattr(error, 'description', '') or error}); "
                "see to the topic's settings and to who may write, then start the replay again"
            ) from error
