"""Faults of transport: drawn by row, as often as asked, the same each time."""

from __future__ import annotations

import json

import numpy as np
import pytest

from datagen.errors import UserError
from datagen.schema import read_schema
from event_generator.delivery import CORRUPT, DUPLICATE, LATE, NONE, Delivery, delivery_of, truth
from tests.event_generator.conftest import DOCUMENT, Shop

ROWS = 100_000


def test_shares_are_as_declared_and_a_row_suffers_once() -> None:
    faults = Delivery(late=0.02, duplicate=0.01, corrupt=0.001).faults(0, ROWS)
    counts = [int((faults == fault).sum()) for fault in (LATE, DUPLICATE, CORRUPT)]
    # expected 2000, 1000, 100; sigma 44, 31, 10
    assert counts == [pytest.approx(2000, abs=180), pytest.approx(1000, abs=130), pytest.approx(100, abs=45)]


def test_shares_of_nought_and_one_are_exact() -> None:
    assert (Delivery().faults(0, ROWS) == NONE).all()
    assert (Delivery(late=1.0).faults(0, ROWS) == LATE).all()
    assert (Delivery(duplicate=1.0).faults(0, ROWS) == DUPLICATE).all()
    assert (Delivery(late=0.5, corrupt=0.5).faults(0, ROWS) != NONE).all()


def test_any_cut_gives_the_same_faults() -> None:
    delivery = Delivery(late=0.1, late_us=7, duplicate=0.1, corrupt=0.1, disorder_us=1000, seed=3)
    whole = delivery.faults(0, 1000)
    times = np.arange(1000) * 10
    assert np.array_equal(np.concatenate([delivery.faults(0, 333), delivery.faults(333, 1000)]), whole)
    parts = [delivery.due(times[a:b], whole[a:b], a) for a, b in ((0, 500), (500, 1000))]
    assert np.array_equal(np.concatenate(parts), delivery.due(times, whole, 0))


def test_disorder_is_from_nought_to_its_bound() -> None:
    late_by = Delivery(disorder_us=5).due(np.zeros(10_000, np.int64), np.full(10_000, NONE), 0)
    assert np.unique(late_by).tolist() == [0, 1, 2, 3, 4, 5]


def test_what_is_harmed_is_never_an_object() -> None:
    value = json.dumps({"a": {"b": [1, "é"]}, "c": None}).encode()
    for row in range(500):
        assert not is_json(Delivery(corrupt=1.0).harmed(value, row))


def is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def test_repeats_come_soon_enough_to_be_told_from_the_first() -> None:
    given = delivery_of(
        {}, late=None, duplicate=1.0, corrupt=None, disorder_s=None, seed=1, watermark_s=30
    ).repeats_after(0, 10_000)
    assert 1 <= given.min() < given.max() <= 15_000_000


def test_options_come_before_the_document() -> None:
    document = {
        "delivery": {
            "late": {"rate": 0.1, "delay_s": 60},
            "duplicate": {"rate": 0.2},
            "corrupt": {"rate": 0.3},
            "disorder": {"seconds": 5},
        }
    }
    nothing = {"late": None, "duplicate": None, "corrupt": None, "disorder_s": None}
    made = delivery_of(document, **nothing, seed=1, watermark_s=900)
    assert made == Delivery(0.1, 60_000_000, 0.2, 0.3, 5_000_000, 1)
    said = delivery_of(document, late="0.02:5m", duplicate=0, corrupt=0.1, disorder_s=0, seed=1, watermark_s=900)
    assert said == Delivery(0.02, 300_000_000, 0, 0.1, 0, 1)


def test_a_document_may_say_it_and_bears_the_same_fingerprint(shop: Shop) -> None:
    plain = read_schema(shop.schema)
    said = {"late": {"rate": 0.1, "delay_s": 60}, "duplicate": None, "disorder": {"seconds": 2}}
    shop.schema.write_text(json.dumps({**DOCUMENT, "delivery": said}))
    dataset = read_schema(shop.schema)
    made = delivery_of(
        dataset.document, late=None, duplicate=None, corrupt=None, disorder_s=None, seed=1, watermark_s=900
    )
    assert made == Delivery(late=0.1, late_us=60_000_000, disorder_us=2_000_000, seed=1)
    assert dataset.analysis.fingerprint == plain.analysis.fingerprint


@pytest.mark.parametrize("text", ["0.02", "0.02:", "x:3s", "2:3s", "0.02:3d", "-0.1:3s", "nan:3s"])
def test_a_delay_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"--late: '.*' is not a share and a delay; write it like 0\.02:300s"):
        delivery_of({}, late=text, duplicate=None, corrupt=None, disorder_s=None, seed=1, watermark_s=900)


def test_more_than_all_events_cannot_be_hit() -> None:
    with pytest.raises(UserError, match="together are more than all events"):
        Delivery(late=0.5, duplicate=0.4, corrupt=0.2)
    with pytest.raises(UserError, match=r"late: 1\.5 is no share"):
        Delivery(late=1.5)


def test_a_line_of_the_truth_file_says_which_event_what_and_how_late() -> None:
    assert json.loads(truth(LATE, "é", 2, 300_000_000)) == {"id": "é", "epoch": 2, "fault": "late", "amount": 300.0}
    assert json.loads(truth(CORRUPT, "a", 0, None)) == {"id": "a", "epoch": 0, "fault": "corrupt", "amount": None}
