"""A small sound document of two tables, and ways to change it."""

from __future__ import annotations

import copy
from typing import Any

ID = {"name": "user_id", "type": "int", "nullable": False, "generator": {"sequence": {}}}
UNIFORM = {"type": "uniform", "params": {"low": 1, "high": 9}}
DOCUMENT: dict[str, Any] = {
    "version": "1.0",
    "metadata": {"name": "UserEvents"},
    "seed": 7,
    "timeframe": {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T23:59:59Z", "freq": "H"},
    "nodes": [
        {
            "id": "user",
            "kind": "entity",
            "pk": "user_id",
            "rows": 50,
            "columns": [
                ID,
                {"name": "age", "type": "int", "generator": {"choice": {"choices": [20, 30]}}},
                {"name": "joined", "type": "datetime", "generator": {"datetime_series": {}}},
                {"name": "city", "type": "string", "generator": {"choice": {"choices": ["Oslo", "Prague"]}}},
            ],
        },
        {
            "id": "event",
            "kind": "fact",
            "pk": "event_id",
            "parents": ["user"],
            "fanout": {"distribution": "poisson", "lambda": 3},
            "columns": [
                {"name": "event_id", "type": "int", "generator": {"sequence": {}}},
                {"name": "user_id", "type": "int", "generator": {"lookup": {"from": "user.user_id"}}},
                {"name": "ts", "type": "datetime", "generator": {"datetime_series": {}}},
                {"name": "amount", "type": "float", "generator": {"distribution": UNIFORM}},
            ],
        },
    ],
}  # fmt: skip


def document(*columns: dict[str, Any], user: Any = None, event: Any = None, **top: Any) -> dict[str, Any]:
    """The document with columns added to `event`, keys laid over its tables, and keys laid over its top."""
    made = copy.deepcopy(DOCUMENT)
    made["nodes"][0] |= user or {}
    made["nodes"][1] |= event or {}
    made["nodes"][1]["columns"] = [*made["nodes"][1]["columns"], *columns]
    return made | top


def column(kind: str, **generator: Any) -> dict[str, Any]:
    """A column named x of a type with one generator, such as column("int", sequence={})."""
    return {"name": "x", "type": kind, "generator": generator}


def number(**keys: Any) -> dict[str, Any]:
    """A column of floats with further keys."""
    return {**column("float", distribution={"type": "uniform", "params": {"low": 0, "high": 1}}), **keys}


def changed(transform: str, **args: Any) -> dict[str, Any]:
    """A column of floats with one modifier."""
    return number(modifiers=[{"transform": transform, "args": args}])


def table(name: str, *columns: dict[str, Any], **keys: Any) -> dict[str, Any]:
    """A further table with a key of its own."""
    key = {"name": f"{name}_id", "type": "int", "generator": {"sequence": {}}}
    return {"id": name, "kind": "entity", "pk": f"{name}_id", "rows": 10, "columns": [key, *columns], **keys}


def with_tables(*tables: dict[str, Any], **top: Any) -> dict[str, Any]:
    """The document with further tables."""
    made = document(**top)
    made["nodes"] += list(tables)
    return made
