"""What the Compose stacks want of a machine is looked at, and each fault told with what to do."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from demo import doctor_compose, engine
from demo.findings import Finding

ROOT = Path(__file__).parents[2]
WELL = {
    "version": "26.1.5\n",
    "compose": "v2.26.1\n",
    "buildx": "github.com/docker/buildx v0.13.1 abc\n",
    "info": json.dumps({"MemTotal": 8_000_000_000, "DockerRootDir": "/nowhere"}),
    "ps": "",
}


def found(monkeypatch: pytest.MonkeyPatch, told: Mapping[str, str | None], root: Path = ROOT) -> dict[str, Finding]:
    """The findings where docker says so."""
    monkeypatch.setattr(engine, "ask", lambda *words: told[words[0]])
    return {one.what: one for one in doctor_compose.look(root, {})}


def test_without_an_engine_it_says_what_to_get(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    told = found(monkeypatch, {"version": None, "ps": None})
    assert told["engine"] == Finding("engine", "none answers", "install Docker Engine or Docker Desktop")
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/docker")
    assert found(monkeypatch, {"version": None, "ps": None})["engine"].cure == "start Docker"


def test_all_is_well_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    told = found(monkeypatch, WELL)
    assert [told[what].cure for what in ("engine", "Compose", "Buildx", "memory")] == [""] * 4


@pytest.mark.parametrize(
    ("changed", "what", "cure"),
    [
        ({"version": "24.0.7"}, "engine", "update Docker: 25.0 or later is needed"),
        ({"compose": "2.19.1"}, "Compose", "install its plugin Compose: 2.20 or later is needed"),
        ({"compose": None}, "Compose", "install its plugin Compose"),
        ({"buildx": None}, "Buildx", "install its plugin Buildx; the image is built with it"),
        ({"info": json.dumps({"MemTotal": 2_000_000_000})}, "memory", "give the engine more (Docker Desktop: "),
    ],
)
def test_a_fault_is_told_with_its_cure(
    changed: Mapping[str, str | None], what: str, cure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(monkeypatch, {**WELL, **changed})[what].cure.startswith(cure)


def test_a_port_that_is_taken_is_told_unless_it_is_the_stacks_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "docker-compose.batch.yml").write_text("name: one\n")
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
        (tmp_path / ".env").write_text(f"# a line\n\nBATCH_PORT={port}\nSTREAM_PORT={port}\n")
        assert "end it, or take another: BATCH_PORT=" in found(monkeypatch, WELL, tmp_path)[f"port {port}"].cure
        running = found(monkeypatch, {**WELL, "ps": "abc\n"}, tmp_path)
    assert running["one"] == Finding("one", "is running")
    assert f"port {port}" not in running


def test_a_variable_of_the_shell_goes_before_the_settings(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("BATCH_PORT=1\nSTREAM_PORT=2\n")
    assert doctor_compose.settings(tmp_path, {"BATCH_PORT": "3"}) == {"BATCH_PORT": "3", "STREAM_PORT": "2"}
