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
FINE = f"decimal({DIGITS},18)"  # what is rounded away is looked at this closely
ANY = r"^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?\s*\z"  # casts pass over white space themselves
NOT_FINITE = r"(?i)^[+-]?(?:nan|inf|infinity)\z"
FRACTION = r"\.(\d*?)0*(?:[eE]|\s*\z)"  # without the zeros at its end
EXPONENT = r"[eE]([+-]?\d+)"


def spark_type(number: NumberColumn) -> DataType:
    return LongType() if number.whole else DecimalType(DIGITS, number.scale)


def from_text(text: Column, number: NumberColumn) -> Column:
    """The number a text writes; null where it is blank or not this column's kind of number."""
    return F.when(text.rlike(_fitting(number)), _cast(text, number)).otherwise(_unusual(text, number))


def from_double(value: Column, number: NumberColumn) -> Column:
    """The number a double means: the decimal of so many digits to which it is the nearest double."""
    near = rounded(value, number.scale)
    meant = near if number.exact else F.coalesce(near, value)
    fits = (near == value) if number.exact else ~F.isnan(value)
    return F.when(fits, meant.try_cast(_wide(number)).try_cast(spark_type(number)))


def from_exact(value: Column, number: NumberColumn) -> Column:
    """The number a whole number or decimal is."""
    if not number.exact:
        return F.bround(value.try_cast(FINE), number.scale).try_cast(spark_type(number))
    finest = F.lit(Decimal(1).scaleb(-number.scale))
    return F.when(value % finest == 0, value.try_cast(_wide(number)).try_cast(spark_type(number)))


def text_fault(text: Column, number: NumberColumn) -> Column:
    """What is wrong with a text that `from_text` gave null for; null where it is blank."""
    fault = (
        F.when(text.rlike(NOT_FINITE), "not a finite number")
        .when(~text.rlike(ANY), "not a number")
        .when(_digits_after_point(text) > number.scale, _too_fine(number))
        .otherwise("too large to be summed")
    )
    return F.when(~is_blank(text), fault)


def value_fault(value: Column, number: NumberColumn) -> Column:
    """The same of a value that is a number already."""
    as_double = value.try_cast("double")
    return (
        F.when(F.isnan(as_double) | (F.abs(as_double) == float("inf")), "not a finite number")
        .when(F.abs(as_double) >= 10.0 ** (19 if number.whole else DIGITS - number.scale), "too large to be summed")
        .when(value.isNotNull(), _too_fine(number))
    )


def _too_fine(number: NumberColumn) -> str:
    return "not a whole number" if number.whole else f"more than {number.scale} digits after the point"


def _fitting(number: NumberColumn) -> str:
    """What the common case looks like: no more digits than are kept."""
    if number.whole:
        return r"^\s*[+-]?\d{1,18}\s*\z"
    return rf"^\s*[+-]?\d+(?:\.\d{{0,{number.scale}}})?\s*\z"


def _unusual(text: Column, number: NumberColumn) -> Column:
    readable = text.rlike(ANY)
    if number.exact:
        return F.when(readable & (_digits_after_point(text) <= number.scale), _cast(text, number))
    fine = F.bround(text.try_cast(FINE), number.scale).try_cast(spark_type(number))
    return F.when(readable, F.coalesce(fine, _cast(text, number)))


def _digits_after_point(text: Column) -> Column:
    """Digits behind the point that are not zeros at the end, after the exponent has moved it."""
    exponent = F.coalesce(F.regexp_extract(text, EXPONENT, 1).try_cast("int"), F.lit(0))
    return F.length(F.regexp_extract(text, FRACTION, 1)) - exponent


def _cast(text: Column, number: NumberColumn) -> Column:
    if not number.whole:
        return text.try_cast(spark_type(number))
    return F.coalesce(text.try_cast("bigint"), text.try_cast(_wide(number)).try_cast("bigint"))


def _wide(number: NumberColumn) -> str:
    return f"decimal({DIGITS},{number.scale})"
