"""A line an event on standard error, which `docker compose logs` shows with the service's name before it."""

from __future__ import annotations

import sys
import time


def say(text: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')}  {text}\n")
    sys.stderr.flush()
