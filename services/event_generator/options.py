"""What a replay is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Clock = Literal["original", "now"]
SPEED = 600.0
RATE_WITHOUT_TIMES = 10.0
SERVERS = "localhost:9092"


@dataclass(frozen=True, slots=True)
class Options:
    """None is what was not given."""

    schema: Path | None = None
    input: Path | None = None
    state: Path = Path("data/state")
    servers: str | None = None
    kafka_config: Path | None = None
    topic: str | None = None
    partitions: int | None = None
    key: str | None = None
    clock: Clock | None = None
    speed: float | None = None  # 0: as fast as it goes
    rate: float | None = None
    loop: bool = False
    shuffle: bool = False
    duration_s: float | None = None
    late: str | None = None
    duplicate: float | None = None
    corrupt: float | None = None
    disorder_s: float | None = None
    seed: int | None = None
    truth: Path | None = None
    wait_s: float = 300.0
    patience_s: float = 600.0
    quiet: bool = False
