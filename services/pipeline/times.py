"""Instants out of text: ISO 8601, seconds or milliseconds since 1970, or a strftime pattern. Without a zone: UTC."""

from __future__ import annotations

import re

from pyspark.sql import Column
from pyspark.sql import functions as F

from pipeline.texts import trimmed

SECOND_US = 1_000_000
UNITS_US = {"epoch_s": SECOND_US, "epoch_ms": 1_000}
DAY_US = 86_400 * SECOND_US
ISO = (
    r"^\s*\d{4}-\d\d-\d\d"
    r"(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?: ?(?:Z|[+-]\d\d(?::?\d\d)?))?)?\s*\z"
)
WHOLE = r"^\s*[+-]?\d{1,18}\s*\z"
MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
# Directive -> what it matches; those without a group tell nothing that is needed.
MATCHED = {
    "Y": r"(?<Y>\d{4})",
    "y": r"(?<y>\d{2})",
    "m": r"(?<m>\d{2})",
    "d": r"(?<d>\d{2})",
    "j": r"(?<j>\d{3})",
    "b": r"(?<b>[A-Za-z]{3})",
    "B": r"(?<b>[A-Za-z]{3})[A-Za-z]*",
    "a": r"[A-Za-z]{3}",
    "A": r"[A-Za-z]+",
    "H": r"(?<H>\d{2})",
    "I": r"(?<I>\d{2})",
    "p": r"(?<p>[AaPp])[Mm]",
    "M": r"(?<M>\d{2})",
    "S": r"(?<S>\d{2})",
    "f": r"(?<f>\d{1,6})",
    "z": r"(?<z>[+-]\d{2}:?\d{2}|Z)",
    "Z": r"[A-Za-z]+",
    "%": "%",
}
LONGER = {"%T": "%H:%M:%S", "%R": "%H:%M", "%F": "%Y-%m-%d"}


def instant_us(text: Column, time_format: str) -> Column:
    """Microseconds since 1970-01-01 UTC that a text tells in the column's own format or in ISO 8601, else null."""
    iso = F.unix_micros(F.when(text.rlike(ISO), _timestamp(text)))
    if time_format == "iso":
        return iso
    if time_format in UNITS_US:
        count = F.when(text.rlike(WHOLE), text.try_cast("bigint"))
        return F.coalesce(from_epoch(count, UNITS_US[time_format]), iso)
    return F.coalesce(_by_pattern(trimmed(text), time_format), iso)


def _timestamp(text: Column) -> Column:
    """Spark reads no zone behind hours and minutes alone."""
    full = F.regexp_replace(text, r"([T ]\d\d:\d\d)( ?[Z+-])", "$1:00$2")
    return F.coalesce(text.try_cast("timestamp"), full.try_cast("timestamp"))


def from_epoch(count: Column, unit_us: int) -> Column:
    return F.try_multiply(count, F.lit(unit_us))


def _by_pattern(text: Column, pattern: str) -> Column:
    expression, groups = _expression(pattern)
    parts = F.split(F.regexp_replace(text, expression, "|".join(f"${{{name}}}" for name in groups)), r"\|")
    found = {name: F.get(parts, F.lit(place)) for place, name in enumerate(groups)}
    instant = F.unix_micros(F.try_make_timestamp(*_date(found), *_clock(found), F.lit("UTC")))
    days = _number(found["j"]) - 1 if "j" in found else F.lit(0)
    offset = _offset_minutes(found["z"]) if "z" in found else F.lit(0)
    valid = text.rlike(expression) & (days.between(0, 365))
    return F.when(valid, instant + days * DAY_US - offset * F.lit(60 * SECOND_US).cast("bigint"))


def _expression(pattern: str) -> tuple[str, tuple[str, ...]]:
    """A regular expression for what a strftime pattern writes, and the names of its groups; a repeat matches freely."""
    spelled = re.sub("%[TRF%]", lambda found: LONGER.get(found[0], found[0]), pattern)
    groups: list[str] = []
    made = ["^"]
    for directive in re.findall("%?.", spelled, re.DOTALL):
        matched = MATCHED[directive[1]] if len(directive) == 2 else re.escape(directive)
        name = re.match(r"\(\?<(\w)>", matched)
        if name and name[1] in groups:
            matched = matched.replace(f"?<{name[1]}>", "?:", 1)
        elif name:
            groups.append(name[1])
        made.append(matched)
    return "".join([*made, r"\z"]), tuple(groups)


def _date(found: dict[str, Column]) -> tuple[Column, Column, Column]:
    """Year, month and day; two digits of a year are of this century."""
    year = _number(found["Y"]) if "Y" in found else _number(found["y"]) + 2000
    if "j" in found:
        return year, F.lit(1), F.lit(1)
    if "m" in found:
        return year, _number(found["m"]), _number(found["d"])
    place = F.instr(F.lit(MONTHS), F.lower(found["b"]))
    month = F.when(place % 3 == 1, ((place + 2) / 3).cast("int"))
    return year, month, _number(found["d"])


def _clock(found: dict[str, Column]) -> tuple[Column, Column, Column]:
    nought = F.lit(0)
    hour = _number(found["H"]) if "H" in found else nought
    if "H" not in found and "I" in found:
        twelve = _number(found["I"])
        hour = F.when(twelve.between(1, 12), twelve % 12 + F.when(F.lower(found["p"]) == "p", 12).otherwise(0))
    seconds = found.get("S", F.lit("0"))
    fraction = F.rpad(found["f"], 6, "0") if "f" in found else F.lit("0")
    second = F.concat(seconds, F.lit("."), fraction).try_cast("decimal(16,6)")
    return hour, _number(found["M"]) if "M" in found else nought, F.when(second < 60, second)


def _offset_minutes(text: Column) -> Column:
    digits = F.regexp_replace(text, "[:Zz]", "")
    minutes = F.substring(digits, 2, 2).try_cast("int") * 60 + F.substring(digits, 4, 2).try_cast("int")
    return F.when(digits == "", 0).otherwise(F.when(F.substring(digits, 1, 1) == "-", -minutes).otherwise(minutes))


def _number(text: Column) -> Column:
    return text.try_cast("int")
