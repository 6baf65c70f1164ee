"""`demo up`, from the outside: what it prints, what it refuses, and that nothing outlives it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from datagen.sinks import locks
from demo.ports import is_taken

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "schemas" / "card_transactions.json"


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def command(data: Path, port: int, *words: str | Path) -> list[str]:
    fixed = ["--data", data, "--batch-port", str(port), "--rows", "500", "--seed", "1"]
    return [sys.executable, "-m", "demo", "up", *map(str, [*fixed, *words])]


def refused(data: Path, port: int, *words: str | Path) -> str:
    """What a demo that cannot start says; it ends with 2 and leaves no process and no traceback."""
    done = subprocess.run(command(data, port, *words), capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert not is_taken(port)
    return done.stderr


@contextmanager
def running(data: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(command(data, port), stdout=subprocess.PIPE, text=True, cwd=ROOT) as demo:
        try:
            yield demo
        finally:
            demo.kill()


def shown(demo: subprocess.Popen[str], until: str) -> list[str]:
    """The lines up to the first one with `until` in it."""
    lines: list[str] = []
    assert demo.stdout
    for line in demo.stdout:
        lines.append(line.rstrip("\n"))
        if until in line:
            return lines
    raise AssertionError("\n".join(lines))


def family(demo: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(demo.pid).children(recursive=True)


@pytest.mark.spark
@pytest.mark.slow
def test_a_demo_comes_up_prints_where_it_is_and_ends_without_a_trace(tmp_path: Path, port: int) -> None:
    with running(tmp_path / "data", port) as demo:
        lines = shown(demo, until="Stop: Ctrl-C")
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).read().decode()
        members = family(demo)
        demo.send_signal(signal.SIGINT)
        assert demo.wait(timeout=20) == 130
    assert psutil.wait_procs(members, timeout=5)[1] == []
    assert not is_taken(port)
    assert "Card Transactions" in page
    steps = [re.sub(r" +\d[\d.]* s +", " | ", line.strip()) for line in lines if "✓" in line]
    assert steps[0] == f"✓ data made | card_transactions: 500 rows, {days(tmp_path)} files, {size(tmp_path)}"
    assert sorted(steps[1:]) == [
        "✓ batch published | 500 counted, 0 quarantined, 0 duplicate",
        f"✓ page ready | 127.0.0.1:{port}",
    ]
    assert max(map(len, lines)) <= 80 + len(str(tmp_path))
    assert f"  Batch page       http://127.0.0.1:{port}" in lines


def days(folder: Path) -> int:
    return len(manifest(folder)["files"])


def size(folder: Path) -> str:
    return f"{sum(file['bytes'] for file in manifest(folder)['files']) / 1000:.0f} kB"


def manifest(folder: Path) -> dict[str, list[dict[str, int]]]:
    text = (folder / "data/input/card_transactions/_manifest.json").read_text()
    return json.loads(text)  # type: ignore[no-any-return]


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a child to its parent")
def test_a_demo_that_is_killed_outright_leaves_nothing_running(tmp_path: Path, port: int) -> None:
    with running(tmp_path / "data", port) as demo:
        while not any("java" in process.name() for process in family(demo)):
            assert demo.poll() is None
            os.sched_yield()
        members = family(demo)
        demo.kill()
    assert len(members) >= 3  # the page, the job, its JVM
    assert psutil.wait_procs(members, timeout=20)[1] == []


def test_a_taken_port_is_refused_before_anything_else(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = int(holder.getsockname()[1])
        done = subprocess.run(command(tmp_path / "data", port), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert re.match(
        rf"port {port} is taken by pid {os.getpid()} \(.*--batch-port \d+, or DEMO_BATCH_PORT=", done.stderr
    )
    assert not (tmp_path / "data/input").exists()


def test_a_second_demo_in_the_same_folder_is_refused(tmp_path: Path, port: int) -> None:
    lock = tmp_path / "data/state/demo/lock"
    lock.parent.mkdir(parents=True)
    with locks.acquire(lock):
        assert f"held by process {os.getpid()}" in refused(tmp_path / "data", port)
    assert not (tmp_path / "data/input").exists()


def test_a_wrong_schema_is_told_with_its_lines_before_anything_starts(tmp_path: Path, port: int) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"schema": {"fields": [\n{"name": "a", "type": "strng"}]}}')
    assert "wrong.json:2" in refused(tmp_path / "data", port, "--schema", wrong)
    assert not (tmp_path / "data").exists()


def test_a_part_that_refuses_is_heard(tmp_path: Path, port: int) -> None:
    theirs = tmp_path / "data/input/card_transactions/important.csv"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("not yours\n")
    said = refused(tmp_path / "data", port)
    assert said.startswith("generator ended with 2; the end of ")
    assert "important.csv" in said
    assert theirs.read_text() == "not yours\n"


@pytest.mark.parametrize("word", ["streaming", "everything"])
def test_a_half_that_is_not_there_is_unknown(tmp_path: Path, port: int, word: str) -> None:
    assert f"'{word}' is not 'batch'" in refused(tmp_path / "data", port, word)


def test_an_unknown_command_says_so() -> None:
    done = subprocess.run([sys.executable, "-m", "demo", "fly"], capture_output=True, text=True, check=False)
    assert (done.returncode, "No such command 'fly'" in done.stderr) == (2, True)
