"""What a demo notes of itself, and what a later one makes of it when it was killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from datagen.errors import UserError
from datagen.sinks import locks
from demo import down, orphans, register
from demo.child import Child
from demo.folders import Folders, demo_folder
from demo.health import Looker
from demo.member import Member
from demo.parts import Part
from demo.register import Entry, Register
from tests.demo.test_child import DEAF, FAMILY, first_word

TOKEN = "0123456789abcdef"


def noted(*entries: Entry) -> Register:
    return Register(
        pid=1,
        token=TOKEN,
        half="both",
        schema="shop.json",
        dataset="shop",
        fingerprint=None,
        topic=None,
        ready=False,
        parts=entries,
    )


def entry(child: Child) -> Entry:
    return Entry("part", "healthy", None, child.pid, register.began(child.pid), None, "log", None, None)


@contextmanager
def family(tmp_path: Path, program: str) -> Iterator[tuple[Child, list[psutil.Process]]]:
    """A part and a child of its own."""
    environ = {**os.environ, register.TOKEN: TOKEN}
    child = Child("part", [sys.executable, "-c", program], log=tmp_path / "log", env=environ)
    try:
        grandchild = psutil.Process(first_word(child))
        yield child, [psutil.Process(child.pid), grandchild]
    finally:
        child.end(grace_s=0)


@pytest.mark.parametrize("program", [FAMILY, DEAF], ids=["listening", "deaf"])
def test_what_a_killed_demo_left_is_ended_with_all_its_children(
    tmp_path: Path, program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orphans, "GRACE_S", 0.5)
    with family(tmp_path, program) as (child, members):
        assert orphans.end_all(noted(entry(child))) == 2
        child.process.wait()
        assert psutil.wait_procs(members, timeout=5)[1] == []


def test_children_whose_parent_has_ended_are_told_by_the_mark_in_their_environment(tmp_path: Path) -> None:
    with family(tmp_path, FAMILY) as (child, [first, grandchild]):
        left = entry(child)
        first.kill()
        child.process.wait()
        assert orphans.left_by(replace(noted(left), token="another")) == []
        assert orphans.left_by(noted(left)) == [grandchild]


def test_a_part_whose_child_is_frozen_is_not_healthy(tmp_path: Path) -> None:
    with family(tmp_path, FAMILY) as (child, [_, grandchild]):
        looker = Looker(Folders(tmp_path, "shop"), None)
        assert looker.fault(entry(child)) is None
        grandchild.suspend()
        while grandchild.status() != psutil.STATUS_STOPPED:
            os.sched_yield()
        assert looker.fault(entry(child)) == "is frozen (SIGSTOP)"
        grandchild.resume()
        while grandchild.status() == psutil.STATUS_STOPPED:
            os.sched_yield()
        assert looker.fault(entry(child)) is None


def test_a_process_that_only_bears_the_number_is_left_alone(tmp_path: Path) -> None:
    with family(tmp_path, FAMILY) as (child, members):
        left = entry(child)
        assert left.began
        assert orphans.end_all(noted(replace(left, began=left.began - 60))) == 0
        assert all(member.is_running() for member in members)


def test_the_register_is_read_as_it_was_noted_and_half_a_one_is_none(tmp_path: Path) -> None:
    demo_folder(tmp_path).mkdir(parents=True)
    assert register.read(tmp_path) is None
    (demo_folder(tmp_path) / register.NAME).write_text('{"pid": 1, "tok')
    assert register.read(tmp_path) is None


def test_a_part_says_whom_it_waits_for() -> None:
    def part(name: str, *after: str) -> Member:
        return Member(Part(name, "", "", ("true",), note=str, after=after))

    members = [part("generator"), part("kafka"), part("replay", "generator", "kafka")]
    members[1].state = "healthy"
    assert register._entry(members[2], members, Path("logs")).reason == "waits for generator"


def test_down_ends_a_demo_that_holds_the_lock_and_what_it_left(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from datagen.sinks import locks\n"
        "lock = locks.acquire(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()\n"
    )
    demo_folder(tmp_path).mkdir(parents=True)
    command = [sys.executable, "-c", program, str(demo_folder(tmp_path) / register.LOCK)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as demo:
        assert demo.stdout
        demo.stdout.readline()
        said: list[str] = []
        assert down.down(tmp_path, said.append) == 0
        assert demo.wait(timeout=5) == -15
    assert said == ["stopped"]
    assert down.down(tmp_path, said.append) == 0
    assert said[1:] == ["nothing runs"]


def test_a_demo_of_another_machine_is_not_signalled(tmp_path: Path) -> None:
    holder = locks.Holder(os.getpid(), "elsewhere", "demo up")
    with pytest.raises(UserError, match=rf"runs on elsewhere, process {os.getpid()}; end it there"):
        down.stop(tmp_path, holder)
