"""Which values a column may have beside its bounds: those of lists, of another column, and of a look."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.draws import Flags
from datagen.generators.base import Rows

MAX_LISTED = 1 << 16  # rows of a table whose values are a list


@dataclass(frozen=True, eq=False)
class Allowed:
    """A value obeys where it is in every list and every pattern is found in it; a null always does."""

    type: pa.DataType
    values: tuple[pa.Array, ...] = ()  # of that type
    sources: tuple[tuple[str, str], ...] = ()  # tables and columns whose values are lists
    patterns: tuple[str, ...] = ()

    def refused(self, values: pa.Array, rows: Rows | None) -> Flags:
        there: Flags = values.is_valid().to_numpy(zero_copy_only=False)
        good = np.ones(len(values), np.bool_)
        for listed in (*self.values, *(self._column(source, rows) for source in self.sources)):
            good &= pc.is_in(values, listed).to_numpy(zero_copy_only=False)
        for pattern in self.patterns:
            good &= pc.match_substring_regex(values, pattern).fill_null(False).to_numpy(zero_copy_only=False)
        return there & ~good

    def listed(self, rows: Rows) -> pa.Array | None:
        """The values that obey, where they are listed."""
        lists = (*self.values, *(self._column(source, rows) for source in self.sources))
        if not lists:
            return None
        return lists[0].filter(pa.array(~self.refused(lists[0], rows)))

    def _column(self, source: tuple[str, str], rows: Rows | None) -> pa.Array:
        assert rows is not None
        count = rows.others.count(source[0])
        return plain(rows.others.column(*source, np.arange(count))).unique().drop_null().cast(self.type)

    @cached_property
    def told(self) -> str:
        """What has to hold, for messages."""
        parts = [f"must match {pattern}" for pattern in self.patterns]
        parts += [f"must be one of {len(listed):,} values" for listed in self.values]
        parts += [f"must be a value of {'.'.join(source)}" for source in self.sources]
        return " and ".join(parts)


def plain(values: pa.Array) -> pa.Array:
    return values.dictionary_decode() if pa.types.is_dictionary(values.type) else values
