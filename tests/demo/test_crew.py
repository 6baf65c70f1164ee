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
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from datagen.stopping import Stopped
from demo.crew import Crew, PartEndedError
from demo.parts import Part
from demo.screen import Screen

SLEEP = "import time; time.sleep(300)"


def part(
    name: str,
    program: str,
    *,
    ends: bool = False,
    may_end: bool = False,
    after: tuple[str, ...] = (),
    ready: Path | None = None,
    tries: int = 5,
    stopped: int = 0,
) -> Part:
    return Part(
        name=name,
        running=f"{name} starts",
        done=f"{name} is there",
        command=(sys.executable, "-c", program),
        note=lambda: f"note of {name}",
        ends=ends,
        may_end=may_end,
        after=after,
        ready=lambda since: ready is None or ready.exists(),
        tries=tries,
        stopped=stopped,
    )


def crew(tmp_path: Path, *parts: Part) -> tuple[Crew, io.StringIO]:
    """With a clock on which a pause of a second lasts a tenth of one."""
    out = io.StringIO()
    fast = Crew(
        parts,
        Screen(out),
        environ=os.environ,
        cwd=tmp_path,
        logs=tmp_path / "logs",
        monotonic=lambda: time.monotonic() * 10,
    )
    return fast, out


def killer(members: Crew, name: str, times: int, then: Callable[[], None]) -> None:
    """Kills a part, each time as soon as it is ready, and then does something else, while the crew watches."""

    def work() -> None:
        for _ in range(times):
            child = until(lambda: members.members[name].is_ready and members.members[name].child)
            os.kill(child.pid, signal.SIGKILL)
            until(lambda: not members.members[name].is_ready)
        until(lambda: members.members[name].is_ready)
        then()

    threading.Thread(target=work, daemon=True).start()


def until(look: Callable[[], Any], limit_s: float = 30.0) -> Any:
    deadline = time.monotonic() + limit_s
    while not (found := look()):
        assert time.monotonic() < deadline
        os.sched_yield()
    return found


def stop_when(look: Callable[[], bool]) -> None:
    def work() -> None:
        until(look)
        stop()

    threading.Thread(target=work, daemon=True).start()


def stop() -> None:
    """As `demo down` does."""
    os.kill(os.getpid(), signal.SIGTERM)


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


class Gone(io.StringIO):
    """A pipe whose reader may go."""

    gone = False

    def write(self, text: str) -> int:
        if self.gone:
            raise BrokenPipeError
        return super().write(text)


def test_all_is_ended_though_nobody_reads_the_screen_any_more(tmp_path: Path) -> None:
    out = Gone()
    members = Crew([part("sleeper", SLEEP)], Screen(out), environ=os.environ, cwd=tmp_path, logs=tmp_path)
    members.__enter__()
    members.bring_up()
    out.gone = True
    with pytest.raises(BrokenPipeError):
        members.__exit__()
    assert members.children["sleeper"].ended() is not None


@pytest.mark.parametrize(("code", "exit_code"), [(2, 2), (1, 1), (7, 1)])
def test_a_part_that_fails_is_told_with_the_end_of_its_log(tmp_path: Path, code: int, exit_code: int) -> None:
    members, out = crew(
        tmp_path,
        part("failing", f"print('no such column'); raise SystemExit({code})", ends=True, tries=1),
        part("sleeper", SLEEP, ready=tmp_path / "never"),
    )
    with pytest.raises(PartEndedError) as caught, members:
        members.bring_up()
    log = tmp_path / "logs" / "failing.log"
    assert str(caught.value) == f"failing ended with {code}; the end of {log}:\n  no such column"
    assert caught.value.exit_code == exit_code
    assert "x failing starts" in out.getvalue()
    assert members.children["sleeper"].ended() is not None


def test_a_part_that_dies_is_started_again_and_that_is_said(tmp_path: Path) -> None:
    members, out = crew(tmp_path, part("page", SLEEP), part("other", SLEEP))
    with members:
        members.bring_up()
        other = members.children["other"].pid
        killer(members, "page", 2, stop)
        with pytest.raises(Stopped):
            members.watch()
        assert members.children["other"].pid == other
    log = tmp_path / "logs/page.log"
    said = [line.strip() for line in out.getvalue().splitlines() if "page" in line]
    assert said[-4:] == [
        f"page ended with 137; it is started again in 1.0 s   ({log})",
        "page runs again",
        f"page ended with 137; it is started again in 2.0 s   ({log})",
        "page runs again",
    ]


def test_what_starting_again_does_not_cure_is_told_and_left(tmp_path: Path) -> None:
    sign = tmp_path / "go"
    program = (
        f"import os, time\nwhile not os.path.exists({str(sign)!r}): time.sleep(0.01)\nprint('no such topic'); exit(2)"
    )
    members, out = crew(tmp_path, part("job", program), part("other", SLEEP))
    with members:
        members.bring_up()
        sign.touch()
        stop_when(lambda: members.members["job"].given_up)
        with pytest.raises(Stopped):
            members.watch()
        assert members.members["other"].state == "healthy"
        assert (members.members["job"].state, members.members["job"].reason) == (
            "unhealthy",
            "ended with 2: no such topic",
        )
    assert "job is not started again" in out.getvalue()
    assert (tmp_path / "logs/job.log").read_text() == "no such topic\n"


def test_a_part_that_never_comes_up_ends_the_demo_after_its_tries(tmp_path: Path) -> None:
    members, out = crew(tmp_path, part("job", "print('oh'); exit(1)", ready=tmp_path / "never", tries=3))
    with pytest.raises(PartEndedError, match="job ended with 1"), members:
        members.bring_up()
    assert (tmp_path / "logs/job.log").read_text() == "oh\n" * 3
    assert out.getvalue().count("started again") == 2


def test_a_part_that_may_end_is_done_then(tmp_path: Path) -> None:
    members, _ = crew(tmp_path, part("replay", "print('all sent')", may_end=True))
    with members:
        members.bring_up()
        replay = members.members["replay"]
        stop_when(lambda: replay.state == "done")
        with pytest.raises(Stopped):
            members.watch()
        assert members.members["replay"].state == "done"
    assert (tmp_path / "logs/replay.log").read_text() == "all sent\n"


def test_parts_are_ended_in_their_order_whatever_order_they_were_started_in(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    program = (
        "import signal, sys, time\n"
        "def end(*_):\n    open({diary!r}, 'a').write('{name} asked\\n'); time.sleep(0.2)\n"
        "    open({diary!r}, 'a').write('{name} ended\\n'); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); open({sign!r}, 'w'); time.sleep(300)\n"
    )
    order = ["broker", "page", "job", "replay"]
    parts = [
        part(
            name,
            program.format(diary=str(diary), name=name, sign=str(tmp_path / name)),
            ready=tmp_path / name,
            stopped=3 - rank,
        )
        for rank, name in enumerate(order)
    ]
    members, _ = crew(tmp_path, *parts)
    with members:
        members.bring_up()
    assert diary.read_text().split("\n")[:-1] == [
        f"{name} {word}" for name in reversed(order) for word in ("asked", "ended")
    ]


def test_a_part_is_asked_alone_and_ends_its_own_children_itself(tmp_path: Path) -> None:
    """A job must find its virtual machine alive when it is told to stop."""
    sign = tmp_path / "ready"
    program = (
        "import signal, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'], stdin=subprocess.PIPE)\n"
        "def end(*_):\n    print('child lives:', child.poll() is None, flush=True); sys.exit()\n"
        f"signal.signal(signal.SIGTERM, end); open({str(sign)!r}, 'w'); signal.pause()\n"
    )
    members, _ = crew(tmp_path, part("job", program, ready=sign))
    with members:
        members.bring_up()
        family = psutil.Process(members.children["job"].pid).children(recursive=True)
    assert (tmp_path / "logs/job.log").read_text() == "child lives: True\n"
    assert psutil.wait_procs(family, timeout=5)[1] == []


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
        "command = (sys.executable, '-c', sys.argv[2])\n"
        "part = Part('driver', '', '', command, note=said, ready=lambda since: bool(said()))\n"
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
