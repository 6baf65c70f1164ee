"""The aggregated rows of one run in memory, to be asked for sums.

Names of columns come from `analysis` and stand in the SQL quoted; everything from an address is bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from dashboard.question import Period, Question
from datagen.analysis import Analysis
from web.database import database, quoted
from web.figures import RECORDS, Figure, Sum, Totals, figures
from web.folder import UnreadableError
from web.published import Run

FOLDER = "parquet"


class LackingError(Exception):
    """The rows have no column of a name that the analysis promises."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A value, or a combination of values, of one or more dimensions."""

    values: tuple[str, ...]
    totals: Totals


Top = tuple[list[Segment], int]  # the first of them, and how many there are
DaysBy = dict[str | None, dict[date, Totals]]


class Cube:
    """Answers are exact: sums of whole numbers and of decimals. Safe to ask from several threads."""

    def __init__(self, run: Run) -> None:
        """Reads the run's rows. UnreadableError where they cannot be read or lack what the analysis promises."""
        self.analysis = run.analysis()
        self.day = f"{self.analysis.timestamp_field}_date"
        self.dimensions = tuple(dimension.name for dimension in self.analysis.dimensions)
        self.figures = figures(self.analysis)
        self.summed = tuple(dict.fromkeys(figure.summed for figure in self.figures))
        self.columns = (self.day, *self.dimensions, *_published(self.analysis))
        self._database = database()
        files = run.files(FOLDER)
        try:
            self._load(files)
        except (duckdb.Error, LackingError) as error:
            raise UnreadableError(f"{FOLDER}/ of run {run.short}: {_why(error)}") from error
        self.extent = self._extent(run)

    def _load(self, files: Sequence[str]) -> None:
        """Days stand in the names of folders, as text; everything else has the type it was written with."""
        read = f"read_parquet(?, hive_partitioning = true, hive_types = {{{quoted(self.day)}: date}})"
        found = {row[0].lower() for row in self._database.execute(f"describe from {read}", [files]).fetchall()}
        lacking = [name for name in self.columns if name.lower() not in found]
        if lacking:
            raise LackingError(f"no column {', '.join(lacking)}")
        self._database.execute(f"create table cube as select {_list(self.columns)} from {read}", [files])

    def per_day(self, question: Question, period: Period) -> dict[date, Totals]:
        """The sums of each day that has a record."""
        where, bound = self._where(question, period)
        sql = f"select {quoted(self.day)}, {_sums(self.summed)} from cube where {where} group by 1"
        return {row[0]: dict(zip(self.summed, row[1:], strict=True)) for row in self._ask(sql, bound)}

    def per_day_by(self, question: Question, period: Period, dimension: str, values: Sequence[str]) -> DaysBy:
        """`per_day` for each of the values of a dimension; what has another value under None."""
        where, bound = self._where(question, period)
        value = f"case when {quoted(dimension)} in ({_marks(values)}) then {quoted(dimension)} end"
        sql = f"select {value}, {quoted(self.day)}, {_sums(self.summed)} from cube where {where} group by 1, 2"
        found: DaysBy = {}
        for row in self._ask(sql, [*values, *bound]):
            found.setdefault(row[0], {})[row[1]] = dict(zip(self.summed, row[2:], strict=True))
        return found

    def top(self, question: Question, dimensions: Sequence[str], figure: Figure, limit: int) -> Top:
        """The segments with the largest figures, and how many segments there are."""
        if question.period is None:
            return [], 0
        where, bound = self._where(question, question.period)
        summed = tuple(dict.fromkeys((RECORDS, figure.summed)))
        rank = f"sum({quoted(figure.summed)})"
        rank = f"cast({rank} as double) / sum({RECORDS})" if figure.divided else rank
        names = _list(dimensions)
        sql = (
            f"select {names}, {_sums(summed)}, count(*) over () from cube where {where} group by {names} "
            f"order by {rank} desc, {names} limit ?"
        )
        rows = self._ask(sql, [*bound, limit])
        cut = len(dimensions)
        segments = [Segment(row[:cut], dict(zip(summed, row[cut:-1], strict=True))) for row in rows]
        return segments, rows[0][-1] if rows else 0

    def values(self, dimension: str, search: str, limit: int) -> tuple[list[tuple[str, int]], int]:
        """Values of a dimension in the whole run that contain a text, most records first, and how many there are."""
        name = quoted(dimension)
        sql = (
            f"select {name}, sum({RECORDS}), count(*) over () from cube where contains(lower({name}), lower(?)) "
            f"group by {name} order by 2 desc, 1 limit ?"
        )
        rows = self._ask(sql, [search, limit])
        return [(row[0], row[1]) for row in rows], rows[0][2] if rows else 0

    def size(self, question: Question) -> int:
        """How many aggregated rows there are."""
        if question.period is None:
            return 0
        where, bound = self._where(question, question.period)
        return int(self._ask(f"select count(*) from cube where {where}", bound)[0][0])

    def rows(self, question: Question, order: str, descending: bool, page: slice) -> list[tuple[Any, ...]]:
        """Aggregated rows as they were published, `columns` in order; the newest day first where there is a choice."""
        if question.period is None:
            return []
        sql, bound = self._ordered(question, question.period, order, descending)
        return self._ask(f"{sql} limit ? offset ?", [*bound, page.stop - page.start, page.start])

    def batches(self, question: Question, order: str, descending: bool, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """All of `rows`, so many at a time."""
        if question.period is None:
            return
        sql, bound = self._ordered(question, question.period, order, descending)
        cursor = self._database.cursor().execute(sql, bound)
        while batch := cursor.fetchmany(size):
            yield batch

    def records(self) -> Sum:
        """The records behind all rows of the run."""
        return self._ask(f"select sum({RECORDS}) from cube", [])[0][0]  # type: ignore[no-any-return]

    def _extent(self, run: Run) -> Period:
        first, last = self._ask(f"select min({quoted(self.day)}), max({quoted(self.day)}) from cube", [])[0]
        if first is None or last is None:
            raise UnreadableError(f"{FOLDER}/ of run {run.short}: no row")
        return Period(first, last)

    def _ordered(self, question: Question, period: Period, order: str, descending: bool) -> tuple[str, list[Any]]:
        where, bound = self._where(question, period)
        ties = [f"{quoted(self.day)} desc", *map(quoted, self.dimensions)]
        direction = "desc" if descending else "asc"
        ordered = f"order by {quoted(order)} {direction}, {', '.join(ties)}"
        return f"select {_list(self.columns)} from cube where {where} {ordered}", bound

    def _where(self, question: Question, period: Period) -> tuple[str, list[Any]]:
        terms = [f"{quoted(self.day)} between ? and ?"]
        bound: list[Any] = [period.first, period.last]
        for dimension, values in question.where.items():
            terms.append(f"{quoted(dimension)} in ({_marks(values)})")
            bound.extend(values)
        return " and ".join(terms), bound

    def _ask(self, sql: str, bound: Sequence[Any]) -> list[tuple[Any, ...]]:
        return self._database.cursor().execute(sql, bound).fetchall()


def _why(error: Exception) -> str:
    """DuckDB's errors name the file; their first line is enough."""
    return str(error).partition("\n")[0]


def _published(analysis: Analysis) -> tuple[str, ...]:
    numbers = [*(number.name for number in analysis.numeric_fields), *(measure.name for measure in analysis.measures)]
    flags = [flag.name for flag in analysis.boolean_fields]
    return (
        RECORDS,
        *(f"{kind}_{name}" for name in numbers for kind in ("sum", "avg")),
        *(f"{kind}_{name}" for name in flags for kind in ("count", "rate")),
    )


def _list(columns: Sequence[str]) -> str:
    return ", ".join(map(quoted, columns))


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))


def _sums(columns: Sequence[str]) -> str:
    return ", ".join(f"sum({quoted(column)})" for column in columns)
