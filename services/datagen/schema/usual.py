"""What an `analysis` that leaves something out is taken to mean, by the columns there are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usual:
    """Names of columns."""

    id_field: str | None = None
    timestamp_field: str | None = None
    dimensions: tuple[str, ...] = ()
    numeric_fields: tuple[str, ...] = ()  # the id is left out of them
    boolean_fields: tuple[str, ...] = ()
