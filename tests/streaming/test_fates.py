"""What becomes of every kind of message: windowed, late, quarantined or duplicate, one of them each."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.streaming.conftest import Stream, at, heartbeat, instant, sale

pytestmark = [pytest.mark.spark, pytest.mark.kafka]
DEEP = b'{"sale":"deep","at":' + b"[" * 5_000 + b"]" * 5_000 + b"}"
WRONG: list[tuple[Any, str]] = [
    (b"junk", "not a JSON object"),
    (None, "not a JSON object"),
    (b"", "an empty message"),
    (b"  ", "an empty message"),
    (b"[1]", "not a JSON object"),
    (b'{"sale":"\xff"}', "not UTF-8"),
    (DEEP, "not a JSON object"),
    ({"user": "somebody", "action": "else's"}, "sale: blank"),
    (sale(1, "10:00", amount="dear"), "amount: not a number"),
    (sale(2, "10:00", amount=1.234), "amount: more than 2 digits after the point"),
    (sale(3, "10:00", paid="maybe"), "paid: neither true nor false"),
    (sale(4, "10:00", sale=" "), "sale: blank"),
    (sale(5, "10:00") | {"event_time": "soon"}, "event_time: not a time"),
    (sale(6, "1970-01-01T00:00:01Z"), "event_time: a year outside 2000 to 2099"),
    (sale(7, "2099-06-01T00:00:00Z", clock="10:00"), "event_time: more than a day ahead of the message's own clock"),
    (sale(8, "10:00", city="x" * 1_000_000), "city: longer than 64 KiB"),
    (heartbeat("2099-06-01T00:00:00Z") | {"_replay": {"id": None, "epoch": 0, "clock": instant("10:00")}}, "ahead of"),
]


def test_every_wrong_message_is_put_aside_as_it_came_and_the_right_ones_count(shop: Stream) -> None:
    right = [sale(f"right{number}", "10:00") for number in range(3)]
    shop.send(right[0], *(message for message, _ in WRONG), *right[1:])
    shop.send(shop.analysis.fingerprint.encode(), key=b"_fingerprint")
    progress = shop.run()
    assert progress["rows"] == {
        "read": 3 + len(WRONG),
        "windowed": 3,
        "late": 0,
        "quarantined": len(WRONG),
        "duplicate": 0,
    }
    assert progress["balanced"]
    assert progress["event_clock"] == "2025-01-01T10:00:00.000Z"
    aside = sorted(shop.quarantine(), key=lambda row: row["offset"])
    for row, (message, reason), place in zip(aside, WRONG, range(1, 99), strict=False):
        assert reason in row["reason"]
        assert row["value"] == (json.dumps(message).encode() if isinstance(message, dict) else message)
        assert (row["topic"], row["partition"], row["offset"]) == (shop.topic, 0, place)
        assert row["key"] == (b"-" if message is None else None)
    assert len(aside) == len(WRONG) == sum(progress["reasons"].values())


def test_a_repeat_is_dropped_within_its_epoch_only_and_a_wrong_one_was_never_seen(shop: Stream) -> None:
    shop.send(
        sale(1, "10:00", amount="dear"),
        sale(1, "10:00"),
        sale(1, "10:00"),
        sale(1, "10:05"),
        sale(1, "10:00", epoch=1),
        sale(2, "10:01"),
    )
    progress = shop.run()
    counted = {"read": 6, "windowed": 3, "late": 0, "quarantined": 1, "duplicate": 2}
    assert progress["rows"] == counted
    assert progress["balanced"]
    shop.send(sale(2, "10:01"))
    assert shop.run()["rows"] == counted | {"read": 7, "duplicate": 3}


def test_an_event_at_the_watermark_is_late_and_one_above_it_is_not(shop: Stream) -> None:
    shop.send(sale(1, "10:00"), sale(2, "11:00"))
    assert shop.run()["watermark"] == "2025-01-01T10:45:00.000Z"
    shop.send(sale(3, "10:45"), sale(4, "2025-01-01T10:45:00.000001Z"), sale(2, "10:00"))
    progress = shop.run()
    assert progress["rows"] == {"read": 5, "windowed": 3, "late": 2, "quarantined": 0, "duplicate": 0}
    assert progress["balanced"]


def test_late_is_told_by_the_watermark_of_the_batch_before(shop: Stream) -> None:
    """So Spark drops late events, however many operators there are; batches of two messages each show it."""
    shop.send(sale(1, "10:00"), sale(2, "13:00"), sale(3, "10:05"), b"junk", sale(4, "10:06"), b"junk")
    progress = shop.run(batch_rows=2)
    assert progress["rows"] == {"read": 6, "windowed": 3, "late": 1, "quarantined": 2, "duplicate": 0}
    assert progress["balanced"]
    (window,) = [row for row in shop.closed() if row["window_start"] == at("10:00")]
    assert window["record_count"] == 2


def test_a_heartbeat_closes_windows_and_is_no_row(shop: Stream) -> None:
    shop.send(sale(1, "10:05"))
    progress = shop.run()
    assert (progress["windows"]["closed"], progress["windows"]["open"]) == (0, 4)
    shop.send(heartbeat("11:15"), heartbeat("11:15"))
    progress = shop.run()
    assert (progress["windows"]["closed"], progress["windows"]["open"]) == (4, 0)
    assert progress["rows"]["read"] == progress["rows"]["windowed"] == 1
    assert progress["heartbeats"] == 2
    assert shop.closed() == [
        {
            "city": "Pune",
            "amount": Decimal("1.25"),
            "record_count": 1,
            "window_start": at(start),
            "window_end": at(end),
        }
        for start, end in (("09:15", "10:15"), ("09:30", "10:30"), ("09:45", "10:45"), ("10:00", "11:00"))
    ]


def test_what_is_absent_is_repaired_and_counted(shop: Stream) -> None:
    shop.send(sale(1, "10:00", city=" ", amount=None), sale(2, "10:00", paid=None))
    progress = shop.run()
    assert progress["repaired"] == {"city": 1, "amount": 1, "paid": 1}
    assert {row["city"] for row in shop.open()} == {"Pune", "UNKNOWN"}


def test_messages_of_others_are_told_apart_by_their_own_id_and_judged_by_the_time_they_came(
    shop: Stream,
) -> None:
    shop.send(
        {"SALE": "a", "sold_at": "2025-01-01 10:00:00", "town": "Pune", "amount": "1.5"},
        {"sale": "a", "sold_at": "2025-01-01T10:00:00Z"},
        {"sale": "b", "at": "2025-01-01"},
        {"sale": "c", "at": "2098-01-01"},
    )
    progress = shop.run()
    assert progress["rows"] == {"read": 4, "windowed": 2, "late": 0, "quarantined": 1, "duplicate": 1}
    assert progress["epochs"]["0"]["shift_s"] is None


def test_each_epoch_has_its_span_and_its_shift(shop: Stream) -> None:
    week = sale("w", "2025-01-08T10:00:00Z", epoch=1)
    week["_replay"]["source_time"] = instant("10:00")
    shop.send(sale(1, "10:00"), sale(2, "10:05"), week)
    first = {"shift_s": 0, "first": "2025-01-01T10:00:00.000Z", "last": "2025-01-01T10:05:00.000Z"}
    then = "2025-01-08T10:00:00.000Z"
    assert shop.run()["epochs"] == {"0": first, "1": {"shift_s": 604_800, "first": then, "last": then}}
