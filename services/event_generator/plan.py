"""Everything that is decided before the first message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from datagen.errors import UserError
from datagen.messages import kafka_settings
from event_generator import course, position
from event_generator.client_settings import Client, client
from event_generator.course import Course
from event_generator.delivery import Delivery, delivery_of
from event_generator.given import Given
from event_generator.options import RATE_WITHOUT_TIMES, SERVERS, SPEED, Options
from event_generator.pace import Tempo, Time
from event_generator.position import Position
from event_generator.source import Rows, Span, from_files, from_sorted, put_in_order, survey
from event_generator.topic import Topic, await_listener, ensure

SECOND_US = 1_000_000
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """One replay, decided."""

    given: Given
    span: Span
    course: Course
    delivery: Delivery
    tempo: Tempo
    topic: Topic
    client: Client
    path: Path  # of the position
    position: Position
    watermark_us: int
    closing_us: int  # from the last event to the heartbeat that closes every window
    shuffled: bool


def plan(options: Options, found: Given, path: Path, time: Time, say: Say) -> Plan:
    """`path` is where the position is noted. UserError for what cannot be done."""
    settings = kafka_settings(options.kafka_config) if options.kafka_config else {}
    reached = client(settings, str(options.kafka_config), options.servers, SERVERS)
    stream = found.analysis.stream if found.analysis else None
    seed = options.seed if options.seed is not None else found.seed
    delivery = delivery_of(
        found.document,
        late=options.late,
        duplicate=options.duplicate,
        corrupt=options.corrupt,
        disorder_s=options.disorder_s,
        seed=seed,
        watermark_s=stream.watermark_s if stream else None,
    )
    span = survey(found.extracts, found.columns)
    _require_rows(span, found)
    await_listener(reached, options.wait_s, time, say)
    topic = ensure(reached, found.topic, options.partitions, found.fingerprint, found.named_by_hand)
    at = _position(options, found, topic, span, delivery, path, time, say)
    watermark_us = stream.watermark_s * SECOND_US if stream else 0
    closing_us = (stream.window_s + stream.watermark_s + stream.slide_s) * SECOND_US if stream else SECOND_US
    margin_us = closing_us + delivery.late_us + delivery.disorder_us + delivery.repeat_us
    tempo = _tempo(options, span)
    rows_of = _rows_of(options, found, span, path, seed, tempo, time, say)
    laid = Course(rows_of, span.rows, at.shift_us, course.period(span, margin_us), options.loop)
    return Plan(found, span, laid, delivery, tempo, topic, reached, path, at, watermark_us, closing_us, options.shuffle)


def _require_rows(span: Span, found: Given) -> None:
    if span.rows == 0:
        raise UserError(f"{found.extracts.folder}: no row in it; make some with `datagen generate`")
    if found.analysis is not None and span.timed == 0:
        raise UserError(
            f"{found.extracts.folder}: {found.analysis.timestamp_field} can be read in no row; "
            "its column is missing, or is written in another format than the schema says"
        )


def _position(
    options: Options,
    found: Given,
    topic: Topic,
    span: Span,
    delivery: Delivery,
    path: Path,
    time: Time,
    say: Say,
) -> Position:
    """That of an earlier start where there is one of this topic."""
    before = position.read(path)
    if before is not None and before.topic_id != topic.id:
        say(f"topic {topic.name} is another one than before; starting over")
        before = None
    clock = options.clock or (str(before.settings["--clock"]) if before else "original")
    shift_us = course.shift_to(time.now_us(), span.last_us) if clock == "now" and span.timed else 0
    settings = {"--clock": clock, "--shuffle": options.shuffle, "delivery": delivery.to_json()}
    wanted = Position(found.fingerprint, topic.name, topic.id, found.extracts.digest, shift_us, settings)
    if before is None:
        if not topic.empty:
            say(f"topic {topic.name} holds messages already; those that are sent again are told as repeats")
        return wanted
    position.require_same(before, wanted, path)
    return before


def _tempo(options: Options, span: Span) -> Tempo:
    """Without instants, and shuffled, events come at a rate."""
    speed = SPEED if options.speed is None else options.speed
    if options.rate is not None:
        return Tempo(rate=options.rate)
    if not span.timed:
        return Tempo(rate=RATE_WITHOUT_TIMES)
    if speed == 0:
        return Tempo()
    if options.shuffle:
        return Tempo(rate=span.rows * speed * SECOND_US / max(SECOND_US, span.last_us - span.first_us))
    return Tempo(speed=speed)


def _rows_of(
    options: Options,
    found: Given,
    span: Span,
    path: Path,
    seed: int,
    tempo: Tempo,
    time: Time,
    say: Say,
) -> Callable[[int], Rows]:
    plain = from_files(span, found.extracts, found.columns)
    if not span.timed:
        return lambda _: course.present(plain, time.now_us(), tempo.rate or 1.0)
    if span.in_order and not options.shuffle:
        return lambda _: plain

    @lru_cache(maxsize=1)
    def ordered(epoch: int) -> Rows:
        key = f"{found.extracts.digest[:8]}-{f'{seed}-{epoch}' if options.shuffle else 'sorted'}"
        target = path.with_name(f"{path.stem}-{key}.parquet")
        if not target.exists():
            for old in path.parent.glob(f"{path.stem}-*.parquet"):
                old.unlink()
            say(f"putting {span.rows:,} rows {'into an order that is drawn' if options.shuffle else 'in order'}")
            put_in_order(target, span, found.extracts, found.columns, _mixed(seed, epoch) if options.shuffle else None)
        return from_sorted(target)

    return ordered if options.shuffle else lambda _: ordered(0)


def _mixed(seed: int, epoch: int) -> int:
    """Another order in each epoch."""
    return (seed << 20) ^ epoch
