"""What names everything stateful: a hash of all that decides what rows there are and what is made of them.

What is only for people (titles, labels, units, formats, polarity, currency, timezone, notes) is left out, and so
are the kind of file and how it is delivered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from datagen.schema.analyse import Analysed
from datagen.schema.effective import sha256
from datagen.schema.fields import FieldBase
from datagen.timeline import Window


def fingerprint(
    name: str, seed: int, rows: int, window: Window, fields: Iterable[FieldBase], analysed: Analysed
) -> str:
    """SHA-256, hex. A default that is written out counts as one that is left out."""
    return sha256(
        {
            "name": name,
            "seed": seed,
            "rows": rows,
            "window": [window.start_us, window.end_us],
            "fields": [field.model_dump(by_alias=True) for field in fields],
            "id_field": analysed.id_field,
            "timestamp_field": analysed.timestamp_field,
            "dimensions": [entry.name for entry in analysed.dimensions],
            "numeric_fields": [entry.name for entry in analysed.numeric_fields],
            "boolean_fields": [entry.name for entry in analysed.boolean_fields],
            "measures": [[entry.name, entry.expression, entry.precision] for entry in analysed.measures],
            "aliases": {column: list(others) for column, others in analysed.aliases.items()},
            "stream": asdict(analysed.stream) if analysed.stream else None,
        }
    )
