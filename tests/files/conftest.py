"""Real mounts for tests of folders; skipped where the system does not let us mount."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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
