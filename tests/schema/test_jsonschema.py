"""The JSON Schema for editors says the same as the reader, as far as shapes go."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.errors import SchemaError
from datagen.model import Dataset
from datagen.schema.jsonschema import json_schema
from tests.gallery import GALLERY
from tests.schema.nodes import changed, column, document, everything

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "schemas" / "schema.json"
VALIDATOR = jsonschema.Draft202012Validator(json_schema())

Read = Callable[..., Dataset]
Lines = Callable[..., list[str]]
Shop = Callable[..., dict[str, Any]]


def test_the_committed_file_is_what_the_command_writes() -> None:
    command = [sys.executable, "-m", "datagen.schema.jsonschema"]
    made = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert COMMITTED.read_text("utf-8") == made, "run: python -m datagen.schema.jsonschema > schemas/schema.json"


def test_it_is_a_json_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("path", GALLERY.values(), ids=GALLERY)
def test_every_document_of_the_gallery_fits_and_names_it(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    assert document["$schema"] == "schema.json"
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []


def field(kind: str, **keys: Any) -> dict[str, Any]:
    return {"name": "x", "type": kind, **keys}


FITTING: list[dict[str, Any]] = [
    field("uuid", comment={"any": "thing"}),
    field("id_sequence", start=-5, step=2.0),
    field("int", min=1, max=6, skew=0.5, null_prob=0),
    field("float", min=0, max=1, clamp=[0, 1], precision=3),
    field("float", distribution="uniform", min=0, max=1),
    field("float", distribution="normal", mean=0, stddev=0),
    field("float", distribution="lognormal", mean=0, stddev=1, precision=None),
    field("float", distribution="exponential", **{"lambda": 2}),
    field("bool", p_true=1),
    field("category", choices=["a", 1, None, True, 0.5, {"value": "b", "weight": 0.5, "comment": "x"}]),
    field("category", conditional_on="city", conditional_table={"Oslo": [1], "_default": [{"value": 2}]}),
    field("string", pattern="{A-Z}", unique=False),
    field("datetime", format="epoch_s"),
    field("datetime", mode="ramp", direction="down"),
    field("datetime", mode="seasonality", profile={"hour_of_day": {"0": 1, "_default": 2}, "comment": "x"}),
    field("geo", bbox=[0, 0, 1, 1], as_object=False),
    field("derived_concat", parts=["city"], sep=""),
    field("derived_map", from_field="city", map={"comment": 1}, default="x"),
]


@pytest.mark.parametrize("written", FITTING, ids=lambda case: "")
def test_a_field_that_is_read_fits(read: Read, shop: Shop, written: dict[str, Any]) -> None:
    document = shop(written)
    read(document)
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []


MISSHAPEN_FIELDS: list[Any] = [
    5,
    {"name": "x"},
    {"type": "uuid"},
    {"name": "1x", "type": "uuid"},
    field("integer"),
    field("uuid", min=1),
    field("uuid", null_prob=1.1),
    field("id_sequence", step="1"),
    field("id_sequence", start=2**63),
    field("int", min=0.5),
    field("int", skew=0),
    field("float"),
    field("float", min=0),
    field("float", min=0, max=1, mean=1),
    field("float", distribution="norml", min=0, max=1),
    field("float", distribution="normal", mean=1, stddev=-1),
    field("float", distribution="normal", mean=1, stddev=1, min=0),
    field("float", distribution="exponential", **{"lambda": 0}),
    field("float", min=0, max=1, clamp=[0]),
    field("float", min=0, max=1, precision=16),
    field("bool", p_true=2),
    field("category"),
    field("category", choices=[]),
    field("category", choices="a"),
    field("category", choices=[[1]]),
    field("category", choices=[{"value": 1, "weight": -1}]),
    field("category", choices=[{"weight": 1}]),
    field("category", choices=[1], conditional_on="city"),
    field("category", conditional_on="city"),
    field("category", conditional_on="city", conditional_table={}),
    field("category", conditional_on="city", conditional_table={"Oslo": []}),
    field("string"),
    field("string", pattern=""),
    field("string", pattern="a", unique="yes"),
    field("datetime", mode="seasonal"),
    field("datetime", mode="seasonality"),
    field("datetime", direction="up"),
    field("datetime", mode="ramp", direction="left"),
    field("datetime", mode="seasonality", profile={"hour": {}}),
    field("datetime", mode="seasonality", profile={"hour_of_day": {"24": 1}}),
    field("datetime", mode="seasonality", profile={"day_of_week": {"6": -1}}),
    field("geo", bbox=[0, 0, 1]),
    field("geo", bbox=[0, 0, 1, 1], as_object=1),
    field("derived_concat", parts=[]),
    field("derived_concat", parts="city"),
    field("derived_map", from_field="city"),
    field("derived_map", from_field="city", map={"a": []}),
]
MISSHAPEN_TOPS: list[dict[str, Any]] = [
    {"nme": "shop"},
    {"name": "Shop"},
    {"seed": "1"},
    {"seed": 2**63},
    {"entity_count": -1},
    {"entity_count": 0.5},
    {"entity_count": None},
    {"entity_count": 10**11},
    {"time_window": {"start": "2025-01-01"}},
    {"time_window": {"start": "2025-01-01", "end": "soon"}},
    {"output": {"format": "xml"}},
    {"output": {"gzip": 1}},
    {"analysis": []},
    {"analysis": {"dimension": []}},
    {"analysis": {"dimensions": "city"}},
    {"analysis": {"dimensions": [1]}},
    {"analysis": {"dimensions": [{"label": "x"}]}},
    {"analysis": {"dimensions": [{"name": "city", "polarity": "up"}]}},
    {"analysis": {"currency": "euro"}},
    {"analysis": {"title": ""}},
    {"analysis": {"measures": ["amount"]}},
    {"analysis": {"measures": [{"name": "net"}]}},
    {"analysis": {"measures": [{"name": "net", "expression": "1", "precision": 16}]}},
    {"analysis": {"aliases": {"city": "town"}}},
    {"analysis": {"stream": {"window": "an hour"}}},
    {"analysis": {"stream": {"windw": "1 hour"}}},
]


@pytest.mark.parametrize("written", MISSHAPEN_FIELDS, ids=lambda case: "")
def test_a_field_of_wrong_shape_is_refused_by_both(problems: Lines, shop: Shop, written: Any) -> None:
    assert problems(shop(written))
    assert not VALIDATOR.is_valid(shop(written))


@pytest.mark.parametrize("top", MISSHAPEN_TOPS, ids=lambda case: "")
def test_a_top_of_wrong_shape_is_refused_by_both(problems: Lines, shop: Shop, top: dict[str, Any]) -> None:
    assert problems(shop(**top))
    assert not VALIDATOR.is_valid(shop(**top))


KEYS = sorted({key for written in FITTING for key in written})
VALUES = [value for written in FITTING for value in written.values()] + [None, -1, "2025-01-01", {}, [], "x" * 70]


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(FITTING), st.sampled_from(KEYS), st.sampled_from(VALUES))
def test_what_is_read_fits_whatever_is_changed(written: dict[str, Any], key: str, value: Any) -> None:
    document = {"schema": {"fields": [{"name": "city", "type": "uuid"}, {**written, key: value}]}}
    assert not reads(document) or VALIDATOR.is_valid(document)


def reads(document: dict[str, Any]) -> bool:
    from tempfile import TemporaryDirectory

    from datagen.schema import read_schema

    with TemporaryDirectory() as folder:
        path = Path(folder) / "shop.json"
        path.write_text(json.dumps(document), "utf-8")
        try:
            read_schema(path)
        except SchemaError:
            return False
        return True


MISSHAPEN_TABLES: list[dict[str, Any]] = [
    document(nodes=[]),
    document(nodez=[]),
    document(event={"kind": "facts"}),
    document(event={"fanout": {"distribution": "poison"}}),
    document(user={"rows": -5}),
    document({"name": "x", "type": "int"}),
    document({"name": "x", "type": "text", "generator": {"sequence": {}}}),
    document(column("int", sequnce={})),
    document(column("int", sequence={}, faker={"method": "name"})),
    document(column("int", choice={"choices": [1], "weights": [-1]})),
    document(column("float", distribution={"type": "norm", "params": {}})),
    document(column("float", distribution={"params": {"mean": 1, "std": 1}})),
    document(column("float", distribution={"type": "normal", "params": {"mean": 1}})),
    document(column("datetime", datetime_series={"within": "year"})),
    document(column("datetime", datetime_series={"pattern": {"dimension": "week", "weights": [1]}})),
    document(column("int", lookup={"from": "user"})),
    document(changed("multply", factor=2)),
    document(constraints={"uniqe": []}),
    document(constraints={"inequalities": [{"left": "event.ts", "op": "=<", "right": "user.joined"}]}),
    document(targets={"weekday_share": {}}),
    document(analysis={"tabel": "user"}),
]


@pytest.mark.parametrize("written", MISSHAPEN_TABLES, ids=lambda case: "")
def test_a_document_of_tables_of_wrong_shape_is_refused_by_both(problems: Lines, written: dict[str, Any]) -> None:
    assert problems(written)
    assert not VALIDATOR.is_valid(written)


def test_a_document_with_every_key_of_tables_fits(read: Read) -> None:
    assert len(read(everything()).tables) == 4
    assert [error.message for error in VALIDATOR.iter_errors(everything())] == []
