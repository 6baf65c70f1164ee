"""What became of every row, by file and in all: read = counted + quarantined + duplicate, or nothing is published."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from batch.groups import ABSENT, DIFFERING, DUPLICATE, FIRST_ROW, OF_SLOTS
from batch.inputs import Extract, file_key
from pipeline import aggregates
from pipeline.cells import BLANK, BLOCK, FILE, HEADER
from pipeline.cleansing import COUNTED, FATE, QUARANTINED, REASON, repaired
from pipeline.reading import Reading

SECOND_HEADER = "a second header"


@dataclass
class FileAccount:
    """The fates of one file's records."""

    name: str
    bytes: int
    rows: Counter[str] = field(default_factory=Counter)
    lines: int = 0
    headers: int = 0
    absent: int = -1  # bits of the columns that no record of the file has

    @property
    def read(self) -> int:
        return self.lines - min(self.headers, 1) - self.rows[BLANK]

    def settle(self) -> None:
        """A header that comes again is a record that is wrong."""
        self.rows[QUARANTINED] += max(self.headers - 1, 0)

    @property
    def adds_up(self) -> bool:
        return self.read == sum(self.rows[fate] for fate in (COUNTED, QUARANTINED, DUPLICATE))


@dataclass
class Account:
    files: Mapping[str, FileAccount]  # by key
    reasons: Counter[str]
    repairs: Counter[str]
    differing: int
    first_lines: Mapping[tuple[str, int], tuple[int, int]]  # file, block -> number and line of its first row

    def total(self, fate: str) -> int:
        return sum(file.rows[fate] for file in self.files.values())

    def most_common(self) -> list[tuple[str, int]]:
        """Reasons and their rows, most rows first, then by the alphabet."""
        return sorted(self.reasons.items(), key=lambda item: (-item[1], item[0]))

    @property
    def read(self) -> int:
        return sum(file.read for file in self.files.values())


def take(groups: Iterable[Row], extracts: Sequence[Extract], reading: Reading) -> Account:
    """Adds the groups up. AssertionError where a file does not add up, which would be a fault of ours."""
    files = {extract.key: FileAccount(extract.entry.name, extract.entry.bytes) for extract in extracts}
    reasons: Counter[str] = Counter()
    repairs: Counter[str] = Counter()
    blocks: dict[str, dict[int, list[int]]] = defaultdict(dict)
    differing = 0
    for row in groups:
        file, fate, rows = files[file_key(row[FILE])], row[FATE], row[aggregates.ROWS]
        file.lines += rows
        file.absent &= row[ABSENT]
        if fate == HEADER:
            file.headers += rows
        else:
            file.rows[fate] += rows
        if fate == QUARANTINED:
            reasons[row[REASON]] += rows
        if fate == DUPLICATE and row[DIFFERING]:
            differing += rows
        if fate == COUNTED:
            repairs.update({name: row[repaired(name)] for name in aggregates.repairable(reading)})
        block = blocks[row[FILE]].setdefault(row[BLOCK], [row[FIRST_ROW], 0])
        block[0] = min(block[0], row[FIRST_ROW])
        block[1] += rows
    for file in files.values():
        file.settle()
        if file.headers > 1:
            reasons[SECOND_HEADER] += file.headers - 1
        if not file.adds_up:
            raise AssertionError(f"{file.name}: {file.read} rows read, but {dict(file.rows)}")
    return Account(files, reasons, +repairs, differing, dict(_first_lines(blocks)))


def groups(tallied: DataFrame, reading: Reading) -> list[Row]:
    """The fates of a tally's rows, by file and block."""
    keys = [FILE, BLOCK, FATE, REASON, DIFFERING]
    return (
        tallied.where(~F.col(OF_SLOTS))
        .groupBy(*keys)
        .agg(
            F.sum(aggregates.ROWS).alias(aggregates.ROWS),
            F.min(FIRST_ROW).alias(FIRST_ROW),
            F.bit_and(ABSENT).alias(ABSENT),
            *(F.sum(repaired(name)).alias(repaired(name)) for name in aggregates.repairable(reading)),
        )
        .collect()
    )


def _first_lines(
    blocks: Mapping[str, Mapping[int, Sequence[int]]],
) -> Iterable[tuple[tuple[str, int], tuple[int, int]]]:
    for file, of_file in blocks.items():
        line = 1
        for block, (first_row, lines) in sorted(of_file.items()):
            yield (file, block), (first_row, line)
            line += lines
