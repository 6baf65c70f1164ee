"""Every other key of the relational dialect is read: constraints, targets, behaviours, effects, names, order.

Where what a key asks for is not made yet, making refuses and says which key it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from datagen.compile import compile_schema
from datagen.distinct.dealt import Dealt
from datagen.distinct.faked import DistinctFaked, DistinctPeople
from datagen.errors import UserError
from datagen.generators.pattern import Pattern
from datagen.generators.uuid import Uuid
from datagen.model import Dataset
from datagen.rows import generate
from tests.schema.nodes import (
    COMPOSITE,
    EFFECT,
    MEAN,
    PROMOTION,
    SEGMENTS,
    SHARE,
    SPIKE,
    changed,
    column,
    document,
    with_tables,
)
from tests.schema.test_nodes import fitting

Read = Callable[..., Dataset]
Written = dict[str, Any]


def unmade(read: Read, written: Written) -> list[str]:
    """The paths of what is read and not made yet, each once; making refuses with the first."""
    plan = compile_schema(read(fitting(written)))
    found = [sentence.partition(":")[0] for sentence in plan.dataset.unmade]
    if found:
        with pytest.raises(UserError, match="not made yet"):
            plan.refuse_unmade()
    else:
        plan.refuse_unmade()
    return found


MADE_CONSTRAINTS: list[Written] = [
    {},
    {"unique": []},
    {"unique": ["user.user_id", "event.event_id"]},
    {"foreign_keys": [{"from": "event.user_id", "to": "user.user_id", "comment": "x"}]},
]


@pytest.mark.parametrize("written", MADE_CONSTRAINTS, ids=lambda case: "")
def test_what_holds_by_construction_is_read_and_made(read: Read, written: Written) -> None:
    assert unmade(read, document(constraints=written)) == []


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ({"faker": {"method": "uuid4"}}, Uuid),
        ({"faker": {"method": "bothify", "text": "C-??-####"}}, Pattern),
        ({"faker": {"method": "numerify", "text": "%###"}}, Pattern),
        ({"faker": {"method": "email"}}, DistinctPeople),
        ({"faker": {"method": "name"}}, DistinctFaked),
        ({"choice": {"choices": [str(number) for number in range(900)]}}, Dealt),
    ],
    ids=lambda case: "",
)
def test_a_key_has_no_value_twice(read: Read, written: Written, kind: type) -> None:
    key = {"name": "code", "type": "string", "generator": written}
    full = document()
    full["nodes"].append({"id": "other", "kind": "entity", "pk": "code", "rows": 900, "columns": [key]})
    assert unmade(read, full) == []
    plan = compile_schema(read(full))
    assert isinstance(plan.tables["other"].columns[0].generator, kind)
    assert len(set(generate(plan, "other", 0, 900).column(0).to_pylist())) == 900


LATER: list[tuple[str, Any, list[str]]] = [
    ("unique", ["user.joined"], []),
    ("foreign_keys", [{"from": "event.amount", "to": "user.user_id"}], []),
    ("ranges", [{"attr": "event.amount", "min": 0, "max": 10}], []),
    ("ranges", [{"attr": "event.ts", "min": "2024-01-01"}], []),
    *(
        ("inequalities", [{"left": "user.joined", "op": op, "right": "event.ts"}], [])
        for op in ("<", "<=", ">", ">=", "==")
    ),
    ("pattern", [{"attr": "user.city", "regex": "^[A-Z]"}], []),
    ("enum", [{"attr": "user.city", "values": ["Oslo"]}], []),
    ("enum", [{"attr": "user.age", "enum_ref": "user.user_id"}], []),
]


@pytest.mark.parametrize(("key", "written", "paths"), LATER, ids=lambda case: "")
def test_a_constraint_is_read(read: Read, key: str, written: Any, paths: list[str]) -> None:
    assert unmade(read, document(constraints={key: written})) == paths


TARGETS: list[tuple[Any, list[str]]] = [
    (None, []),
    ({}, []),
    ({"weekend_share": SHARE}, []),
    ({"weekend_share": [SHARE, SHARE], "comment": "x"}, []),
    ({"mean_in_range": MEAN}, []),
    ({"composite_effect": COMPOSITE}, []),
    ({"composite_effect": {"table": "event"}}, []),
    ({"composite_effect": {**COMPOSITE, "metric": "volume"}}, []),
]


@pytest.mark.parametrize(("written", "paths"), TARGETS, ids=lambda case: "")
def test_a_target_is_read(read: Read, written: Any, paths: list[str]) -> None:
    assert unmade(read, document(targets=written)) == paths


BEHAVIOURS: list[tuple[str, str, Any]] = [
    ("user", "segment_behavior", SEGMENTS),
    ("user", "segment_behavior", {"segment_column": "city", "segments": {"Oslo": {"base_probability": 0.3}}}),
    ("user", "segment_behavior", {"segment_column": "city", "applies_to_columns": ["event.amount"]}),
    ("user", "vintage_behavior", {"created_at_column": "joined"}),
    *(
        (
            "user",
            "vintage_behavior",
            {"created_at_column": "joined", "age_based_multipliers": {"growth": {"curve": curve, **keys}}},
        )
        for curve, keys in (
            ([1, 0.5, 0], {}),
            ([1], {"time_unit": "day", "applies_to": "fanout", "comment": "x"}),
            ({"curve_type": "linear", "params": {"a": 1, "b": 0.5}}, {"time_unit": "year", "applies_to": ["amount"]}),
            ({"curve_type": "logarithmic", "params": {"a": 1, "b": 1}, "comment": "x"}, {"time_unit": "month"}),
            ({"curve_type": "exponential", "params": {"a": 1, "b": -1}}, {}),
        )
    ),
    ("event", "stage_config", {"stages": [{"stage_name": "seen", "transition_rate": 0.5}, {"stage_name": "bought"}]}),
    (
        "event",
        "stage_config",
        {
            "stages": [{"stage_name": "seen"}],
            "segment_variation": {"Oslo": {"transition_multiplier": 1.2}},
            "mean_hours": 12,
        },
    ),
]


@pytest.mark.parametrize(("name", "key", "written"), BEHAVIOURS, ids=lambda case: "")
def test_a_behaviour_is_read_and_made(read: Read, name: str, key: str, written: Any) -> None:
    assert unmade(read, document(**{name: {key: written}})) == []


TRANSFORMS: list[Written] = [
    changed("outliers", **SPIKE),
    changed("outliers", rate=0, magnitude_dist={"kind": "uniform", "params": {"low": 0, "high": 1}}),
    changed("trend", type="linear", growth_rate=0.1, time_reference="ts"),
    changed("trend", type="exponential", growth_rate=-0.1),
    changed("trend", type="logarithmic", params={"a": 1, "b": 2}),
    changed("seasonality", dimension="dow", weights=[1, 1, 1, 1, 1, 2, 2]),
    changed("effect", **{**EFFECT, "on": {}}),
    {
        **column("datetime", datetime_series={}),
        "modifiers": [{"transform": "time_jitter", "args": {"std_minutes": 5}, "comment": "x"}],
    },
    {
        **column("datetime", datetime_series={}),
        "modifiers": [{"transform": "effect", "args": {**EFFECT, "on": {"city": "city"}}}],
    },
    {
        **column("datetime", lookup={"from": "user.joined"}),
        "modifiers": [{"transform": "time_jitter", "args": {"std_minutes": 5}}],
    },
]


@pytest.mark.parametrize("written", TRANSFORMS, ids=lambda case: "")
def test_a_transform_is_read_and_made(read: Read, written: Written) -> None:
    full = with_tables(PROMOTION)
    full["nodes"][1]["columns"].append(written)
    assert unmade(read, full) == []


NOT_DRAWN: list[Written] = [
    {"transform": "seasonality", "args": {"dimension": "dow", "weights": [1, 1, 1, 1, 1, 2, 2]}},
    {"transform": "effect", "args": EFFECT},
]


@pytest.mark.parametrize("written", NOT_DRAWN, ids=lambda case: case["transform"])
def test_an_instant_that_is_not_drawn_here_cannot_be_reweighted(read: Read, written: Written) -> None:
    full = with_tables(PROMOTION)
    full["nodes"][1]["columns"].append({**column("datetime", lookup={"from": "user.joined"}), "modifiers": [written]})
    assert unmade(read, full) == ["nodes.event.columns.x.modifiers.0.transform"]
    staged = with_tables(PROMOTION, event={"stage_config": {"stages": [{"stage_name": "seen"}]}})
    staged["nodes"][1]["columns"][2]["modifiers"] = [written]
    assert unmade(read, staged) == ["nodes.event.columns.ts.modifiers.0.transform"]


def test_shares_of_segments_are_made_where_the_segment_is_a_choice(read: Read) -> None:
    shares = {"segment_column": "city", "segments": {"Oslo": {"base_probability": 0.3}}}
    drawn = {"name": "city", "type": "string", "generator": {"faker": {"method": "city"}}}
    written = document(user={"segment_behavior": shares, "columns": [*document()["nodes"][0]["columns"][:3], drawn]})
    assert unmade(read, written) == ["nodes.user.segment_behavior.segments"]


def test_seasonality_of_an_instant_is_made(read: Read) -> None:
    season = {"transform": "seasonality", "args": {"dimension": "month", "weights": [2, *[1] * 11]}}
    assert unmade(read, document({**column("datetime", datetime_series={}), "modifiers": [season]})) == []


def test_outliers_of_an_instant_have_no_meaning_and_are_accepted(read: Read) -> None:
    written = {**column("datetime", datetime_series={}), "modifiers": [{"transform": "outliers", "args": SPIKE}]}
    assert unmade(read, document(written)) == []


def test_an_effect_on_a_table_is_read_and_made(read: Read) -> None:
    written = with_tables(PROMOTION, event={"modifiers": [{"transform": "effect", "args": EFFECT}]})
    assert unmade(read, written) == []


def test_an_effect_on_a_table_is_made_whether_or_not_its_columns_are_known_of_the_parent(read: Read) -> None:
    read_of_parent = {"name": "town", "type": "string", "generator": {"lookup": {"from": "user.city"}}}
    drawn = {"name": "shop", "type": "string", "generator": {"choice": {"choices": ["Oslo"]}}}
    for name in ("town", "shop"):
        args = {**EFFECT, "on": {name: "city"}}
        written = with_tables(PROMOTION, event={"modifiers": [{"transform": "effect", "args": args}]})
        written["nodes"][1]["columns"] += [read_of_parent, drawn]
        assert unmade(read, written) == []


def test_adding_nothing_to_an_instant_is_accepted_and_changes_nothing(read: Read) -> None:
    written = {**column("datetime", datetime_series={}), "modifiers": [{"transform": "add", "args": {"value": 0.0}}]}
    plain = column("datetime", datetime_series={})
    made, unchanged = (generate(compile_schema(read(document(one))), "event", 0, 20) for one in (written, plain))
    assert made.column("x").equals(unchanged.column("x"))


@pytest.mark.parametrize("value", [1, -0.5])
def test_adding_something_to_an_instant_is_refused(read: Read, value: float) -> None:
    written = {**column("datetime", datetime_series={}), "modifiers": [{"transform": "add", "args": {"value": value}}]}
    with pytest.raises(UserError, match="transform='add' has no meaning for type='datetime'"):
        read(document(written))


ORDERS: list[Any] = [None, [], [["user"], ["event"]], [["user", "event"]], [["user"]]]


@pytest.mark.parametrize("dag", ORDERS, ids=lambda case: "")
def test_a_dag_that_agrees_is_read(read: Read, dag: Any) -> None:
    assert [made.name for made in read(fitting(document(dag=dag))).tables] == ["user", "event"]


def test_the_order_is_inferred(read: Read) -> None:
    written = document()
    written["nodes"].reverse()
    assert [made.name for made in read(written).tables] == ["user", "event"]


@pytest.mark.parametrize(
    ("metadata", "name"),
    [
        ({"name": "UserEvents", "domain": "web", "use_case": {"any": 1}, "description": "x"}, "userevents"),
        ({"name": "Shop & Co. 2"}, "shop_co_2"),
        ({}, "shop"),
        (None, "shop"),
    ],
)
def test_the_name_on_disk_is_that_of_the_metadata_else_of_the_file(read: Read, metadata: Any, name: str) -> None:
    assert read(fitting(document(metadata=metadata))).name == name


@pytest.mark.parametrize("version", ["1.0", "1", 1, 1.0, "1.2.3"])
def test_versions_of_the_first_language_are_read(read: Read, version: Any) -> None:
    assert len(read(document(version=version)).tables) == 2


def test_files_are_parquet_unless_said_otherwise(read: Read) -> None:
    assert read(document()).output.format == "parquet"
    assert read(fitting(document(output={"format": "csv"}))).output.format == "csv"


def test_the_only_fact_is_analysed_by_what_its_columns_are(read: Read) -> None:
    kind = {"name": "kind", "type": "string", "generator": {"choice": {"choices": ["a", "b"]}}}
    analysis = read(document(kind, column("bool", choice={"choices": [True, False]}))).analysis
    assert (analysis.table, analysis.id_field, analysis.timestamp_field) == ("event", "event_id", "ts")
    assert [entry.name for entry in analysis.dimensions] == ["kind", "x"]
    assert [entry.name for entry in analysis.numeric_fields] == ["amount"]
    assert [entry.name for entry in analysis.boolean_fields] == ["x"]
    assert (analysis.name, analysis.window_start) == ("UserEvents", "2024-01-01T00:00:00")


def test_another_table_is_analysed_where_it_is_named(read: Read) -> None:
    dataset = read(fitting(document(analysis={"table": "user"})))
    assert (dataset.analysis.table, dataset.analysis.timestamp_field) == ("user", "joined")
    assert [made.axis for made in dataset.tables] == ["joined", None]


def test_notes_change_no_fingerprint_and_rows_do(read: Read) -> None:
    plain = read(document()).analysis.fingerprint
    assert read(document(comment="x", metadata={"name": "UserEvents", "domain": "y"})).analysis.fingerprint == plain
    assert read(document(user={"rows": 51})).analysis.fingerprint != plain


def test_tables_and_columns_stand_by_name_in_the_paths_of_overrides(read: Read) -> None:
    overrides = {"nodes.user.rows": 3, "nodes.event.fanout.lambda": 0, "timeframe.freq": "D"}
    plan = compile_schema(read(document(), overrides=overrides))
    assert {name: made.rows for name, made in plan.tables.items()} == {"user": 3, "event": 0}
    assert read(document(), overrides={"time_window.end": "2024-02-01"}).span["end"] == "2024-02-01"
