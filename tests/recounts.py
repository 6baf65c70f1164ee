"""The second opinion: what DuckDB makes of the rows that a job has read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import duckdb

from datagen.analysis import Analysis


@dataclass(frozen=True)
class Recount:
    """The rows of a set, as another engine reads them."""

    analysis: Analysis
    files: list[str]

    def by(self, *keys: str) -> dict[tuple[Any, ...], dict[str, Decimal]]:
        """For each value of the keys: every column that is summed, exactly."""
        numbers = [(one.name, one.name, one.precision or 0) for one in self.analysis.numeric_fields]
        numbers += [(one.name, one.expression, one.precision) for one in self.analysis.measures]
        summed = {"record_count": "count(*)"}
        summed |= {
            f"sum_{name}": f"sum(round_even(coalesce({value}, 0)::double, {digits})::decimal(18, {digits}))"
            for name, value, digits in numbers
        }
        summed |= {f"count_{one.name}": f"count_if({one.name})" for one in self.analysis.boolean_fields}
        query = f"select {', '.join([*map(self._key, keys), *summed.values()])} from read_csv({self.files})"
        if keys:
            query += f" group by {', '.join(map(self._key, keys))}"
        cut = len(keys)
        return {row[:cut]: dict(zip(summed, map(Decimal, row[cut:]), strict=True)) for row in fetched(query)}

    def _key(self, name: str) -> str:
        if name == "day":
            return f"strftime({self.analysis.timestamp_field}::timestamp, '%Y-%m-%d')"
        return f"coalesce({name}, 'UNKNOWN')"


def value(name: str, figure: dict[str, Any], sums: dict[str, Decimal]) -> Decimal:
    """What a figure is, from sums."""
    kind, _, field = name.partition("_")
    if figure["kind"] in ("count", "sum"):
        return sums[name]
    total = sums[f"{'sum' if kind == 'avg' else 'count'}_{field}"]
    return (total / sums["record_count"]).quantize(Decimal(1).scaleb(-figure["digits"]), ROUND_HALF_EVEN)


def windows_of(analysis: Analysis, events: Path) -> list[Any]:
    """Group, value, count, start and end of every window of the events in a Parquet file, in order."""
    cut = analysis.stream
    assert cut is not None
    measures = [one for one in analysis.measures if one.name == cut.value]
    scale = (
        measures[0].precision
        if measures
        else next(one.precision or 0 for one in analysis.numeric_fields if one.name == cut.value)
    )
    value = f"round_even(coalesce({measures[0].expression if measures else cut.value}, 0)::double, {scale})"
    pane = f"time_bucket(interval {cut.slide_s} seconds, event_time::timestamptz)"
    return fetched(f"""
        with spread as (
            select {cut.group_by} as g, {value}::decimal(18, {scale}) as v,
                {pane} - to_seconds(unnest(range(0, {cut.window_s}, {cut.slide_s}))) as s
            from read_parquet('{events}')
        )
        select g, sum(v)::decimal(38, {scale}), count(*), s, s + to_seconds({cut.window_s}) from spread group by all""")


def published_windows(analysis: Analysis, output: Path) -> list[Any]:
    """The closed windows, in the same form."""
    cut = analysis.stream
    assert cut is not None
    columns = f"{cut.group_by}, {cut.value}, record_count, window_start, window_end"
    return fetched(f"select {columns} from read_parquet('{output}/closed/*.parquet')")


def fetched(query: str) -> list[Any]:
    with duckdb.connect() as connection:
        return sorted(connection.execute("set timezone = 'UTC'").execute(query).fetchall())
