"""One replay: looks at everything first, then sends until all is sent, its time is over, or somebody stops it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from datagen.errors import UserError
from datagen.messages import kafka_settings
from datagen.sinks import locks
from datagen.sinks.faults import told
from datagen.stopping import Stopped, undisturbed
from event_generator import course, position
from event_generator.client_settings import Client, client
from event_generator.course import Course
from event_generator.delivery import Delivery, delivery_of
from event_generator.emission import Emission, Messages
from event_generator.envelope import Partitioner, heartbeat
from event_generator.given import Given, given
from event_generator.options import RATE_WITHOUT_TIMES, SERVERS, SPEED, Options
from event_generator.pace import Pace, Tempo, Time
from event_generator.position import Position
from event_generator.producer import connector
from event_generator.progress import Progress, State, instant
from event_generator.sender import Limits, Sender
from event_generator.source import Rows, Span, from_files, from_sorted, put_in_order, survey
from event_generator.topic import Topic, await_listener, ensure
from event_generator.truth import Truth

SECOND_US = 1_000_000
SAVE_S = 1.0
LAST_WORDS_S = 10.0  # for acknowledgements, when somebody stops the replay


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is decided before the first message."""

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


def replay(options: Options, time: Time) -> None:
    """UserError for what the user can put right; Stopped goes on when what was acknowledged is noted."""
    progress = Progress(time.monotonic(), quiet=options.quiet)
    with ExitStack() as stack:
        found = given(options, time, progress.say)
        folder = options.state / found.dataset
        with told(folder):
            folder.mkdir(parents=True, exist_ok=True)
        stack.enter_context(locks.acquire(folder / f"replay-{found.topic}.lock"))
        plan = _plan(options, found, folder / f"replay-{found.topic}.json", time, progress)
        if plan.position.done and not options.loop:
            progress.say(f"all of {found.topic} is sent already; `demo reset` starts over")
            return
        position.write(plan.path, plan.position)
        truth = None
        if plan.delivery.plants:
            path = options.truth or folder / "truth.jsonl"
            truth = stack.enter_context(Truth(path, goes_on=plan.position.place is not None))
        for line in opening(plan, options):
            progress.say(line)
        with _spared_collector():
            _Run(plan, options, time, progress, truth).run()


class _Run:
    """The loop, and what it keeps an eye on."""

    def __init__(self, plan: Plan, options: Options, time: Time, progress: Progress, truth: Truth | None) -> None:
        self.plan, self.time, self.progress, self.truth = plan, time, progress, truth
        limits = Limits(patience_s=options.patience_s)
        self.sender = Sender(
            connector(plan.client), plan.topic.name, f"Kafka at {plan.client.servers}", time, progress.say, limits
        )
        self.pace = Pace(plan.tempo, time)
        self.ends = time.monotonic() + options.duration_s if options.duration_s else float("inf")
        self.saved = time.monotonic()
        self.clock_us = plan.position.place.due if plan.position.place else plan.span.first_us
        self.half_us = plan.watermark_us // 2 if plan.topic.partitions > 1 and not plan.shuffled else None

    def run(self) -> None:
        try:
            complete = self._all()
            self.sender.settle()
            if complete:
                self._close()
            self._note(0.0, done=complete)
        except (Stopped, UserError) as end:
            with undisturbed():
                self.sender.close(LAST_WORDS_S if isinstance(end, Stopped) else 0)
                self._note(0.0)
            raise
        finally:
            self.progress.end()
        self.sender.close(LAST_WORDS_S)

    def _all(self) -> bool:
        """Whether there is nothing more to send; not so where the time ran out."""
        plan = self.plan
        emission = Emission(plan.delivery, Partitioner(plan.topic.partitions))
        after = plan.position.place
        for messages in emission.messages(plan.course.blocks(after.floor if after else 0), after):
            walls = self.pace.walls(messages.due)
            place = 0
            while place < len(messages):
                if self.time.monotonic() >= self.ends:
                    return False
                stop = self._allowed(messages, place, self.pace.ready(walls, place))
                if stop > place:
                    self._send(messages, place, stop)
                else:
                    self.pace.wait(walls[place], self.ends)
                    self.sender.collect()
                place = max(place, stop)
                self._look(self.pace.behind_s(walls[place]) if place < len(messages) else 0.0)
        return True

    def _allowed(self, messages: Messages, place: int, stop: int) -> int:
        """With several partitions, nothing overtakes an event that is older by half the watermark."""
        if self.half_us is None or stop <= place:
            return stop
        due = messages.due[place:stop]
        self.sender.settle_down_to(int(due[0]) - self.half_us)
        oldest = self.sender.oldest_due
        limit = (int(due[0]) if oldest is None else min(oldest, int(due[0]))) + self.half_us
        return place + max(1, int(np.searchsorted(due, limit, side="left")))

    def _send(self, messages: Messages, start: int, stop: int) -> None:
        with undisturbed():
            if self.truth is not None:
                for place in range(start, stop) if messages.told else ():
                    if place in messages.told:
                        self.truth.add(messages.told[place])
            self.sender.send(messages, start, stop)
            self.clock_us = int(messages.due[stop - 1])

    def _look(self, behind_s: float) -> None:
        """What is to be done now and then."""
        now = self.time.monotonic()
        if now - self.saved >= SAVE_S:
            self.saved = now
            self.sender.collect()
            self._note(behind_s)
        if self.progress.due(now):
            self.progress.show(self._state(behind_s), now)

    def _close(self) -> None:
        """A heartbeat for each partition, which makes the last windows appear."""
        plan = self.plan
        place = self.sender.place or plan.position.place
        epoch = place.seq // 2 // plan.span.rows if place else 0
        last_us = plan.span.last_us if plan.span.timed else self.clock_us
        event_us = max(last_us + plan.course.epoch(epoch).shift_us, self.clock_us) + plan.closing_us
        count, row = plan.topic.partitions, (epoch + 1) * plan.span.rows
        due, seq = np.full(count, event_us), np.full(count, 2 * row)
        values = [heartbeat(epoch, event_us)] * count
        self.sender.send(Messages(due, seq, row, values, [None] * count, list(range(count)), {}), 0, count)
        self.sender.settle()

    def _note(self, behind_s: float, done: bool = False) -> None:
        if self.truth is not None:
            self.truth.flush()
        acknowledged = self.plan.position.acknowledged + self.sender.acknowledged
        position.write(self.plan.path, self.plan.position.at(self.sender.place, acknowledged, done))
        if done:
            self.progress.show(self._state(behind_s), self.time.monotonic())

    def _state(self, behind_s: float) -> State:
        return State(self.sender.sent, self.sender.acknowledged, self.clock_us, behind_s)


@contextmanager
def _spared_collector() -> Iterator[None]:
    """Futures and messages form no circles; looking for some among them costs a third of all time."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(500_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _plan(options: Options, found: Given, path: Path, time: Time, progress: Progress) -> Plan:
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
    await_listener(reached, options.wait_s, time, progress.say)
    topic = ensure(reached, found.topic, options.partitions, found.fingerprint, found.named_by_hand)
    at = _position(options, found, topic, span, delivery, path, time, progress)
    watermark_us = stream.watermark_s * SECOND_US if stream else 0
    closing_us = (stream.window_s + stream.watermark_s + stream.slide_s) * SECOND_US if stream else SECOND_US
    margin_us = closing_us + delivery.late_us + delivery.disorder_us + delivery.repeat_us
    tempo = _tempo(options, span)
    rows_of = _rows_of(options, found, span, path, seed, tempo, time, progress)
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
    progress: Progress,
) -> Position:
    """That of an earlier start where there is one of this topic."""
    before = position.read(path)
    if before is not None and before.topic_id != topic.id:
        progress.say(f"topic {topic.name} is another one than before; starting over")
        before = None
    clock = options.clock or (str(before.settings["--clock"]) if before else "original")
    shift_us = course.shift_to(time.now_us(), span.last_us) if clock == "now" and span.timed else 0
    settings = {"--clock": clock, "--shuffle": options.shuffle, "delivery": delivery.to_json()}
    wanted = Position(found.fingerprint, topic.name, topic.id, found.extracts.digest, shift_us, settings)
    if before is None:
        if not topic.empty:
            progress.say(f"topic {topic.name} holds messages already; those that are sent again are told as repeats")
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
    progress: Progress,
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
            progress.say(
                f"putting {span.rows:,} rows {'into an order that is drawn' if options.shuffle else 'in order'}"
            )
            put_in_order(target, span, found.extracts, found.columns, _mixed(seed, epoch) if options.shuffle else None)
        return from_sorted(target)

    return ordered if options.shuffle else lambda _: ordered(0)


def _mixed(seed: int, epoch: int) -> int:
    """Another order in each epoch."""
    return (seed << 20) ^ epoch


def opening(plan: Plan, options: Options) -> Iterator[str]:
    """What the replay says at its start."""
    span, epoch = plan.span, plan.course.epoch(0)
    where = f"topic {plan.topic.name} at {plan.client.servers}"
    yield f"replaying {span.rows:,} events of {plan.given.dataset} to {where}"
    if span.timed:
        first, last = (instant(us + epoch.shift_us) for us in (span.first_us, span.last_us))
        weeks = plan.position.shift_us // course.WEEK_US
        yield f"event time {first} to {last}{f', shifted by {weeks} weeks' if weeks else ''}, UTC"
    if plan.watermark_us and plan.tempo.speed:
        lasts = plan.watermark_us / SECOND_US / plan.tempo.speed
        yield f"at {plan.tempo.speed:g} times event time the watermark lasts {lasts:.2g} s"
    if plan.position.place is not None:
        yield f"going on after {plan.position.acknowledged:,} acknowledged messages"
    if options.shuffle:
        yield shuffle_warning(plan)


def shuffle_warning(plan: Plan) -> str:
    """How much of a shuffled replay comes too late for the watermark."""
    highest, late = np.iinfo(np.int64).min, 0
    for _, block in plan.course.rows_of(0)(0):
        reached = np.maximum.accumulate(np.maximum(block.times, highest))
        late += int((block.times < reached - plan.watermark_us).sum())
        highest = int(reached[-1])
    share = late / plan.span.rows
    return f"warning: shuffled, {share:.0%} of the events come later than the watermark allows and will be dropped"
