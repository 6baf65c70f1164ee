"""What the footer of a Parquet file says of its columns, and which of them Spark can read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.types import StructField, StructType

from datagen.errors import UserError
from pipeline.reading import Reading, fold

NANOSECONDS = "TIMESTAMP(NANOS"
TIME_OF_DAY = '"time('  # a type that Spark knows, and refuses to read


@dataclass(frozen=True, slots=True)
class Footer:
    """The columns of a file that can be read. Those of `nanoseconds` come as a bigint of them since 1970."""

    schema: StructType
    nanoseconds: frozenset[str]
    unreadable: Mapping[str, str]  # column -> Parquet's word for its type

    @property
    def key(self) -> str:
        """Equal for files that are read alike."""
        return json.dumps([self.schema.json(), sorted(self.nanoseconds)])


def footer_of(spark: SparkSession, message: Any) -> Footer:
    """Of Parquet's own schema."""
    converter = _converter(spark)
    fields: list[StructField] = []
    unreadable: dict[str, str] = {}
    nanoseconds: set[str] = set()
    for field in message.getFields():
        name, annotation = field.getName(), str(field.getLogicalTypeAnnotation())
        converted = _converted(spark, converter, field)
        if converted is None:
            unreadable[name] = annotation
            continue
        fields += converted
        if annotation.startswith(NANOSECONDS):
            nanoseconds.add(name)
    return Footer(StructType(fields), frozenset(nanoseconds), unreadable)


def check_columns(file: str, footer: Footer, reading: Reading) -> Iterator[str]:
    """What to warn of. UserError where names differ in case alone, or a column that is read is of no readable type."""
    names = [*footer.schema.names, *footer.unreadable]
    _told_apart(file, names)
    read = {form for name in reading.names for form in reading.accepted(name)}
    for name, kind in footer.unreadable.items():
        if fold(name) in read:
            raise UserError(
                f"{file}: column {name!r} is of Parquet's type {kind}, which Spark does not read; write another"
            )
        yield f"{file}: column {name!r} is left out; it is of Parquet's type {kind}, which Spark does not read"


def _told_apart(file: str, names: Sequence[str]) -> None:
    known: dict[str, str] = {}
    for name in names:
        other = known.setdefault(fold(name), name)
        if other is not name:
            raise UserError(f"{file}: columns {other!r} and {name!r} differ in case or white space alone; rename one")


def _converter(spark: SparkSession) -> Any:
    java: Any = spark.sparkContext._jvm
    parquet = java.org.apache.spark.sql.execution.datasources.parquet
    return parquet.ParquetToSparkSchemaConverter(spark._jsparkSession.sessionState().conf())


def _converted(spark: SparkSession, converter: Any, field: Any) -> list[StructField] | None:
    """The column as Spark has it; None where it has no such type."""
    java: Any = spark.sparkContext._jvm
    alone = java.java.util.ArrayList()
    alone.add(field)
    try:
        made = converter.convert(java.org.apache.parquet.schema.MessageType("row", alone)).json()
    except (PySparkException, Py4JJavaError):
        return None
    return None if TIME_OF_DAY in made else StructType.fromJson(json.loads(made)).fields
