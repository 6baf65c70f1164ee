"""Messages in the order in which they are due, from any place on."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from event_generator.block import Block
from event_generator.course import Course
from event_generator.delivery import DUPLICATE, Delivery
from event_generator.emission import Emission, Messages, Place
from event_generator.envelope import Partitioner
from event_generator.source import Rows

ROWS = 400
FAULTY = Delivery(late=0.1, late_us=40_000_000, duplicate=0.1, corrupt=0.05, disorder_us=5_000_000, seed=5)


def block(start: int, stop: int) -> Block:
    """A row a second."""
    rows = range(start, stop)
    nothing = pa.nulls(len(rows), pa.string())
    ids = pa.array([f"r{row}" for row in rows], pa.string())
    body = pa.array([f'"n":{row}' for row in rows], pa.string())
    return Block(body, np.zeros(len(rows), np.bool_), np.array(rows) * 1_000_000, nothing, ids, nothing)


def rows_in_blocks_of(size: int) -> Rows:
    def read(first: int) -> Iterator[tuple[int, Block]]:
        for start in range(first, ROWS, size):
            yield start, block(start, min(start + size, ROWS))

    return read


def course(size: int, loops: bool = False) -> Course:
    return Course(lambda _: rows_in_blocks_of(size), ROWS, 0, 1_000_000_000, loops)


def emitted(delivery: Delivery, size: int, after: Place | None = None) -> list[Messages]:
    blocks = course(size).blocks(after.floor if after else 0)
    return list(Emission(delivery, Partitioner(1)).messages(blocks, after))


def values(messages: list[Messages]) -> list[bytes]:
    return [value for one in messages for value in one.values]


@pytest.mark.parametrize("delivery", [Delivery(), FAULTY], ids=["plain", "faulty"])
@pytest.mark.parametrize("size", [1, 7, 64, ROWS])
def test_any_slicing_gives_the_same_messages_in_the_same_order(delivery: Delivery, size: int) -> None:
    assert values(emitted(delivery, size)) == values(emitted(delivery, 50))


@pytest.mark.parametrize("delivery", [Delivery(), FAULTY], ids=["plain", "faulty"])
def test_messages_go_in_the_order_in_which_they_are_due(delivery: Delivery) -> None:
    made = emitted(delivery, 64)
    order = [(int(due), int(seq)) for one in made for due, seq in zip(one.due, one.seq, strict=True)]
    assert order == sorted(order)
    assert len(set(order)) == len(order)
    repeats = int((delivery.faults(0, ROWS) == DUPLICATE).sum())
    assert len(order) == ROWS + repeats
    assert {seq // 2 for _, seq in order} == set(range(ROWS))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([Delivery(), FAULTY]), st.integers(20, 200), st.integers(20, 200), st.integers(0, ROWS - 1))
def test_from_any_place_on_come_the_messages_that_are_left(
    delivery: Delivery, size: int, other_size: int, cut: int
) -> None:
    made = emitted(delivery, size)
    everything = values(made)
    places = [one.place(index) for one in made for index in range(len(one))]
    assert values(emitted(delivery, other_size, places[cut])) == everything[cut + 1 :]


def test_lines_of_truth_are_with_their_messages() -> None:
    told = {}
    for one in emitted(FAULTY, 64):
        for place, line in one.told.items():
            told[int(one.seq[place])] = json.loads(line)
    faults = FAULTY.faults(0, ROWS)
    assert {seq // 2 for seq in told} == set(np.flatnonzero(faults).tolist())
    assert all(
        line["id"] == f"r{seq // 2}" and (seq % 2 == 1) == (line["fault"] == "duplicate") for seq, line in told.items()
    )


def test_epochs_follow_each_other_and_go_on_from_any_row() -> None:
    def first(from_row: int, count: int) -> list[tuple[int, int]]:
        found = []
        for one in course(64, loops=True).blocks(from_row):
            found += [(one.epoch.number, one.first_row + place) for place in range(len(one.block))]
            if len(found) >= count:
                return found[:count]
        return found

    assert [course(64, loops=True).epoch(number).shift_us for number in range(3)] == [0, 10**9, 2 * 10**9]
    assert first(0, 1000) == [(row // ROWS, row) for row in range(1000)]
    assert first(777, 300) == [(row // ROWS, row) for row in range(777, 1077)]


def test_without_a_loop_a_started_epoch_is_the_last() -> None:
    assert sum(len(one.block) for one in course(64).blocks(ROWS + 100)) == ROWS - 100
    assert list(course(64).blocks(ROWS)) == []


def test_what_is_held_back_is_bounded_by_delays() -> None:
    delivery = Delivery(late=1.0, late_us=50_000_000)
    made = emitted(delivery, 10)
    assert max(map(len, made)) <= 61
