"""Which values a field can have, as text, where the document shows them: so that tables by value can be checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from datagen.generators.scalars import common_type
from datagen.schema.fields import BoolField, CategoryField, Choice, ConditionalField, FieldBase, IntField, MapField
from datagen.schema.values import Scalar
from datagen.text.scalars import texts

MAX_VISIBLE_INTS = 1_000
OTHERWISE = "_default"

Texts = frozenset[str]  # of null, the empty text


def visible(model: FieldBase, above: Mapping[str, Texts | None]) -> Texts | None:
    """Every text the field can have and no other; None where that cannot be told from the document."""
    if model.null_prob == 1:
        return frozenset({""})
    values = _values(model, above)
    return values | {""} if values is not None and model.null_prob > 0 else values


def _values(model: FieldBase, above: Mapping[str, Texts | None]) -> Texts | None:
    match model:
        case CategoryField(choices=choices):
            return scalar_texts(_possible(choices), (choice.value for choice in choices))
        case BoolField(p_true=p_true):
            return frozenset(text for text, share in (("true", p_true), ("false", 1 - p_true)) if share > 0)
        case IntField(min=least, max=greatest) if greatest - least < MAX_VISIBLE_INTS:
            return frozenset(map(str, range(least, greatest + 1)))
        case ConditionalField():
            return _conditional(model, above.get(model.conditional_on))
        case MapField():
            return _mapped(model, above.get(model.from_field))
        case _:
            return None


def _conditional(model: ConditionalField, reached: Texts | None) -> Texts | None:
    if reached is None:
        return None
    table = model.conditional_table
    every = [choice.value for choices in table.values() for choice in choices]
    taken = [table.get(text, table.get(OTHERWISE, ())) for text in reached]
    return scalar_texts((value for choices in taken for value in _possible(choices)), every)


def _mapped(model: MapField, reached: Texts | None) -> Texts | None:
    if reached is None:
        return None
    return scalar_texts((model.map.get(text, model.default) for text in reached), [*model.map.values(), model.default])


def _possible(choices: Iterable[Choice]) -> Iterable[Scalar]:
    return (choice.value for choice in choices if choice.weight > 0)


def scalar_texts(values: Iterable[Scalar], of: Iterable[Scalar]) -> Texts:
    """The CSV texts of values in a column that is made to hold `of`."""
    kind = common_type(tuple(of))
    listed = list(values)
    if not pa.types.is_string(kind):
        return frozenset(text or "" for text in texts(pa.array(listed, kind)).to_pylist())
    return frozenset("" if value is None else scalar_text(value) for value in listed)


def scalar_text(value: str | int | float | bool) -> str:
    """The CSV text of one value by itself."""
    return value if isinstance(value, str) else str(texts(pa.array([value])).to_pylist()[0])
