"""Keeping the ledger: every committed batch gets its entry once, be it observed, or looked at again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from streaming import ledger
from streaming.checkpoint import Checkpoint, Span
from streaming.events import Judging
from streaming.ledger import Entry
from streaming.look import Look, Seen
from streaming.observed import Observed
from streaming.shelves import DESK, Shelf
from streaming.topics import Kafka

KEPT = 100  # entries that stay on the shelf
QUARANTINE = "quarantine"


@dataclass(frozen=True)
class Books:
    shelf: Shelf
    output: Shelf
    checkpoint: Checkpoint
    kafka: Kafka
    topic: str
    judging: Judging

    def settle(self, batches: range, observed: Mapping[int, Observed], unbooked: int) -> list[Entry]:
        """The entries of these batches, which brought so many rows into panes, put on the shelf."""
        recorded = {batch: entry for batch in batches if (entry := self._recorded(batch)) is not None}
        others = [batch for batch in batches if batch not in recorded]
        told = {batch: one for batch, one in observed.items() if batch in others}
        found = recorded | self._by_observation(others, told)
        if not _agrees(found, batches, told, unbooked):  # a task that ran again on the cluster was counted again
            told = {}
            found = recorded | self._by_observation(others, told)
        rest = unbooked - _windowed(found)
        missing = [self._span(batch, observed) for batch in batches if batch not in found]
        passed = {batch: one.passed for batch, one in told.items() if one.passed is not None}
        found = found | dict(self._by_looking(missing, passed, rest))
        for batch in batches:
            self.shelf.put(f"{batch}.json", found[batch].to_json().encode())
        return [found[batch] for batch in batches]

    def forget(self, batch: int) -> None:
        """Entries that nobody will ask for again."""
        for name in self.shelf.names():
            number = name.removesuffix(".json")
            if number.isdigit() and int(number) <= batch - KEPT:
                self.shelf.remove(name)

    def _by_observation(self, batches: Sequence[int], observed: Mapping[int, Observed]) -> dict[int, Entry]:
        found = ((batch, self._observed(batch, observed)) for batch in batches)
        return {batch: entry for batch, entry in found if entry is not None}

    def _recorded(self, batch: int) -> Entry | None:
        try:
            return ledger.from_json(self.shelf.read(f"{batch}.json"))
        except FileNotFoundError:
            return None

    def _observed(self, batch: int, observed: Mapping[int, Observed]) -> Entry | None:
        told = observed.get(batch)
        if told is not None and told.judged is not None and told.passed is not None:
            return ledger.by_observation(told.judged, told.passed)
        return None if self._span(batch, observed).messages else Entry()

    def _span(self, batch: int, observed: Mapping[int, Observed]) -> Span:
        told = observed.get(batch)
        return told.span if told is not None and told.span is not None else self.checkpoint.span(batch)

    def _by_looking(self, spans: Sequence[Span], passed: Mapping[int, int], rest: int) -> Iterator[tuple[int, Entry]]:
        seen: dict[int, Seen] = {}
        for run in _runs(spans):
            look = Look(self.kafka, self.topic, run, self.judging)
            counted = look.counted()
            if any(one.quarantined for one in counted.values()):
                self._put_aside(look)
            seen |= counted
        rest -= sum(passed.get(batch, 0) for batch in seen)
        for batch, one in seen.items():
            through = passed.get(batch)
            if through is None:  # killed before it could tell: what came into panes and is in no other entry
                through = min(rest, one.good - one.late)
                rest -= through
            yield batch, ledger.by_looking(one, through)

    def _put_aside(self, look: Look) -> None:
        """A file of the quarantined for each batch."""
        made = f"{DESK}/{QUARANTINE}"
        self.output.remove(made)
        look.put_aside().write.partitionBy("batch").parquet(f"{self.output.path}/{made}")
        for folder in self.output.names(made):
            for part in self.output.names(f"{made}/{folder}"):
                if folder.startswith("batch=") and part.startswith("part-"):
                    self.output.take(f"{made}/{folder}/{part}", f"{QUARANTINE}/{folder.removeprefix('batch=')}.parquet")
        self.output.remove(made)


def _windowed(entries: Mapping[int, Entry]) -> int:
    return sum(entry.windowed for entry in entries.values())


def _agrees(found: Mapping[int, Entry], batches: range, observed: Mapping[int, Observed], unbooked: int) -> bool:
    """Whether what passed by observation is what came into panes, or may be where a batch could not tell."""
    others = [observed[batch].passed if batch in observed else None for batch in batches if batch not in found]
    known = _windowed(found) + sum(passed for passed in others if passed is not None)
    return known <= unbooked if None in others else known == unbooked


def _runs(spans: Sequence[Span]) -> Iterator[list[Span]]:
    """Batches that follow each other, together."""
    for _, run in groupby(enumerate(spans), key=lambda pair: pair[1].batch - pair[0]):
        yield [span for _, span in run]
