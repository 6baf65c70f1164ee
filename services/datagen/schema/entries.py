"""The lists of `analysis`: each entry a name or an object, each judged by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from datagen.schema.document import Entry
from datagen.schema.faults import Faults
from datagen.schema.json_text import Path
from datagen.schema.wording import check_shape

EntryT = TypeVar("EntryT", bound=Entry)


@dataclass(frozen=True, slots=True)
class Placed(Generic[EntryT]):
    """An entry and where it stands; a default stands where its field does."""

    path: Path
    name: str
    entry: EntryT | None  # None where its shape is at fault


def read_entries(raw: Sequence[Any], model: type[EntryT], path: Path, faults: Faults) -> tuple[Placed[EntryT], ...]:
    """The entries that have a name; those without are noted as faults."""
    return tuple(_entries(raw, model, path, faults))


def _entries(raw: Sequence[Any], model: type[EntryT], path: Path, faults: Faults) -> Iterator[Placed[EntryT]]:
    for place, item in enumerate(raw):
        written = {"name": item} if isinstance(item, str) and model is Entry else item
        entry = check_shape(model, written, (*path, place), faults)
        name = written.get("name") if isinstance(written, dict) else None
        if isinstance(name, str):
            yield Placed((*path, place), name, entry)
