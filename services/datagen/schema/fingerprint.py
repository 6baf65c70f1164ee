"""What names everything stateful: a hash of all that decides what rows there are and what is made of them.

What is only for people (titles, labels, units, formats, polarity, currency, timezone, notes) is left out, and so
are the kind of file and how it is delivered.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from datagen.schema.analyse import Analysed
from datagen.schema.effective import sha256
from datagen.timeline import Window


def fingerprint(name: str, seed: int, rows: Any, window: Window, fields: list[Any], analysed: Analysed) -> str:
    """SHA-256, hex. `rows` and `fields` are JSON values: how many rows, and all that decides what is in them."""
    return sha256(
        {
            "name": name,
            "seed": seed,
            "rows": rows,
            "window": [window.start_us, window.end_us],
            "fields": fields,
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
