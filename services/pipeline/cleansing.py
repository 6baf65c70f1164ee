"""The rules: what is absent is repaired and counted, what is wrong is quarantined with a reason.

One set of rules for batch and stream. `judge` takes cells and gives every row a fate; values of rows that
are not counted mean nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType, DataType, DateType, DoubleType, StringType, TimestampNTZType, TimestampType

from datagen.analysis import Analysis
from pipeline import decimals, flags, times
from pipeline.cells import FAULT, RECORD, SORT, cell
from pipeline.expression import with_values
from pipeline.reading import DerivedMeasure, NumberColumn, Reading
from pipeline.rounding import rounded
from pipeline.texts import is_blank, trimmed

FATE, REASON = "fate", "reason"
COUNTED, QUARANTINED = "counted", "quarantined"
INSTANT = "instant"  # microseconds since 1970-01-01 UTC
UNKNOWN = "UNKNOWN"
FIRST_YEAR, LAST_YEAR = 2000, 2099


@dataclass(frozen=True, slots=True)
class Rules:
    """How strictly, and which instants are believed, both inclusive."""

    first_us: int
    last_us: int
    strict: bool  # quarantine what would be repaired


def rules_of(analysis: Analysis, *, strict: bool) -> Rules:
    """The years 2000 to 2099, widened to the document's own window."""
    start, end = (_microseconds(text) for text in (analysis.window_start, analysis.window_end))
    first, last = (_microseconds(f"{year}-01-01T00:00:00") for year in (FIRST_YEAR, LAST_YEAR + 1))
    return Rules(min(first, start), max(last - 1, end), strict)


def dimension(name: str) -> str:
    """What the column of a dimension, a number, a flag, a measure is called once it is judged and repaired."""
    return f"dimension:{name}"


def number(name: str) -> str:
    return f"number:{name}"


def flag(name: str) -> str:
    return f"flag:{name}"


def measure(name: str) -> str:
    return f"measure:{name}"


def repaired(name: str) -> str:
    """What the column is called that says whether a value was absent."""
    return f"repaired:{name}"


def judge(cells: DataFrame, reading: Reading, rules: Rules) -> DataFrame:
    """Every row with its fate, its reason where it is quarantined, its instant and its repaired values."""
    derived = derive(cells.withColumns(values(cells, reading)), reading)
    judged = derived.withColumn(REASON, F.when(F.col(SORT) == RECORD, _reason(derived, reading, rules)))
    fate = F.when(F.col(SORT) != RECORD, F.col(SORT)).when(F.col(REASON).isNull(), COUNTED).otherwise(QUARANTINED)
    repairs = {**absences(reading), **repaired_values(reading)}
    repaired_columns = (value.alias(name) for name, value in repairs.items())
    return judged.select(*_kept(cells), fate.alias(FATE), REASON, INSTANT, *repaired_columns)


def _kept(cells: DataFrame) -> list[str]:
    """What is known of a row besides its cells."""
    return [name for name in cells.columns if name != SORT and name != FAULT and not name.startswith(cell(""))]


def values(cells: DataFrame, reading: Reading) -> dict[str, Column]:
    """Cells as values, by the names of their columns; null where they are blank or wrong."""
    kinds = {field.name: field.dataType for field in cells.schema}
    texts = dict.fromkeys((*reading.dimensions, *reading.texts))
    return {
        INSTANT: _instant(cell(reading.time.name), kinds, str(reading.time.time_format)),
        **{dimension(name): F.nullif(trimmed(F.col(cell(name)).cast("string")), F.lit("")) for name in texts},
        **{number(column.name): _number(column, kinds) for column in reading.numbers},
        **{flag(name): _flag(cell(name), kinds) for name in reading.flags},
    }


def _instant(name: str, kinds: dict[str, DataType], time_format: str) -> Column:
    value = F.col(name)
    match kinds[name]:
        case StringType():
            return times.instant_us(value, time_format)
        case TimestampType() | TimestampNTZType() | DateType():
            return F.unix_micros(value.cast("timestamp"))
        case _:
            return times.from_epoch(value.cast("bigint"), times.UNITS_US[time_format])


def _number(column: NumberColumn, kinds: dict[str, DataType]) -> Column:
    name = cell(column.name)
    match kinds[name]:
        case StringType():
            return decimals.from_text(F.col(name), column)
        case DoubleType():
            return decimals.from_double(F.col(name), column)
        case _:
            return decimals.from_exact(F.col(name), column)


def _flag(name: str, kinds: dict[str, DataType]) -> Column:
    return F.col(name) if kinds[name] == BooleanType() else flags.flag(F.col(name).cast("string"))


def derive(read: DataFrame, reading: Reading) -> DataFrame:
    """Measures, out of values as they are before they are repaired."""
    numbers = {column.name for column in reading.numbers}

    def value(name: str) -> Column:
        if name in numbers:
            return F.col(number(name)).cast("double")
        return F.col(flag(name) if name in reading.flags else dimension(name))

    valued = with_values(read, {measure(derived.name): derived.node for derived in reading.measures}, value)
    return valued.withColumns({measure(derived.name): _exact(derived) for derived in reading.measures})


def _exact(derived: DerivedMeasure) -> Column:
    """The decimal; its limit where it is too large."""
    value = F.col(measure(derived.name))
    limit = F.lit(decimals.limit(derived.scale)).cast(f"decimal({decimals.DIGITS},{derived.scale})")
    return F.coalesce(decimals.kept(rounded(value, derived.scale), derived.scale), F.when(value.isNotNull(), limit))


def _reason(rows: DataFrame, reading: Reading, rules: Rules) -> Column:
    """The first thing that is wrong with a record, else null."""
    kinds = {field.name: field.dataType for field in rows.schema}
    return F.coalesce(F.col(FAULT), *_faults(reading, rules, kinds), *(_absences(reading) if rules.strict else ()))


def _faults(reading: Reading, rules: Rules, kinds: dict[str, DataType]) -> Iterator[Column]:
    if reading.id is not None:
        yield F.when(is_blank(F.col(cell(reading.id)).cast("string")), f"{reading.id}: blank")
    yield _time_fault(reading.time.name, rules)
    for column in reading.numbers:
        value = F.col(cell(column.name))
        text = kinds[cell(column.name)] == StringType()
        fault = decimals.text_fault(value, column) if text else decimals.value_fault(value, column)
        yield F.when(F.col(number(column.name)).isNull(), _about(column.name, fault))
    for name in reading.flags:
        wrong = F.col(flag(name)).isNull() & ~is_blank(F.col(cell(name)).cast("string"))
        yield F.when(wrong, f"{name}: neither true nor false")
    yield from measure_faults(reading)


def measure_faults(reading: Reading) -> Iterator[Column]:
    """What is wrong with measures that `derive` made, else null."""
    for derived in reading.measures:
        large = F.col(measure(derived.name)) == F.lit(decimals.limit(derived.scale))
        yield F.when(large, f"{derived.name}: too large to be summed")


def _time_fault(name: str, rules: Rules) -> Column:
    instant = F.col(INSTANT)
    blank = is_blank(F.col(cell(name)).cast("string"))
    absent = F.when(blank, f"{name}: blank").otherwise(f"{name}: not a time")
    believed = instant.between(rules.first_us, rules.last_us)
    return F.when(instant.isNull(), absent).when(~believed, f"{name}: {_years(rules)}")


def _years(rules: Rules) -> str:
    first, last = (datetime.fromtimestamp(us // times.SECOND_US, UTC).year for us in (rules.first_us, rules.last_us))
    return f"a year outside {first} to {last}"


def _absences(reading: Reading) -> Iterator[Column]:
    for name, value in _repairable(reading).items():
        yield F.when(F.col(value).isNull(), f"{name}: blank")


def _repairable(reading: Reading) -> dict[str, str]:
    """Name in the results -> the column that is null where it is absent."""
    return {
        **{name: dimension(name) for name in reading.dimensions},
        **{column.name: number(column.name) for column in reading.sums},
        **{name: flag(name) for name in reading.counted_flags},
        **{derived.name: measure(derived.name) for derived in reading.measures},
    }


def absences(reading: Reading) -> dict[str, Column]:
    """Of values that were not repaired yet: whether each is absent, by the name of the column that tells it."""
    return {repaired(name): F.col(value).isNull() for name, value in _repairable(reading).items()}


def repaired_values(reading: Reading) -> dict[str, Column]:
    """Every value that counts, repaired, by the name of its column."""
    numbers = (*(number(one.name) for one in reading.sums), *(measure(one.name) for one in reading.measures))
    return {
        **{dimension(name): F.coalesce(dimension(name), F.lit(UNKNOWN)) for name in reading.dimensions},
        **{name: F.coalesce(name, F.lit(0)) for name in numbers},
        **{flag(name): F.coalesce(flag(name), F.lit(False)) for name in reading.counted_flags},
    }


def _about(name: str, fault: Column) -> Column:
    return F.concat(F.lit(f"{name}: "), fault)


def _microseconds(text: str) -> int:
    instant = datetime.fromisoformat(text)
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return round(aware.timestamp()) * times.SECOND_US + aware.microsecond
