"""The fields of a document as `analysis` may name them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from datagen.analysis import InputColumn, Kind
from datagen.schema.faults import Faults
from datagen.schema.json_text import Path
from datagen.schema.names import show, suggest
from datagen.schema.usual import Usual

MEANING: Mapping[Kind, str] = {
    "text": "text",
    "int": "a whole number",
    "float": "a number with a fraction",
    "bool": "true or false",
    "time": "a datetime",
    "object": "an object",
}


@dataclass(frozen=True, slots=True)
class KnownField:
    name: str
    path: Path
    column: InputColumn | None  # None where the field itself is at fault: then nothing more is said of it


@dataclass(frozen=True, slots=True)
class Known:
    fields: Mapping[str, KnownField]  # in the order of the document
    usual: Usual
    faults: Faults

    def check(self, name: str, path: Path, fits: Callable[[KnownField], str | None]) -> bool:
        """Whether a name stands for a field that fits; notes why not. `fits` says what is wrong with a sound field."""
        field = self.fields.get(name)
        if field is None:
            self.faults.add(path, f"no field {show(name)}; {suggest(name, self.fields)}")
            return False
        wrong = fits(field) if field.column else None
        if wrong:
            self.faults.add(path, wrong, because=(field.path,))
        return not wrong

    def of_kind(self, name: str, path: Path, kinds: tuple[Kind, ...], wanted: str) -> bool:
        def fits(field: KnownField) -> str | None:
            if field.column is None or field.column.kind in kinds:
                return None
            return f"'{name}' is {MEANING[field.column.kind]}; {wanted}"

        return self.check(name, path, fits)

    def path(self, name: str | None) -> Path:
        """Where the field of that name stands; () where there is none."""
        field = self.fields.get(name) if name else None
        return field.path if field else ()

    def column(self, name: str) -> InputColumn | None:
        field = self.fields.get(name)
        return field.column if field else None
