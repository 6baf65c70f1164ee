"""Where results are published: a new folder a run, and one pointer that names the run that counts.

<folder>/runs/<run>/…      never changes once it is named
<folder>/current.json      replaced in one step: a reader has the old run whole or the new one whole
<folder>/current           on a local disk a link to the run, for people, turned right after
<folder>/.lock             on a local disk, held by the process that writes
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from datagen.errors import UserError
from datagen.sinks import locks
from pipeline.storage import Storage

KEPT_RUNS = 3
KEPT_S = 600  # after its successor came a run stays this long, so that a slow reader can finish
POINTER, COMPLETE = "current.json", "quality.json"

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Run:
    id: str  # yyyymmddThhmmssZ-xxxx: sorts by time
    folder: str


def utc_now() -> datetime:
    return datetime.now(UTC)


def instant_text(instant: datetime) -> str:
    """ISO 8601 with milliseconds and Z."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Runs:
    """The runs of one dataset below one folder. All methods but `current` want the lock."""

    def __init__(self, storage: Storage, folder: str, clock: Clock = utc_now) -> None:
        self._storage, self._folder, self._clock = storage, folder.rstrip("/"), clock

    @contextmanager
    def lock(self) -> Iterator[None]:
        """One writer a folder. HeldError, a UserError, names the process that has it."""
        local = self._storage.local(self._folder)
        if local is None:
            yield
            return
        self._storage.make_folder(self._folder)
        with locks.acquire(local / ".lock"):
            yield

    def current(self) -> str | None:
        """The id of the run that the pointer names."""
        pointer = f"{self._folder}/{POINTER}"
        if not self._storage.exists(pointer):
            return None
        return str(json.loads(self._storage.read(pointer))["run"])

    def begin(self, run_id: str | None = None) -> Run:
        """A run to be written, of a new id where none is given. What killed ones left behind is removed first."""
        self._clear()
        run_id = run_id or f"{self._clock().astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
        run = Run(run_id, f"{self._folder}/runs/{run_id}")
        self._storage.make_folder(run.folder)
        return run

    def discard(self, run: Run) -> None:
        """A run that came to nothing."""
        self._storage.remove(run.folder)

    def publish(self, run: Run, fingerprint: str) -> datetime:
        """Names the run in the pointer, turns the link, removes runs that nobody reads any more. Gives the instant."""
        now = self._clock()
        pointer = {
            "run": run.id,
            "path": f"runs/{run.id}",
            "fingerprint": fingerprint,
            "published_at": instant_text(now),
        }
        self._storage.write(f"{self._folder}/{POINTER}", json.dumps(pointer, indent=2) + "\n")
        local = self._storage.local(self._folder)
        if local is not None:
            turn_link(local / "current", local / "runs" / run.id)
        self._prune(now)
        return now

    def _clear(self) -> None:
        current = self.current()
        for run in self._ids():
            whole = self._storage.exists(f"{self._folder}/runs/{run}/{COMPLETE}")
            if run != current and (not whole or current is None or run > current):
                self._storage.remove(f"{self._folder}/runs/{run}")

    def _prune(self, now: datetime) -> None:
        runs = self._ids()
        for run, successor in list(pairwise(runs))[: 1 - KEPT_RUNS]:
            superseded_ms = self._storage.entry(f"{self._folder}/runs/{successor}", COMPLETE).modified_ms
            if now.timestamp() - superseded_ms / 1000 > KEPT_S:
                self._storage.remove(f"{self._folder}/runs/{run}")

    def _ids(self) -> list[str]:
        return [name for name in self._storage.children(f"{self._folder}/runs") if not name.startswith(".")]


def turn_link(link: Path, target: Path) -> None:
    """A relative link, put in place in one step. UserError where something that is no link bears its name."""
    check_link(link)
    link.parent.mkdir(parents=True, exist_ok=True)
    fresh = link.with_name(f".{link.name}.{secrets.token_hex(6)}.tmp")
    os.symlink(os.path.relpath(target, link.parent), fresh)
    os.replace(fresh, link)


def check_link(link: Path) -> None:
    if link.exists() and not link.is_symlink():
        raise UserError(f"{link}: not a link of ours; move it away, or name another place (docs/configuration.md)")


def turn_names(names: Mapping[Path, str], current: Path) -> None:
    """Links under the names people know: each path leads through `current` to a folder of the run."""
    for link, part in names.items():
        turn_link(link, current / part)
