"""A field may read only fields above it."""

from __future__ import annotations

from collections.abc import Iterator

from datagen.schema.faults import Faults
from datagen.schema.fields import ConcatField, ConditionalField, FieldBase, MapField
from datagen.schema.json_text import Path
from datagen.schema.names import show, suggest
from datagen.schema.shapes import WrittenField


def check_references(fields: tuple[WrittenField, ...], faults: Faults) -> None:
    """Notes each reference to a field that is unknown, the field itself, or below."""
    places: dict[str, int] = {}
    for place, field in enumerate(fields):
        if field.name is not None:
            places.setdefault(field.name, place)
    for place, field in enumerate(fields):
        if field.model is None or faults.full:
            continue
        for inside, name in references(field.model):
            message = _judge(name, place, field.name or "", places)
            if message:
                faults.add((*field.path, *inside), f"{_shown(inside, name)} {message}")


def references(model: FieldBase) -> Iterator[tuple[Path, str]]:
    """The fields that a field reads, each with where it says so."""
    match model:
        case ConditionalField(conditional_on=name):
            yield ("conditional_on",), name
        case MapField(from_field=name):
            yield ("from_field",), name
        case ConcatField(parts=names):
            for place, name in enumerate(names):
                yield ("parts", place), name


def _judge(name: str, place: int, reader: str, places: dict[str, int]) -> str | None:
    if name == reader:
        return "is the field itself; it may read only fields above it"
    if name not in places:
        return f"is no field; {suggest(name, [known for known in places if places[known] < place])}"
    if places[name] > place:
        return f"stands below; move '{name}' above '{reader}'"
    return None


def _shown(inside: Path, name: str) -> str:
    return f"{inside[0]}={show(name)}" if len(inside) == 1 else show(name)
