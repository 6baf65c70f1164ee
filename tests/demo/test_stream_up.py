"""The streaming half as people bring it up: in the background, killed in parts and as a whole, swapped, ended."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import psutil
import pytest

from demo import register
from demo.folders import demo_folder
from demo.ports import is_taken
from tests.brokers import require_jars

ROOT = Path(__file__).parents[2]
PATIENCE_S = 240.0
SHOP = {
    "name": "shop",
    "entity_count": 4000,
    "seed": 5,
    "time_window": {"start": "2025-01-01", "end": "2025-01-02"},
    "schema": {
        "fields": [
            {"name": "sale", "type": "uuid"},
            {"name": "at", "type": "datetime"},
            {"name": "city", "type": "category", "choices": ["Pune", "Delhi"]},
            {"name": "amount", "type": "float", "min": 0, "max": 90, "precision": 2},
        ]
    },
}


class Demo:
    """`demo` as typed by somebody who keeps its data in a folder of their own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = int(listener.getsockname()[1])

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "demo", *map(str, words), "--data", str(self.data)]
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)

    def up(self, schema: Path, *words: str) -> str:
        ports = ("--stream-port", str(self.port))
        done = self.run("up", "streaming", "--detach", "--schema", schema, *ports, *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def status(self) -> dict[str, Any]:
        done = self.run("status", "--json")
        told: dict[str, Any] = json.loads(done.stdout)
        assert done.returncode == (0 if told["state"] == "healthy" else 3)
        return told

    def pids(self) -> dict[str, int]:
        return {part["name"]: part["pid"] for part in self.status()["parts"]}

    def until(self, look: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The status, as soon as it is so."""
        deadline = time.monotonic() + PATIENCE_S
        while not look(told := self.status()):
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.5)
        return told

    def log(self) -> str:
        return (demo_folder(self.data) / "logs/demo.log").read_text("utf-8")

    def members(self) -> list[psutil.Process]:
        """The one that watches, and everything below it."""
        holder = register.watcher(self.data)
        assert holder
        watcher = psutil.Process(holder.pid)
        return [watcher, *watcher.children(recursive=True)]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    require_jars()
    made = Demo(tmp_path / "data")
    yield made
    made.run("down")


@pytest.mark.kafka
@pytest.mark.spark
@pytest.mark.slow
def test_a_stream_comes_up_in_the_background_heals_and_ends_without_a_trace(demo: Demo, tmp_path: Path) -> None:
    schema = tmp_path / "shop.json"
    schema.write_text(json.dumps(SHOP))
    said = demo.up(schema, "--rows", "4000")
    assert re.search(r"✓ stream running +[\d.]+ s   first window closed", said)
    told = demo.status()
    assert told["state"] == "healthy"
    assert {part["name"] for part in told["parts"]} == {"kafka", "replay", "streaming", "streaming-dashboard"}
    assert list(Path(told["published"]["closed_windows"]).glob("*.parquet"))
    with urllib.request.urlopen(f"http://127.0.0.1:{demo.port}/", timeout=10) as page:
        assert "shop" in page.read().decode().lower()

    refused = demo.run("up", "streaming", "--schema", schema, "--stream-port", str(demo.port))
    assert (refused.returncode, "held by process" in refused.stderr) == (2, True)
    assert demo.run("reset", "--yes").returncode == 2

    before = demo.pids()
    for name in ("streaming", "replay", "kafka"):
        os.kill(before[name], signal.SIGKILL)
    after = demo.until(lambda told: told["state"] == "healthy" and demo.pids()["streaming"] != before["streaming"])
    pids = {part["name"]: part["pid"] for part in after["parts"]}
    assert pids["streaming-dashboard"] == before["streaming-dashboard"]
    assert all(pids[name] != before[name] for name in ("streaming", "replay", "kafka"))
    assert "streaming ended with 137; it is started again in 1.0 s" in demo.log()

    members = demo.members()
    for member in members:
        with suppress(psutil.NoSuchProcess):  # of those that end with the ones before them
            member.kill()
    assert psutil.wait_procs(members, timeout=10)[1] == []
    assert demo.status()["state"] == "down"
    demo.up(schema, "--rows", "4000")

    members, began = demo.members(), time.monotonic()
    assert demo.run("down").returncode == 0
    assert time.monotonic() - began < 45
    assert psutil.wait_procs(members, timeout=5)[1] == []
    assert not is_taken(demo.port)
    assert demo.status()["state"] == "down"

    assert demo.run("reset", "--yes").returncode == 0
    assert {path.name for path in demo.data.rglob("*") if not path.is_dir()} == {".gitkeep"}


@pytest.mark.kafka
@pytest.mark.spark
@pytest.mark.slow
def test_a_swapped_business_leaves_the_figures_of_each_whole(demo: Demo) -> None:
    rows = ("--rows", "3000", "--speed", "0")
    statuses, figures, before = {}, {}, None
    for name in ("card_transactions", "retail_orders", "iot_sensors"):
        said = demo.up(ROOT / "schemas" / f"{name}.json", *rows)
        if before is not None:
            assert re.search(rf"✓ earlier stopped +[\d.]+ s   {before}; what it published stays", said)
        statuses[name] = whole(demo, 3000)
        figures[name] = windows(statuses[name])
        before = name
    assert len({told["topic"] for told in statuses.values()}) == 3
    said = demo.up(ROOT / "schemas" / "card_transactions.json", *rows)
    assert "iot_sensors; what it published stays" in said
    told, cards = whole(demo, 3000), statuses["card_transactions"]
    assert (told["published"], told["topic"]) == (cards["published"], cards["topic"])
    assert {name: windows(told) for name, told in statuses.items()} == figures
    assert len(set(map(str, figures.values()))) == 3


def whole(demo: Demo, rows: int) -> dict[str, Any]:
    """The status, once all is sent, closed and published; the windows of full hours hold every row once."""

    def all_closed(told: dict[str, Any]) -> bool:
        sent = any(part["name"] == "replay" and part["state"] == "done" for part in told["parts"])
        return sent and hourly(told) == rows

    return demo.until(all_closed)


def hourly(told: dict[str, Any]) -> int:
    """Events in the closed windows that begin with an hour: these do not overlap."""
    files = f"{told['published']['closed_windows']}/*.parquet"
    query = (
        "select coalesce(sum(record_count), 0) from read_parquet(?) where minute(window_start at time zone 'UTC') = 0"
    )
    row = duckdb.execute(query, [files]).fetchone()
    return int(row[0]) if row else 0


def windows(told: dict[str, Any]) -> frozenset[tuple[Any, ...]]:
    files = f"{told['published']['closed_windows']}/*.parquet"
    return frozenset(duckdb.execute("select * from read_parquet(?)", [files]).fetchall())
