"""The runs a batch job has published, read through the pointer beside them.

A run never changes and outlives its successor by minutes, so a reader that has the pointer has the
run. Only who starts to read very late finds it gone, and asks for the pointer again (`steady`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from web.folder import NothingPublishedError, PublishedFolder, UnreadableError

T = TypeVar("T")
MOVES = 5  # how often the pointer may move under one reader before it gives up


@dataclass(frozen=True)
class Run(PublishedFolder):
    """One published run."""

    id: str
    folder: Path
    fingerprint: str
    published_at: datetime

    @property
    def short(self) -> str:
        """What people call it: the last part of its id."""
        return self.id.rpartition("-")[2]

    @property
    def called(self) -> str:
        return f"run {self.short}"


class Results(Protocol):
    """All that a page knows of the outside."""

    @property
    def dataset(self) -> str:
        """What the runs are of."""

    def current(self) -> Run:
        """The run the pointer names now. NothingPublishedError, or UnreadableError where the pointer is broken."""


@dataclass(frozen=True, slots=True)
class Published:
    """The runs of one dataset below `data`, the folder that holds input/ and output/."""

    data: Path
    dataset: str

    @property
    def folder(self) -> Path:
        return self.data / "output" / self.dataset / "batch"

    def current(self) -> Run:
        pointer = self.folder / "current.json"
        try:
            raw = json.loads(pointer.read_text(encoding="utf-8"))
            run = Run(raw["run"], self.folder / raw["path"], raw["fingerprint"], _instant(raw["published_at"]))
        except FileNotFoundError:
            raise self._nothing() from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UnreadableError(f"{pointer}: not a pointer to a run") from error
        if not run.folder.resolve().is_relative_to(self.folder.resolve()):
            raise UnreadableError(f"{pointer}: path={raw['path']!r} leads out of {self.folder}")
        return run

    def _nothing(self) -> NothingPublishedError:
        source = self.data / "input" / self.dataset
        if not source.is_dir() or not any(path.is_file() for path in source.rglob("[!._]*")):
            return NothingPublishedError(
                "generated",
                f"No extract has been made: no file in {source}",
                f"datagen generate schemas/{self.dataset}.json",
            )
        return NothingPublishedError(
            "published",
            f"The batch job has not published a run: no {self.folder / 'current.json'}",
            f"demo up batch --schema schemas/{self.dataset}.json",
        )


def steady(results: Results, read: Callable[[Run], T]) -> T:
    """What `read` makes of the current run; done again with the newer one if the pointer moved while it failed."""
    run = results.current()
    for _ in range(MOVES):
        try:
            return read(run)
        except UnreadableError:
            newer = results.current()
            if newer.id == run.id:
                raise
            run = newer
    return read(run)


def published_datasets(data: Path) -> list[str]:
    """The names below `data` that have a pointer to a run, in order."""
    return sorted(pointer.parent.parent.name for pointer in (data / "output").glob("*/batch/current.json"))


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone")
    return instant
