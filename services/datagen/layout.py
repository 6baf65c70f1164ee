"""Which extracts a set is made of: which rows of which table go into which file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from datagen.count import Count
from datagen.days import date_of, day_of, window_days, window_of
from datagen.errors import UserError
from datagen.plan import Plan, TablePlan
from datagen.sinks.naming import WITHOUT_DAY, extension


@dataclass(frozen=True, slots=True)
class Extract:
    """Rows start..stop of a table as one file."""

    path: str  # below the set's folder, with "/"
    table: str
    day: str | None
    start: int
    end: int | Count  # a count where all rows of a table are meant, which may not be counted yet

    @property
    def stop(self) -> int:
        return self.end if isinstance(self.end, int) else self.end.rows

    @property
    def rows(self) -> int:
        return self.stop - self.start

    @property
    def soon(self) -> bool:
        """Whether its rows are counted, or will be in no time."""
        return isinstance(self.end, int) or self.end.soon

    @property
    def about(self) -> int:
        """How many rows it has; near it where that is not known soon."""
        return (self.end if isinstance(self.end, int) else self.end.about) - self.start

    def span(self, start: int, rows: int) -> tuple[int, bool]:
        """Where so many rows from `start` end, and whether they are the last."""
        beyond = start + rows + 1
        end = min(beyond, self.end) if isinstance(self.end, int) else self.end.upto(beyond)
        return min(end, start + rows), end < beyond

    def counted(self) -> Extract:
        """The same with a number for its end, to travel."""
        return replace(self, end=self.stop)


@dataclass(frozen=True, slots=True)
class Scattered(Extract):
    """Rows start..stop of a table of which those of a day may lie anywhere: the ones of `day`, or all, a file a day."""

    column: str  # by whose days they are told apart

    def of(self, day: str | None, start: int, stop: int) -> Extract:
        """The file of a day, or, where it is None, of the rows without one."""
        return Extract(self.path.replace(EVERY, day or WITHOUT_DAY), self.table, day, start, stop)


EVERY = "*"  # in place of a day in the path of all


@dataclass(frozen=True, slots=True)
class Cut:
    """What was asked for of a plan, and cut how."""

    day: str | None = None  # this day alone
    single_file: bool = False  # one file a table, also where there is a time axis
    daily: bool = False  # a file a day, also where there are several tables
    table: str | None = None  # this table alone


def extracts(plan: Plan, cut: Cut) -> tuple[Extract, ...]:
    """Every file of the set, in order. UserError for what the plan has not."""
    _refuse_nonsense(cut)
    tables = [chosen(plan, cut.table)] if cut.table is not None else list(plan.tables.values())
    asked = "--date" if cut.day else "--daily" if cut.daily else None
    if asked and not any(_time_of(plan, table) for table in tables):
        raise UserError(f"{asked}: {_without_days(plan, tables, asked)}")
    return tuple(made for table in tables for made in _of_table(plan, table, cut))


def alone(plan: Plan, cut: Cut) -> Extract:
    """The one file that `-o FILE` or `-o -` asks for: a table, or one day of it. UserError where there are several."""
    table = chosen(plan, cut.table)
    if cut.daily:
        raise UserError("--daily makes a file a day, which one file cannot hold; give a folder, or leave it out")
    return extracts(plan, replace(cut, table=table.name, single_file=cut.day is None))[0]


def chosen(plan: Plan, table: str | None) -> TablePlan:
    """The table of that name; without a name the only one. UserError names those there are."""
    if table is None and len(plan.tables) == 1:
        return next(iter(plan.tables.values()))
    if table in plan.tables:
        return plan.tables[str(table)]
    asked = f"--table {table}: no such table" if table else "there are several tables"
    raise UserError(f"{asked}; give --table with one of {', '.join(plan.tables)}")


def _refuse_nonsense(cut: Cut) -> None:
    if cut.day is not None and not _is_day(cut.day):
        raise UserError(f"--date {cut.day}: is no day; write it like 2025-01-17")
    if cut.single_file and cut.daily:
        raise UserError("--single-file and --daily contradict each other; give one of them")
    if cut.single_file and cut.day:
        raise UserError("--single-file and --date contradict each other: a day is a file of its own; give one of them")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _time_of(plan: Plan, table: TablePlan) -> str | None:
    """The column that tells the days of a table; None of all but the one that is analysed."""
    analysis = plan.dataset.analysis
    return analysis.timestamp_field if analysis.table == table.name else None


def _without_days(plan: Plan, tables: Sequence[TablePlan], asked: str) -> str:
    """Why none of these tables can be cut by days, and what to do."""
    analysis = plan.dataset.analysis
    if analysis.timestamp_field is not None:
        told = f"is of no day: the event time of {plan.dataset.name} is {analysis.table}.{analysis.timestamp_field}"
        return f"{tables[0].name} {told}; leave {asked} out, or give --table {analysis.table}"
    if analysis.table:
        return f"{analysis.table} has no time axis; name its event time in analysis.timestamp_field"
    return (
        f"{plan.dataset.name} has no event time; name a table in analysis.table and its datetime column in "
        f"analysis.timestamp_field, or leave {asked} out"
    )


def _of_table(plan: Plan, table: TablePlan, cut: Cut) -> Iterable[Extract]:
    several, column = len(plan.tables) > 1, _time_of(plan, table)
    ending = extension(plan.dataset.output.format, plan.dataset.output.gzip)
    asked = cut.daily or cut.day is not None
    by_itself = table.axis is not None and not several  # is cut by days unless one file is asked for
    if column is None or cut.single_file or not (asked or by_itself):
        yield Extract(f"{table.name if several else plan.dataset.name}.{ending}", table.name, None, 0, table.count)
        return
    path = f"{table.name}/{EVERY}.{ending}" if several else f"{EVERY}.{ending}"
    if table.axis is None:
        every = Scattered(path, table.name, None, 0, table.count, column)
        yield every if cut.day is None else _day_of(plan, every, cut.day)
        return
    days = table.days()
    if cut.day and cut.day not in {day.date for day in days}:
        raise UserError(_outside(cut.day, days[0].date, days[-1].date))
    for day in days:
        if cut.day in (None, day.date):
            yield Extract(path.replace(EVERY, day.date), table.name, day.date, day.start_row, day.stop_row)


def _day_of(plan: Plan, every: Scattered, day: str) -> Scattered:
    days = window_days(window_of(plan, every.table, every.column))
    if day_of(day) not in days:
        window = _outside(day, str(date_of(days[0])), str(date_of(days[-1])))
        raise UserError(f"{window}; rows beyond it come with --daily")
    return replace(every, path=every.of(day, 0, 0).path, day=day)


def _outside(day: str, first: str, last: str) -> str:
    return f"--date {day}: outside the window, which has {first} to {last}"
