"""Blocks of rows to messages in the order in which they are sent: that of `due`, then of `seq`.

`due` is the event time at which a message is sent, `seq` is twice its row's number, one more for a repeat. Both follow
from row numbers alone, so a replay that starts again sends the same messages in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from event_generator.block import I64, Block
from event_generator.delivery import CORRUPT, DUPLICATE, LATE, Delivery, Faults, truth
from event_generator.envelope import Envelopes, Epoch, Partitioner

NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the order of messages: all up to it are sent."""

    due: int
    seq: int
    floor: int  # all rows before it are sent; reading may begin there


@dataclass(frozen=True, slots=True)
class Messages:
    """To be sent in this order."""

    due: I64
    seq: I64
    floor: int
    values: list[bytes]
    keys: list[bytes | None]
    partitions: list[int]
    told: dict[int, str]  # lines of the truth file, by place

    def __len__(self) -> int:
        return len(self.values)

    def place(self, index: int) -> Place:
        return Place(int(self.due[index]), int(self.seq[index]), self.floor)

    def picked(self, places: I64, floor: int) -> Messages:
        indices = places.tolist()
        return Messages(
            self.due[places],
            self.seq[places],
            floor,
            [self.values[place] for place in indices],
            [self.keys[place] for place in indices],
            [self.partitions[place] for place in indices],
            {new: self.told[old] for new, old in enumerate(indices) if old in self.told} if self.told else {},
        )


@dataclass(frozen=True, slots=True)
class Numbered:
    """A block on its way: its epoch, and the number that its first row has in all epochs together."""

    block: Block
    epoch: Epoch
    first_row: int


class Emission:
    """Turns blocks into messages."""

    def __init__(self, delivery: Delivery, partitioner: Partitioner) -> None:
        self._delivery = delivery
        self._partitioner = partitioner
        self._envelopes = Envelopes()

    def messages(self, blocks: Iterator[Numbered], after: Place | None) -> Iterator[Messages]:
        """Those that come after a place."""
        made = self._plainly(blocks) if self._delivery.plain else self._delayed(blocks)
        for messages in made:
            if after is not None:
                later = (messages.due > after.due) | ((messages.due == after.due) & (messages.seq > after.seq))
                if not later.all():
                    messages = messages.picked(np.flatnonzero(later), messages.floor)
            if len(messages):
                yield messages

    def _plainly(self, blocks: Iterator[Numbered]) -> Iterator[Messages]:
        for one in blocks:
            yield self._written(one, None)

    def _written(self, one: Numbered, clock: I64 | None) -> Messages:
        values = self._envelopes.values(one.block, one.epoch, clock)
        due = one.block.times + one.epoch.shift_us if clock is None else clock
        keys, partitions = self._partitioner.of(one.block)
        seq = 2 * np.arange(one.first_row, one.first_row + len(values))
        return Messages(due, seq, one.first_row, values, keys, partitions, {})

    def _delayed(self, blocks: Iterator[Numbered]) -> Iterator[Messages]:
        """Holds back what is not due before the rows that follow."""
        held: Messages | None = None
        for one in blocks:
            made = self._with_faults(one)
            everything = made if held is None else _joined(held, made)
            reached = int(one.block.times[-1]) + one.epoch.shift_us
            ready, held = _parted(everything, reached)
            yield ready
        if held is not None:
            yield _parted(held, NEVER)[0]

    def _with_faults(self, one: Numbered) -> Messages:
        start, stop = one.first_row, one.first_row + len(one.block)
        faults = self._delivery.faults(start, stop)
        due = self._delivery.due(one.block.times + one.epoch.shift_us, faults, start)
        made = self._written(one, due)
        for place in np.flatnonzero(faults).tolist():
            if faults[place] == CORRUPT:
                made.values[place] = self._delivery.harmed(made.values[place], start + place)
            if faults[place] != DUPLICATE:
                made.told[place] = self._told(one, faults, place, self._delivery.late_us)
        repeated = np.flatnonzero(faults == DUPLICATE)
        if not len(repeated):
            return made
        after = self._delivery.repeats_after(start, stop)[repeated]
        lines = {place: self._told(one, faults, old, int(after[place])) for place, old in enumerate(repeated.tolist())}
        copies = made.picked(repeated, start)
        return _joined(
            made,
            Messages(copies.due + after, copies.seq + 1, start, copies.values, copies.keys, copies.partitions, lines),
        )

    def _told(self, one: Numbered, faults: Faults, place: int, amount_us: int) -> str:
        fault = int(faults[place])
        amount = amount_us if fault in (LATE, DUPLICATE) else None
        return truth(fault, one.block.ids[place].as_py(), one.epoch.number, amount)


def _joined(one: Messages, other: Messages) -> Messages:
    return Messages(
        np.concatenate([one.due, other.due]),
        np.concatenate([one.seq, other.seq]),
        min(one.floor, other.floor),
        one.values + other.values,
        one.keys + other.keys,
        one.partitions + other.partitions,
        one.told | {place + len(one): line for place, line in other.told.items()},
    )


def _parted(messages: Messages, reached: int) -> tuple[Messages, Messages | None]:
    """What is due before anything that may follow, in order; and what is not."""
    order = np.lexsort((messages.seq, messages.due))
    count = int(np.searchsorted(messages.due[order], reached, side="left" if reached != NEVER else "right"))
    floor = int(messages.seq.min()) // 2
    kept = order[count:]
    rest = messages.picked(kept, floor) if len(kept) else None
    return messages.picked(order[:count], floor), rest
