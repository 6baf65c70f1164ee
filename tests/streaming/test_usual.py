"""Usual messages, told by their spelling: never more leniently than by the rules, and of one mind with them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from datagen.analysis import Analysis
from datagen.schema import read_schema
from pipeline.cleansing import COUNTED, FATE, REASON
from streaming.events import Judging, judge, judging_of
from streaming.fields import HEARTBEAT, MESSAGE, USUAL
from streaming.usual_messages import said, spelling
from tests.gallery import GALLERY
from tests.streaming.conftest import SHOP, Stream, at, heartbeat, sale

PLACE = "place"
BYTES = 'aZ09 "\\{}[]:,.-+eE\n\t\x01\x7fé\ufeff'  # what mutations put into messages
# Columns of every kind, read as everything they can be read as.
FLEET: dict[str, Any] = {
    "name": "fleet",
    "entity_count": 10,
    "time_window": {"start": "2025-01-01", "end": "2025-01-31"},
    "schema": {
        "fields": [
            {"name": "trip", "type": "int"},
            {"name": "began", "type": "datetime", "format": "%d/%m/%Y %H:%M:%S"},
            {"name": "place", "type": "geo", "bbox": [0, -1, 1, 1], "as_object": True},
            {"name": "line", "type": "int", "min": 1, "max": 9},
            {"name": "night", "type": "bool"},
            {"name": "fare", "type": "float", "min": 0, "max": 90},
            {"name": "riders", "type": "int"},
            {"name": "note", "type": "category", "choices": ["a", "b"]},
        ]
    },
    "analysis": {
        "timestamp_field": "began",
        "id_field": "trip",
        "dimensions": ["line", "night"],
        "numeric_fields": ["fare"],
        "boolean_fields": ["night"],
        "measures": [
            {"name": "each", "expression": "riders / 3", "precision": 2},
            {"name": "grown", "expression": "fare * riders * 1e10", "precision": 2},
        ],
        "stream": {"value": "each"},
    },
}


def analysed(document: dict[str, Any]) -> Analysis:
    with TemporaryDirectory() as folder:
        schema = Path(folder, "document.json")
        schema.write_text(json.dumps(document))
        return read_schema(schema).analysis


def written(message: dict[str, Any]) -> bytes:
    """As the replay writes it."""
    row = {name: value for name, value in message.items() if name not in ("event_time", "_replay")}
    sent = {"event_time": message["event_time"], "_replay": message["_replay"]}
    return json.dumps({**row, **sent}, ensure_ascii=False, separators=(",", ":")).encode()


def trip(number: int, **values: object) -> dict[str, Any]:
    instant = "2025-01-05T10:00:00Z"
    row = {"trip": number, "began": "05/01/2025 10:00:00", "place": {"lat": 0.5, "lon": -1}, "line": 3, "night": True}
    row |= {"fare": 2.125, "riders": 4, "note": "a"}
    sent = {"id": str(number), "epoch": 0, "source_time": instant, "clock": instant}
    return {**row, **values, "event_time": instant, "_replay": sent}


SALES = [
    sale(1, "10:00"),
    sale(2, "2025-01-01T10:00:00Z", amount=-0.5, items=0),
    sale(3, "10:00", city=None, amount=None, items=None, paid=None),
    sale(4, "10:00", city="Málaga, Spain", amount=1234567890123.25),
    sale(5, "10:00", epoch=7, clock="09:00"),
    sale(6, "10:00", city="{}:[]!}}"),
    sale(7, "10:00", city="\u0130stanbul"),
    sale(8, "10:00", city="a\u00a0b"),
]
TRIPS = [
    trip(1),
    trip(2, place=None, line=None, night=None, riders=None, note=None),
    trip(3, place={"lat": 1, "lon": -0.25}, line=0, riders=-5),
    trip(-4, fare=None, line=-7),
    trip(5, riders=40000000000000),
]
SALE, TRIP = written(sale(9, "10:00", city="Delhi")), written(trip(9))
ODD_SALES = [
    b"junk",
    b"",
    SALE[:-1],
    SALE + b"}",
    SALE + b" ",
    SALE + b"\n",
    b" " + SALE,
    SALE.replace(b'"city":', b'"City":'),
    SALE.replace(b'"city":"Delhi"', b'"city":5'),
    SALE.replace(b'"city":"Delhi"', b'"city":""'),
    SALE.replace(b'"city":"Delhi"', b'"city":"Del\\u0068i"'),
    SALE.replace(b'"city":"Delhi"', b'"city":"Del\xffhi"'),
    SALE.replace(b'"city":"Delhi"', b'"city":["Delhi"]'),
    SALE.replace(b'"city":"Delhi"', b'"city":"Delhi","city":"Pune"'),
    SALE.replace(b'"city":"Delhi",', b""),
    SALE.replace(b'"city":"Delhi"', b'"city":null,"town":"Delhi"'),
    SALE.replace(b'"city":"Delhi"', b'"city":"Del\nhi"'),
    SALE.replace(b'"city":"Delhi"', b'"city":"Del\x01hi"'),
    SALE.replace(b'"city":"Delhi"', b'"city":"' + b"x" * 70_000 + b'"'),
    SALE.replace(b'"amount":1.25', b'"amount":01.25'),
    SALE.replace(b'"amount":1.25', b'"amount":1.255'),
    SALE.replace(b'"amount":1.25', b'"amount":"1.25"'),
    SALE.replace(b'"amount":1.25', b'"amount":125e-2'),
    SALE.replace(b'"amount":1.25', b'"amount":NaN'),
    SALE.replace(b'"items":1', b'"items":1.5'),
    SALE.replace(b'"items":1', b'"items":1000000000000000'),
    SALE.replace(b'"items":1', b'"items":9223372036854775808'),
    SALE.replace(b'"paid":true', b'"paid":"yes"'),
    SALE.replace(b'"paid":true', b'"paid":maybe'),
    SALE.replace(b'"sale":"s9"', b'"sale":" "'),
    SALE.replace(b'"sale":"s9"', b'"sale":null'),
    SALE.replace(b'"event_time":"2025', b'"event_time":"2099'),
    SALE.replace(b'"event_time":"2025', b'"event_time":"1970'),
    SALE.replace(b'10:00:00.000000Z","_replay', b'25:00:00.000000Z","_replay'),
    SALE.replace(b'"epoch":0', b'"epoch":"0"'),
    SALE.replace(b'"items":1,"paid":true', b'"paid":true,"items":1'),
    SALE.replace(b'"city":"Delhi"', b'"city":" Delhi"'),
    SALE.replace(b'"city":"Delhi"', b'"city":"Delhi\xe2\x80\x89"'),
    SALE.replace(b'"city":"Delhi"', b'"city":"   "'),
    b"\x01" * (len(SHOP["schema"]["fields"]) + 3),
    written(heartbeat("10:00")).replace(b'"id":null', b'"id":"1"'),
    written(heartbeat("10:00")).replace(b'"source_time":null', b'"source_time":"2025-01-01T10:00:00Z"'),
    written(heartbeat("10:00")).replace(b'"clock":"2025', b'"clock":"2024'),
    SALE.replace(b'"id":"s9"', b'"id":null'),
]
ODD_TRIPS = [
    TRIP.replace(b'"lon"', b'"lat"'),
    TRIP.replace(b'"lat":0.5', b'"lat":[0.5]'),
    TRIP.replace(b'"line":3', b'"line":3.0'),
    TRIP.replace(b'"line":3', b'"line":-0'),
    TRIP.replace(b'"line":3', b'"line":"3"'),
    TRIP.replace(b'"fare":2.125', b'"fareX":2.125'),
    TRIP.replace(b'"riders":4', b'"riders":400000000000000'),  # what they make is too large to be summed
    TRIP.replace(b'"fare":2.125', b'"fare":2.1234567'),
    TRIP.replace(b'"trip":9', b'"trip":null'),
    TRIP.replace(b'"trip":9', b'"trip":9.5'),
]
BUSINESSES = {"shop": (SHOP, SALES, ODD_SALES), "fleet": (FLEET, TRIPS, ODD_TRIPS)}


def mutated(messages: list[dict[str, Any]], count: int) -> list[bytes]:
    """Messages in which a place or two are something else."""
    dice = random.Random(7)
    made = []
    for _ in range(count):
        text = written(dice.choice(messages)).decode()
        for _ in range(dice.choice([1, 1, 2])):
            start = dice.randrange(len(text))
            text = text[:start] + dice.choice(["", *BYTES]) + text[start + dice.choice([0, 1, 1, 4]) :]
        made.append(text.encode())
    return made


def records_of(spark: SparkSession, values: list[bytes | None]) -> DataFrame:
    rows = [(None, value, "t", 0, place, at("10:00")) for place, value in enumerate(values)]
    types = "key binary, value binary, topic string, partition int, offset bigint, timestamp timestamp"
    return spark.createDataFrame(rows, types)


def judged(records: DataFrame, judging: Judging) -> list[dict[str, Any]]:
    """What is said of them, in their order; of values only where they count."""
    events = judge(records, judging)
    place = F.col(MESSAGE)["offset"].alias(PLACE)
    usual = F.col(MESSAGE)[USUAL].isNotNull() if judging.spelling else F.lit(False)
    counted = F.col(FATE) == COUNTED
    values = (
        F.when(counted, F.col(name)).alias(name) for name in said(judging.reading, judging.narrow) if name != FATE
    )
    return [
        row.asDict() for row in events.select(place, usual.alias(USUAL), FATE, REASON, *values).orderBy(PLACE).collect()
    ]


@pytest.mark.spark
@pytest.mark.parametrize("business", BUSINESSES)
def test_the_two_judge_every_message_alike(spark: SparkSession, business: str) -> None:
    document, right, odd = BUSINESSES[business]
    judging = judging_of(analysed({**document, "seed": 1}))
    beats = [heartbeat("10:00"), heartbeat("2025-01-01T10:00:00Z", 3)]
    records = records_of(spark, [*map(written, right + beats), *odd, None, *mutated(right + beats, 1500)])
    quick, plain = (judged(records, one) for one in (judging, replace(judging, spelling=None)))
    assert [{**row, USUAL: False} for row in quick] == plain
    told = [(row[USUAL], row[FATE]) for row in quick]
    assert told[: len(right) + 2] == [(True, COUNTED)] * len(right) + [(True, HEARTBEAT)] * 2
    assert not any(usual for usual, _ in told[len(right) + 2 : len(right) + len(odd) + 3])
    assert sum(row[USUAL] for row in quick) > 50  # of the mutated too


@pytest.mark.parametrize("name", GALLERY)
def test_the_gallery_has_usual_messages(name: str) -> None:
    assert spelling(judging_of(read_schema(GALLERY[name]).analysis).reading) is not None


@pytest.mark.spark
@pytest.mark.kafka
def test_a_stream_of_usual_messages_comes_to_the_same(new_stream: Callable[..., Stream]) -> None:
    told = []
    for spaced in (True, False):
        shop = new_stream()
        messages = [*SALES, SALES[0], heartbeat("12:00")]
        shop.send(b"junk", *(json.dumps(one).encode() if spaced else written(one) for one in messages))
        progress = shop.run()
        told.append((shop.closed(), progress["rows"], progress["repaired"], progress["epochs"], progress["reasons"]))
    assert told[0] == told[1]
    assert told[0][1] == {"read": 10, "windowed": 8, "late": 0, "quarantined": 1, "duplicate": 1}
    clean = new_stream()
    clean.send(*map(written, [*SALES, heartbeat("12:00")]))
    assert clean.run()["rows"] == {"read": 8, "windowed": 8, "late": 0, "quarantined": 0, "duplicate": 0}
    odd = [[line for line in one.said if "another spelling" in line] for one in (shop, clean)]
    assert (len(odd[0]), odd[1]) == (1, [])
