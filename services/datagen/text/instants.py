"""Instants as ISO 8601 text: `2025-01-17T09:30:00`, with six digits of a fraction only where there is one."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from datagen.text.digits import I64, U64
from datagen.text.parts import Bytes, Grid, Part, fields_of

SECOND_US, MINUTE_S, DAY_MIN = 1_000_000, 60, 1440
DAY_US = SECOND_US * MINUTE_S * DAY_MIN
SHORT, FULL, STRIDE = 19, 26, 32  # bytes without a fraction, with one, and from one record to the next
FIRST_DAY, LAST_DAY = -719_162, 2_932_896  # 0001-01-01 and 9999-12-31, from 1970-01-01
CALENDAR_DAYS = 4096  # days are looked up in tables of whole calendars, each made once
MOST_DAYS = 1 << 16  # of a longer span only those that occur are made
DAY_BYTES = 16  # a width that NumPy moves fastest; the last ones are overwritten

CLOCK = np.array([f"T{minute // 60:02}:{minute % 60:02}:" for minute in range(DAY_MIN)], "S8").view("<u8")
SECOND = np.array([f"{second:02}" for second in range(MINUTE_S)], "S2").view("<u2")
MILLI = np.array([f".{number:03}" for number in range(1000)], "S4").view("<u4")
MICRO = np.array([f"{number:03}" for number in range(1000)], "S4").view("<u4")


def instants(values: I64) -> Part:
    """Microseconds since 1970-01-01 UTC, one field a row. ValueError outside the years 1 to 9999."""
    first, last = int(values.min()) // DAY_US, int(values.max()) // DAY_US
    if first < FIRST_DAY or last > LAST_DAY:
        raise ValueError("an instant lies outside the years 1 to 9999, for which ISO 8601 has no plain form")
    source: Bytes = np.empty(len(values) * STRIDE, np.uint8)
    second, micro = _split((values - first * DAY_US).view(np.uint64), SECOND_US)
    minute, second = _split(second, MINUTE_S)
    day, minute = _split(minute, DAY_MIN)
    fields_of(source, len(values), DAY_BYTES, STRIDE)[:] = _dates(day.view(np.int64), first, last)
    _put(source, 10, CLOCK, minute)
    _put(source, 17, SECOND, second)
    if not micro.any():
        return Grid(fields_of(source, len(values), SHORT, STRIDE), SHORT)
    milli, rest = _split(micro, 1000)
    _put(source, 19, MILLI, milli)
    _put(source, 23, MICRO, rest)
    lengths = FULL if micro.all() else np.where(micro == 0, SHORT, FULL)
    return Grid(fields_of(source, len(values), FULL, STRIDE), lengths)


def _split(numbers: U64, size: int) -> tuple[U64, U64]:
    quotients = numbers // np.uint64(size)
    return quotients, numbers - quotients * np.uint64(size)


def _put(source: Bytes, offset: int, table: NDArray[np.generic], codes: U64) -> None:
    target = np.ndarray((len(codes),), table.dtype, source, offset, (STRIDE,))
    target[:] = table.take(codes.view(np.int64))


def _dates(days: I64, first: int, last: int) -> NDArray[np.void]:
    """The text of each day after the first, padded."""
    if last - first > MOST_DAYS:
        different, codes = np.unique(days, return_inverse=True)
        return _day_texts(different + first).take(codes)
    start = first // CALENDAR_DAYS
    return _calendar(start, last // CALENDAR_DAYS).take(days + (first - start * CALENDAR_DAYS))


@lru_cache(maxsize=4)
def _calendar(first: int, last: int) -> NDArray[np.void]:
    """The text of each day of calendars first..last (inclusive)."""
    return _day_texts(np.arange(first * CALENDAR_DAYS, (last + 1) * CALENDAR_DAYS))


def _day_texts(days: I64) -> NDArray[np.void]:
    return np.datetime_as_string(days.astype("M8[D]")).astype(f"S{DAY_BYTES}").view(f"V{DAY_BYTES}")
