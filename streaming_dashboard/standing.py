"""Whether the stream is alive: from its last commit, what waits to be read, and the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from streaming_dashboard.progress import Progress
from web.streams import Replayed

SILENCE = timedelta(seconds=30)  # without a commit although there is something to read
TRIGGERS = 4  # or so many times as long as the slowest of the last batches
ALL_READ = "read all there was"

State = Literal["live", "idle", "silent", "stopped"]


@dataclass(frozen=True, slots=True)
class Standing:
    state: State  # idle: there is nothing to read; silent: there is, and nobody reads it
    since: datetime
    behind: int  # messages that were sent and are not read
    trouble: str | None  # what to say of figures that may be old, up to the time since when


def standing(progress: Progress, replayed: Replayed | None, now: datetime) -> Standing:
    behind = messages_behind(progress, replayed)
    stopped = progress.stopped
    if stopped is not None:
        trouble = None if stopped.reason == ALL_READ else f"The streaming job has ended ({stopped.reason}) at"
        return Standing("stopped", stopped.at, behind, trouble)
    if now - progress.published_at < patience(progress):
        return Standing("live", progress.published_at, behind, None)
    if behind:
        return Standing("silent", progress.committed_at, behind, "The streaming job has not committed since")
    return Standing("idle", progress.committed_at, 0, None)


def messages_behind(progress: Progress, replayed: Replayed | None) -> int:
    """What the replay knows is newer than what the last batch saw."""
    if replayed is None:
        return progress.lag
    return max(0, replayed.acknowledged - progress.rows["read"] - progress.heartbeats)


def patience(progress: Progress) -> timedelta:
    slowest = max((batch.seconds for batch in progress.history[-TRIGGERS:]), default=0.0)
    return max(SILENCE, timedelta(seconds=TRIGGERS * slowest))
