"""The set-up as a whole, as far as it can be tried without a network."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from datagen.errors import UserError
from demo.screen import Screen
from demo.setup import packages
from demo.setup.java import Java
from demo.setup.packages import Command
from demo.setup.parts import SetUp
from demo.setup.places import Places, here
from demo.setup.stamps import Part, key

JAVA = Java(Path("/jdk"), "17.0.1", "17.0.1+1")


@pytest.fixture
def checkout(tmp_path: Path) -> Places:
    """What set-up needs of a clone, below a path with a space."""
    root = tmp_path / "a clone"
    for folder in ("services/demo", "services/datagen", "services/web"):
        shutil.copytree(here().root / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("requirements.lock", "artifacts.lock", "pyproject.toml", "Makefile"):
        shutil.copy(here().root / file, root)
    return Places(root)


def bare(checkout: Places, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Runs set-up with this Python as if nothing were installed, and with no Java but what `environ` names."""
    command = [sys.executable, "-S", "-c", "import runpy; runpy.run_module('demo.setup', run_name='__main__')", *words]
    environ = {"PATH": "/nonexistent", "PYTHONPATH": str(checkout.root / "services"), **environ}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def test_without_a_java_set_up_says_so_before_anything_else(checkout: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    source = checkout.root / "services/demo/setup/java.py"
    source.write_text(source.read_text().replace("in known_places:", "in ():"))
    done = bare(checkout, JAVA_HOME="/no/java/here")
    assert done.returncode == 2
    assert done.stderr.startswith("no fitting Java: ")
    assert "/no/java/here: there is no program /no/java/here/bin/java" in done.stderr
    assert "Traceback" not in done.stderr
    assert not checkout.venv.exists()
    assert not checkout.artifacts.exists()


def test_set_up_and_doctor_need_only_the_standard_library(checkout: Places) -> None:
    script = (
        "import demo.setup.__main__, demo.doctor, sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    environ = {"PYTHONPATH": str(checkout.root / "services")}
    done = subprocess.run([sys.executable, "-S", "-c", script], env=environ, capture_output=True, text=True, check=True)
    foreign = set(done.stdout.split()) - sys.stdlib_module_names - {"__main__", "__mp_main__"}
    assert foreign == {"demo", "datagen", "web"}


def test_a_part_is_made_again_only_when_what_it_is_made_from_changes(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    made: list[str] = []
    part = Part("part", tmp_path / "out/.stamp", lambda: key(lock), lambda: made.append(lock.read_text()))
    for content in ("one", "one", "two"):
        lock.write_text(content)
        if not part.fits:
            part.redo()
    assert made == ["one", "two"]


def test_a_part_that_failed_is_not_taken_for_made(tmp_path: Path) -> None:
    stamp = tmp_path / ".stamp"
    Part("part", stamp, lambda: "key", lambda: None).redo()

    def fail() -> None:
        raise UserError("no network")

    part = Part("part", stamp, lambda: "key", fail)
    with pytest.raises(UserError, match="no network"):
        part.redo()
    assert not part.fits


def test_a_key_tells_apart_what_its_parts_run_together() -> None:
    assert key("ab", "c") != key("a", "bc")


def test_set_up_says_once_what_it_did_and_then_nothing(checkout: Places, capsys: pytest.CaptureFixture[str]) -> None:
    checkout.venv.mkdir()
    checkout.artifacts.mkdir()
    set_up = SetUp(checkout, {})
    for part in set_up.parts(JAVA):
        part.stamp.write_text(part.key())
    set_up.complete(JAVA, Screen())
    assert capsys.readouterr().out == ""


def test_a_folder_that_cannot_be_written_to_is_named(checkout: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UserError, match=r"a clone cannot be written to; set-up puts \.venv and \.artifacts there"):
        SetUp(checkout, {}).complete(JAVA, Screen())


def test_too_little_room_is_told_before_anything_is_fetched(checkout: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: type("usage", (), {"free": 7_000_000}))
    with pytest.raises(UserError, match=r"set-up needs 2\.5 GB at .*, where 7\.0 MB is free; make room"):
        SetUp(checkout, {}).complete(JAVA, Screen())


def test_a_step_that_fails_shows_the_end_of_the_log(checkout: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    talker = [sys.executable, "-c", "print('could not connect'); raise SystemExit(1)"]
    monkeypatch.setattr(
        packages, "make_environment", lambda places, run, environ: packages._must(run(talker, environ), "it")
    )
    with pytest.raises(
        UserError, match=r"(?s)it could not be installed; the end of .*set-up\.log:\n  could not connect"
    ):
        SetUp(checkout, os.environ).complete(JAVA, Screen())


class Installers:
    """Notes what would be run; a virtual environment is a folder with a Python that runs."""

    def __init__(self, *failing: str) -> None:
        self.failing = failing
        self.commands: list[str] = []

    def run(self, command: Command, environ: object) -> int:
        words = [Path(str(word)).name for word in command]
        self.commands.append(" ".join(words[:6]))
        if words[1:3] == ["-m", "venv"]:
            python = Path(str(command[3])) / "bin" / "python"
            python.parent.mkdir()
            python.symlink_to(sys.executable)
            (Path(str(command[3])) / "pyvenv.cfg").write_text(f"command = python -m venv {command[3]}\n")
            (python.parent / "uv").symlink_to(sys.executable)
        return int(words[0] in self.failing)


def installs(commands: list[str]) -> Iterator[str]:
    yield from (command for command in commands if "install" in command or "venv" in command)


def test_uv_installs_and_pip_only_where_uv_fails(checkout: Places) -> None:
    for installers, count in ((Installers(), 3), (Installers("uv"), 4)):
        packages.make_environment(checkout, installers.run, os.environ)
        assert len(list(installs(installers.commands))) == count
        shutil.rmtree(checkout.venv)


def test_an_environment_left_half_made_is_made_from_nothing(checkout: Places) -> None:
    packages.make_environment(checkout, Installers().run, os.environ)
    (checkout.venv / "half").touch()
    packages.make_environment(checkout, Installers().run, os.environ)
    assert (checkout.venv / "half").exists()
    (checkout.venv / ".unfinished").touch()
    packages.make_environment(checkout, Installers().run, os.environ)
    assert not (checkout.venv / "half").exists()


def test_an_environment_that_was_moved_here_is_made_anew(checkout: Places, tmp_path: Path) -> None:
    packages.make_environment(checkout, Installers().run, os.environ)
    moved = Places(checkout.root.rename(tmp_path / "moved"))
    installers = Installers()
    packages.make_environment(moved, installers.run, os.environ)
    assert any("-m venv" in command for command in installers.commands)


def test_two_set_ups_at_once_do_not_meet(checkout: Places) -> None:
    checkout.artifacts.mkdir()
    script = (
        "import sys; from pathlib import Path; from demo.setup.parts import _alone\n"
        "with _alone(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()\n"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    command = [sys.executable, "-c", script, str(checkout.artifacts)]
    with subprocess.Popen(command, **pipes) as first, subprocess.Popen(command, **pipes) as second:  # type: ignore[call-overload]
        ready = {first.stdout.fileno(): first, second.stdout.fileno(): second}
        held = select.select(list(ready), [], [], 10)[0]
        assert len(held) == 1
        assert select.select([other for other in ready if other not in held], [], [], 0.3)[0] == []
        ready[held[0]].stdin.close()
        assert select.select([other for other in ready if other not in held], [], [], 10)[0] != []
