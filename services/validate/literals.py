"""Values of a document as SQL, and as people read them."""

from __future__ import annotations

from typing import Any

from datagen.schema.values import iso_instant


def literal(value: Any, kind: str = "") -> str:
    """The same value; of a time, whole numbers are microseconds."""
    if kind in ("time", "date") and isinstance(value, int):
        instant = f"make_timestamp({value})"
        return f"cast({instant} as date)" if kind == "date" else instant
    if kind == "text" and not isinstance(value, str):
        return _text(plain(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"cast({value!r} as double)" if isinstance(value, float) else str(value)
    return _text(str(value))


def plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.12g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else plain(value)


def instant(value: int) -> str:
    return iso_instant(value)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
