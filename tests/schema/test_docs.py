"""docs/schema.md names every type and key, with the defaults of the models."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from datagen.expression import FUNCTIONS
from datagen.generators.strftime import DIRECTIVES
from datagen.schema import document
from datagen.schema.fields import KINDS, FieldBase, Variants
from datagen.schema.jsonschema import field_models
from datagen.schema.wording import keys_of

TEXT = (Path(__file__).parents[2] / "docs" / "schema.md").read_text("utf-8")
COMMON = set(keys_of(FieldBase)) | {"type"}


def section(heading: str) -> str:
    """The text under a heading, up to the next of its level or above."""
    level = heading.count("#")
    _, _, after = TEXT.partition(f"\n{heading}\n")
    return re.split(rf"^#{{1,{level}}} ", after, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> dict[str, str]:
    """The keys that the tables of a section have, with their defaults."""
    return {key: default.strip() for key, default in re.findall(r"^\| `(\w+)` \|([^|]*)\|", text, re.MULTILINE)}


def own_keys(kind: str) -> Iterator[tuple[type[FieldBase], str]]:
    for condition, model in field_models():
        if model.model_fields["type"].annotation.__args__ == (kind,):  # type: ignore[union-attr]
            assert condition
            yield from ((model, key) for key in keys_of(model) if key not in COMMON)


def default_of(model: type[BaseModel], key: str) -> str:
    """As the reference writes it."""
    field = next(field for name, field in model.model_fields.items() if (field.alias or name) == key)
    if field.default is PydanticUndefined:
        return "required"
    if field.default is None and key != "default":
        return "none"
    return f"`{json.dumps(field.default)}`" if isinstance(field.default, str) else json.dumps(field.default)


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_has_a_section_with_its_keys_and_defaults(kind: str) -> None:
    told = rows(section(f"### `{kind}`"))
    entry = KINDS[kind]
    assert set(told) == {key for _, key in own_keys(kind)}
    for model, key in own_keys(kind):
        if isinstance(entry, Variants) and key == entry.key:
            assert told[key] == f'`"{entry.default}"`'
        else:
            assert told[key].partition(":")[0] == default_of(model, key), key


def test_the_types_stand_in_the_order_of_the_table_of_kinds() -> None:
    assert re.findall(r"^### `(\w+)`$", TEXT, re.MULTILINE) == list(KINDS)


@pytest.mark.parametrize(
    ("heading", "models"),
    [
        ("## The document", [document.Document]),
        ("## analysis", [document.AnalysisChoice, document.Entry, document.MeasureEntry, document.StreamChoice]),
    ],
)
def test_every_other_key_is_told_too(heading: str, models: list[type[BaseModel]]) -> None:
    assert set(rows(section(heading))) == {key for model in models for key in keys_of(model)}


def test_the_keys_that_every_field_has_are_told() -> None:
    assert rows(section("## Fields").partition("###")[0]) == {
        "name": "required",
        "type": "required",
        "null_prob": "0.0",
    }


def test_every_function_and_directive_is_told() -> None:
    assert " ".join(FUNCTIONS) in section("### Expressions")
    told = re.search(r"a pattern of `([^`]*)`", TEXT)
    assert told is not None
    assert set(told[1].split()) == {f"%{letter}" for letter in DIRECTIVES}


def test_the_example_is_a_document(tmp_path: Path) -> None:
    from datagen.schema import read_schema

    example = re.search(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert example is not None
    path = tmp_path / "tickets.json"
    path.write_text(example[1], "utf-8")
    assert read_schema(path).analysis.timestamp_field == "opened_at"
