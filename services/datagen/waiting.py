"""Waiting for what somebody else has still to make, with a word at once and now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

POLL_S = 1.0
REMIND_S = 30.0

Found = TypeVar("Found")


def wait_for(
    look: Callable[[], Found],
    absent: type[Exception] | tuple[type[Exception], ...],
    patience_s: float,
    say: Callable[[str], None],
    *,
    what: str = "",
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Found:
    """What `look` finds, as soon as it raises none of `absent`. After `patience_s` that goes on."""
    began, reminded = monotonic(), float("-inf")
    waiting = f"waiting for {what}" if what else "waiting"
    while True:
        try:
            return look()
        except absent as error:
            waited = monotonic() - began
            if waited >= patience_s:
                raise
            if waited - reminded >= REMIND_S:
                say(f"{waiting}, at most {patience_s - waited:.0f} s more: {error}")
                reminded = waited
        sleep(min(POLL_S, patience_s - waited))
