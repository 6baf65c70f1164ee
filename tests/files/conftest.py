"""The command line in an empty folder, and real mounts, skipped where the system does not let us mount."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from datagen import cli
from datagen.stopping import SIGNALS
from tests.files.command import Run, Said

Mount = Callable[..., Path]


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """mount(path, options="size=2m", source=None): a tmpfs, or another folder bound there; undone after the test."""
    mounted: list[Path] = []

    def mounting(path: Path, options: str = "size=2m", source: Path | None = None) -> Path:
        if os.geteuid() != 0:
            pytest.skip("only root may mount")
        path.mkdir(parents=True, exist_ok=True)
        how = ["--bind", str(source)] if source else ["-t", "tmpfs", "-o", options, "none"]
        done = subprocess.run(["mount", *how, path], capture_output=True, check=False)
        if done.returncode:
            pytest.skip(f"cannot mount here: {done.stderr.decode().strip()}")
        mounted.append(path)
        return path

    yield mounting
    for path in reversed(mounted):
        subprocess.run(["umount", "--lazy", path], check=True)


@pytest.fixture
def signals() -> Iterator[None]:
    """A command takes the signals over; here they are given back."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def run(signals: None, work: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """run(*arguments, **environment): `datagen` in an empty folder."""
    for name in [name for name in os.environ if name.startswith(("DATAGEN_", "SCHEMA_"))]:
        monkeypatch.delenv(name)

    def running(*arguments: str | Path, main: Callable[[list[str]], int] = cli.main, **environment: str) -> Said:
        with monkeypatch.context() as patch:
            patch.chdir(work)
            for name, value in environment.items():
                patch.setenv(name, value)
            code = main([str(argument) for argument in arguments])
        return Said(code, *capfd.readouterr())

    return running


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    return tmp_path / "work"
