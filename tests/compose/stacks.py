"""A Compose stack of its own name, ports and data, brought up by testcontainers, and what tests do to it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from testcontainers.compose import DockerCompose

from demo.broker import free_port
from tests.compose.files import ONE_SHOTS, ROOT, STACKS, settings

IMAGE = "schema-demo:test"
PATIENCE_S = 240.0  # on two busy cores
POLL_S = 0.5
READ_HDFS = """
import io, json, sys, tarfile, time
from urllib.error import HTTPError
from urllib.request import urlopen

ROOT = "http://namenode:9870/webhdfs/v1"
def opened(there, tries=20):
    try:
        return urlopen(f"{ROOT}{there}?op=OPEN").read()
    except HTTPError as error:
        if tries == 1:
            raise RuntimeError(error.read().decode()) from error
    time.sleep(2)  # as its own clients do, which ask again where a DataNode has not yet told of a block
    return opened(there, tries - 1)
out = tarfile.open(fileobj=sys.stdout.buffer, mode="w|")
def walk(path, name):
    for one in json.load(urlopen(f"{ROOT}{path}?op=LISTSTATUS"))["FileStatuses"]["FileStatus"]:
        there, called = f"{path}/{one['pathSuffix']}", f"{name}{one['pathSuffix']}"
        if one["type"] == "DIRECTORY":
            walk(there, f"{called}/")
        else:
            content = opened(there)
            entry = tarfile.TarInfo(called)
            entry.size = len(content)
            out.addfile(entry, io.BytesIO(content))
walk(sys.argv[1], "")
out.close()
"""


class Stack:
    """`given` are settings in place of those of .env. Ports are free ones of this machine."""

    def __init__(self, name: str, folder: Path, data: Path, *, profile: str | None = None, **given: str) -> None:
        self.name, self.folder, self.data = name, folder, data
        self.project = "-".join(filter(None, ("schema-demo-test", name, profile)))
        ports = {key: str(free_port()) for key in settings() if key.endswith("_PORT")}
        around = {"COMPOSE_PROJECT_NAME": self.project, "DEMO_IMAGE": IMAGE, "DEMO_DATA": str(self.data)}
        self.settings: dict[str, str] = settings() | ports | around | given
        self._note()
        profiles = [profile] if profile else None
        self.compose = DockerCompose(ROOT, STACKS[name], build=True, env_file=str(self._file), profiles=profiles)

    @property
    def _file(self) -> Path:
        return self.folder / "settings"

    def _note(self) -> None:
        self._file.write_text("".join(f"{key}={value}\n" for key, value in self.settings.items()))

    def up(self, **given: str) -> None:
        """`up --build --wait`; CalledProcessError where it ends otherwise than with 0."""
        self.settings |= given
        self._note()
        self.compose.start()

    def down(self) -> None:
        """`down --volumes`, with what the containers said into a file for whoever wonders."""
        (self.folder / "logs").write_text("\n".join(self.compose.get_logs()))
        self.compose.stop()

    def run(self, *words: str) -> str:
        """`docker compose …` of this stack; both its streams."""
        command = [*self.compose.docker_compose_command(), *words]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    def logs(self, service: str) -> str:
        return self.compose.get_logs(service)[0]

    def states(self) -> dict[str, tuple[str, str, int]]:
        """State, health and exit code of each service."""
        found = self.compose.get_containers(include_all=True)
        return {str(one.Service): (str(one.State), str(one.Health), int(one.ExitCode or 0)) for one in found}

    def container(self, service: str) -> str:
        return f"{self.project}-{service}-1"

    def inspect(self, service: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = json.loads(_docker("inspect", self.container(service)))
        return found[0]

    def kill(self, *services: str) -> None:
        """SIGKILL to the first process, from the host: `docker kill` would count as a stop by hand."""
        pids = [str(self.inspect(service)["State"]["Pid"]) for service in services]
        host = ("--rm", "--pid=host", "--network=none", "--user=0", "--entrypoint=sh")
        _docker("run", *host, IMAGE, "-c", f"kill -9 {' '.join(pids)}")

    def kill_and_wait(self, *services: str) -> None:
        """Until each has come back by itself, and is well."""
        before = {service: self.inspect(service)["RestartCount"] for service in services}
        self.kill(*services)
        for service in services:
            until(lambda name=service: self.is_back(name, before[name]), f"{service} to come back")  # type: ignore[misc]

    def is_back(self, service: str, restarts: int) -> bool:
        told = self.inspect(service)
        return bool(told["RestartCount"] > restarts and told["State"].get("Health", {}).get("Status") == "healthy")

    def all_well(self) -> bool:
        return all(
            (state, code) == ("exited", 0) if service in ONE_SHOTS else health == "healthy"
            for service, (state, health, code) in self.states().items()
        )

    def hdfs_serves(self) -> bool:
        """Now: a container's health may be told some seconds late, and a NameNode that came back waits for blocks."""
        words = ["exec", self.container("datanode"), "python", "-IS", "services/compose/probe.py", "datanode"]
        return subprocess.run(["docker", *words], capture_output=True, check=False).returncode == 0

    def page(self, path: str) -> Any:
        return self.ask("BATCH_PORT" if self.name == "batch" else "STREAM_PORT", path)

    def ask(self, port: str, path: str) -> Any:
        """What the service behind a published port answers."""
        with urlopen(f"http://127.0.0.1:{self.settings[port]}{path}", timeout=30) as answer:
            return json.load(answer)

    def files(self, service: str, folder: str, target: Path) -> Path:
        """A copy of a container's folder."""
        return _unpack(["exec", self.container(service), "tar", "-cC", folder, "."], target)

    def hdfs(self, path: str, target: Path) -> Path:
        """A copy of a folder of HDFS."""
        return _unpack(["exec", self.container("namenode"), "python", "-c", READ_HDFS, path], target)

    def in_container(self, service: str, *words: str) -> str:
        return _docker("exec", self.container(service), *words)

    def volumes(self) -> list[str]:
        return _docker("volume", "ls", "-q", "--filter", f"label=com.docker.compose.project={self.project}").split()

    def remove_volume(self, name: str) -> None:
        _docker("volume", "rm", name)


def until(look: Callable[[], Any], what: str, limit_s: float = PATIENCE_S) -> Any:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + limit_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {limit_s:.0f} s for {what}"
        time.sleep(POLL_S)
    return found


def without_settings(environ: Mapping[str, str]) -> Iterator[str]:
    """The variables that would go before a stack's own settings."""
    return (name for name in (*settings(), "COMPOSE_PROJECT_NAME", "COMPOSE_FILE") if name in environ)


def _docker(*words: str) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _unpack(words: list[str], target: Path) -> Path:
    done = subprocess.run(["docker", *words], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    target.mkdir(parents=True)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(target, filter="data")
    return target


def answering() -> str | None:
    """Why no stack can be brought up here; None where one can."""
    try:
        done = subprocess.run(["docker", "compose", "version"], capture_output=True, text=True, check=False)
        if done.returncode:
            return "docker has no compose"
        done = subprocess.run(["docker", "info"], capture_output=True, text=True, check=False, env=dict(os.environ))
    except FileNotFoundError:
        return "no docker on PATH"
    return None if done.returncode == 0 else "no engine answers docker"
