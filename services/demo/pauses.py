"""How long to wait before a part that died is started again: longer each time, until it has lived for a while."""

from __future__ import annotations

FIRST_S, LONGEST_S = 1.0, 60.0
ENOUGH_S = 60.0  # of life, after which a death counts as a first one


class Pauses:
    def __init__(self) -> None:
        self.deaths = 0  # in a row

    def after(self, lived_s: float) -> float:
        """The pause after a life of that length: 1, 2, 4 ... 60 seconds."""
        self.deaths = 1 if lived_s >= ENOUGH_S else self.deaths + 1
        return float(min(LONGEST_S, FIRST_S * 2 ** min(self.deaths - 1, 10)))
