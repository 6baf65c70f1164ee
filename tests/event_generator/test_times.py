"""Instants out of text: the fast way and the slow way read alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from event_generator.times import EPOCH, instants, iso_us

DAY_US = 86_400_000_000
INSTANTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))  # noqa: DTZ001


def us(text: str, time_format: str = "iso") -> int | None:
    values, there = instants(pa.array([text]), time_format)
    return int(values[0]) if there[0] else None


@settings(deadline=None)
@given(INSTANTS, st.sampled_from(["", "Z", "+05:30", "-0800", "+01", " Z"]), st.sampled_from("T "))
def test_any_spelling_of_an_instant_is_that_instant(instant: datetime, zone: str, between: str) -> None:
    offset = {"+05:30": 330, "-0800": -480, "+01": 60}.get(zone, 0)
    meant = (instant.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1) - offset * 60_000_000
    text = instant.isoformat(sep=between) + zone
    assert us(text) == iso_us(text) == meant


@pytest.mark.parametrize(
    "text", ["2025-01-02", "2025-01-02T00:00", "2025-01-02 00:00:00.000000000", " 2025-01-02 ", "2025-01-02T00:00Z"]
)
def test_short_forms_are_midnight(text: str) -> None:
    assert us(text) == us("2025-01-02T00:00:00")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "2025-13-01",
        "2025-02-30",
        "2025-01-01T24:00:00",
        "20250101",
        "1",
        "2025-1-1",
        "0000-01-01",
        "2025-01-01T00:00:00+1",
    ],
)
def test_what_is_no_instant_is_none(text: str) -> None:
    assert us(text) is None


def test_one_odd_text_spoils_no_other() -> None:
    values, there = instants(pa.array(["2025-01-01", "soon", None, "2025-01-02T00:00:00+00:00"]), "iso")
    assert there.tolist() == [True, False, False, True]
    assert values[3] - values[0] == DAY_US


@pytest.mark.parametrize(
    ("text", "time_format"),
    [
        ("1735689600", "epoch_s"),
        ("1735689600000", "epoch_ms"),
        ("01/01/2025 00:00:00", "%d/%m/%Y %H:%M:%S"),
        ("2025001", "%Y%j"),
        ("Jan 1, 2025 12 AM +0000", "%b %d, %Y %I %p %z"),
        ("2025-01-01", "epoch_s"),
        ("2025-01-01", "%d/%m/%Y"),
    ],
)
def test_each_format_tells_its_instant_and_iso_always_does(text: str, time_format: str) -> None:
    assert us(text, time_format) == us("2025-01-01T00:00:00")


def test_columns_of_numbers_and_of_instants_are_read_as_they_are() -> None:
    meant = us("2025-01-01T00:00:00")
    for column, time_format in (
        (pa.array([1735689600]), "epoch_s"),
        (pa.array([1735689600000], pa.int64()), "epoch_ms"),
        (pa.array([datetime(2025, 1, 1, tzinfo=UTC)]), "iso"),
        (pa.array([datetime(2025, 1, 1, tzinfo=UTC)], pa.timestamp("s")), "iso"),
        (pa.array([datetime(2025, 1, 1, tzinfo=UTC).date()]), "iso"),
        (pa.array(["2025-01-01"]).dictionary_encode(), "iso"),
    ):
        assert instants(column, time_format)[0].tolist() == [meant]
