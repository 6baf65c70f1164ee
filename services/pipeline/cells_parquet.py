"""Rows of Parquet to cells, in the types that the rules know: text, bigint, decimal, double, boolean, instants."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    BooleanType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    FractionalType,
    IntegralType,
    StringType,
    TimestampNTZType,
    TimestampType,
)

from datagen.errors import UserError
from pipeline.cells import BLOCK, FAULT, FILE, MISSING, RAW, RECORD, ROW, SORT, bad_text, cell, too_long
from pipeline.reading import Reading
from pipeline.times import UNITS_US

INSTANTS = (TimestampType, TimestampNTZType, DateType)
WORDS = (StringType, IntegralType, BooleanType, DateType, FractionalType)


def cells(rows: DataFrame, columns: Mapping[str, str], reading: Reading) -> DataFrame:
    """Cells of rows that share their types. `columns` names each column that is read as the file does."""
    missing = sum(1 << place for place, name in enumerate(reading.names) if name not in columns)
    types = {field.name: field.dataType for field in rows.schema}
    values = {
        name: canonical(_column(columns[name]), types[columns[name]]) if name in columns else F.lit(None).cast("string")
        for name in reading.names
    }
    filled = rows.select(
        F.col("_metadata.file_path").alias(FILE),
        F.lit(0).cast("bigint").alias(BLOCK),
        F.col("_metadata.row_index").alias(ROW),
        F.to_json(F.struct(*map(_column, rows.columns)), {"ignoreNullFields": "false"}).alias(RAW),
        F.lit(RECORD).alias(SORT),
        F.lit(missing).cast("bigint").alias(MISSING),
        *(value.alias(cell(name)) for name, value in values.items()),
    )
    texts = tuple(name for name in columns if filled.schema[cell(name)].dataType == StringType())
    return filled.withColumn(FAULT, F.coalesce(F.lit(None).cast("string"), *(_fault(name) for name in texts)))


def check_types(file: str, types: Mapping[str, DataType], columns: Mapping[str, str], reading: Reading) -> None:
    """UserError where a column is of a type that none of its values could be read from."""
    numbers = {number.name for number in reading.numbers}
    for name, called in columns.items():
        kind = types[called]
        if name == reading.time.name:
            fits = isinstance(kind, (StringType, *INSTANTS)) or (
                reading.time.time_format in UNITS_US and isinstance(kind, IntegralType)
            )
            wanted = "a timestamp or text"
        elif name in numbers:
            fits, wanted = isinstance(kind, StringType | IntegralType | FractionalType), "a number or text"
        elif name in reading.flags:
            fits, wanted = isinstance(kind, StringType | BooleanType | IntegralType), "a boolean or text"
        else:
            fits, wanted = isinstance(kind, WORDS), "text"
        if not fits:
            raise UserError(f"{file}: column {called!r} is of type {kind.simpleString()}; {wanted} is read from it")


def canonical(value: Column, kind: DataType) -> Column:
    """The value in one of the types that the rules know."""
    match kind:
        case IntegralType():
            return value.cast("bigint")
        case FloatType():
            return value.cast("string")
        case DecimalType() | DoubleType() | StringType() | BooleanType() | DateType():
            return value
        case _:
            return value.cast("timestamp") if isinstance(kind, INSTANTS) else value.cast("string")


def from_nanoseconds(name: str) -> Column:
    """A bigint of nanoseconds since 1970 as an instant; what is finer than a microsecond is cut off."""
    count = _column(name)
    whole = (count - F.pmod(count, F.lit(1_000))).cast("decimal(19,0)")
    return F.timestamp_micros((whole / 1_000).cast("bigint"))


def _column(name: str) -> Column:
    """Whatever its name."""
    return F.col("`" + name.replace("`", "``") + "`")


def _fault(name: str) -> Column:
    value = F.col(cell(name))
    fault = F.coalesce(bad_text(value), too_long(value, (name,)))
    return F.when(fault.isNotNull(), F.concat(F.lit(f"{name}: "), fault))
