"""Where there are files enough, workers are processes: the bytes stay the same, and nothing is lost when one ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.commands import generate
from datagen.memory import limit_bytes
from datagen.processes import BLOCKS_EACH, LONGEST, worth
from tests.files import shop
from tests.files.conftest import Mount
from tests.files.shop import contents, listed, make, plan_of
from tests.gallery import GALLERY

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux alone")

ENOUGH = 10**6  # blocks
TOLD = """
import os, sys, time
from contextlib import nullcontext
from datagen import cli, run
from datagen.commands import generate
from datagen.sinks import durable
def new_file(path):
    {at_file}
    return durable.new_file(path)
run.new_file = new_file
def shown(tally, _):
    watched.append(tally)
    print("at work", flush=True)
    return nullcontext()
watched = []
generate.shown = shown
code = cli.main(sys.argv[1:])
print(os.getpid(), sum(tally.rows for tally in watched), flush=True)
sys.exit(code)
"""
NAMED = "os.write(1, f'{os.getpid()} {path.name}\\n'.encode())"


def command(schema: Path, *options: object, at_file: str = "pass") -> list[str]:
    """`datagen generate` by three workers that says when it is at work and, at its end, the rows it counted."""
    fixed = ["--workers", "3", "--block-rows", "20", "-q"]
    return [sys.executable, "-c", TOLD.format(at_file=at_file), "generate", str(schema), *fixed, *map(str, options)]


def done(*given: Any, **how: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*given, **how), capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    """Of thirty days, which three can share."""
    return shop.written(tmp_path, time_window={"start": "2025-03-01", "end": "2025-03-30"})


@pytest.mark.parametrize("output", ["csv", "parquet"])
def test_days_are_shared_out_among_processes_and_no_byte_changes(output: str, schema: Path, tmp_path: Path) -> None:
    overrides = {"output.format": output}
    make(plan_of(schema, **overrides), tmp_path / "alone")
    told = done(schema, "--set", f"output.format={output}", "-o", tmp_path / "set", at_file=NAMED)
    assert (told.returncode, told.stderr) == (0, "")
    begun, *files, ended = told.stdout.splitlines()
    makers = {line.split()[0] for line in files}
    assert (begun, len(files), len(makers)) == ("at work", 30, 3)
    assert ended.split()[0] not in makers
    assert ended.split()[1] == "400"  # counted in the parent, for the display of progress
    assert contents(tmp_path / "set") == contents(tmp_path / "alone")
    assert listed(tmp_path / "set").rows == 400


def test_tables_whose_rows_were_not_counted_before_are_the_same_too(tmp_path: Path) -> None:
    for workers in (1, 3):
        given = ("--scale", "0.1", "--workers", workers, "-o", tmp_path / str(workers))
        assert done(GALLERY["shop"], *given).returncode == 0
    first, second = (json.loads((tmp_path / name / "_manifest.json").read_text()) for name in ("1", "3"))
    assert first == second
    assert sum(file["rows"] for file in first["files"]) > 1000


@given(
    costs=st.lists(st.integers(1, 10**9), min_size=1, max_size=60),
    blocks=st.integers(0, 10**4),
    workers=st.integers(1, 64),
)
def test_none_of_the_processes_is_long_alone_at_the_end(costs: list[int], blocks: int, workers: int) -> None:
    count = worth(costs, blocks, workers)
    assert 1 <= count <= workers
    if count == 1:
        return
    assert blocks >= count * BLOCKS_EACH
    loads = [0] * count
    for cost in sorted(costs, reverse=True):
        loads[loads.index(min(loads))] += cost
    assert max(loads) * count <= LONGEST * sum(costs)


@pytest.mark.parametrize(
    ("costs", "blocks", "workers", "count"),
    [
        ([5] * 59, ENOUGH, 2, 2),
        ([5] * 59, 3, 2, 1),  # little to make
        ([100, 1, 1, 1], ENOUGH, 2, 1),  # one large file, which threads can share
        ([50, 25, 24, 1], ENOUGH, 16, 2),  # each with eight threads
        ([7], ENOUGH, 8, 1),
    ],
)
def test_there_are_as_many_processes_as_the_files_keep_busy(
    costs: list[int], blocks: int, workers: int, count: int
) -> None:
    assert worth(costs, blocks, workers) == count


def at_work(schema: Path, folder: Path, **how: Any) -> subprocess.Popen[str]:
    """A run of several processes that would take a minute."""
    given = command(schema, "--rows", "26000", "--block-rows", "1", "-o", folder, **how)
    process = subprocess.Popen(given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "at work\n"
    return process


def test_a_worker_that_is_killed_is_told_and_nothing_is_lost(schema: Path, tmp_path: Path) -> None:
    make(plan_of(schema), tmp_path / "set")
    before = contents(tmp_path / "set")
    process = at_work(schema, tmp_path / "set")
    workers = psutil.Process(process.pid).children()
    assert len(workers) == 3
    workers[1].kill()
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (
        1,
        "a worker was ended by SIGKILL; nothing was published and what was there before is as it was; "
        "a system that is short of memory does this: give fewer --workers\n",
    )
    assert not any(worker.is_running() for worker in workers)
    assert contents(tmp_path / "set") == before
    assert sorted(os.listdir(tmp_path)) == ["set", "shop.json"]


def test_workers_do_not_outlive_who_started_them(schema: Path, tmp_path: Path) -> None:
    process = at_work(schema, tmp_path / "set", at_file="os.write(1, b'busy\\n'); time.sleep(600)")
    workers = psutil.Process(process.pid).children()
    assert process.stdout is not None
    assert [process.stdout.readline() for _ in workers] == 3 * ["busy\n"]
    process.kill()
    process.communicate(timeout=30)
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert (len(workers), alive) == (3, [])
    make(plan_of(schema), tmp_path / "set")
    assert sorted(os.listdir(tmp_path)) == ["set", "shop.json"]


def test_ctrl_c_at_a_terminal_reaches_all_and_is_answered_once(schema: Path, tmp_path: Path) -> None:
    process = at_work(schema, tmp_path / "set")
    workers = psutil.Process(process.pid).children()
    for _ in range(3):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.01)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err, len(out.splitlines())) == (130, "", 1)
    assert not any(worker.is_running() for worker in workers)
    assert os.listdir(tmp_path) == ["shop.json"]


def test_a_signal_to_a_worker_alone_is_not_for_it(schema: Path, tmp_path: Path) -> None:
    process = at_work(schema, tmp_path / "set")
    workers = psutil.Process(process.pid).children()
    for number in (signal.SIGINT, signal.SIGTERM):
        for worker in workers:
            worker.send_signal(number)
    gone, _ = psutil.wait_procs(workers, timeout=0.5)
    process.kill()
    process.communicate(timeout=30)
    assert gone == []


def test_a_full_disk_in_a_worker_is_told_as_in_any_run(schema: Path, tmp_path: Path, mount: Mount) -> None:
    disk = mount(tmp_path / "disk", "size=1m")
    told = done(schema, "--rows", "20000", "-o", disk / "set")
    assert told.returncode == 2
    assert re.match(rf"{disk / 'set'}: no space left: about \d\.\d MB needed, .+ free; nothing was pub", told.stderr)
    assert os.listdir(disk) == []


@pytest.mark.parametrize("raised", ["ValueError('odd')", "type('Odd', (Exception,), {})('odd')"])
def test_a_fault_of_ours_in_a_worker_says_where(raised: str, schema: Path, tmp_path: Path) -> None:
    """Also one that cannot travel from one process to another."""
    told = done(schema, "-o", tmp_path / "set", at_file=f"raise {raised}")
    assert told.returncode == 1
    assert re.search(r"odd\n+in a worker:\n(.*\n)+.*in new_file\n", told.stderr)
    assert "was ended" not in told.stderr
    assert os.listdir(tmp_path) == ["shop.json"]


@pytest.mark.parametrize(("limit", "workers"), [(None, 16), ("max\n", 16), ("536870912\n", 3), ("200000000\n", 1)])
def test_a_container_of_little_memory_has_fewer_workers(
    limit: str | None, workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if limit is not None:
        (tmp_path / "memory.max").write_text(limit)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(16))
    monkeypatch.setattr(generate, "limit_bytes", lambda: limit_bytes(tmp_path))
    assert generate.usable_workers() == workers
