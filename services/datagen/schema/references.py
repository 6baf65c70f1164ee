"""A field may read only fields above it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from datagen.schema.faults import Faults
from datagen.schema.json_text import Path
from datagen.schema.names import show, suggest
from datagen.schema.shapes import WrittenField

# The key that names other fields, by the type of the reader.
READING: Mapping[str, str] = {"category": "conditional_on", "derived_concat": "parts", "derived_map": "from_field"}


def check_references(fields: tuple[WrittenField, ...], faults: Faults) -> None:
    """Notes each reference to a field that is unknown, the field itself, or below."""
    places: dict[str, int] = {}
    for place, field in enumerate(fields):
        if field.name is not None:
            places.setdefault(field.name, place)
    for place, field in enumerate(fields):
        for inside, name in references(field.raw):
            message = None if faults.full else _judge(name, place, field.name or "", places)
            if message:
                faults.add((*field.path, *inside), f"{_shown(inside, name)} {message}")


def references(raw: Any) -> Iterator[tuple[Path, str]]:
    """The fields that a field as it is written reads, each with where it says so; faulty shapes are passed over."""
    if not isinstance(raw, dict):
        return
    kind = raw.get("type")
    key = READING.get(kind, "") if isinstance(kind, str) else ""
    named = raw.get(key)
    if isinstance(named, str):
        yield (key,), named
    elif isinstance(named, list):
        yield from (((key, place), name) for place, name in enumerate(named) if isinstance(name, str))


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
