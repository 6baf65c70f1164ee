"""Rows whose id was seen before: the first counts, and a repeat that says another thing is told apart."""

from __future__ import annotations

import json

import pytest

from batch import scan
from tests.batch.conftest import HEADER, Shop

pytestmark = pytest.mark.spark


@pytest.mark.parametrize("least", [0, 1 << 60], ids=["usual lines", "full rules"])
def test_only_what_a_repeat_says_counts_not_how_it_is_spelled(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, least: int
) -> None:
    monkeypatch.setattr(scan, "USUAL_BYTES", least)
    first = "a,2025-01-02T10:00:00,Pune,2.50,3,true"
    shop.rows(
        first,
        "b,2025-01-02T10:00:00,Pune,2.50,3,true",
        first,
        'a,2025-01-02T10:00:00,"Pune","2.50",3,true',
        "a,2025-01-02 10:00, Pune ,02.5,+3,YES",
        "a,2025-01-02T10:00:00,Pune,2.51,3,true",
        'a,2025-01-02T10:00:00,Pune,2.50,3,"fa""lse"',  # wrong: quarantined, so it is no repeat
    )
    rows = shop.run()["rows"]
    assert rows == {"read": 7, "counted": 2, "quarantined": 1, "duplicate": 4, "duplicate_differing": 1}


def test_the_order_of_keys_and_spaces_of_json_say_nothing(shop: Shop) -> None:
    row = {"id": "a", "at": "2025-01-02T10:00:00", "city": "Pune", "amount": 2.5, "items": 3, "paid": True, "note": "x"}
    others = [
        json.dumps(row),
        json.dumps(dict(reversed(row.items())), indent=None, separators=(" , ", " : ")),
        json.dumps({**row, "AMOUNT": "2.50"} | {"paid": "t"}).replace('"amount": 2.5, ', ""),
        json.dumps({**row, "note": "y"}),  # no column that is read, but another one
    ]
    shop.write("a.jsonl", "\n".join([*others, ""]))
    rows = shop.run()["rows"]
    assert rows == {"read": 4, "counted": 1, "quarantined": 0, "duplicate": 3, "duplicate_differing": 1}


def test_a_column_that_is_not_read_tells_repeats_of_csv_apart(shop: Shop) -> None:
    row = "a,2025-01-02T10:00:00,Pune,2.50,3,true"
    shop.write("a.csv", "\n".join([f"{HEADER},note", f"{row},x", f'{row},"x"', f"{row},y", ""]))
    rows = shop.run()["rows"]
    assert rows == {"read": 3, "counted": 1, "quarantined": 0, "duplicate": 2, "duplicate_differing": 1}
