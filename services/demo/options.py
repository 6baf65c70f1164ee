"""What `demo up` is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Half = Literal["both", "batch", "streaming"]
BATCH_PORT, STREAM_PORT = 8501, 8502
SPEED = 600.0
IN_BACKGROUND = "DEMO_IN_BACKGROUND"  # set for the one that `--detach` starts


@dataclass(frozen=True)
class Options:
    schema: Path
    data: Path
    half: Half = "both"
    batch_port: int = BATCH_PORT
    stream_port: int = STREAM_PORT
    kafka_port: int | None = None  # a free one
    speed: float = SPEED
    generate: tuple[str, ...] = ()  # handed on to `datagen generate`
    detached: bool = False
