"""What the other programs need to know of card_transactions, read from its schema, so that all make the same table."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).parents[1] / "schemas" / "card_transactions.json"
HOUR = timedelta(hours=1)

Weighted = dict[Any, float]  # value -> weight
Token = str | range  # literal text, or numbers padded to the width of the largest
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@cache
def document() -> Mapping[str, Any]:
    loaded: dict[str, Any] = json.loads(SCHEMA.read_text("utf-8"))
    return loaded


def names() -> list[str]:
    return [field["name"] for field in document()["schema"]["fields"]]


def field(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(field for field in document()["schema"]["fields"] if field["name"] == name)
    return found


def choices(name: str) -> Weighted:
    return _weighted(field(name)["choices"])


def conditional(name: str) -> dict[str, Weighted]:
    """By the value of the column it depends on; `_default` for those that are not named."""
    return {value: _weighted(listed) for value, listed in field(name)["conditional_table"].items()}


def _weighted(listed: list[Any]) -> Weighted:
    entries = [entry if isinstance(entry, dict) else {"value": entry} for entry in listed]
    return {entry["value"]: entry.get("weight", 1) for entry in entries}


def pattern(name: str) -> list[Token]:
    """`LETTERS` stands for any one of them."""
    pieces = re.split(r"\{([^}]*)\}", field(name)["pattern"])
    return [_token(piece) if place % 2 else piece for place, piece in enumerate(pieces) if piece]


def _token(text: str) -> Token:
    low, high = text.split("-")
    return LETTERS if text == "A-Z" else range(int(low), int(high) + 1)


def start() -> datetime:
    return datetime.fromisoformat(document()["time_window"]["start"])


def hours() -> list[float]:
    """The weight of each hour of the window."""
    profile = field("event_time")["profile"]
    stop = datetime.fromisoformat(document()["time_window"]["end"])
    slots = [start() + HOUR * place for place in range(-(-(stop - start()) // HOUR))]
    return [profile["hour_of_day"][str(slot.hour)] * profile["day_of_week"][str(slot.weekday())] for slot in slots]
