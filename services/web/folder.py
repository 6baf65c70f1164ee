"""A folder that a job publishes and a page reads; and what is said where there is none, or where it is not whole."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from datagen.analysis import Analysis, from_json

Identity = tuple[int, int, int]


class NothingPublishedError(Exception):
    """There is no run yet. Not a fault: the page says which stage is empty and what to run."""

    def __init__(self, stage: str, reason: str, command: str) -> None:
        super().__init__(reason)
        self.stage = stage
        self.reason = reason
        self.command = command


class UnreadableError(Exception):
    """Something a run should have is not there, or is not what it should be. The message says which file."""


class PublishedFolder(ABC):
    """Each method reads anew and raises UnreadableError."""

    folder: Path

    @property
    @abstractmethod
    def called(self) -> str:
        """What messages call it."""

    def analysis(self) -> Analysis:
        try:
            return from_json(self.text("analysis.json"))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UnreadableError(f"analysis.json of {self.called}: not a description of a dataset") from error

    def shape(self) -> str:
        """Changes when anything the page's frame is made of changes."""
        return hashlib.sha256(self.analysis().to_json().encode()).hexdigest()[:16]

    def document(self, name: str) -> dict[str, Any]:
        """A JSON object of the run, by file name."""
        try:
            document = json.loads(self.text(name))
        except ValueError as error:
            raise UnreadableError(f"{name} of {self.called}: not JSON") from error
        if not isinstance(document, dict):
            raise UnreadableError(f"{name} of {self.called}: not an object")
        return document

    def text(self, name: str) -> str:
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise UnreadableError(f"{name} of {self.called}: not there") from error
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableError(f"{name} of {self.called}: {why(error)}") from error

    def files(self, name: str) -> list[str]:
        """The Parquet files below one folder of the run, without those that a writer keeps for itself."""
        found = (self.folder / name).rglob("*.parquet")
        files = sorted(str(path) for path in found if not path.name.startswith((".", "_")))
        if not files:
            raise UnreadableError(f"{name}/ of {self.called}: no Parquet file")
        return files


def why(error: Exception) -> str:
    return error.strerror.lower() if isinstance(error, OSError) and error.strerror else "not readable"


def identity(path: Path) -> Identity | None:
    """When a file was written, how long it is, and which file it is; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
