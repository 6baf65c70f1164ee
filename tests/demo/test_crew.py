"""The parts of a demo: started in order, waited for, watched over, ended together.

The parts here are small real programs.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from datagen.stopping import Stopped
from demo.crew import Crew, PartEndedError
from demo.parts import Part
from demo.screen import Screen

SLEEP = "import time; time.sleep(300)"


def part(
    name: str, program: str, *, ends: bool = False, after: tuple[str, ...] = (), ready: Path | None = None
) -> Part:
    return Part(
        name=name,
        running=f"{name} starts",
        done=f"{name} is there",
        command=(sys.executable, "-c", program),
        note=lambda: f"note of {name}",
        ends=ends,
        after=after,
        ready=lambda: ready is None or ready.exists(),
    )


def crew(tmp_path: Path, *parts: Part) -> tuple[Crew, io.StringIO]:
    out = io.StringIO()
    return Crew(parts, Screen(out), environ=os.environ, cwd=tmp_path, logs=tmp_path / "logs"), out


def test_a_part_starts_when_those_before_it_are_ready(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    parts = (
        part("second", f"open({str(two)!r}, 'w').write(open({str(one)!r}).read())", ends=True, after=("first",)),
        part("first", f"open({str(one)!r}, 'w').write('made')", ends=True),
    )
    members, out = crew(tmp_path, *parts)
    with members:
        members.bring_up()
    assert two.read_text() == "made"
    shown = [line for line in out.getvalue().splitlines() if "is there" in line]
    assert [line.split()[1] for line in shown] == ["first", "second"]
    assert shown[0].endswith("note of first")


def test_all_that_was_started_is_ended_however_the_block_ends(tmp_path: Path) -> None:
    sign = tmp_path / "ready"
    members, _ = crew(tmp_path, part("sleeper", f"open({str(sign)!r}, 'w'); {SLEEP}", ready=sign))
    with contextlib.suppress(KeyError), members:
        members.bring_up()
        sleeper = psutil.Process(members.children["sleeper"].pid)
        raise KeyError
    assert psutil.wait_procs([sleeper], timeout=5)[1] == []


@pytest.mark.parametrize(("code", "exit_code"), [(2, 2), (1, 1), (7, 1)])
def test_a_part_that_fails_is_told_with_the_end_of_its_log(tmp_path: Path, code: int, exit_code: int) -> None:
    members, out = crew(
        tmp_path,
        part("failing", f"print('no such column'); raise SystemExit({code})", ends=True),
        part("sleeper", SLEEP, ready=tmp_path / "never"),
    )
    with pytest.raises(PartEndedError) as caught, members:
        members.bring_up()
    log = tmp_path / "logs" / "failing.log"
    assert str(caught.value) == f"failing ended with {code}; the end of {log}:\n  no such column"
    assert caught.value.exit_code == exit_code
    assert "x failing starts" in out.getvalue()
    assert members.children["sleeper"].ended() is not None


def test_a_part_that_dies_later_is_noticed(tmp_path: Path) -> None:
    sign = tmp_path / "ready"
    program = f"open({str(sign)!r}, 'w'); import sys; print('lost the port'); sys.stdin.read()"
    members, _ = crew(tmp_path, part("page", f"{program}; {SLEEP}", ready=sign))
    with members:
        members.bring_up()
        os.kill(members.children["page"].pid, signal.SIGKILL)
        with pytest.raises(PartEndedError, match=r"(?s)page ended with 137; the end of .*page\.log:\n  lost the port"):
            members.watch()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_watch_with_the_shells_exit_code(tmp_path: Path, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    members, _ = crew(tmp_path, part("sleeper", SLEEP))
    with members:
        members.bring_up()
        threading.Timer(0.05, os.kill, (os.getpid(), number)).start()
        with pytest.raises(Stopped) as caught:
            members.watch()
    assert caught.value.exit_code == 128 + number
    assert members.children["sleeper"].ended() == 128 + signal.SIGTERM
    assert signal.getsignal(number) == before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a child to its parent")
def test_nothing_is_left_when_the_demo_is_killed_outright(tmp_path: Path) -> None:
    """As a JVM does, the grandchild ends when its driver's end of a pipe closes."""
    driver = (
        "import subprocess, sys\n"
        "program = [sys.executable, '-c', 'import sys; sys.stdin.read()']\n"
        "grandchild = subprocess.Popen(program, stdin=subprocess.PIPE)\n"
        "print(grandchild.pid, flush=True); grandchild.wait()\n"
    )
    script = (
        "import os, sys; from pathlib import Path\n"
        "from demo.crew import Crew; from demo.parts import Part; from demo.screen import Screen\n"
        "here = Path(sys.argv[1])\n"
        "log = here / 'driver.log'\n"
        "said = lambda: log.exists() and log.read_text().strip()\n"
        "part = Part('driver', '', '', (sys.executable, '-c', sys.argv[2]), note=said, ready=lambda: bool(said()))\n"
        "with Crew([part], Screen(sys.stderr), environ=os.environ, cwd=here, logs=here) as crew:\n"
        "    crew.bring_up(); print(crew.children['driver'].pid, said(), flush=True); crew.watch()\n"
    )
    demo = subprocess.Popen([sys.executable, "-c", script, tmp_path, driver], stdout=subprocess.PIPE, text=True)
    with demo:
        assert demo.stdout
        family = [psutil.Process(int(pid)) for pid in demo.stdout.readline().split()]
        demo.kill()
    assert len(family) == 2
    assert psutil.wait_procs(family, timeout=5)[1] == []
