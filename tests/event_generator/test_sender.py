"""What is in flight: bounded, counted in order, kept until it is acknowledged, sent again by a new producer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from kafka.errors import (
    InvalidTimestampError,
    KafkaError,
    KafkaTimeoutError,
    NotLeaderForPartitionError,
    SaslAuthenticationFailedError,
)

from datagen.errors import UserError
from event_generator.emission import Messages
from event_generator.sender import Limits, Sender
from tests.event_generator.conftest import Timeline


class Answer:
    """A future that only its test resolves; waiting for it passes time."""

    def __init__(self, value: bytes, timeline: Timeline, waited: Callable[[], None]) -> None:
        self.value, self.timeline, self.waited = value, timeline, waited
        self.is_done = False
        self.exception: BaseException | None = None

    def get(self, timeout: float) -> None:
        if not self.is_done:
            self.timeline.sleep(timeout)
            self.waited()
        if not self.is_done:
            raise KafkaTimeoutError("not yet")
        if self.exception:
            raise self.exception


@dataclass
class Scripted:
    """Stands in for a producer that a broker treats in a way that no broker can be made to."""

    timeline: Timeline
    waited: Callable[[], None] = lambda: None
    answers: list[Answer] = field(default_factory=list)
    given_up: int = 0

    def send(self, topic: str, value: bytes, **_: Any) -> Answer:
        self.answers.append(Answer(value, self.timeline, self.waited))
        return self.answers[-1]

    def acknowledge(self, count: int) -> None:
        for answer in [answer for answer in self.answers if not answer.is_done][:count]:
            answer.is_done = True

    def flush(self, timeout: float) -> None:
        pass

    def close(self, timeout: float) -> None:
        pass

    def give_up(self) -> None:
        self.given_up += 1


def messages(count: int, step: int = 1) -> Messages:
    due = np.arange(count) * step
    values = [b"%d" % number for number in range(count)]
    return Messages(due, 2 * np.arange(count), 0, values, [None] * count, [0] * count, {})


def sender(producers: list[Scripted], timeline: Timeline, said: list[str] | None = None, **limits: Any) -> Sender:
    left = iter(producers)
    return Sender(lambda: next(left), "topic", "Kafka", timeline.time, (said or []).append, Limits(**limits))


def test_the_place_is_that_before_which_everything_is_acknowledged() -> None:
    timeline = Timeline()
    producer = Scripted(timeline)
    one = sender([producer], timeline)
    one.send(messages(10), 0, 4)
    one.send(messages(10), 4, 10)
    assert one.place is None
    producer.answers[1].is_done = True
    one.collect()
    assert one.place is None
    producer.acknowledge(5)
    one.collect()
    assert one.place
    assert (one.place.due, one.place.seq, one.acknowledged, one.oldest_due) == (5, 10, 6, 6)
    producer.acknowledge(4)
    one.collect()
    assert (one.place.due, one.oldest_due) == (9, None)


def test_no_more_is_in_flight_than_is_allowed() -> None:
    timeline = Timeline()
    most = [0]
    producer = Scripted(timeline)

    def waited() -> None:
        most[0] = max(most[0], sum(not answer.is_done for answer in producer.answers))
        producer.acknowledge(3)

    producer.waited = waited
    one = sender([producer], timeline, in_flight=20)
    batch = messages(200)
    for start in range(0, 200, 10):
        one.send(batch, start, start + 10)
    assert most == [20]
    one.settle()
    assert one.acknowledged == 200


def test_a_producer_that_is_stuck_is_given_up_and_another_sends_what_is_left_again() -> None:
    timeline, said = Timeline(), [""]
    stuck, fresh = Scripted(timeline), Scripted(timeline)
    fresh.waited = lambda: fresh.acknowledge(100)
    one = sender([stuck, fresh], timeline, said, renew_s=5, patience_s=60)
    one.send(messages(10), 0, 10)
    stuck.acknowledge(3)
    one.settle()
    assert [answer.value for answer in fresh.answers] == [b"%d" % number for number in range(3, 10)]
    assert stuck.given_up == 1
    assert said[1:] == ["Kafka has acknowledged nothing for 5 s; trying for 55 s more"]
    assert (one.sent, one.acknowledged) == (10, 10)


@pytest.mark.parametrize("error", [NotLeaderForPartitionError(), KafkaTimeoutError("expired")])
def test_what_failed_is_sent_again_from_there_on(error: KafkaError) -> None:
    timeline = Timeline()
    first, second = Scripted(timeline), Scripted(timeline)
    one = sender([first, second], timeline)
    one.send(messages(5), 0, 5)
    for answer in first.answers:
        answer.is_done = True
    first.answers[2].exception = error
    one.collect()
    assert [answer.value for answer in second.answers] == [b"2", b"3", b"4"]
    assert one.acknowledged == 2


@pytest.mark.parametrize("error", [InvalidTimestampError(), SaslAuthenticationFailedError()])
def test_what_a_broker_refuses_for_good_ends_the_replay(error: KafkaError) -> None:
    timeline = Timeline()
    producer = Scripted(timeline)
    one = sender([producer], timeline)
    one.send(messages(2), 0, 2)
    producer.answers[0].is_done, producer.answers[0].exception = True, error
    with pytest.raises(UserError, match=rf"topic topic: Kafka refuses the messages \({type(error).__name__}"):
        one.collect()


def test_patience_ends_with_what_to_do() -> None:
    timeline = Timeline()
    one = sender([Scripted(timeline) for _ in range(50)], timeline, renew_s=5, patience_s=30)
    one.send(messages(2), 0, 2)
    with pytest.raises(
        UserError, match=r"Kafka has acknowledged nothing for 30 s; .* start the broker, then the replay"
    ):
        one.settle()
    assert timeline.now == pytest.approx(1030, abs=1)


def test_waiting_down_to_an_instant_waits_for_what_was_due_before_and_no_longer() -> None:
    timeline = Timeline()
    producer = Scripted(timeline)
    producer.waited = lambda: producer.acknowledge(1)
    one = sender([producer], timeline)
    one.send(messages(10, step=100), 0, 10)
    one.settle_down_to(499)
    assert one.oldest_due == 500
    one.settle_down_to(400)
    assert one.oldest_due == 500
    one.settle_down_to(500)
    assert one.oldest_due == 600
