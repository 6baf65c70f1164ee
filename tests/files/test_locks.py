"""A lock is held by a living process only, and says by whom."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from datagen.errors import UserError
from datagen.sinks import locks

HOLD = """
import sys
from pathlib import Path
from datagen.sinks import locks
lock = locks.acquire(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def holding(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_a_lock_names_its_holder(tmp_path: Path) -> None:
    process = holding(tmp_path / "lock")
    try:
        with pytest.raises(locks.HeldError) as caught:
            locks.acquire(tmp_path / "lock")
        holder = locks.holder_of(tmp_path / "lock")
    finally:
        end(process)
    command = f"-c {tmp_path / 'lock'}"
    assert holder == locks.Holder(process.pid, socket.gethostname(), command)
    assert str(caught.value) == (
        f"{tmp_path / 'lock'}: held by process {process.pid} on {socket.gethostname()} ({command}); "
        "wait for it to end, or end it, and run this again"
    )


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    end(holding(tmp_path / "lock"))
    assert (tmp_path / "lock").exists()
    assert locks.holder_of(tmp_path / "lock") is None
    locks.acquire(tmp_path / "lock").release()
    assert os.listdir(tmp_path) == []


def test_asking_who_holds_a_lock_makes_nothing(tmp_path: Path) -> None:
    assert locks.holder_of(tmp_path / "lock") is None
    assert locks.holder_of(tmp_path / "no" / "lock") is None
    assert os.listdir(tmp_path) == []


def test_a_lock_whose_file_was_removed_by_hand_takes_no_other_with_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first = locks.acquire(path)
    path.unlink()
    second = locks.acquire(path)
    first.release()
    assert locks.holder_of(path) is not None
    second.release()
    assert locks.holder_of(path) is None


def test_a_file_that_lost_its_name_in_the_meantime_is_not_taken_for_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "lock"
    flock = fcntl.flock

    def released_by_another(descriptor: int, how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", flock)
        path.unlink()
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", released_by_another)
    lock = locks.acquire(path)
    assert locks.holder_of(path) is not None
    lock.release()


def test_who_waits_takes_the_lock_over_from_the_one_that_releases_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first = locks.acquire(path)
    waited_for: list[locks.Holder | None] = []
    second = locks.acquire(path, patience_s=1.0, on_wait=waited_for.append, sleep=lambda _: first.release())
    assert [holder.pid for holder in waited_for if holder] == [os.getpid()]
    second.release()


def test_patience_begins_anew_with_each_holder(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    now = 0.0
    holders = [("one", 40), ("two", 40), ("three", 100)]
    timeline = [name for name, seconds in holders for _ in range(seconds)]
    lock = locks.acquire(path)

    def sleep(_: float) -> None:
        nonlocal now
        now += 1.0
        path.write_text(f'{{"pid": 1, "host": "h", "command": "{timeline[int(now)]}"}}')

    with pytest.raises(locks.HeldError, match=r"\(three\)"):
        locks.acquire(path, patience_s=50.0, monotonic=lambda: now, sleep=sleep)
    assert now == 80 + 51
    lock.release()


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"pid": 1}', "\x00"])
def test_a_holder_who_wrote_nothing_readable_is_another_process(text: str, tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = locks.acquire(path)
    path.write_text(text)
    with pytest.raises(locks.HeldError, match="held by another process; wait for it to end"):
        locks.acquire(path)
    assert locks.holder_of(path) == locks.Holder(0, "an unknown host", "unknown")
    lock.release()


def as_link(path: Path) -> None:
    path.with_name("victim").write_text("mine")
    path.symlink_to(path.with_name("victim"))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (as_link, "is a link, and links are not followed"),
        (os.mkfifo, "stands where a lock file belongs; move it away"),
    ],
)
def test_neither_links_nor_pipes_are_locked(make: Callable[[Path], None], sentence: str, tmp_path: Path) -> None:
    make(tmp_path / "lock")
    with pytest.raises(UserError, match=sentence):
        locks.acquire(tmp_path / "lock")
    assert locks.holder_of(tmp_path / "lock") is None
