"""The environment and the command line over the document: flag > variable > file > default."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from datagen.errors import SchemaError, UserError
from datagen.model import Dataset
from datagen.settings import VARIABLES, assignment, overrides

Read = Callable[..., Dataset]
Lines = Callable[..., list[str]]
Shop = Callable[..., dict[str, Any]]


def test_each_variable_sets_its_value(read: Read, shop: Shop) -> None:
    environment = {
        "DATAGEN_SEED": "5",
        "DATAGEN_ROWS": " 70 ",
        "DATAGEN_START": "2025-01-02",
        "DATAGEN_END": "2025-01-03",
        "DATAGEN_FORMAT": "jsonl",
        "DATAGEN_OUTPUT": "-",
    }
    dataset = read(shop(seed=1, output={"format": "csv", "gzip": True}), overrides=overrides(environment))
    assert (dataset.seed, dataset.tables[0].rows, dataset.drawn) == (5, 70, frozenset())
    assert dataset.document["time_window"] == {"start": "2025-01-02", "end": "2025-01-03"}
    assert (dataset.output.format, dataset.output.gzip) == ("jsonl", True)
    assert dataset.overrides == {
        "seed": 5,
        "entity_count": 70,
        "time_window.start": "2025-01-02",
        "time_window.end": "2025-01-03",
        "output.format": "jsonl",
    }


def test_an_empty_variable_says_nothing() -> None:
    assert overrides({**dict.fromkeys(VARIABLES, ""), "DATAGEN_SET": " \n\n"}) == {}


def test_a_flag_beats_a_variable_and_a_variable_the_file(read: Read, shop: Shop) -> None:
    environment = {"DATAGEN_SEED": "2", "DATAGEN_SET": "seed=9\nentity_count=9"}
    document = shop(seed=1, entity_count=1)
    assert read(document).seed == 1
    assert read(document, overrides=overrides(environment)).seed == 2
    assert read(document, overrides=overrides(environment, {}, ["seed=3"])).seed == 3
    given = overrides(environment, {"seed": 4, "entity_count": None}, ["seed=3"])
    assert (given["seed"], given["entity_count"]) == (4, 9)


def test_what_is_given_last_is_laid_on_last(read: Read, shop: Shop) -> None:
    given = overrides({"DATAGEN_SET": "output.gzip=true"}, {"output.gzip": False}, ['output={"format": "jsonl"}'])
    assert list(given) == ["output", "output.gzip"]
    assert read(shop(), overrides=given).document["output"] == {"format": "jsonl", "gzip": False}


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("seed=1", "seed", 1),
        (" seed = 1 ", "seed", 1),
        ("a.b=[1, 2]", "a.b", [1, 2]),
        ("a=x=y", "a", "x=y"),
        ("a=", "a", ""),
        ('a="1"', "a", "1"),
        ("a=true", "a", True),
        ("a=null", "a", None),
        ("a=NaN", "a", "NaN"),
        ("a=2025-01-01", "a", "2025-01-01"),
        ("a={oops", "a", "{oops"),
        ('schema.fields.x.map."a.b=c"=1', 'schema.fields.x.map."a.b=c"', 1),
        ("a=ü", "a", "ü"),
    ],
)
def test_a_value_is_json_else_text(text: str, path: str, value: Any) -> None:
    assert assignment(text, "--set") == (path, value)


@pytest.mark.parametrize("text", ["seed", "=1", "", "a..b=1", ".a=1", "a.=1", '"a=1'])
def test_what_is_no_assignment_is_refused(text: str) -> None:
    with pytest.raises(
        UserError, match=r"^--set: '.*' is not path=value; write it like schema\.fields\.amount\.clamp="
    ):
        assignment(text, "--set")


def test_text_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(UserError, match=r"^DATAGEN_FORMAT: 'cs\\udcff' is not UTF-8$"):
        overrides({"DATAGEN_FORMAT": "cs\udcff"})
    with pytest.raises(UserError, match=r"^--set: .* is not UTF-8$"):
        overrides({}, {}, ["a=\udcff"])


def test_a_key_that_stands_twice_in_a_value_is_refused() -> None:
    with pytest.raises(UserError, match=r"^DATAGEN_SET: '\{\"b\":1,\"b\":2\}' has the key 'b' twice$"):
        overrides({"DATAGEN_SET": 'a={"b":1,"b":2}'})


def test_items_of_lists_stand_by_name_or_by_number(read: Read, shop: Shop) -> None:
    given = {
        "schema.fields.amount.clamp": [1, 5],
        "schema.fields.4.max": 7,
        "schema.fields.city.choices.1": "Umeå",
        "analysis.dimensions.city.label": "Town",
        "analysis.numeric_fields.items.unit": "pcs",
    }
    document = shop(analysis={"dimensions": ["city"], "numeric_fields": ["amount", {"name": "items"}]})
    dataset = read(document, overrides=given)
    fields = {field["name"]: field for field in dataset.document["schema"]["fields"]}
    assert (fields["amount"]["clamp"], fields["items"]["max"]) == ([1, 5], 7)
    assert fields["city"]["choices"] == ["Oslo", "Umeå"]
    assert dataset.analysis.dimensions[0].label == "Town"
    assert dataset.analysis.numeric_fields[1].unit == "pcs"
    assert dataset.overrides == given


def test_a_part_of_the_default_window_can_be_set(read: Read, shop: Shop) -> None:
    dataset = read(shop(), overrides={"time_window.start": "2026-03-01"})
    assert dataset.document["time_window"] == {"start": "2026-03-01", "end": "2026-03-13"}
    assert dataset.drawn == {"seed", "time_window"}


def test_faults_of_overrides_name_their_source_and_no_line(problems: Lines, shop: Shop) -> None:
    given = overrides(
        {
            "DATAGEN_SEED": "x",
            "DATAGEN_START": "2027-01-05",
            "DATAGEN_SET": "analysis.tilte=a\nschema.fields.city.min=1",
        },
        {"entity_count": -3},
        ["schema.fields.amuont.clamp=[1,500]", "schema.fields.amount.clamp=[7,2]", "seed.x=3", "schema.fields.9.max=1"],
    )
    window = {"start": "2025-01-01", "end": "2025-02-01"}
    without_line = [
        "schema.fields.amuont.clamp: schema.fields has no item 'amuont'; did you mean 'amount'?",
        "seed.x: seed is 'x' and has no 'x'",
        "schema.fields.9.max: schema.fields has no item '9'; known: id, ts, city, amount, items, paid",
        "seed: seed='x' must be a whole number (set by DATAGEN_SEED)",
        "entity_count: entity_count=-3 must be at least 0 (set by an option)",
        "schema.fields.city.min: 'min' is not a key here; known: name, null_prob, type, choices (set by DATAGEN_SET)",
        "schema.fields.amount.clamp: clamp=[7, 2] has its lowest value above its highest; swap them? (set by --set)",
        "analysis.tilte: 'tilte' is not a key here; did you mean 'title'? (set by DATAGEN_SET)",
    ]
    assert problems(shop(time_window=window, seed=1), overrides=given) == [
        *(f"shop.json    {line}" for line in without_line),
        "shop.json:2  time_window: start='2027-01-05' is after end='2025-02-01'; swap them? "
        "(time_window.start set by DATAGEN_START)",
    ]


def test_a_fault_of_the_file_that_an_override_elsewhere_made_one_names_the_override(
    problems: Lines, shop: Shop
) -> None:
    table = {
        "name": "x",
        "type": "category",
        "conditional_on": "city",
        "conditional_table": {"Oslo": [1], "Turku": [2]},
    }
    measures = [{"name": "total", "expression": "items * amount"}]
    document = shop(table, analysis={"dimensions": ["city"], "numeric_fields": ["items"], "measures": measures})
    found = problems(document, overrides=overrides({}, {}, ["schema.fields.city.choices=[1,1.5]"]))
    note = "(schema.fields.city.choices set by --set)"
    assert [line.partition("  ")[2].strip() for line in found] == [
        "analysis.dimensions.city: 'city' is a number with a fraction; group by text, a whole number or a flag " + note,
        "schema.fields.x.conditional_table: conditional_table has no '1', '1.5', which 'city' can be; "
        "add them or '_default' " + note,
    ]
    given = {"type": "category", "name": "items", "choices": ["a"]}
    found = problems(document, overrides=overrides({}, {}, [f"schema.fields.items={json.dumps(given)}"]))
    assert [line.rpartition(" (")[2] for line in found] == ["schema.fields.items set by --set)"] * 2


def test_an_override_leaves_the_file_and_its_faults_where_they_are(problems: Lines, shop: Shop) -> None:
    document = shop({"name": "x", "type": "int", "mni": 1})
    assert problems(document, overrides={"schema.fields.x.max": 5})[0].startswith("shop.json:38  schema.fields.x.mni: ")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "this is no path; write it like schema.fields.amount.clamp"),
        ("a..b", "this is no path; write it like schema.fields.amount.clamp"),
        ("a.", "this is no path; write it like schema.fields.amount.clamp"),
        ('a."b', "this is no path; write it like schema.fields.amount.clamp"),
        ('a"b"', "this is no path; write it like schema.fields.amount.clamp"),
        ("a" * 501, "this is no path; write it like schema.fields.amount.clamp"),
        ('a."\\x"', "in '\"\\\\x\"': \\x is no escape; a backslash in a text is written \\\\"),
        (
            'a."\\ud800"',
            "in '\"\\\\ud800\"': a text with \\u0000 or half of a surrogate pair; no file could hold it",
        ),
        ("seed.a", "seed is 1 and has no 'a'"),
        ("schema.fields.x", "schema.fields has no item 'x'; known: id, ts, city, amount, items, paid"),
    ],
)
def test_a_path_that_leads_nowhere_is_told(read: Read, shop: Shop, path: str, message: str) -> None:
    with pytest.raises(SchemaError) as caught:
        read(shop(seed=1), overrides={path: 1})
    assert [(problem.path, problem.line, problem.message) for problem in caught.value.problems] == [(path, 0, message)]


def test_a_key_with_a_point_in_it_stands_in_quotes(read: Read, shop: Shop) -> None:
    field = {"name": "x", "type": "derived_map", "from_field": "city", "map": {"a.b": 1}}
    dataset = read(shop(field), overrides={'schema.fields.x.map."a.b"': 2, 'schema.fields.x.map."\\"c\\u00e9"': 3})
    assert dataset.document["schema"]["fields"][-1]["map"] == {"a.b": 2, '"cé': 3}
