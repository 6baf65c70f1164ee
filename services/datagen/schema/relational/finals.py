"""Listed values as a column holds them at last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from datagen.draws import Draws
from datagen.generators.base import Rows
from datagen.generators.choice import Choice
from datagen.generators.listed import Listed
from datagen.modifiers import Cast
from datagen.modifiers.base import Modifier
from datagen.schema.values import instant_us

_ANY = Draws(0, "", "", 0, 0)


def typed(listed: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Listed values as a column of the type holds them."""
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        instants = [instant_us(value) if isinstance(value, str) else value for value in listed]
        return Cast(kind).apply(pa.array(instants, pa.int64()).cast(pa.timestamp("us", tz="UTC")), Rows(0, 0), _ANY)
    catalogue = Choice(tuple(listed), (1.0,) * len(listed))
    return finals(catalogue, [Cast(kind)])


def finals(generator: Choice | Listed, modifiers: Sequence[Modifier]) -> pa.Array:
    """What modifiers make of each listed value."""
    listed = generator.choices if isinstance(generator, Choice) else generator.listed
    values = Listed(listed).values(Rows(0, len(listed)), _ANY)
    for modifier in modifiers:
        values = modifier.apply(values, Rows(0, len(listed)), _ANY)
    return values.dictionary_decode() if pa.types.is_dictionary(values.type) else values
