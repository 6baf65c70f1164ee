"""Values that stand twice, found out of core: hashes are dealt to files by their upper bits, and each file is sorted.

Two values of one hash among a hundred million are a matter of one in four thousand runs; what looks repeated is
looked at again by its values.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from validate.store import Store, quoted

MANY_ROWS = 2_000_000  # from here on
FILES_BITS = 6
MOST_LISTED = 1_000  # hashes that are looked at again
U64 = NDArray[np.uint64]


def repeated(table: str, column: str, store: Store, examples: int) -> tuple[int, tuple[str, ...]]:
    """How many rows hold a value that stands in an earlier one, and some such values; nulls are not counted."""
    name, there = quoted(column), f"{quoted(column)} is not null"
    if store.rows(table) < MANY_ROWS:
        return _grouped(name, f"{quoted(table)} where {there}", store, examples)
    hashes, times = _twice(f"select hash({name}) from {quoted(table)} where {there}", store)
    if not len(hashes):
        return 0, ()
    listed = ", ".join(map(str, hashes[:MOST_LISTED].tolist()))
    count, shown = _grouped(name, f"{quoted(table)} where hash({name}) in ({listed})", store, examples)
    return (count if len(hashes) <= MOST_LISTED else int(times.sum()) - len(times)), shown


def _grouped(name: str, source: str, store: Store, examples: int) -> tuple[int, tuple[str, ...]]:
    grouped = f"select {name} as v, count(*) as n from {source} group by 1 having n > 1"
    (count,) = store.row(f"select coalesce(sum(n - 1), 0)::bigint from ({grouped})")
    shown = store.all(f"select v::varchar from ({grouped}) limit {examples}") if count else []
    return count, tuple(text for (text,) in shown)


def _twice(query: str, store: Store) -> tuple[U64, NDArray[np.int64]]:
    """The hashes that stand more than once, and how often."""
    with tempfile.TemporaryDirectory(prefix="validate-") as folder, ExitStack() as stack:
        paths = [Path(folder, str(place)) for place in range(1 << FILES_BITS)]
        files = [stack.enter_context(path.open("wb")) for path in paths]
        for batch in store.batches(query):
            hashes = np.sort(batch.column(0).to_numpy(zero_copy_only=False))
            cuts = np.searchsorted(hashes >> np.uint64(64 - FILES_BITS), np.arange(1, len(files)))
            for file, part in zip(files, np.split(hashes, cuts), strict=True):
                part.tofile(file)
        for file in files:
            file.flush()
        found = [_repeats(np.fromfile(path, np.uint64)) for path in paths]
    return np.concatenate([values for values, _ in found]), np.concatenate([counts for _, counts in found])


def _repeats(hashes: U64) -> tuple[U64, NDArray[np.int64]]:
    hashes.sort()
    again = hashes[1:][hashes[1:] == hashes[:-1]]
    values, counts = np.unique(again, return_counts=True)
    return values, counts + 1
