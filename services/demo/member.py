"""One part of a running demo: its process, how it is, and when it is to be started again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from demo.child import Child
from demo.parts import Part
from demo.pauses import Pauses

State = Literal["starting", "healthy", "unhealthy", "done"]


@dataclass
class Member:
    part: Part
    state: State = "starting"
    since: datetime | None = None  # it is in that state
    reason: str | None = None
    child: Child | None = None
    started: datetime | None = None
    born: float = 0.0  # as the monotonic clock has it
    start_at: float | None = None
    was_ready: bool = False
    given_up: bool = False
    pauses: Pauses = field(default_factory=Pauses)

    @property
    def is_ready(self) -> bool:
        return self.state in ("healthy", "done")
