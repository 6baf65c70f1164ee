"""What a user reads of each fault, word by word. A field stands in the line after its number."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

Lines = Callable[..., list[str]]
ITSELF = "is the field itself; it may read only fields above it"
TYPES = "uuid, id_sequence, int, float, bool, category, string, datetime, geo, derived_concat, derived_map"
MIXED = (
    f"stands beside fractions, and a column of fractions holds whole numbers up to {2**53} exactly; "
    "put it in double quotes, or leave the fractions out"
)
NAME_RULE = "is not a name: letters, digits and _, at most 63, not beginning with a digit"


def document(fields: list[Any], **top: Any) -> str:
    """A key of the top in each line, then a field in each."""
    head = "".join(f"{json.dumps(key)}: {json.dumps(value)},\n" for key, value in top.items())
    return "{" + head + '"schema": {"fields": [\n' + ",\n".join(map(json.dumps, fields)) + "\n]}}"


def field(kind: str, **keys: Any) -> dict[str, Any]:
    return {"name": "x", "type": kind, **keys}


CITY = {"name": "city", "type": "category", "choices": ["Oslo", "Turku", {"value": "Umeå", "weight": 0}]}
ONE_FIELD: list[tuple[Any, list[str]]] = [
    ({"name": "x"}, [f"schema.fields.x: 'type' is missing; known: {TYPES}"]),
    ({"type": "uuid"}, ["schema.fields.0: 'name' is missing: the column's name"]),
    (5, ['schema.fields.0: 5 must be an object such as {"name": "id", "type": "uuid"}']),
    (field("integer"), ["schema.fields.x.type: type='integer' is not a type; did you mean 'int'?"]),
    (field("uid"), ["schema.fields.x.type: type='uid' is not a type; did you mean 'uuid'?"]),
    ({"name": "x", "type": 7}, [f"schema.fields.x.type: type=7 is not a type; known: {TYPES}"]),
    ({"name": "a b", "type": "uuid"}, [f"schema.fields.0.name: name='a b' {NAME_RULE}"]),
    ({"name": "../x", "type": "uuid"}, [f"schema.fields.0.name: name='../x' {NAME_RULE}"]),
    ({"name": "", "type": "uuid"}, [f"schema.fields.0.name: name='' {NAME_RULE}"]),
    ({"name": "é", "type": "uuid"}, [f"schema.fields.0.name: name='é' {NAME_RULE}"]),
    ({"name": "a\n", "type": "uuid"}, [f"schema.fields.0.name: name='a\\n' {NAME_RULE}"]),
    ({"name": "n" * 64, "type": "uuid"}, [f"schema.fields.0.name: name='{'n' * 57}...' {NAME_RULE}"]),
    (
        {"name": "_replay", "type": "uuid"},
        ["schema.fields._replay.name: name='_replay' is a name kept for messages; choose another"],
    ),
    (field("int", min=9, max=3), ["schema.fields.x: min=9 is above max=3; swap them?"]),
    (field("int", min="9"), ["schema.fields.x.min: min='9' must be a whole number; write 9 without quotes"]),
    (field("int", min=1.5), ["schema.fields.x.min: min=1.5 must be a whole number"]),
    (field("int", min=True), ["schema.fields.x.min: min=true must be a whole number"]),
    (
        field("int", max=2**63),
        ["schema.fields.x.max: max=9223372036854775808 must be at most 9,223,372,036,854,775,807"],
    ),
    (field("int", skew=0), ["schema.fields.x.skew: skew=0 must be above 0"]),
    (field("int", null_prob=1.5), ["schema.fields.x.null_prob: null_prob=1.5 must be at most 1"]),
    (field("int", null_prob=None), ["schema.fields.x.null_prob: null_prob=null must be a number"]),
    (field("int", mni=1), ["schema.fields.x.mni: 'mni' is not a key here; did you mean 'min'?"]),
    (
        field("uuid", bytes=1),
        ["schema.fields.x.bytes: 'bytes' is not a key here; known: name, null_prob, type"],
    ),
    (
        field("int", min=9, max=3, null_prob=-1, nul=1),
        [
            "schema.fields.x.null_prob: null_prob=-1 must be at least 0",
            "schema.fields.x.nul: 'nul' is not a key here; known: name, null_prob, type, min, max, skew",
            "schema.fields.x: min=9 is above max=3; swap them?",
        ],
    ),
    (
        field("id_sequence", step=0),
        ["schema.fields.x.step: step=0 gives every row the same value; choose another step"],
    ),
    (
        field("id_sequence", start=2**62, step=2**60),
        [
            "schema.fields.x.step: step=1152921504606846976 from start=4611686018427387904 leaves 64 bits within "
            "1000 rows"
        ],
    ),
    (
        field("float"),
        ["schema.fields.x: 'min' is missing: the least value", "schema.fields.x: 'max' is missing: the greatest value"],
    ),
    (field("float", min=5, max=2.5), ["schema.fields.x: min=5 is above max=2.5; swap them?"]),
    (
        field("float", distribution="norml", mean=1),
        [
            "schema.fields.x.distribution: distribution='norml' is not one of uniform, normal, lognormal, exponential; "
            "did you mean 'normal'?"
        ],
    ),
    (
        field("float", distribution="normal", mean=1, stddev=2, min=0),
        [
            "schema.fields.x.min: min=0 has no meaning with distribution='normal'; "
            "its keys: null_prob, precision, clamp, mean, stddev"
        ],
    ),
    (
        field("float", distribution="normal", mean=1, stddev=-1, precision=20),
        [
            "schema.fields.x.precision: precision=20 must be at most 15",
            "schema.fields.x.stddev: stddev=-1 must be at least 0",
        ],
    ),
    (
        field("float", distribution="lognormal", mean=900, stddev=1),
        [
            "schema.fields.x: mean=900 and stddev=1 are those of the logarithm, so values reach 1e394; "
            "a median of 900 is mean=6.802, or give a clamp"
        ],
    ),
    (
        field("float", min=0.41, max=0.44, precision=1),
        ["schema.fields.x.precision: precision=1 leaves no number between 0.41 and 0.44; raise it"],
    ),
    (
        field("float", distribution="normal", mean=1, stddev=2, clamp=[1e-9, 2e-9]),
        ["schema.fields.x: precision=6 leaves no number between 1e-09 and 2e-09; raise it"],
    ),
    (
        field("float", distribution="exponential", **{"lambda": 0}),
        ["schema.fields.x.lambda: lambda=0 must be above 0"],
    ),
    (
        field("float", distribution="exponential", **{"lambda": 1e-18}),
        ["schema.fields.x.lambda: lambda=1e-18 is 1 / mean, so values reach beyond 1e18"],
    ),
    (
        field("float", min=1, max=2, clamp=[500, 1.5]),
        ["schema.fields.x.clamp: clamp=[500, 1.5] has its lowest value above its highest; swap them?"],
    ),
    (
        field("float", min=1, max=2, clamp=[5]),
        ["schema.fields.x.clamp: clamp=[5] must be two numbers, [lowest, highest]"],
    ),
    (field("float", min=1, max=2, clamp=5), ["schema.fields.x.clamp: clamp=5 must be a list"]),
    (
        field("float", min=1, max=2, clamp=[1, "9"]),
        ["schema.fields.x.clamp.1: '9' must be a number; write 9 without quotes"],
    ),
    (field("bool", p_true="0.5"), ["schema.fields.x.p_true: p_true='0.5' must be a number; write 0.5 without quotes"]),
    (field("bool", p_true=50), ["schema.fields.x.p_true: p_true=50 must be at most 1"]),
    (
        field("category"),
        ["schema.fields.x: 'choices' is missing: the values, plain or with a weight; or give conditional_on"],
    ),
    (field("category", choices=[]), ["schema.fields.x.choices: choices=[] must have at least 1 item, not 0"]),
    (field("category", choices={"a": 1}), ['schema.fields.x.choices: choices={"a": 1} must be a list']),
    (
        field("category", choices=[{"value": "a", "wieght": 1}]),
        ["schema.fields.x.choices.0.wieght: 'wieght' is not a key here; did you mean 'weight'?"],
    ),
    (
        field("category", choices=[{"value": "a", "weight": -1}, {"weight": 1}, [1]]),
        [
            "schema.fields.x.choices.0.weight: weight=-1 must be at least 0",
            "schema.fields.x.choices.1: 'value' is missing: what a row gets",
            "schema.fields.x.choices.2: [1] must be text, a number, true, false or null",
        ],
    ),
    (
        field("category", choices=[{"value": "a", "weight": 0}, {"value": "b", "weight": 0}]),
        [
            'schema.fields.x.choices: choices=[{"value": "a", "weight": 0}, {"value": "b", "weight": 0}] has weight 0 '
            "for every value; give at least one a weight above 0"
        ],
    ),
    (
        field("category", choices=["a" * 1001]),
        [f"schema.fields.x.choices.0: '{'a' * 57}...' has 1,001 characters; at most 1,000"],
    ),
    (
        field("category", choices=["a"], conditional_on="x"),
        [
            "schema.fields.x.choices: choices beside conditional_on; keep one of the two",
            f"schema.fields.x.conditional_on: conditional_on='x' {ITSELF}",
        ],
    ),
    (
        field("category", conditional_on="x", conditional_table={"a": [1]}),
        [f"schema.fields.x.conditional_on: conditional_on='x' {ITSELF}"],
    ),
    (
        field("category", conditional_on="x"),
        [
            "schema.fields.x: 'conditional_table' is missing: that field's values, each with its choices; "
            "_default for all others",
            f"schema.fields.x.conditional_on: conditional_on='x' {ITSELF}",
        ],
    ),
    (field("string"), ["schema.fields.x: 'pattern' is missing: text with tokens"]),
    (
        field("string", pattern="", unique=1),
        [
            "schema.fields.x.pattern: pattern='' must not be empty",
            "schema.fields.x.unique: unique=1 must be true or false",
        ],
    ),
    (
        field("string", pattern="S{A-F}-{00-99}"),
        [
            "schema.fields.x.pattern: pattern='S{A-F}-{00-99}' has {A-F}, which is no token; "
            "tokens are {A-Z}, {a-z} and number ranges like {00-99}"
        ],
    ),
    (
        field("string", pattern="{A-Z}{4}"),
        [
            "schema.fields.x.pattern: pattern='{A-Z}{4}' has {4}, which is no token; "
            "tokens are {A-Z}, {a-z} and number ranges like {00-99}"
        ],
    ),
    (field("string", pattern="{9-1}"), ["schema.fields.x.pattern: pattern={9-1} counts from 9 down to 1; swap?"]),
    (
        field("string", pattern="{00-99}", unique=True),
        ["schema.fields.x.unique: unique: 1000 rows from 100 different texts; widen a token of the pattern"],
    ),
    (
        field("datetime", mode="seasonal"),
        ["schema.fields.x.mode: mode='seasonal' is not one of uniform, ramp, seasonality; did you mean 'seasonality'?"],
    ),
    (
        field("datetime", mode="seasonality"),
        ["schema.fields.x: 'profile' is missing: how busy each hour and weekday is"],
    ),
    (
        field("datetime", direction="up"),
        ["schema.fields.x.direction: direction='up' has no meaning with mode='uniform'; its keys: null_prob, format"],
    ),
    (
        field("datetime", mode="ramp", direction="sideways"),
        ["schema.fields.x.direction: direction='sideways' is not one of up, down"],
    ),
    (
        field("datetime", mode="seasonality", profile={"hour": {}}),
        ["schema.fields.x.profile.hour: 'hour' is not a key here; known: hour_of_day, day_of_week"],
    ),
    (
        field("datetime", mode="seasonality", profile={"hour_of_day": {"08": 1, "24": 2}, "day_of_week": {"Mon": 1}}),
        [
            "schema.fields.x.profile.hour_of_day.08: '08' is not an hour; did you mean '8'?",
            "schema.fields.x.profile.hour_of_day.24: '24' is not an hour; known: 0 to 23 and _default",
            "schema.fields.x.profile.day_of_week.Mon: 'Mon' is not a day of the week; known: 0 to 6 and _default",
        ],
    ),
    (
        field("datetime", mode="seasonality", profile={"hour_of_day": {"_default": 0}}),
        ["schema.fields.x.profile.hour_of_day: hour_of_day has no weight above 0; give at least one"],
    ),
    (
        field("datetime", mode="seasonality", profile={"hour_of_day": {"8": -1}}),
        ["schema.fields.x.profile.hour_of_day.8: 8=-1 must be at least 0"],
    ),
    (
        field("datetime", format="ISO"),
        ["schema.fields.x.format: format=ISO tells no time; use iso, epoch_s, epoch_ms or e.g. %Y-%m-%d"],
    ),
    (
        field("datetime", format="%H:%M"),
        ["schema.fields.x: 'x' has format='%H:%M', from which no instant can be read; iso can"],
    ),
    (
        {"name": "_ts", "type": "datetime"},
        ["schema.fields._ts: '_ts' begins with _, and folders named after it would be passed over; rename it"],
    ),
    (field("geo", bbox=[91, 0, 1, 1]), ["schema.fields.x.bbox: bbox: lat0=91.0 is outside -90 to 90"]),
    (
        field("geo", bbox=[1, 0, 1]),
        ["schema.fields.x.bbox: bbox=[1, 0, 1] must be four numbers, [lat0, lon0, lat1, lon1]"],
    ),
    (field("derived_concat", parts=[]), ["schema.fields.x.parts: parts=[] must have at least 1 item, not 0"]),
    (
        field("derived_concat", parts=["x"]),
        [f"schema.fields.x.parts.x: 'x' {ITSELF}"],
    ),
    (
        field("derived_map", from_field="y", map={"a": {}}),
        [
            "schema.fields.x.map.a: a={} must be text, a number, true, false or null",
            "schema.fields.x.from_field: from_field='y' is no field; known: none",
        ],
    ),
    (
        field("category", choices=[2**53 + 1, 2.5]),
        [f"schema.fields.x.choices: {2**53 + 1} {MIXED}"],
    ),
    (
        {"name": "Event_Time", "type": "string", "pattern": "a"},
        [
            "schema.fields.Event_Time.name: name='Event_Time' is what messages call their event time; "
            "make it analysis.timestamp_field or rename it"
        ],
    ),
    (
        {"name": "record_count", "type": "uuid"},
        ["schema.fields.record_count.name: name='record_count' is what the jobs call a column they make; rename it"],
    ),
]


@pytest.mark.parametrize(("written", "expected"), ONE_FIELD, ids=lambda case: "")
def test_a_field_is_refused_in_these_words(problems: Lines, written: Any, expected: list[str]) -> None:
    assert problems(document([written])) == [f"shop.json:2  {line}" for line in expected]


SEVERAL: list[tuple[list[Any], list[str]]] = [
    ([], ["shop.json:1  schema.fields: fields=[] must have at least 1 item, not 0"]),
    (
        [{"name": "a", "type": "uuid"}, {"name": "A", "type": "uuid"}, {"name": "a", "type": "bool"}],
        [
            "shop.json:3  schema.fields.A.name: name='A' differs from 'a' only in case; names differ in more than case",
            "shop.json:4  schema.fields.a.name: name='a' stands twice; names differ in more than case",
        ],
    ),
    (
        [field("derived_concat", parts=["city", "citty"]), CITY],
        [
            "shop.json:2  schema.fields.x.parts.city: 'city' stands below; move 'city' above 'x'",
            "shop.json:2  schema.fields.x.parts.citty: 'citty' is no field; known: none",
        ],
    ),
    (
        [CITY, field("derived_map", from_field="citty", map={})],
        ["shop.json:3  schema.fields.x.from_field: from_field='citty' is no field; did you mean 'city'?"],
    ),
    (
        [CITY, field("category", conditional_on="city", conditional_table={"Oslo": [1], "turku": [2]})],
        [
            "shop.json:3  schema.fields.x.conditional_table: conditional_table has no 'Turku', which 'city' can be; "
            "is 'turku' meant for it? add it or '_default'"
        ],
    ),
    (
        [{**CITY, "null_prob": 0.1}, field("category", conditional_on="city", conditional_table={"Oslo": ["a"]})],
        [
            "shop.json:3  schema.fields.x.conditional_table: conditional_table has no '', 'Turku', which 'city' can be "
            "('' stands for null); add them or '_default'"
        ],
    ),
    (
        [
            {"name": "flag", "type": "bool"},
            field("category", conditional_on="flag", conditional_table={"true": [{"value": 1, "weight": 0}]}),
        ],
        [
            'shop.json:3  schema.fields.x.conditional_table.true: true=[{"value": 1, "weight": 0}] has weight 0 '
            "for every value; give at least one a weight above 0",
        ],
    ),
    (
        [
            CITY,
            {"name": "side", "type": "derived_map", "from_field": "city", "map": {"Oslo": "west"}, "default": 7},
            field("category", conditional_on="side", conditional_table={"west": ["a"]}),
        ],
        [
            "shop.json:4  schema.fields.x.conditional_table: conditional_table has no '7', which 'side' can be; "
            "add it or '_default'"
        ],
    ),
    (
        [
            {"name": "n", "type": "int", "min": 1, "max": 3},
            field("category", conditional_on="n", conditional_table={"1": ["a"], "2": ["b"]}),
        ],
        [
            "shop.json:3  schema.fields.x.conditional_table: conditional_table has no '3', which 'n' can be; "
            "add it or '_default'"
        ],
    ),
    (
        [
            {"name": "a", "type": "float", "min": 0.1, "max": 0.2, "precision": 0},
            {"name": "b", "type": "float", "min": 0.3, "max": 0.4, "precision": 0},
            {"name": "c", "type": "id_sequence", "step": 0},
        ],
        [
            "shop.json:2  schema.fields.a.precision: precision=0 leaves no number between 0.1 and 0.2; raise it",
            "shop.json:3  schema.fields.b.precision: precision=0 leaves no number between 0.3 and 0.4; raise it",
            "shop.json:4  schema.fields.c.step: step=0 gives every row the same value; choose another step",
        ],
    ),
    (
        [
            {"name": "a", "type": "string", "pattern": "a" * 700},
            {"name": "b", "type": "derived_concat", "parts": ["a"] * 100},
        ],
        [
            "shop.json:3  schema.fields.b: makes texts of up to 70,099 bytes; at most 65,536, so join fewer fields",
        ],
    ),
    (
        [
            CITY,
            {"name": "a", "type": "derived_map", "from_field": "city", "map": {"Oslo": -(2**53) - 1, "Turku": 0.5}},
            {"name": "b", "type": "derived_map", "from_field": "city", "map": {"Oslo": 0.5}, "default": 2**60},
            field("category", conditional_on="city", conditional_table={"Oslo": [0.5], "_default": [2**62]}),
            {"name": "d", "type": "category", "choices": [2**53, 0.5]},
            {"name": "e", "type": "category", "choices": [2**53 + 1, 7, "x"]},
        ],
        [
            f"shop.json:3  schema.fields.a.map: {-(2**53) - 1} {MIXED}",
            f"shop.json:4  schema.fields.b.default: {2**60} {MIXED}",
            f"shop.json:5  schema.fields.x.conditional_table: {2**62} {MIXED}",
        ],
    ),
]


@pytest.mark.parametrize(("fields", "expected"), SEVERAL, ids=lambda case: "")
def test_fields_are_refused_together_in_these_words(problems: Lines, fields: list[Any], expected: list[str]) -> None:
    assert problems(document(fields)) == expected


TOP: list[tuple[Mapping[str, Any], str]] = [
    ({"seed": "x"}, "seed: seed='x' must be a whole number"),
    ({"seed": 1.5}, "seed: seed=1.5 must be a whole number"),
    ({"seed": -(2**63) - 1}, "seed: seed=-9223372036854775809 must be at least -9,223,372,036,854,775,808"),
    ({"entity_count": -1}, "entity_count: entity_count=-1 must be at least 0"),
    ({"entity_count": 10**11}, "entity_count: entity_count=100000000000 must be at most 10,000,000,000"),
    ({"entity_count": None}, "entity_count: entity_count=null must be a whole number"),
    (
        {"time_window": {"start": "2025-01-01"}},
        "time_window: 'end' is missing: the last instant, inclusive; a bare date is the whole day",
    ),
    (
        {"time_window": {"start": "2025-02-30", "end": "2025-03-01"}},
        "time_window.start: start='2025-02-30' is no day or time of the calendar",
    ),
    (
        {"time_window": {"start": "2025-02-03", "end": "soon"}},
        "time_window.end: end='soon' is not an instant; write it like 2025-01-31T06:00:00",
    ),
    (
        {"time_window": {"start": "2025-02-03", "end": "2025-02-01"}},
        "time_window: start='2025-02-03' is after end='2025-02-01'; swap them?",
    ),
    (
        {"time_window": {"start": "1899-02-03", "end": "1925-02-01"}},
        "time_window.start: start='1899-02-03' lies outside the years 1900 to 2199",
    ),
    (
        {"time_window": {"start": "1901-02-03", "end": "2025-02-01"}},
        "time_window: start='1901-02-03' to end='2025-02-01' is longer than 36,525 days; shorten it",
    ),
    (
        {"output": {"format": "cvs"}},
        "output.format: format='cvs' is not one of csv, jsonl, parquet; did you mean 'csv'?",
    ),
    ({"output": "csv"}, "output: output='csv' must be an object"),
    (
        {"output": {"format": "parquet", "gzip": True}},
        "output.gzip: gzip=true beside format='parquet', which is compressed within; remove one of them",
    ),
    (
        {"name": "../../etc"},
        "name: name='../../etc' is not a dataset's name: a-z, 0-9 and _, at most 63, first a letter; "
        "did you mean 'etc'?",
    ),
    ({"name": ""}, "name: name='' is not a dataset's name: a-z, 0-9 and _, at most 63, first a letter"),
    ({"name": "analysis_csv"}, "name: name='analysis_csv' is a folder of the results; choose another name"),
    ({"time_windw": {}}, "time_windw: 'time_windw' is not a key here; did you mean 'time_window'?"),
    (
        {"scenarios": {}},
        "scenarios: 'scenarios' is not a key here; "
        "known: name, seed, entity_count, time_window, output, delivery, schema, analysis",
    ),
    (
        {"delivery": {"duplicate": {"rate": 2}}},
        "delivery.duplicate.rate: rate=2 must be at most 1",
    ),
    (
        {"delivery": {"late": {"rate": 0.1, "delay": 3}}},
        "delivery.late.delay: 'delay' is not a key here; did you mean 'delay_s'?",
    ),
    ({"analysis": []}, "analysis: analysis=[] must be an object"),
]


@pytest.mark.parametrize(("top", "expected"), TOP, ids=lambda case: "")
def test_the_top_level_is_refused_in_these_words(problems: Lines, top: Mapping[str, Any], expected: str) -> None:
    assert problems(document([{"name": "id", "type": "uuid"}], **top)) == [f"shop.json:1  {expected}"]


FIELDS = [
    {"name": "id", "type": "uuid"},
    {"name": "ts", "type": "datetime"},
    {"name": "city", "type": "category", "choices": ["Oslo"]},
    {"name": "amount", "type": "float", "min": 0, "max": 9, "precision": 2},
    {"name": "items", "type": "int"},
    {"name": "paid", "type": "bool"},
    {"name": "place", "type": "geo", "bbox": [0, 0, 1, 1]},
]
ANALYSIS: list[tuple[Mapping[str, Any], list[str]]] = [
    (
        {"timestamp_field": "ordered_at"},
        ["timestamp_field: no field 'ordered_at'; known: id, ts, city, amount, items, paid, place"],
    ),
    (
        {"timestamp_field": "amount"},
        ["timestamp_field: 'amount' is a number with a fraction; event time is a datetime field"],
    ),
    ({"id_field": "amount"}, ["id_field: 'amount' is a number with a fraction; an id is text or a whole number"]),
    (
        {"dimensions": ["citty", "amount", "ts", "city", "city", "place"]},
        [
            "dimensions.citty: no field 'citty'; did you mean 'city'?",
            "dimensions.amount: 'amount' is a number with a fraction; group by text, a whole number or a flag",
            "dimensions.ts: 'ts' is the timestamp; rows are grouped by its day anyway",
            "dimensions.place: 'place' is an object; group by text, a whole number or a flag",
            "dimensions.city: 'city' stands twice; remove one",
        ],
    ),
    ({"numeric_fields": ["city"]}, ["numeric_fields.city: 'city' is text; only numbers are summed"]),
    (
        {"boolean_fields": ["items"]},
        ["boolean_fields.items: 'items' is a whole number; only flags are counted; a derived_map can make one"],
    ),
    ({"dimensions": "city"}, ["dimensions: dimensions='city' must be a list"]),
    ({"dimensions": [5]}, ["dimensions.0: 5 must be an object"]),
    ({"timezone": "Europe/Berln"}, ["timezone: timezone='Europe/Berln' is not known; did you mean 'Europe/Berlin'?"]),
    ({"timezone": "../passwd"}, ["timezone: timezone='../passwd' is not known; write it like Europe/Berlin"]),
    (
        {"currency": "rupees"},
        ["currency: currency='rupees' is not a currency; write its three capital letters, such as EUR"],
    ),
    ({"title": ""}, ["title: title='' must not be empty"]),
    (
        {"numeric_fields": [{"name": "items", "format": "money"}]},
        ["numeric_fields.items.format: format='money' needs a currency; set analysis.currency"],
    ),
    (
        {"numeric_fields": [{"name": "items", "polarity": "up", "fromat": "number"}]},
        [
            "numeric_fields.items.polarity: polarity='up' is not one of good, bad",
            "numeric_fields.items.fromat: 'fromat' is not a key here; did you mean 'format'?",
        ],
    ),
    (
        {"aliases": {"citi": ["town"], "city": ["place", "Town"], "amount": ["town"]}},
        [
            "aliases.citi: no field 'citi'; did you mean 'city'?",
            "aliases.city.place: 'place' is itself a field; an alias is another name",
            "aliases.city.Town: 'Town' is already an alias of 'citi'; remove one",
            "aliases.amount.town: 'town' is already an alias of 'citi'; remove one",
        ],
    ),
    (
        {"stream": {"window": "1 hour", "slide": "7 minutes"}},
        ["stream.slide: slide='7 minutes' does not divide window='1 hour'; try '6 minutes'"],
    ),
    (
        {"stream": {"window": "11 days", "slide": "11 days"}},
        ["stream.slide: slide='11 days' does not divide a week; try '1 day'"],
    ),
    (
        {"stream": {"window": "30 minutes", "slide": "1 hour"}},
        ["stream.slide: slide='1 hour' is longer than window='30 minutes'; events would fall between"],
    ),
    (
        {"stream": {"window": "1 day", "slide": "1 minute"}},
        ["stream.slide: slide='1 minute' puts each event into 1,440 windows; at most 1,000"],
    ),
    (
        {"stream": {"window": "an hour"}},
        ["stream.window: window='an hour' is not a span of time; write it like '15 minutes' or '1 hour'"],
    ),
    (
        {"stream": {"watermark": "367 days"}},
        ["stream.watermark: watermark='367 days' must be from 0 second to 366 days"],
    ),
    (
        {"stream": {"group_by": "paid", "value": "city"}},
        [
            "stream.group_by: group_by='paid' is no dimension; known: city",
            "stream.value: value='city' is neither a measure nor a numeric field; known: amount, items",
        ],
    ),
    ({"measures": [{"expression": "1"}]}, ["measures.0: 'name' is missing: what the number is called"]),
    (
        {"measures": [{"name": "amount", "expression": "1"}]},
        ["measures.amount.name: name='amount' is taken by a field or another measure; rename it"],
    ),
    (
        {"measures": [{"name": "net", "expression": "amount * citty"}]},
        ["measures.net.expression: no field 'citty'; did you mean 'city'?"],
    ),
    (
        {"measures": [{"name": "net", "expression": "amount * city"}]},
        ["measures.net.expression: expression='amount * city': * needs a number, but city is text"],
    ),
    (
        {"measures": [{"name": "net", "expression": "amount * paid"}]},
        [
            "measures.net.expression: expression='amount * paid': * needs a number, but paid is true or false; "
            "write 1 if paid else 0"
        ],
    ),
    (
        {"measures": [{"name": "net", "expression": "amount >"}]},
        ["measures.net.expression: expression='amount >': not an expression; write it like price * quantity"],
    ),
    (
        {"measures": [{"name": "net", "expression": "amount > 1"}]},
        ["measures.net.expression: expression='amount > 1' gives no number; a measure is summed"],
    ),
    (
        {"measures": [{"name": "net", "expression": "place"}]},
        ["measures.net.expression: 'place' is an object; expressions read numbers, texts and flags"],
    ),
    (
        {"measures": [{"name": "sum_amount", "expression": "1"}, {"name": "Window_End", "expression": "1"}]},
        [
            "measures.sum_amount: two outputs would be called 'sum_amount'; rename one",
            "measures.Window_End: two outputs would be called 'Window_End'; rename one",
        ],
    ),
]


@pytest.mark.parametrize(("analysis", "expected"), ANALYSIS, ids=lambda case: "")
def test_analysis_is_refused_in_these_words(problems: Lines, analysis: Mapping[str, Any], expected: list[str]) -> None:
    found = problems(document(FIELDS, analysis=analysis))
    assert found == [f"shop.json:1  analysis.{line}" for line in expected]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ([], 'schema: schema is a list; put it into an object: {"fields": […]}'),
        (None, "schema: schema=null must be an object"),
        ({"fields": {}}, "schema.fields: fields={} must be a list"),
        ({"field": []}, "schema: 'fields' is missing: the columns, in order"),
    ],
)
def test_a_schema_that_is_no_list_of_fields_is_refused(problems: Lines, schema: Any, expected: str) -> None:
    assert f"shop.json:1  {expected}" in problems(json.dumps({"schema": schema}))


def test_all_faults_of_a_document_are_told_at_once_in_the_order_of_lines(problems: Lines) -> None:
    text = """{
  "seed": "x",
  "schema": {
    "fields": [
      {"name": "ts", "type": "datetime"},
      {"name": "city", "type": "categry"},
      {
        "name": "amount",
        "type": "float",
        "distribution": "normal",
        "mean": 1,
        "stddev": -3,
        "clamp": [9, 1]
      }
    ]
  },
  "analysis": {
    "timestamp_field": "tz",
    "dimensions": ["city", "shop"],
    "stream": {"slide": "1 hour", "window": "9 minutes"}
  },
  "seed": 3
}"""
    assert problems(text) == [
        "shop.json:6   schema.fields.city.type: type='categry' is not a type; did you mean 'category'?",
        "shop.json:12  schema.fields.amount.stddev: stddev=-3 must be at least 0",
        "shop.json:13  schema.fields.amount.clamp: clamp=[9, 1] has its lowest value above its highest; swap them?",
        "shop.json:18  analysis.timestamp_field: no field 'tz'; known: ts, city, amount",
        "shop.json:19  analysis.dimensions.shop: no field 'shop'; known: ts, city, amount",
        "shop.json:20  analysis.stream.slide: slide='1 hour' is longer than window='9 minutes'; "
        "events would fall between",
        "shop.json:22  seed: 'seed' stands twice in one object, first in line 2",
    ]


def test_faults_beyond_the_thousandth_are_still_faults(problems: Lines) -> None:
    repeated = ",\n".join(['"seed": 1'] * 1002)
    wrong = '"time_window": 5, "entity_count": "x", "output": 7, "name": 8, "analysis": [9]'
    found = problems(f'{{{repeated}, {wrong}, "schema": {{"fields": [{{"name": 1, "type": []}}, 7]}}}}')
    assert len(found) == 1001
    assert found[-1] == "shop.json:1001  the rest of over 1,000 problems is left out"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x" * 60, f"'{'x' * 60}'"),
        ("x" * 61, f"'{'x' * 57}...'"),
        ([1] * 20, f"[{'1, ' * 19}1]"),
        ([1] * 21, f"[{'1, ' * 18}1,..."),
        ("é\u200b\n'", '"é\\u200b\\n\'"'),
        ({"é": None}, '{"é": null}'),
    ],
)
def test_a_value_is_shown_in_one_short_line(problems: Lines, value: Any, shown: str) -> None:
    assert problems(document([CITY], seed=value)) == [f"shop.json:1  seed: seed={shown} must be a whole number"]


def test_a_message_can_neither_break_its_line_nor_steer_a_terminal(problems: Lines) -> None:
    found = problems(document([field("string", pattern="{9-1}\n\x1b[2J\u202e")]))
    assert len(found) == 1
    assert found[0].isprintable()


def test_a_wrong_window_makes_no_fault_of_a_right_profile(problems: Lines) -> None:
    profile = {"day_of_week": {"0": 1, "_default": 0}}
    found = problems(document([field("datetime", mode="seasonality", profile=profile)], time_window={"start": 1}))
    assert [line.partition(": ")[0] for line in found] == ["shop.json:1  time_window.start", "shop.json:1  time_window"]
