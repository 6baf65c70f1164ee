"""One replay: looks at everything first, then sends until all is sent, its time is over, or somebody stops it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import numpy as np

from datagen.errors import UserError
from datagen.sinks import locks
from datagen.sinks.faults import told
from datagen.stopping import Stopped, undisturbed
from datagen.ways import reset
from event_generator import course, position
from event_generator.emission import Emission, Messages
from event_generator.envelope import Partitioner, heartbeat
from event_generator.given import given
from event_generator.options import Options
from event_generator.pace import Pace, Time
from event_generator.plan import Plan, plan
from event_generator.producer import connector
from event_generator.progress import Progress, State, instant
from event_generator.sender import Limits, Sender
from event_generator.truth import Truth

SECOND_US = 1_000_000
SAVE_S = 1.0
LAST_WORDS_S = 10.0  # for acknowledgements, when somebody stops the replay


def replay(options: Options, time: Time) -> None:
    """UserError for what the user can put right; Stopped goes on when what was acknowledged is noted."""
    progress = Progress(time.monotonic(), quiet=options.quiet)
    with ExitStack() as stack:
        found = given(options, time, progress.say)
        folder = options.state / found.dataset
        with told(folder):
            folder.mkdir(parents=True, exist_ok=True)
        stack.enter_context(locks.acquire(folder / f"replay-{found.topic}.lock"))
        decided = plan(options, found, folder / f"replay-{found.topic}.json", time, progress.say)
        if decided.position.done and not options.loop:
            progress.say(f"all of {found.topic} is sent already; {reset()} starts over")
            return
        position.write(decided.path, decided.position)
        truth = None
        if decided.delivery.plants:
            path = options.truth or folder / "truth.jsonl"
            truth = stack.enter_context(Truth(path, goes_on=decided.position.place is not None))
        for line in opening(decided, options):
            progress.say(line)
        with _spared_collector():
            _Run(decided, options, time, progress, truth).run()


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
