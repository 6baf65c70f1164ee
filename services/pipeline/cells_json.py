"""JSON objects, one a line of a file or a message, to cells. Used by batch and stream alike."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from datagen.analysis import InputColumn, Kind
from pipeline.cells import BLANK, FAULT, MISSING, NUL, ORIGIN, RAW, RECORD, SORT, bad_text, cell, too_long
from pipeline.reading import Reading, fold
from pipeline.texts import WHITE, trimmed

OBJECT, NAMES, VALUES = "object", "names", "values"
STRICT = {"allowSingleQuotes": "false", "allowNonNumericNumbers": "false"}
MARK = "\ufeff"
ESCAPED_NUL = "\\u0000"
# The line is made the first of two objects, or what stands behind the object on it would go unseen.
ENCLOSED = "array<map<string,variant>>"
BEHIND = "behind the line"
NUMBERS = ("BIGINT", "DECIMAL", "DOUBLE", "FLOAT")
# What stands where a column of a kind is declared: text is read as CSV would, besides the kind's own JSON type.
ALLOWED: Mapping[Kind, tuple[str, ...]] = {
    "text": ("STRING",),
    "int": ("STRING", *NUMBERS),
    "float": ("STRING", *NUMBERS),
    "bool": ("STRING", "BOOLEAN"),
    "time": ("STRING",),
}
SPOKEN = {"STRING": "text", "BOOLEAN": "true or false", "OBJECT": "an object", "ARRAY": "an array"}


def cells(lines: DataFrame, reading: Reading) -> DataFrame:
    """Cells of lines, each an object; keys are matched trimmed and in lower case."""
    parsed = lines.select(
        *(name for name in ORIGIN if name != SORT),
        F.when(trimmed(F.col(RAW)) == "", BLANK).otherwise(RECORD).alias(SORT),
        _parsed(F.col(RAW)).alias(OBJECT),
    )
    named = parsed.select(
        *ORIGIN,
        _names(F.map_keys(OBJECT), reading).alias(NAMES),
        F.map_values(OBJECT).alias(VALUES),
    )
    placed = named.withColumns({_place(name): _found(name, reading) for name in reading.names})
    found = placed.withColumns({_value(name): F.get(VALUES, F.col(_place(name)) - 1) for name in reading.names})
    filled = found.withColumns(
        {
            MISSING: _missing(reading),
            **{cell(name): F.try_variant_get(_value(name), "$", "string") for name in reading.names},
        }
    )
    return filled.withColumn(FAULT, _fault(reading)).select(
        *ORIGIN, FAULT, MISSING, *(cell(name) for name in reading.names)
    )


def rest(reading: Reading) -> Column:
    """What an object says under keys that are not read, in whatever order and however it is spaced."""
    known = [form for name in reading.names for form in reading.accepted(name)]
    others = F.map_filter(_parsed(F.col(RAW)), lambda key, _: ~_folded(key).isin(*known))
    told = F.transform(
        F.array_sort(F.map_keys(others)), lambda key: F.struct(key, F.to_json(F.element_at(others, key)))
    )
    return F.to_json(told)


def _parsed(raw: Column) -> Column:
    """The object as a map that keeps keys that stand there twice; null where the line is none."""
    line = F.regexp_replace(raw, f"^{MARK}", "")
    enclosed = F.from_json(F.concat(F.lit("["), line, F.lit(f',{{"{BEHIND}":true}}]')), ENCLOSED, STRICT)
    alone = (F.size(enclosed) == 2) & F.map_contains_key(F.get(enclosed, F.lit(1)), BEHIND)
    return F.when(F.is_valid_utf8(raw), F.when(alone, F.get(enclosed, F.lit(0))))


def _names(keys: Column, reading: Reading) -> Column:
    """The keys folded; of the usual ones it is known beforehand what comes of it."""
    usual = [column.name for column in reading.analysis.columns]
    folded = F.transform(keys, _folded)
    return F.when(keys == _texts(usual), _texts(list(map(fold, usual)))).otherwise(folded)


def _folded(key: Column) -> Column:
    return F.lower(F.btrim(key, F.lit(WHITE)))


def _texts(texts: list[str]) -> Column:
    return F.array(*map(F.lit, texts))


def _found(name: str, reading: Reading) -> Column:
    """Where a column stands in the object, from 1; null where it is not there."""
    return F.coalesce(*(F.nullif(F.array_position(NAMES, known), F.lit(0)) for known in reading.accepted(name)))


def _missing(reading: Reading) -> Column:
    bits = (
        F.when(F.col(_place(name)).isNull(), 1 << bit).otherwise(0).cast("bigint")
        for bit, name in enumerate(reading.names)
    )
    return F.when(F.col(NAMES).isNotNull(), reduce(Column.bitwiseOR, bits)).otherwise(F.lit(-1).cast("bigint"))


def _fault(reading: Reading) -> Column:
    twice = F.size(F.array_distinct(NAMES)) < F.size(NAMES)
    return F.coalesce(
        bad_text(F.col(RAW)),
        F.when(F.col(NAMES).isNull(), "not a JSON object").when(twice, "a key that stands there twice"),
        *(_wrong_type(reading.analysis.column(name)) for name in reading.names),
        _with_nul(reading),
        too_long(F.col(RAW), reading.names),
    )


def _with_nul(reading: Reading) -> Column:
    """Which cell holds a NUL, which JSON can only write as an escape, else null."""
    fault: Column = F.lit(None).cast("string")
    for name in reversed(reading.names):
        fault = F.when(F.contains(cell(name), F.lit(NUL)), f"{name}: a NUL byte").otherwise(fault)
    return F.when(F.contains(RAW, F.lit(ESCAPED_NUL)), fault)


def _wrong_type(column: InputColumn) -> Column:
    """What stands where something else is declared, else null."""
    kind = F.regexp_extract(F.schema_of_variant(_value(column.name)), "^[A-Z]+", 0)
    allowed = (*ALLOWED[column.kind], *(NUMBERS if column.time_format in ("epoch_s", "epoch_ms") else ()), "VOID")
    spoken: Column = F.lit("a number")
    for name, words in SPOKEN.items():
        spoken = F.when(kind == name, words).otherwise(spoken)
    return F.when(~kind.isin(*allowed), F.concat(F.lit(f"{column.name}: "), spoken, F.lit(" of JSON")))


def _place(name: str) -> str:
    return f"place:{name}"


def _value(name: str) -> str:
    return f"value:{name}"
