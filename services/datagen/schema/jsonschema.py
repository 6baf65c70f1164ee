"""The JSON Schema for editors, from the same models that judge a document: `python -m datagen.schema.jsonschema`.

It knows shapes: keys, types, bounds. References between fields and all that needs counting are for the reader alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from pydantic import AliasChoices, BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from datagen.schema.document import (
    AnalysisChoice,
    Document,
    Entry,
    Fields,
    MeasureEntry,
    StreamChoice,
)
from datagen.schema.fields import KINDS, NOTE, CategoryField, Choice, ConditionalField, FieldBase, Variants
from datagen.schema.relational.analysed import DimensionEntry, TableAnalysisChoice
from datagen.schema.relational.behaviors import CurveChoice, SegmentBehavior, StageConfig, VintageBehavior
from datagen.schema.relational.document import (
    TARGETS,
    ConstraintsChoice,
    EnumRule,
    ForeignKey,
    Inequality,
    PatternRule,
    Range,
    RelationalDocument,
    Targets,
)
from datagen.schema.relational.generators import GENERATORS, PARAMS, POPULARITIES, PatternChoice, Within
from datagen.schema.relational.modifiers import TRANSFORMS, ModifierChoice
from datagen.schema.relational.nodes import ColumnChoice, NodeChoice
from datagen.schema.shapes import CONDITIONAL_KEYS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TITLE = "A dataset: what its rows are made of, and what may be asked of them"
AROUND: tuple[type[BaseModel], ...] = (Document, Fields, AnalysisChoice, Entry, MeasureEntry, StreamChoice, Choice)
RELATIONAL: tuple[type[BaseModel], ...] = (
    *(
        RelationalDocument,
        NodeChoice,
        ColumnChoice,
        ModifierChoice,
        TableAnalysisChoice,
        DimensionEntry,
        PatternChoice,
        Within,
        Targets,
    ),
    *(
        ForeignKey,
        Range,
        Inequality,
        PatternRule,
        EnumRule,
        CurveChoice,
        ConstraintsChoice,
        SegmentBehavior,
        VintageBehavior,
        StageConfig,
    ),
    *(*GENERATORS.values(), *PARAMS.values(), *POPULARITIES.values(), *TRANSFORMS.values(), *TARGETS.values()),
)


_NOTE = {"default": None, "description": NOTE}


class _Untitled(GenerateJsonSchema):
    """Without a title for every key: it would only repeat the key."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def json_schema() -> dict[str, Any]:
    """The whole schema as a JSON value."""
    models: tuple[type[BaseModel], ...] = (*AROUND, *RELATIONAL, *(model for _, model in field_models()))
    _, root = models_json_schema([(model, "validation") for model in models], schema_generator=_Untitled)
    definitions: dict[str, Any] = _put_models({**root["$defs"], "Field": _any_field()})
    for definition in definitions.values():
        definition.pop("title", None)
        definition.pop("description", None)
        definition.pop("description", None)
    for model in models:
        _spell(definitions[model.__name__], model)
    either = {
        "if": {"required": ["nodes"]},
        "then": {"$ref": "#/$defs/RelationalDocument"},
        "else": {"$ref": "#/$defs/Document"},
    }
    return {"$schema": DIALECT, "title": TITLE, "type": "object", **either, "$defs": dict(sorted(definitions.items()))}


def _spell(definition: dict[str, Any], model: type[BaseModel]) -> None:
    """Keys that may be spelled in several ways."""
    for field in model.model_fields.values():
        if not isinstance(field.validation_alias, AliasChoices):
            continue
        names = [name for name in field.validation_alias.choices if isinstance(name, str)]
        for name in names[1:]:
            definition["properties"][name] = definition["properties"][names[0]]
        if names[0] in definition.get("required", []):
            definition["required"].remove(names[0])
            definition.setdefault("allOf", []).append({"anyOf": [{"required": [name]} for name in names]})


def _put_models(schema: Any) -> Any:
    """A schema in which every `defined(name)` refers to its model, and notes are short."""
    if isinstance(schema, list):
        return [_put_models(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(name := schema.get("model"), str):
        return {"$ref": f"#/$defs/{name}", **{key: value for key, value in schema.items() if key != "model"}}
    kept = {key: value for key, value in schema.items() if (key, value) != ("default", None)}
    return {key: True if value == _NOTE else _put_models(value) for key, value in kept.items()}


def field_models() -> Iterator[tuple[dict[str, Any], type[FieldBase]]]:
    """Every model of a field, with the condition under which it judges one."""
    for kind, entry in KINDS.items():
        typed = {"properties": {"type": {"const": kind}}, "required": ["type"]}
        if isinstance(entry, Variants):
            for name, model in entry.models.items():
                yield _both(typed, _variant(entry, name)), model
        elif entry is CategoryField:
            conditional = {"anyOf": [{"required": [key]} for key in CONDITIONAL_KEYS]}
            yield _both(typed, {"not": conditional}), CategoryField
            yield _both(typed, conditional), ConditionalField
        else:
            yield typed, entry


def _variant(variants: Variants, name: str) -> dict[str, Any]:
    chosen = {"properties": {variants.key: {"const": name}}}
    return chosen if name == variants.default else {**chosen, "required": [variants.key]}


def _both(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    return {"allOf": [first, second]}


def _any_field() -> dict[str, Any]:
    """By type first, so that an editor shows the faults of that type and not of every other."""
    variants = [(kind, entry) for kind, entry in KINDS.items() if isinstance(entry, Variants)]
    known = [
        {
            "if": {"properties": {"type": {"const": kind}}, "required": ["type"]},
            "then": {"properties": {entry.key: {"enum": list(entry.models)}}},
        }
        for kind, entry in variants
    ]
    judged = [{"if": condition, "then": {"$ref": f"#/$defs/{model.__name__}"}} for condition, model in field_models()]
    return {
        "type": "object",
        "required": ["name", "type"],
        "properties": {"type": {"description": "what kind of column it is", "enum": list(KINDS)}},
        "allOf": [*known, *judged],
    }


def text() -> str:
    """The file schemas/schema.json."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
