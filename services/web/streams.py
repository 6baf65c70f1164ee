"""What a streaming job publishes of one dataset, and how far what stands before it has come: extracts and replay.

A schema's stream has a folder of its own, named by its fingerprint. Files in it are only ever replaced whole.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from datagen import manifest
from web.folder import NothingPublishedError, PublishedFolder

PREFIX = "stream-"
PROGRESS, ANALYSIS = "progress.json", "analysis.json"


@dataclass(frozen=True)
class Stream(PublishedFolder):
    folder: Path

    @property
    def short(self) -> str:
        """The first digits of its fingerprint."""
        return self.folder.name.removeprefix(PREFIX)

    @property
    def called(self) -> str:
        return f"stream {self.short}"

    @property
    def open_windows(self) -> Path:
        return self.folder / "open" / "windows.parquet"

    def days(self) -> list[Path]:
        """The files of closed windows, the oldest day first. None is ever removed."""
        found = (self.folder / "closed").glob("*.parquet")
        return sorted(path for path in found if not path.name.startswith((".", "_")))

    def changed_at(self) -> float:
        """When its job last started or published, in seconds since 1970."""
        times = [(self.folder / name).stat().st_mtime for name in (ANALYSIS, PROGRESS) if (self.folder / name).exists()]
        return max(times, default=0.0)


@dataclass(frozen=True, slots=True)
class Made:
    """The extracts. Rows are unknown where no manifest says them."""

    files: int
    bytes: int
    rows: int | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """How far the replay is, as its position file has it."""

    acknowledged: int
    done: bool
    at: datetime


class Live(Protocol):
    """All that a page knows of the outside beside the batch job's runs."""

    @property
    def dataset(self) -> str:
        """What is streamed."""

    def current(self) -> Stream:
        """The folder of the stream. NothingPublishedError where there is none."""

    def made(self, table: str | None = None) -> Made | None:
        """Of one table of the set, or of all. None where nothing was made, or is not known here."""

    def replayed(self, topic: str) -> Replayed | None:
        """None where nothing was sent, or is not known here."""


@dataclass(frozen=True, slots=True)
class Streams:
    """The streams of one dataset below `data`: that of a fingerprint, else the one whose job was last at work."""

    data: Path
    dataset: str
    fingerprint: str | None = None

    @property
    def folder(self) -> Path:
        return self.data / "output" / self.dataset

    def current(self) -> Stream:
        mark = f"{self.fingerprint[:8]}" if self.fingerprint else "*"
        found = [Stream(path.parent) for path in self.folder.glob(f"{PREFIX}{mark}/{ANALYSIS}")]
        if not found:
            raise self._nothing()
        return max(found, key=lambda stream: (stream.changed_at(), stream.short))

    def made(self, table: str | None = None) -> Made | None:
        source = self.data / "input" / self.dataset
        try:
            made = manifest.from_json((source / "_manifest.json").read_text("utf-8"))
        except (OSError, ValueError):
            files = [path.stat() for path in source.rglob("[!._]*") if path.is_file()] if source.is_dir() else []
            return Made(len(files), sum(file.st_size for file in files), None, None) if files else None
        listed = [file for file in made.files if table in (None, file.table)]
        rows, size = sum(file.rows for file in listed), sum(file.bytes for file in listed)
        return Made(len(listed), size, rows, _finished_at(source / "_run.json"))

    def replayed(self, topic: str) -> Replayed | None:
        path = self.data / "state" / self.dataset / f"replay-{topic}.json"
        try:
            position = json.loads(path.read_text("utf-8"))
            acknowledged, done = int(position["acknowledged"]), bool(position["done"])
            return Replayed(acknowledged, done, datetime.fromtimestamp(path.stat().st_mtime, UTC))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _nothing(self) -> NothingPublishedError:
        if self.made() is None:
            source = self.data / "input" / self.dataset
            reason = f"No extract has been made: no file in {source}"
            return NothingPublishedError("generated", reason, f"datagen generate schemas/{self.dataset}.json")
        state = self.data / "state" / self.dataset
        stage, reason = "read", f"The streaming job has not begun: no {PREFIX}… in {self.folder}"
        if not any(state.glob("replay-*.json")):
            stage, reason = "replayed", f"Nothing is replayed or read yet: no {PREFIX}… in {self.folder}"
        return NothingPublishedError(stage, reason, self.command)

    @property
    def command(self) -> str:
        """What starts the streaming half."""
        return f"demo up streaming --schema schemas/{self.dataset}.json"


def streamed_datasets(data: Path) -> list[str]:
    """The names below `data` that have a stream, in order."""
    return sorted({path.parent.parent.name for path in (data / "output").glob(f"*/{PREFIX}*/{ANALYSIS}")})


def _finished_at(path: Path) -> datetime | None:
    try:
        found = datetime.fromisoformat(json.loads(path.read_text("utf-8"))["finished_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if found.tzinfo else None
