"""How long the text of a column can get: a few joins of joins would fill the memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from datagen.schema.faults import Faults
from datagen.schema.fields import (
    CategoryField,
    ConcatField,
    ConditionalField,
    DatetimeBase,
    FieldBase,
    MapField,
    StringField,
)
from datagen.schema.json_text import Path
from datagen.schema.values import Scalar

MAX_BYTES = 65_536  # what the jobs read of one value
LONGEST_NUMBER = 48  # a float of 18 digits before the point and 15 after, uuids, and points as objects are no longer
LONGEST_OF_DIRECTIVE = 9  # September, of two characters of a pattern


def check_length(model: FieldBase, path: Path, above: Mapping[str, int], faults: Faults) -> int:
    """The most bytes a value of the field can have, noted as a fault where they are too many."""
    longest = _longest(model, above)
    if longest > MAX_BYTES:
        faults.add(path, f"makes texts of up to {longest:,} bytes; at most {MAX_BYTES:,}, so join fewer fields")
        return MAX_BYTES
    return longest


def _longest(model: FieldBase, above: Mapping[str, int]) -> int:
    match model:
        case CategoryField(choices=choices):
            return _of(choice.value for choice in choices)
        case ConditionalField(conditional_table=table):
            return _of(choice.value for choices in table.values() for choice in choices)
        case MapField(map=mapping, default=default):
            return _of((*mapping.values(), default))
        case StringField(pattern=pattern):
            return len(pattern.encode())
        case DatetimeBase(format=pattern):
            return max(LONGEST_NUMBER, len(pattern.encode()) * LONGEST_OF_DIRECTIVE)
        case ConcatField(parts=parts, sep=sep):
            return sum(above.get(name, 0) for name in parts) + len(sep.encode()) * (len(parts) - 1)
        case _:
            return LONGEST_NUMBER


def _of(values: Iterable[Scalar]) -> int:
    return max(len(value.encode()) if isinstance(value, str) else LONGEST_NUMBER for value in values)
