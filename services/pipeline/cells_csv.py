"""Lines of CSV, as RFC 4180 has it, to cells. A record over several lines comes put together, or is TORN."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from pipeline.cells import BLANK, FAULT, HEADER, MISSING, NUL, ORIGIN, RAW, RECORD, SORT, TORN, bad_text, cell, too_long
from pipeline.reading import Reading
from pipeline.texts import WHITE

QUOTE = '"'
FIELD = '"(?:[^"]++|"")*+"|[^",]*+'  # possessive throughout: a loop, not a recursion, however long the field
WELL_FORMED = rf"^(?:{FIELD})(?:,(?:{FIELD}))*+\z"
EACH_FIELD = ',(?:"((?:[^"]++|"")*+)"|([^",]*+))'  # of a line with a comma put before it
FIELDS = "fields"


@dataclass(frozen=True, slots=True)
class Header:
    """The first line of a file, and in which field of a line each column lies."""

    line: str
    fields: int
    places: Mapping[str, int]  # column -> field; without those that are not there


def cells(lines: DataFrame, header: Header, reading: Reading, *, whole: bool) -> DataFrame:
    """Cells of lines that share a header. Unless they are `whole` records, a line whose quotes are open is TORN."""
    split = lines.withColumn(FIELDS, _fields(F.col(RAW)))
    filled = split.select(
        *(name for name in ORIGIN if name != SORT),
        FIELDS,
        F.lit(missing_bits(header, reading)).cast("bigint").alias(MISSING),
        *(_cell(header.places.get(name)).alias(cell(name)) for name in reading.names),
    )
    sort = _sort(header, reading)
    known = sort if whole else F.when(F.col(FIELDS).isNull() & _open(F.col(RAW)), TORN).otherwise(sort)
    return filled.withColumns({FAULT: _fault(header, reading), SORT: known}).drop(FIELDS)


def rest(header: Header) -> Column:
    """What a line says in columns that are not read, however it is quoted."""
    fields = _fields(F.col(RAW))
    return F.to_json(F.filter(fields, lambda _, place: ~place.isin(*header.places.values())))


def missing_bits(header: Header, reading: Reading) -> int:
    """A bit for each column that is read and stands not in the header, by its place in `Reading.names`."""
    return sum(1 << place for place, name in enumerate(reading.names) if name not in header.places)


def _sort(header: Header, reading: Reading) -> Column:
    again = (F.size(FIELDS) == header.fields) & _names_columns(header, reading)
    return F.when(F.trim(RAW) == "", BLANK).when((F.col(RAW) == header.line) | again, HEADER).otherwise(RECORD)


def _names_columns(header: Header, reading: Reading) -> Column:
    """Whether every cell says the name of its column, in any case; the time's is asked first, which seldom does."""
    places = sorted(header.places, key=lambda name: name != reading.time.name)
    folded = (F.lower(F.btrim(cell(name), F.lit(WHITE))).isin(*reading.accepted(name)) for name in places)
    return F.coalesce(reduce(Column.__and__, folded, F.lit(True)), F.lit(False))


def _fields(raw: Column) -> Column:
    """The fields; null where the quotes are not as they should be."""
    bare = F.regexp_replace(F.concat(F.lit(","), raw), EACH_FIELD, f"{NUL}$1$2")
    apart = F.split(F.substr(F.replace(bare, F.lit(QUOTE * 2), F.lit(QUOTE)), F.lit(2)), NUL)
    quoted = F.contains(raw, F.lit(QUOTE))
    return F.when(quoted, F.when(raw.rlike(WELL_FORMED), apart)).otherwise(F.split(raw, ","))


def _cell(place: int | None) -> Column:
    return F.lit(None).cast("string") if place is None else F.get(FIELDS, F.lit(place))


def _open(raw: Column) -> Column:
    """Whether a quote has no partner."""
    return (F.octet_length(raw) - F.octet_length(F.replace(raw, F.lit(QUOTE), F.lit("")))) % 2 == 1


def _fault(header: Header, reading: Reading) -> Column:
    found = F.size(FIELDS)
    count = F.concat(found.cast("string"), F.lit(f" fields, not {header.fields}"))
    return F.coalesce(
        bad_text(F.col(RAW)),
        F.when(F.col(FIELDS).isNull(), "quotes that RFC 4180 does not allow").when(found != header.fields, count),
        too_long(F.col(RAW), tuple(header.places)),
    )
