"""Which model judges a field: by its type, and within a type by its variant."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from datagen.schema.faults import Faults
from datagen.schema.fields import KINDS, CategoryField, ConditionalField, FieldBase, Variants
from datagen.schema.json_text import Path
from datagen.schema.names import RESERVED_FIELDS, listing, nearest, show
from datagen.schema.wording import ANNOTATIONS, check_shape, keys_of

# What other tools call our types.
SYNONYMS = {
    "array": "category",
    "boolean": "bool",
    "choice": "category",
    "date": "datetime",
    "double": "float",
    "enum": "category",
    "id": "id_sequence",
    "int64": "int",
    "integer": "int",
    "number": "float",
    "sequence": "id_sequence",
    "serial": "id_sequence",
    "str": "string",
    "text": "string",
    "time": "datetime",
    "timestamp": "datetime",
}
CONDITIONAL_KEYS = ("conditional_on", "conditional_table")


@dataclass(frozen=True, slots=True)
class WrittenField:
    """A field as it stands in the document."""

    path: Path
    raw: Any
    name: str | None  # None where it has none that could be referred to
    model: FieldBase | None  # None where its shape is at fault


def read_fields(raw: list[Any], path: Path, faults: Faults) -> tuple[WrittenField, ...]:
    """Every field with its model, faults noted; names are checked against each other as well."""
    fields = tuple(_read(item, (*path, place), faults) for place, item in enumerate(raw))
    _check_names(fields, faults)
    return fields


def _read(raw: Any, path: Path, faults: Faults) -> WrittenField:
    if not isinstance(raw, dict):
        faults.add(path, f'{show(raw)} must be an object such as {{"name": "id", "type": "uuid"}}')
        return WrittenField(path, raw, None, None)
    name = raw.get("name")
    model = _model(raw, path, faults)
    sound = check_shape(model, raw, path, faults) if model else None
    return WrittenField(path, raw, name if isinstance(name, str) else None, sound)


def _model(raw: dict[str, Any], path: Path, faults: Faults) -> type[FieldBase] | None:
    kind = raw.get("type")
    if kind is None:
        faults.add(path, f"'type' is missing; known: {_types()}")
        return None
    if not isinstance(kind, str) or kind not in KINDS:
        close = (SYNONYMS.get(kind.lower()) or nearest(kind, KINDS)) if isinstance(kind, str) else None
        way_out = f"did you mean '{close}'?" if close else f"known: {_types()}"
        faults.add((*path, "type"), f"type={show(kind)} is not a type; {way_out}")
        return None
    if kind == "category":
        return _category(raw, path, faults)
    entry = KINDS[kind]
    return _variant(entry, raw, path, faults) if isinstance(entry, Variants) else entry


def _types() -> str:
    return ", ".join(KINDS)


def _category(raw: dict[str, Any], path: Path, faults: Faults) -> type[FieldBase] | None:
    conditional = [key for key in CONDITIONAL_KEYS if key in raw]
    if not conditional:
        return CategoryField
    if "choices" in raw:
        faults.add((*path, "choices"), f"choices beside {conditional[0]}; keep one of the two")
        return None
    return ConditionalField


def _variant(variants: Variants, raw: dict[str, Any], path: Path, faults: Faults) -> type[FieldBase] | None:
    chosen = raw.get(variants.key, variants.default)
    if not isinstance(chosen, str) or chosen not in variants.models:
        close = nearest(chosen, variants.models) if isinstance(chosen, str) else None
        way_out = f"; did you mean '{close}'?" if close else ""
        known = listing(variants.models)
        faults.add((*path, variants.key), f"{variants.key}={show(chosen)} is not one of {known}{way_out}")
        return None
    model = variants.models[chosen]
    own = {*keys_of(model), *ANNOTATIONS}
    others = {key for other in variants.models.values() for key in keys_of(other)}
    misplaced = [key for key in raw if key in others and key not in own]
    for key in misplaced:
        keys = listing(name for name in keys_of(model) if name not in ("name", "type", variants.key))
        faults.add(
            (*path, key), f"{key}={show(raw[key])} has no meaning with {variants.key}='{chosen}'; its keys: {keys}"
        )
    return None if misplaced else model


def _check_names(fields: tuple[WrittenField, ...], faults: Faults) -> None:
    counts = Counter(field.name.lower() for field in fields if field.name is not None)
    first: dict[str, WrittenField] = {}
    for field in fields:
        if field.name is None:
            continue
        if field.name.lower() in RESERVED_FIELDS:
            faults.add((*field.path, "name"), f"name={show(field.name)} is a name kept for messages; choose another")
        earlier = first.setdefault(field.name.lower(), field)
        if counts[field.name.lower()] > 1 and earlier is not field:
            same = "stands twice" if earlier.name == field.name else f"differs from '{earlier.name}' only in case"
            faults.add((*field.path, "name"), f"name={show(field.name)} {same}; names differ in more than case")
