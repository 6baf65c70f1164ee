"""When messages go, on a clock that only sleeping moves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from event_generator.block import I64
from event_generator.pace import LEAST_SLEEP_S, MOST_SLEEP_S, Pace, Tempo
from tests.event_generator.conftest import Timeline

DUES = st.lists(st.integers(0, 3_600_000_000), min_size=1, max_size=50).map(lambda dues: np.array(sorted(dues)))


def drawn(tempo: Tempo, dues: I64, timeline: Timeline) -> list[float]:
    """The moment at which each message goes."""
    pace = Pace(tempo, timeline.time)
    sent: list[float] = []
    walls = pace.walls(dues)
    while len(sent) < len(dues):
        stop = pace.ready(walls, len(sent))
        if stop == len(sent):
            pace.wait(walls[len(sent)])
        sent += [timeline.now] * (stop - len(sent))
    return sent


@given(DUES, st.sampled_from([1.0, 60.0, 600.0]))
def test_no_event_goes_early_and_none_later_than_a_tick(dues: I64, speed: float) -> None:
    timeline = Timeline()
    due = [1000.0 + (one - dues[0]) / 1e6 / speed for one in dues]
    sent = drawn(Tempo(speed=speed), dues, timeline)
    assert all(-1e-6 <= at - wall <= LEAST_SLEEP_S + 1e-6 for at, wall in zip(sent, due, strict=True))
    assert all(slept <= MOST_SLEEP_S for slept in timeline.slept)


def test_at_a_rate_events_go_one_after_the_other_whatever_their_time() -> None:
    sent = drawn(Tempo(rate=4), np.array([0, 0, 0, 9 * 10**9, 9 * 10**9]), Timeline())
    assert sent == pytest.approx([1000, 1000.25, 1000.5, 1000.75, 1001], abs=LEAST_SLEEP_S)


def test_without_a_tempo_nothing_waits() -> None:
    timeline = Timeline()
    assert drawn(Tempo(), np.array([0, 10**15]), timeline) == [1000, 1000]
    assert timeline.slept == []


def test_the_clock_runs_on_from_one_block_to_the_next() -> None:
    pace = Pace(Tempo(speed=10), Timeline().time)
    assert pace.walls(np.array([5_000_000, 15_000_000])).tolist() == [1000, 1001]
    assert pace.walls(np.array([25_000_000])).tolist() == [1002]
    counting = Pace(Tempo(rate=2), Timeline().time)
    assert counting.walls(np.array([0, 0])).tolist() == [1000, 1000.5]
    assert counting.walls(np.array([0])).tolist() == [1001]


def test_how_much_too_late_it_is_is_told_only_of_what_is_due_at_a_time() -> None:
    timeline = Timeline()
    assert Pace(Tempo(speed=1), timeline.time).behind_s(997.5) == 2.5
    assert Pace(Tempo(speed=1), timeline.time).behind_s(1001) == 0
    assert Pace(Tempo(), timeline.time).behind_s(0) == 0


def test_waiting_ends_with_the_time_that_is_given() -> None:
    timeline = Timeline()
    Pace(Tempo(speed=1), timeline.time).wait(2000, until=1000.03)
    assert timeline.now == pytest.approx(1000.03)
