"""Where the embedded demo keeps one dataset's things."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from datagen.analysis import Analysis
from datagen.messages import topic_name


@dataclass(frozen=True)
class Folders:
    """All below one data folder."""

    data: Path
    dataset: str

    @property
    def input(self) -> Path:
        return self.data / "input" / self.dataset

    @property
    def output(self) -> Path:
        return self.data / "output" / self.dataset

    @property
    def state(self) -> Path:
        return self.data / "state"

    @property
    def demo(self) -> Path:
        return demo_folder(self.data)

    @property
    def logs(self) -> Path:
        return self.demo / "logs"

    def stream(self, analysis: Analysis) -> Path:
        """What the streaming job publishes."""
        return self.output / f"stream-{analysis.fingerprint[:8]}"

    def position(self, analysis: Analysis) -> Path:
        """How far the replay is."""
        return self.state / self.dataset / f"replay-{topic_name(analysis)}.json"


def demo_folder(data: Path) -> Path:
    """The demo's own, whatever its schema."""
    return data / "state" / "demo"
