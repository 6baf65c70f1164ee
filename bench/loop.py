"""card_transactions a row at a time, as such generators are usually written: python -m bench.loop ROWS FILE"""

from __future__ import annotations

import csv
import random
import sys
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench import cards
from bench.run import measured

Drawn = tuple[list[Any], list[float]]  # values and their weights


def drawn(weighted: cards.Weighted) -> Drawn:
    return list(weighted), list(weighted.values())


def drawn_by(name: str) -> dict[str, Drawn]:
    return {value: drawn(weighted) for value, weighted in cards.conditional(name).items()}


def pick(values: list[Any], weights: list[float]) -> Any:
    return random.choices(values, weights)[0]


def pick_by(table: dict[str, Drawn], value: str) -> Any:
    return pick(*(table.get(value) or table["_default"]))


def spelled(token: cards.Token) -> str:
    if isinstance(token, range):
        return str(random.randrange(token.start, token.stop)).zfill(len(str(token.stop - 1)))
    return random.choice(token) if token == cards.LETTERS else token


def write(rows: int, path: Path) -> None:
    cities, hours, start = drawn(cards.choices("city")), cards.hours(), cards.start()
    slots = range(len(hours))
    channels, categories = drawn_by("channel"), drawn_by("merchant_cat")
    chips, taps, frauds = (drawn_by(name) for name in ("is_chip", "is_contactless", "label_fraud"))
    amount, international = cards.field("amount"), cards.field("is_international")["p_true"]
    (low, high), numbers = amount["clamp"], cards.pattern("card_id")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, cards.names(), lineterminator="\n")
        writer.writeheader()
        for _ in range(rows):
            hour = random.choices(slots, hours)[0]
            city = pick(*cities)
            channel = pick_by(channels, city)
            category = pick_by(categories, channel)
            card = "".join(map(spelled, numbers))
            paid = min(max(random.lognormvariate(amount["mean"], amount["stddev"]), low), high)
            writer.writerow(
                {
                    "event_id": str(uuid.uuid4()),
                    "event_time": (start + timedelta(hours=hour, seconds=random.random() * 3600)).isoformat(),
                    "city": city,
                    "channel": channel,
                    "merchant_cat": category,
                    "card_id": card,
                    "amount": round(paid, 2),
                    "is_international": str(random.random() < international).lower(),
                    "is_chip": str(pick_by(chips, channel)).lower(),
                    "is_contactless": str(pick_by(taps, channel)).lower(),
                    "label_fraud": str(pick_by(frauds, channel)).lower(),
                    "key": f"{city}|{category}|{channel}|{card}",
                }
            )


if __name__ == "__main__":
    ROWS, FILE = int(sys.argv[1]), Path(sys.argv[2])
    random.seed(43)
    measured(ROWS, lambda: write(ROWS, FILE), FILE)
