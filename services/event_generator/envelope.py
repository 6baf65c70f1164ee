"""Rows as messages: the row's members, the instant at which it is replayed, and where it comes from; in columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from kafka.partitioner import murmur2

from datagen.messages import CLOCK, EPOCH, EVENT_TIME, ID, REPLAY, SOURCE_TIME
from datagen.text.fields import JSON, pieces
from datagen.text.instants import instants
from datagen.text.lines import Lines
from datagen.text.quoting import plain_part
from datagen.text.words import Piece, fused, literal, switch
from event_generator.block import I64, Block

MOST_BYTES = 1_000_000  # of a message; brokers take 1 MiB with all that surrounds it


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over the rows."""

    number: int
    shift_us: int  # from a row's own instant to the one at which it is replayed


class Envelopes:
    """Makes messages of blocks. It keeps its buffer."""

    def __init__(self) -> None:
        self._lines = Lines()

    def values(self, block: Block, epoch: Epoch, clock: I64 | None = None) -> list[bytes]:
        """The message of each row, sent when the event clock shows `clock`, or else the row's own instant."""
        self._lines.clear()
        starts = self._lines.append(fused(self._row(block, epoch, clock)), len(block))
        text = bytes(self._lines.view())
        bounds = [*starts.tolist(), len(text)]
        made = [text[start:stop] for start, stop in pairwise(bounds)]
        if block.whole.any():
            for place in np.flatnonzero(block.whole).tolist():
                made[place] = block.body[place].as_buffer().to_pybytes()
        if max(map(len, made)) > MOST_BYTES:
            made = [value[:MOST_BYTES] for value in made]  # no longer an object: whoever reads it sees that
        return made

    def _row(self, block: Block, epoch: Epoch, clock: I64 | None) -> list[Piece]:
        source = _instant(block.times, block.stamps)
        shifted = _instant(block.times + epoch.shift_us, block.stamps) if epoch.shift_us else source
        if clock is None:
            clock = block.times + epoch.shift_us
            sent = shifted if block.stamps.null_count == len(block) else _plainly(clock)
        else:
            sent = _plainly(clock)
        empty = pc.equal(pc.binary_length(block.body), 0)
        comma: list[Piece] = [literal(b",")]
        if pc.any(empty).as_py():
            comma = [switch(b",", b"", np.asarray(empty.to_numpy(zero_copy_only=False), np.bool_))]
        return [
            literal(b"{"),
            plain_part(block.body),
            *comma,
            literal(f'"{EVENT_TIME}":'.encode()),
            *shifted,
            literal(f',"{REPLAY}":{{"{ID}":'.encode()),
            *pieces(block.ids, JSON),
            literal(f',"{EPOCH}":{epoch.number},"{SOURCE_TIME}":'.encode()),
            *source,
            literal(f',"{CLOCK}":'.encode()),
            *sent,
            literal(b"}}"),
        ]


def _plainly(values: I64) -> list[Piece]:
    return [literal(b'"'), instants(values), literal(b'Z"')]


def _instant(values: I64, stamps: pa.StringArray) -> list[Piece]:
    """The instants, or what stood in their place."""
    if stamps.null_count == len(stamps):
        return _plainly(values)
    texts = pc.binary_join_element_wise('"', _texts(values), 'Z"', "")
    return [plain_part(pc.coalesce(stamps, texts))]


def _texts(values: I64) -> pa.StringArray:
    lines = Lines()
    return lines.strings(lines.append([instants(values)], len(values)))


def heartbeat(epoch: int, event_us: int) -> bytes:
    """A message of no row, which only says how late it is."""
    instant = f"{np.datetime_as_string(np.datetime64(event_us, 'us'))}Z"
    told = {ID: None, EPOCH: epoch, SOURCE_TIME: None, CLOCK: instant}
    return json.dumps({EVENT_TIME: instant, REPLAY: told}, separators=(",", ":")).encode()


class Partitioner:
    """Which partition a message goes to: by its key as Kafka's own clients would, without one by its id."""

    def __init__(self, partitions: int) -> None:
        self._partitions = partitions
        self._known: dict[bytes, int] = {}

    def of(self, block: Block) -> tuple[list[bytes | None], list[int]]:
        """The keys and partitions of rows."""
        keys: list[bytes | None] = block.keys.cast(pa.binary()).to_pylist()
        if self._partitions == 1:
            return keys, [0] * len(keys)
        ids: Sequence[bytes] = block.ids.cast(pa.binary()).to_pylist()
        return keys, [
            self._by_key(key) if key is not None else _hashed(row_id, self._partitions)
            for key, row_id in zip(keys, ids, strict=True)
        ]

    def _by_key(self, key: bytes) -> int:
        if key not in self._known:
            if len(self._known) > 1 << 16:
                self._known.clear()
            self._known[key] = _hashed(key, self._partitions)
        return self._known[key]


def _hashed(data: bytes, partitions: int) -> int:
    return int(murmur2(data) & 0x7FFFFFFF) % partitions
