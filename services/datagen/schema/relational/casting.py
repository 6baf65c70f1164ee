"""Which values a column of a type can hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from datagen.schema.values import instant_us


def misfit(value: Any, kind: str) -> str | None:
    """Why a value cannot stand in a column of a type; None where it can. Null always can."""
    return None if value is None else _RULES[kind](value)


def _int(value: Any) -> str | None:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return None if whole and not isinstance(value, bool) else "is no whole number, as type='int' has them"


def _float(value: Any) -> str | None:
    fits = isinstance(value, int | float) and not isinstance(value, bool)
    return None if fits else "is no number, as type='float' has them"


def _bool(value: Any) -> str | None:
    return None if isinstance(value, bool) else "is neither true nor false, as type='bool' has them"


def _instant(value: Any) -> str | None:
    if not isinstance(value, str):
        return 'is not an instant; write it like "2025-01-31T06:00:00"'
    try:
        instant_us(value)
    except ValueError as error:
        return str(error)
    return None


_RULES: Mapping[str, Callable[[Any], str | None]] = {
    "int": _int,
    "float": _float,
    "bool": _bool,
    "string": lambda value: None,
    "datetime": _instant,
    "date": _instant,
}
