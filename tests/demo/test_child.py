"""What we start ends with us, and with it all that it started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from demo.child import Child

FAMILY = """
import subprocess, sys
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
print(grandchild.pid, flush=True)
grandchild.wait()
"""
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + FAMILY


def first_word(child: Child) -> int:
    """The number a child printed, as soon as it has."""
    while not child.last_line():
        assert child.ended() is None
        os.sched_yield()
    return int(child.last_line())


@pytest.mark.parametrize("program", [FAMILY, DEAF], ids=["listening", "deaf"])
def test_ending_a_child_ends_its_children_too(tmp_path: Path, program: str) -> None:
    child = Child("family", [sys.executable, "-c", program], log=tmp_path / "log", env=os.environ)
    grandchild = psutil.Process(first_word(child))
    child.end(grace_s=0.3)
    assert child.ended() is not None
    assert psutil.wait_procs([grandchild], timeout=5)[1] == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a child to its parent")
def test_a_child_ends_when_we_are_killed_outright(tmp_path: Path) -> None:
    script = (
        "import sys, os; from pathlib import Path; from demo.child import Child\n"
        "command = [sys.executable, '-c', 'import time; time.sleep(300)']\n"
        "child = Child('sleeper', command, log=Path(sys.argv[1]), env=os.environ)\n"
        "print(child.pid, flush=True); child.process.wait()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, tmp_path / "log"], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    assert psutil.wait_procs([child], timeout=5)[1] == []


@pytest.mark.parametrize(("program", "code"), [("raise SystemExit(2)", 2), ("import os; os.kill(os.getpid(), 9)", 137)])
def test_an_exit_code_is_what_a_shell_would_say(tmp_path: Path, program: str, code: int) -> None:
    child = Child("short", [sys.executable, "-c", program], log=tmp_path / "log", env=os.environ)
    child.process.wait()
    assert child.ended() == code


def test_the_tail_is_the_last_lines_that_say_something(tmp_path: Path) -> None:
    program = "print('x' * 100_000); print('one'); print(); print('two  '); print()"
    child = Child("talker", [sys.executable, "-c", program], log=tmp_path / "deep" / "log", env=os.environ)
    child.process.wait()
    assert child.tail(2) == ["one", "two"]
    assert child.last_line() == "two"


def test_a_log_begins_anew_with_each_start(tmp_path: Path) -> None:
    for word in ("first", "second"):
        child = Child("talker", [sys.executable, "-c", f"print({word!r})"], log=tmp_path / "log", env=os.environ)
        child.process.wait()
    assert (tmp_path / "log").read_text() == "second\n"
