"""What a demo is made of: each part's command, what it waits for, and how one sees that it is ready."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from datagen import manifest
from demo.folders import Folders
from demo.ports import HOST
from demo.screen import bytes_text
from web.published import Published

JOBS = Path(__file__).resolve().parents[1]
SOURCES, JOB, PAGES, BROKER = range(4)  # in which order they are stopped


@dataclass(frozen=True)
class Part:
    """A process of the demo. One that `ends` is ready when it has ended with 0, any other when `ready` says so."""

    name: str
    running: str  # what the screen says while it is not ready
    done: str  # and then
    command: tuple[str | Path, ...]
    note: Callable[[], str]  # what came of it, once it is ready
    ends: bool = False
    may_end: bool = False  # with 0, at any time
    ready: Callable[[datetime], bool] = lambda since: True  # of a process that was started then
    after: tuple[str, ...] = ()
    more: Callable[[], tuple[str, ...]] = tuple  # words of the command that are known only when it is started
    environ: Mapping[str, str] = field(default_factory=dict)
    tries: int = 5  # in a row, before it was ready for the first time
    stopped: int = SOURCES
    grace_s: float = 5.0  # between being asked to end and being killed
    url: str | None = None
    address: str | None = None


def generator(schema: Path, folders: Folders, options: tuple[str, ...]) -> Part:
    return Part(
        name="generator",
        running="making data",
        done="data made",
        command=(sys.executable, "-m", "datagen", "generate", schema, "-o", folders.input, *options),
        note=lambda: made(folders),
        ends=True,
        tries=1,
    )


def batch(schema: Path, folders: Folders) -> Part:
    output = folders.data / "output"
    events = folders.state / "spark-events"
    options = ("--schema", schema, "--input", folders.input, "--output", output, "--events", events, "--wait", "0")
    return Part(
        name="batch",
        running="batch job",
        done="batch published",
        command=(sys.executable, JOBS / "batch" / "pipeline_batch.py", *options),
        note=lambda: published(folders),
        ends=True,
        after=("generator",),
        tries=2,
        grace_s=10.0,
    )


def dashboard(folders: Folders, port: int) -> Part:
    return page("dashboard", "page", folders, port)


def page(module: str, word: str, folders: Folders, port: int, more: Callable[[], tuple[str, ...]] = tuple) -> Part:
    """One of the two pages."""
    options = ("--data", folders.data, "--dataset", folders.dataset, "--host", HOST, "--port", str(port))
    return Part(
        name=module.replace("_", "-"),
        running=word,
        done=f"{word} ready",
        command=(sys.executable, "-m", module, *options),
        note=lambda: f"{HOST}:{port}",
        ready=lambda since: answers(port, "/readyz"),
        after=("generator",),
        more=more,
        stopped=PAGES,
        url=f"http://{HOST}:{port}",
    )


def made(folders: Folders) -> str:
    """`card_transactions: 20,000 rows, 59 files, 3.1 MB`"""
    made = manifest.from_json((folders.input / "_manifest.json").read_text("utf-8"))
    files = f"{len(made.files)} file{'' if len(made.files) == 1 else 's'}"
    return f"{folders.dataset}: {made.rows:,} rows, {files}, {bytes_text(made.bytes)}"


def rows_by_fate(folders: Folders) -> dict[str, int]:
    """`read`, `counted`, `quarantined`, `duplicate` of the run that is published now."""
    rows = Published(folders.data, folders.dataset).current().document("quality.json")["rows"]
    return {fate: int(rows[fate]) for fate in ("read", "counted", "quarantined", "duplicate")}


def published(folders: Folders) -> str:
    """`19,982 counted, 18 quarantined, 0 duplicate`"""
    return ", ".join(f"{rows:,} {fate}" for fate, rows in rows_by_fate(folders).items() if fate != "read")


def answers(port: int, path: str) -> bool:
    """Whether a page answers with 200."""
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
