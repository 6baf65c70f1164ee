"""Numbers exact to their last digit: text, or what a Parquet file has, to decimal(38, scale) or bigint."""

from __future__ import annotations

from decimal import Decimal

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DecimalType, LongType

from pipeline.reading import NumberColumn
from pipeline.rounding import rounded
from pipeline.texts import is_blank

DIGITS = 38  # of Spark's widest decimal
ROOM = 12  # digits before the point that are left to a sum of decimals
SUMMED_WHOLE = 15  # digits of a whole number that is summed, in a bigint
WHOLE = 18  # of which every number fits a bigint
FINE = f"decimal({DIGITS},18)"  # what is rounded away is looked at this closely
ANY = r"^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?\s*\z"  # casts pass over white space themselves
NOT_FINITE = r"(?i)^[+-]?(?:nan|inf|infinity)\z"
FRACTION = r"\.(\d*?)0*(?:[eE]|\s*\z)"  # without the zeros at its end
EXPONENT = r"[eE]([+-]?\d+)"


def spark_type(number: NumberColumn) -> DataType:
    return LongType() if number.whole else DecimalType(DIGITS, number.scale)


def digits_before_point(number: NumberColumn) -> int:
    """How many a value may have; those that are summed leave their sum room."""
    if number.whole:
        return SUMMED_WHOLE if number.summed else WHOLE
    return DIGITS - number.scale - (ROOM if number.summed else 0)


def limit(scale: int) -> Decimal:
    """From here on a decimal is too large to be summed."""
    return Decimal(10) ** (DIGITS - ROOM - scale)


def kept(value: Column, scale: int) -> Column:
    """A double or decimal as decimal(38, scale); null from the limit on."""
    return value.try_cast(f"decimal({DIGITS - ROOM},{scale})").cast(f"decimal({DIGITS},{scale})")


def from_text(text: Column, number: NumberColumn) -> Column:
    """The number a text writes; null where it is blank or not this column's kind of number."""
    return F.when(text.rlike(_fitting(number)), _cast(text, number)).otherwise(_unusual(text, number))


def from_double(value: Column, number: NumberColumn) -> Column:
    """The number a double means: the decimal of so many digits to which it is the nearest double."""
    near = rounded(value, number.scale)
    meant = near if number.exact else F.coalesce(near, value)
    fits = (near == value) if number.exact else ~F.isnan(value)
    return F.when(fits, _typed(meant.try_cast(_wide(number)), number))


def from_exact(value: Column, number: NumberColumn) -> Column:
    """The number a whole number or decimal is."""
    if not number.exact:
        return _typed(F.bround(value.try_cast(FINE), number.scale), number)
    finest = F.lit(Decimal(1).scaleb(-number.scale))
    return F.when(value % finest == 0, _typed(value.try_cast(_wide(number)), number))


def text_fault(text: Column, number: NumberColumn) -> Column:
    """What is wrong with a text that `from_text` gave null for; null where it is blank."""
    fault = (
        F.when(text.rlike(NOT_FINITE), "not a finite number")
        .when(~text.rlike(ANY), "not a number")
        .when(_digits_after_point(text) > number.scale if number.exact else F.lit(False), _too_fine(number))
        .otherwise("too large to be summed")
    )
    return F.when(~is_blank(text), fault)


def value_fault(value: Column, number: NumberColumn) -> Column:
    """The same of a value that is a number already."""
    as_double = value.try_cast("double")
    room = 2.0**63 if number.whole and not number.summed else 10.0 ** digits_before_point(number)
    return (
        F.when(F.isnan(as_double) | (F.abs(as_double) == float("inf")), "not a finite number")
        .when(F.abs(as_double) >= room, "too large to be summed")
        .when(value.isNotNull(), _too_fine(number))
    )


def _too_fine(number: NumberColumn) -> str:
    return "not a whole number" if number.whole else f"more than {number.scale} digits after the point"


def _fitting(number: NumberColumn) -> str:
    """What the common case looks like: no more digits than are kept."""
    fraction = "" if number.whole else rf"(?:\.\d{{0,{number.scale}}})?"
    return rf"^\s*[+-]?\d{{1,{digits_before_point(number)}}}{fraction}\s*\z"


def _unusual(text: Column, number: NumberColumn) -> Column:
    readable = text.rlike(ANY)
    if number.exact:
        return F.when(readable & (_digits_after_point(text) <= number.scale), _typed(_cast(text, number), number))
    fine = F.bround(text.try_cast(FINE), number.scale).try_cast(spark_type(number))
    return F.when(readable, _typed(F.coalesce(fine, _cast(text, number)), number))


def _digits_after_point(text: Column) -> Column:
    """Digits behind the point that are not zeros at the end, after the exponent has moved it."""
    exponent = F.coalesce(F.regexp_extract(text, EXPONENT, 1).try_cast("int"), F.lit(0))
    return F.length(F.regexp_extract(text, FRACTION, 1)) - exponent


def _cast(text: Column, number: NumberColumn) -> Column:
    if not number.whole:
        return text.try_cast(spark_type(number))
    return F.coalesce(text.try_cast("bigint"), text.try_cast(_wide(number)).try_cast("bigint"))


def _typed(value: Column, number: NumberColumn) -> Column:
    """An exact value as it is kept; null where it is too large."""
    if not number.summed:
        return value.try_cast(spark_type(number))
    return value.try_cast(f"decimal({SUMMED_WHOLE},0)").cast("bigint") if number.whole else kept(value, number.scale)


def _wide(number: NumberColumn) -> str:
    return f"decimal({DIGITS},{number.scale})"
