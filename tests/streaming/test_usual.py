"""Arrow's look at messages: never more lenient than the rules, and of one mind with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from pyspark.sql import functions as F
from pyspark.sql.types import Row

from datagen.analysis import Analysis
from datagen.schema import read_schema
from pipeline.cleansing import FATE, INSTANT, REASON
from streaming.events import IDENTITY, MESSAGE, judge, judging_of
from streaming.usual_messages import UsualMessages, can_be_looked_at
from tests.streaming.conftest import SHOP, Stream, at, heartbeat, sale

GALLERY = Path(__file__).parents[2] / "schemas"


def analysed(document: dict[str, Any]) -> Analysis:
    with TemporaryDirectory() as folder:
        schema = Path(folder, "shop.json")
        schema.write_text(json.dumps(document))
        return read_schema(schema).analysis


def written(message: dict[str, Any]) -> bytes:
    """As the replay writes it."""
    row = {name: value for name, value in message.items() if name not in ("event_time", "_replay")}
    sent = {"event_time": message["event_time"], "_replay": message["_replay"]}
    return json.dumps({**row, **sent}, ensure_ascii=False, separators=(",", ":")).encode()


ANALYSIS = analysed({**SHOP, "seed": 1})
RIGHT = [
    sale(1, "10:00"),
    sale(2, "2025-01-01T10:00:00Z", amount=-0.5, items=0),
    sale(3, "10:00", city=None, amount=None, items=None, paid=None),
    sale(4, "10:00", city="Málaga, Spain", amount=1234567890123.25),
    sale(5, "10:00", epoch=7, clock="09:00"),
    sale(6, "10:00", city="{}:[]!}}"),
]
SALE = written(sale(9, "10:00", city="Delhi"))
ODD = [
    b"junk",
    b"",
    SALE[:-1],
    SALE + b"}",
    SALE + b" ",
    b" " + SALE,
    SALE.replace(b'"city":', b'"City":'),
    SALE.replace(b'"city":"Delhi"', b'"city":5'),
    SALE.replace(b'"city":"Delhi"', b'"city":""'),
    SALE.replace(b'"city":"Delhi"', b'"city":" Delhi"'),
    SALE.replace(b'"city":"Delhi"', b'"city":"Del\\u0068i"'),
    SALE.replace(b'"city":"Delhi"', b'"city":"Del\xffhi"'),
    SALE.replace(b'"city":"Delhi"', b'"city":["Delhi"]'),
    SALE.replace(b'"city":"Delhi"', b'"city":"Delhi","city":"Pune"'),
    SALE.replace(b'"city":"Delhi",', b""),
    SALE.replace(b'"city":"Delhi"', b'"city":null,"town":"Delhi"'),
    SALE.replace(b'"amount":1.25', b'"amount":01.25'),
    SALE.replace(b'"amount":1.25', b'"amount":1.255'),
    SALE.replace(b'"amount":1.25', b'"amount":"1.25"'),
    SALE.replace(b'"amount":1.25', b'"amount":125e-2'),
    SALE.replace(b'"amount":1.25', b'"amount":NaN'),
    SALE.replace(b'"items":1', b'"items":1.5'),
    SALE.replace(b'"items":1', b'"items":9223372036854775808'),
    SALE.replace(b'"paid":true', b'"paid":"yes"'),
    SALE.replace(b'"paid":true', b'"paid":maybe'),
    SALE.replace(b'"sale":"s9"', b'"sale":" "'),
    SALE.replace(b'"event_time":"2025', b'"event_time":"2099'),
    SALE.replace(b'"event_time":"2025', b'"event_time":"1970'),
    SALE.replace(b'10:00:00.000000Z","_replay', b'25:00:00.000000Z","_replay'),
    SALE.replace(b'"epoch":0', b'"epoch":"0"'),
    SALE.replace(b'"items":1,"paid":true', b'"paid":true,"items":1'),
    written(heartbeat("10:00")),
    SALE.replace(b'"city":"Delhi"', b'"city":"Del\nhi"'),
    SALE.replace(b'"city":"Delhi"', b'"city":"' + b"x" * 70_000 + b'"'),
]


@pytest.mark.spark
@pytest.mark.kafka
def test_the_two_judge_every_message_alike(shop: Stream) -> None:
    values: list[bytes | None] = [*map(written, RIGHT), None, *ODD]
    judging = judging_of(shop.analysis)
    rows = [(None, value, "t", 0, place, at("10:00")) for place, value in enumerate(values)]
    types = "key binary, value binary, topic string, partition int, offset bigint, timestamp timestamp"
    records = shop.spark.createDataFrame(rows, types)

    def judged(quick: bool) -> list[Row]:
        events = judge(records, replace(judging, quick=quick))
        kept = [name for name in events.columns if name.startswith(("dimension:", "number:", "repaired:"))]
        good = F.col(FATE) == "counted"
        told = [F.when(good, F.col(name)).alias(name) for name in (IDENTITY, "epoch", INSTANT, "source_time", *kept)]
        return events.select(F.col(MESSAGE)["offset"].alias("place"), FATE, REASON, *told).orderBy("place").collect()

    plain, quick = judged(False), judged(True)
    names = quick[0].asDict().keys()
    assert [row.asDict() for row in quick] == [{name: row[name] for name in names} for row in plain]
    assert [row[FATE] for row in quick[: len(RIGHT)]] == ["counted"] * len(RIGHT)


@pytest.mark.parametrize("odd", ODD)
def test_one_odd_message_among_many_usual_ones_is_left_to_the_rules(odd: bytes) -> None:
    judging = judging_of(ANALYSIS)
    usual = UsualMessages(judging.reading, judging.rules)
    values = [written(sale(number, "10:00")) for number in range(200)]
    values[77] = odd
    places = {int(place) for part in usual.events(pa.array(values, pa.binary())) for place in part.places}
    assert 77 not in places
    assert len(places) >= 100


@pytest.mark.parametrize("name", ["card_transactions", "retail_orders", "iot_sensors"])
def test_the_gallery_can_be_looked_at(name: str) -> None:
    assert can_be_looked_at(judging_of(read_schema(GALLERY / f"{name}.json").analysis).reading)


@pytest.mark.spark
@pytest.mark.kafka
def test_a_stream_read_by_arrow_comes_to_the_same(new_stream: Callable[..., Stream]) -> None:
    told = []
    for quick in (False, True):
        shop = new_stream()
        shop.send(*map(written, RIGHT), b"junk", written(RIGHT[0]), written(heartbeat("12:00")))
        progress = shop.run(quick=quick)
        told.append((shop.closed(), progress["rows"], progress["repaired"], progress["epochs"], progress["reasons"]))
    assert told[0] == told[1]
    assert told[0][1] == {"read": 8, "windowed": 6, "late": 0, "quarantined": 1, "duplicate": 1}
