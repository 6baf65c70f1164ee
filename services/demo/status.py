"""`demo status`: how each part is, for people and for scripts. Looked at now, not only as it was noted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from datagen.analysis import Analysis
from datagen.errors import DatagenError
from demo import register
from demo.effective import effective
from demo.folders import Folders
from demo.health import Looker
from demo.readings import replay_position, stream_progress
from demo.register import Entry, Register
from demo.screen import bytes_text
from web.folder import NothingPublishedError, UnreadableError
from web.published import Published

HEALTHY = ("healthy", "done")
HIDDEN = ("generator",)  # a step before all others, and none of the parts that scripts may ask for
NEITHER = {"input": None, "closed_windows": None, "open_windows": None, "batch": None}


@dataclass(frozen=True)
class Line:
    """One part, as it is now."""

    name: str
    state: str
    reason: str | None
    pid: int | None
    since: str | None
    rss_bytes: int | None
    log: str
    url: str | None
    address: str | None


@dataclass(frozen=True)
class Status:
    state: str
    schema: str | None
    fingerprint: str | None
    parts: list[Line]
    topic: str | None
    published: Mapping[str, str | None]

    @property
    def exit_code(self) -> int:
        return 0 if self.state == "healthy" else 3

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)


def look(data: Path) -> Status:
    noted = register.read(data)
    if noted is None:
        return Status("starting" if register.watcher(data) else "down", None, None, [], None, NEITHER)
    holder = register.watcher(data)
    runs = holder is not None and holder.pid == noted.pid
    folders = Folders(data, noted.dataset)
    analysis = known(noted, folders)
    looker = Looker(folders, analysis)
    shown = [entry for entry in noted.parts if entry.name not in HIDDEN]
    lines = [_line(entry, looker) if runs else _left(entry) for entry in shown]
    return Status(
        state=overall(noted, lines) if runs else "down",
        schema=noted.schema,
        fingerprint=noted.fingerprint,
        parts=lines,
        topic=noted.topic,
        published=published(folders, noted),
    )


def known(noted: Register, folders: Folders) -> Analysis | None:
    """None where the data is still to be made, or the schema is not what it was."""
    try:
        analysis = effective(Path(noted.schema), folders)
    except (DatagenError, OSError, ValueError, KeyError):  # the demo runs with what the file was
        return None
    return analysis if analysis.fingerprint == noted.fingerprint else None


def overall(noted: Register, lines: list[Line]) -> str:
    states = {line.state for line in lines}
    if "unhealthy" in states:
        return "unhealthy"
    return "healthy" if noted.ready and states <= set(HEALTHY) else "starting"


def published(folders: Folders, noted: Register) -> dict[str, str | None]:
    """The folders that people may read; those of the stream from the start, that of the batch run once there is one."""
    stream = folders.output / f"stream-{noted.fingerprint[:8]}" if noted.topic and noted.fingerprint else None
    try:
        batch = str(Published(folders.data, folders.dataset).current().folder.resolve())
    except (NothingPublishedError, UnreadableError):
        batch = None
    return {
        "input": str(folders.input),
        "closed_windows": str(stream / "closed") if stream else None,
        "open_windows": str(stream / "open") if stream else None,
        "batch": batch,
    }


def text(status: Status, data: Path, now: datetime) -> str:
    """A table of at most 80 columns, where paths allow."""
    if status.schema is None:
        return f"  {status.state}: no demo runs on {data}; start one: demo up"
    noted = register.read(data)
    folders = Folders(data, noted.dataset if noted else "")
    analysis = known(noted, folders) if noted else None
    head = f"  {folders.dataset}  {status.state}   {(status.fingerprint or '')[:8]}  {status.schema}"
    rows = [f"  {'part':<20}{'state':<11}{'since':>8}{'memory':>9}  last"]
    for line in status.parts:
        memory = bytes_text(line.rss_bytes) if line.rss_bytes else "-"
        last = line.reason or doing(line, folders, analysis, now)
        rows.append(f"  {line.name:<20}{line.state:<11}{ago(line.since, now):>8}{memory:>9}  {last}".rstrip())
    return "\n".join([head, "", *rows, "", f"  logs  {folders.logs}/PART.log"])


def doing(line: Line, folders: Folders, analysis: Analysis | None, now: datetime) -> str:
    """The last progress of one part."""
    if line.name == "replay" and analysis and (position := replay_position(folders, analysis)):
        clock = f", event clock {position.clock:%Y-%m-%d %H:%M}" if position.clock else ""
        return f"{position.acknowledged:,} sent{clock}"
    if line.name == "streaming" and analysis and (told := stream_progress(folders, analysis)):
        age = (now - told.published_at).total_seconds()
        return f"{told.closed:,} windows closed, {told.open:,} open, lag {told.lag:,}, {age:.0f} s ago"
    if line.name == "batch" and line.state == "done":
        return "published"
    return line.url or line.address or ""


def ago(since: str | None, now: datetime) -> str:
    """`42 s`, `3 min`, `2 h`"""
    if since is None:
        return "-"
    seconds = max(0.0, (now - datetime.fromisoformat(since)).total_seconds())
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds:.0f} s"


def utc_now() -> datetime:
    return datetime.now(UTC)


def _line(entry: Entry, looker: Looker) -> Line:
    state, reason = entry.state, entry.reason
    if state == "healthy" and (fault := looker.fault(entry)):
        state, reason = "unhealthy", fault
    return _as_line(entry, state, reason, entry.pid)


def _left(entry: Entry) -> Line:
    """Of a demo whose watcher is gone."""
    lives = register.is_same(entry.pid, entry.began)
    return _as_line(entry, "down", "left behind; demo down ends it" if lives else None, entry.pid if lives else None)


def _as_line(entry: Entry, state: str, reason: str | None, pid: int | None) -> Line:
    memory = rss_bytes(pid) if pid else None
    return Line(entry.name, state, reason, pid, entry.since, memory, entry.log, entry.url, entry.address)


def rss_bytes(pid: int) -> int | None:
    """Of a process and all that it started."""
    try:
        first = psutil.Process(pid)
        return sum(process.memory_info().rss for process in [first, *first.children(recursive=True)])
    except psutil.Error:
        return None
