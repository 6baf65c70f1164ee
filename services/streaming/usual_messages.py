"""Usual messages: written as our replay writes them, so that one regular expression tells them and parts them.

It is never more lenient than `cells_json` and `cleansing`: a message of which anything is out of the ordinary is not
usual, and is left to them. The rules take some 120 expressions a message; a usual one has passed most of them by its
spelling alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from datagen.analysis import InputColumn
from datagen.messages import CLOCK, EPOCH, EVENT_TIME, ID, REPLAY, SOURCE_TIME
from pipeline import cleansing, decimals, times
from pipeline.cells import LONGEST_CELL_BYTES
from pipeline.cleansing import COUNTED, FATE, INSTANT, Rules, dimension, flag, number
from pipeline.reading import NumberColumn, Reading, fold
from pipeline.texts import WHITE
from streaming.fields import CLOCK_US, HEARTBEAT, IDENTITY, USUAL, VALUE

REPLACED, PARTS, BETWEEN = "replaced", "parts", "\x01"

# Single characters are looked up at once; ranges are tried one after the other.
# Greedy, for Java counts in possessive quantifiers a character at a time; what follows a text is never a part of it.
# Bytes that are no UTF-8 are read as the last of these.
PLAIN = '[^"\\\\' + "".join(f"\\x{code:02x}" for code in range(0x20)) + "\\ufffd]"
BLANK = "[" + "".join(f"\\u{ord(one):04x}" for one in WHITE) + "]"
NO_BLANK_NEXT = f"(?=[!-~]|(?!{BLANK}))"  # most are told by one look, without the list
NO_BLANK_BEFORE = f"(?:(?<=[!-~])|(?<!{BLANK}))"
DIGITS = 18  # before the point, and behind it, whatever they say
WHOLE = rf"-?(?:0|[1-9][0-9]{{0,{DIGITS - 1}}})"
DECIMAL = rf"{WHOLE}(?:\.[0-9]{{1,{DIGITS}}})?"
CODE = rf"0|-?[1-9][0-9]{{0,{DIGITS - 1}}}"  # as it is written again
TRUE = "true"
FLAG = f"{TRUE}|false"
INSTANT_TEXT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?"  # Z stands behind it
EPOCHS = r"0|[1-9]\d{0,8}"
ANY = rf'"{PLAIN}*"|{DECIMAL}|{FLAG}|null'
NULL = "null"
ROW = "row"  # a part that is there where a row is; a heartbeat has none
# What the sender says, as parts.
SENT_ID, SENT_EPOCH, SENT_SOURCE, SENT_CLOCK = (f"{REPLAY}.{name}" for name in (ID, EPOCH, SOURCE_TIME, CLOCK))
SAID = (FATE, INSTANT, EPOCH, IDENTITY, SOURCE_TIME)


@dataclass(frozen=True, slots=True)
class Spelling:
    """How usual messages are written, and the parts that are taken out of them, in their order."""

    pattern: str
    parts: tuple[str, ...]


def spelling(reading: Reading) -> Spelling | None:
    """None where messages of a schema are read in ways that no spelling proves."""
    columns = _columns(reading)
    names = [fold(column.name) for column in columns]
    kinds = {column.name: column.kind for column in columns}
    coded = (*reading.dimensions, *reading.texts)
    if len(set(names)) < len(names) or any(kinds[name] not in ("text", "int", "bool") for name in coded):
        return None
    row = ",".join(_key(column.name) + _value(place, column, reading) for place, column in enumerate(columns))
    instant = f'"(?<instant>{INSTANT_TEXT})Z"'
    again, another = r'"\k<instant>Z"', rf'"{INSTANT_TEXT}Z"'  # the same one, mostly, is no part
    sent = {
        ID: f'(?:"({PLAIN}+)"|null)',
        EPOCH: f"({EPOCHS})",
        SOURCE_TIME: f"(?:{again}|({another}|{NULL}))",
        CLOCK: f"(?:{again}|({another}))",
    }
    told = ",".join(_key(name) + value for name, value in sent.items())
    read = {*coded, *reading.flags, *(one.name for one in reading.numbers)}
    taken = [column.name for column in columns if column.name in read or column.kind == "object"]
    return Spelling(
        pattern=rf"^\{{(?:{row}(,))?{_key(EVENT_TIME)}{instant},{_key(REPLAY)}\{{{told}\}}\}}\z",
        parts=(*taken, ROW, EVENT_TIME, SENT_ID, SENT_EPOCH, SENT_SOURCE, SENT_CLOCK),
    )


def looked_at(records: DataFrame, spelled: Spelling, reading: Reading, narrow: Reading, rules: Rules) -> DataFrame:
    """The records with USUAL, what a usual message says, as it is judged; VALUE is null where there is one.

    USUAL holds SAID, the repaired values of the narrow reading, and of all values of `reading` whether they were
    absent. A usual message is COUNTED or a HEARTBEAT.
    """
    rest = [name for name in records.columns if name != VALUE]
    parted = records.withColumn(REPLACED, _replaced(spelled)).withColumn(PARTS, _parts())
    derived = cleansing.derive(parted.withColumns(_values(spelled, reading)), reading)
    usual = F.when(_is_believed(reading, rules), F.struct(*_said(reading, narrow)))
    told = derived.select(*rest, VALUE, usual.alias(USUAL))
    return told.select(*rest, F.when(F.col(USUAL).isNull(), F.col(VALUE)).alias(VALUE), USUAL)


def said(reading: Reading, narrow: Reading) -> list[str]:
    """The members of USUAL."""
    return [*SAID, *cleansing.absences(reading), *cleansing.repaired_values(narrow)]


def _replaced(spelled: Spelling) -> Column:
    """What the groups hold, BETWEEN them: shorter than a usual message, and never shorter than any other."""
    between = BETWEEN.join(f"${place}" for place in range(1, len(spelled.parts) + 1))
    replaced = F.regexp_replace(F.col(VALUE).cast("string"), spelled.pattern, between)
    return F.when(F.octet_length(VALUE) <= LONGEST_CELL_BYTES, replaced)


def _parts() -> Column:
    return F.when(F.octet_length(REPLACED) < F.octet_length(VALUE), F.split(REPLACED, BETWEEN))


def _values(spelled: Spelling, reading: Reading) -> dict[str, Column]:
    """Parts as values; null where they are absent."""
    parts = {name: F.get(PARTS, F.lit(place)) for place, name in enumerate(spelled.parts)}
    own = str(reading.time.time_format)
    texts = (*reading.dimensions, *reading.texts)
    instant = times.instant_us(F.concat(parts[EVENT_TIME], F.lit("Z")), own) if "%" in own else _us(parts[EVENT_TIME])

    def again(name: str) -> Column:
        """What is the event's own time need not be read again."""
        return F.when(parts[name] == "", instant).otherwise(_us(F.btrim(parts[name], F.lit('"Z'))))

    counted = (parts[ROW] != "") & (parts[SENT_ID] != "") & (parts[SENT_SOURCE] != NULL)
    alone = (parts[ROW] == "") & (parts[SENT_ID] == "") & (parts[SENT_SOURCE] == NULL)
    return {
        FATE: F.when(counted, COUNTED).when(alone, HEARTBEAT),
        INSTANT: instant,
        SOURCE_TIME: again(SENT_SOURCE),
        CLOCK_US: again(SENT_CLOCK),
        EPOCH: parts[SENT_EPOCH].try_cast("bigint"),
        IDENTITY: parts[SENT_ID],
        **{dimension(name): F.nullif(parts[name], F.lit("")) for name in texts},
        **{number(one.name): parts[one.name].try_cast(decimals.spark_type(one)) for one in reading.numbers},
        **{flag(name): F.when(parts[name] != "", parts[name] == TRUE) for name in reading.flags},
    }


def _us(text: Column) -> Column:
    """The session's zone is UTC; to read one from the text takes longer than all the rest of it."""
    return F.unix_micros(text.try_cast("timestamp"))


def _is_believed(reading: Reading, rules: Rules) -> Column:
    """Never null."""
    ahead = F.col(INSTANT) - F.col(CLOCK_US) > times.DAY_US
    source = (F.col(FATE) == HEARTBEAT) | ((F.col(FATE) == COUNTED) & F.col(SOURCE_TIME).isNotNull())
    counts = F.col(INSTANT).between(rules.first_us, rules.last_us) & ~ahead & source
    too_large = F.coalesce(*cleansing.measure_faults(reading), F.lit(None)).isNotNull()
    return F.coalesce(counts & ~too_large, F.lit(False))


def _said(reading: Reading, narrow: Reading) -> Iterator[Column]:
    yield from map(F.col, SAID)
    for name, value in {**cleansing.absences(reading), **cleansing.repaired_values(narrow)}.items():
        yield value.alias(name)


def _columns(reading: Reading) -> list[InputColumn]:
    """Those of a row, as the replay writes them."""
    return [column for column in reading.analysis.columns if column.name not in (EVENT_TIME, REPLAY)]


def _key(name: str) -> str:
    return re.escape(json.dumps(name, ensure_ascii=False)) + ":"


def _value(place: int, column: InputColumn, reading: Reading) -> str:
    """What may stand behind a column's key: a group where the column is read."""
    absent = "" if column.name == reading.id else "|null"
    for one in reading.numbers:
        if one.name == column.name:
            return f"(?:({_number(one)}){absent})"
    if column.name in (*reading.dimensions, *reading.texts, *reading.flags):
        return f"(?:{_read(column, reading)}{absent})"
    if column.name == reading.id:
        return f'(?:"{NO_BLANK_NEXT}{PLAIN}+"|{CODE})'
    return f"(?:{_point(f'key{place}')}|null)" if column.kind == "object" else f"(?:{ANY})"


def _number(one: NumberColumn) -> str:
    fraction = rf"(?:\.[0-9]{{1,{one.scale}}})?" if one.scale else ""
    return rf"-?(?:0|[1-9][0-9]{{0,{min(DIGITS, decimals.digits_before_point(one)) - 1}}}){fraction}"


def _read(column: InputColumn, reading: Reading) -> str:
    if column.kind == "text":
        return f'"{NO_BLANK_NEXT}({PLAIN}+){NO_BLANK_BEFORE}"'
    return f"({FLAG if column.kind == 'bool' else CODE})"


def _point(group: str) -> str:
    """An object of one or two numbers whose keys differ. Its first key makes a part, which nobody reads."""
    member = f'{PLAIN}+":{DECIMAL}'
    return rf'\{{"(?<{group}>{PLAIN}+)":{DECIMAL}(?:,"(?!\k<{group}>"){member})?\}}'
