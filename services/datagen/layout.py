"""Which extracts a set is made of: which rows of which table go into which file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from datagen.count import Count
from datagen.errors import UserError
from datagen.plan import Plan, TablePlan
from datagen.sinks.naming import extension


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
    several = len(plan.tables) > 1
    ending = extension(plan.dataset.output.format, plan.dataset.output.gzip)
    return tuple(made for table in tables for made in _of_table(table, cut, several, ending, plan.dataset.name))


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


def _of_table(table: TablePlan, cut: Cut, several: bool, ending: str, dataset: str) -> Iterable[Extract]:
    asked = "--date" if cut.day else "--daily" if cut.daily else None
    if asked and table.axis is None and table.parent is not None:
        raise UserError(
            f"{asked}: {table.name} is in the order of {table.parent}, and is not cut by days yet; leave {asked} out"
        )
    if asked and table.axis is None:
        raise UserError(f"{asked}: {table.name} has no time axis; name its event time in analysis.timestamp_field")
    if table.axis is None or cut.single_file or (several and not asked):
        yield Extract(f"{table.name if several else dataset}.{ending}", table.name, None, 0, table.count)
        return
    days = table.days()
    if cut.day and cut.day not in {day.date for day in days}:
        raise UserError(f"--date {cut.day}: outside the window, which has {days[0].date} to {days[-1].date}")
    folder = f"{table.name}/" if several else ""
    for day in days:
        if cut.day in (None, day.date):
            yield Extract(f"{folder}{day.date}.{ending}", table.name, day.date, day.start_row, day.stop_row)
