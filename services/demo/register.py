"""What a running demo notes of itself, so that status, logs and down find it, and a new one what a killed one left."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from datagen.messages import topic_name
from datagen.sinks import locks
from demo.effective import Business
from demo.folders import demo_folder
from demo.member import Member

NAME, LOCK = "demo.json", "lock"
TOKEN = "DEMO_RUN"  # in the environment of all that a demo starts
SAME_S = 2.0  # a process is told by its number and when it began; clocks are corrected meanwhile


@dataclass(frozen=True)
class Entry:
    """One part."""

    name: str
    state: str
    reason: str | None
    pid: int | None
    began: float | None  # the process, as the system has it
    since: str | None  # it is in that state
    log: str
    url: str | None
    address: str | None


@dataclass(frozen=True)
class Register:
    pid: int  # of the process that watches over the others
    token: str
    half: str
    schema: str
    dataset: str
    fingerprint: str | None
    topic: str | None
    ready: bool
    parts: tuple[Entry, ...]


def note(data: Path, half: str, business: Business, members: Iterable[Member], token: str, *, logs: Path) -> None:
    """Old or new, never half."""
    members = list(members)
    known = business.known
    register = Register(
        pid=os.getpid(),
        token=token,
        half=half,
        schema=str(business.schema),
        dataset=business.dataset.name,
        fingerprint=known.fingerprint if known else None,
        topic=topic_name(known) if known and half != "batch" else None,
        ready=all(member.is_ready for member in members),
        parts=tuple(_entry(member, members, logs) for member in members),
    )
    path = demo_folder(data) / NAME
    partial = path.with_name(f".{NAME}.{os.getpid()}.tmp")
    partial.write_text(json.dumps(asdict(register), indent=1), "utf-8")
    os.replace(partial, path)


def read(data: Path) -> Register | None:
    """None where there is none, or none that can be read."""
    try:
        told = json.loads((demo_folder(data) / NAME).read_text("utf-8"))
        return Register(**{**told, "parts": tuple(Entry(**entry) for entry in told["parts"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def forget(data: Path) -> None:
    (demo_folder(data) / NAME).unlink(missing_ok=True)


def watcher(data: Path) -> locks.Holder | None:
    """Who runs a demo on this data folder."""
    return locks.holder_of(demo_folder(data) / LOCK)


def began(pid: int) -> float | None:
    """When a process began, None where there is none."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.Error:
        return None


def is_same(pid: int | None, since: float | None) -> bool:
    """Whether the process of that number is still the one that began then."""
    now = began(pid) if pid else None
    return now is not None and since is not None and abs(now - since) < SAME_S


def _entry(member: Member, members: Iterable[Member], logs: Path) -> Entry:
    part, child = member.part, member.child
    pid = child.pid if child and child.ended() is None else None
    ready = {other.part.name for other in members if other.is_ready}
    awaited = [name for name in part.after if name not in ready]
    waits = f"waits for {' and '.join(awaited)}" if child is None and awaited else None
    return Entry(
        name=part.name,
        state=member.state,
        reason=member.reason or waits,
        pid=pid,
        began=began(pid) if pid else None,
        since=_iso(member.since),
        log=str(logs / f"{part.name}.log"),
        url=part.url,
        address=part.address,
    )


def _iso(instant: datetime | None) -> str | None:
    text = instant.astimezone(UTC).isoformat(timespec="milliseconds") if instant else None
    return text.replace("+00:00", "Z") if text else None
