"""`python -m dashboard` as a process: it listens, says where, and ends as it is told."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Callable
from http.client import HTTPResponse
from pathlib import Path

import pytest

from tests.web.served import Served, serve


def refused(*arguments: str) -> str:
    """The message of a start that must end with 2."""
    done = subprocess.run([sys.executable, "-m", "dashboard", *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_it_serves_the_only_dataset_and_names_its_address(data: Path) -> None:
    with serve("--data", str(data)) as served, urllib.request.urlopen(f"{served.url}/api/status") as response:
        assert json.load(response)["run"]["short"] == "7f3a"
        assert "Server" not in response.headers


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize(
    ("head", "status", "code"),
    [
        (b"GET /api/status?q=\xff HTTP/1.1", 400, "bad_request"),
        (b"GET /api/status?q=\xc5\x81 HTTP/1.1", 400, "bad_request"),
        (b"GET /api/status HTTP/1.1\r\nTransfer-Encoding: torn", 501, "not_implemented"),
    ],
)
def test_what_is_no_request_is_refused_in_the_shape_of_every_error(
    data: Path, host: str, head: bytes, status: int, code: str
) -> None:
    with serve("--data", str(data), "--host", host) as served:
        address = urllib.parse.urlsplit(served.url)
        with socket.create_connection((host, int(address.port or 0))) as connection:
            connection.sendall(head + b"\r\nHost: localhost\r\n\r\n")
            response = HTTPResponse(connection)
            response.begin()
            error = json.load(response)["error"]
    assert (response.status, error["status"], error["code"]) == (status, status, code)
    assert error.keys() == {"status", "code", "message", "reasons"}
    assert (response.headers["X-Content-Type-Options"], response.headers["Server"]) == ("nosniff", None)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_it_ends_when_it_is_told_to(data: Path, number: signal.Signals, code: int) -> None:
    with serve("--data", str(data)) as served:
        urllib.request.urlopen(f"{served.url}/api/overview").close()
        served.process.send_signal(number)
        assert served.process.wait(10) == code
        assert served.rest() == ""


def test_a_taken_port_is_named_with_its_holder(data: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        message = refused("--data", str(data), "--port", str(port))
    assert f"127.0.0.1:{port} cannot be listened on: " in message
    assert f"pid {os.getpid()}, has it; choose another with --port" in message


def test_without_a_run_it_asks_for_the_dataset(tmp_path: Path) -> None:
    assert "has no published run; name the dataset to wait for with --dataset" in refused("--data", str(tmp_path))


def test_among_several_datasets_it_asks_which(tmp_path: Path) -> None:
    for name in ("shop", "fleet"):
        (tmp_path / "output" / name / "batch").mkdir(parents=True)
        (tmp_path / "output" / name / "batch" / "current.json").touch()
    assert "has runs of fleet, shop; name one with --dataset" in refused("--data", str(tmp_path))


def test_the_environment_says_how_often_to_look(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHBOARD_REFRESH_SECONDS", "7.5")
    monkeypatch.setenv("DASHBOARD_TRUSTED_HOSTS", "stack.example other.example")
    with serve("--data", str(data)) as served:
        assert 'data-refresh-s="7.5"' in ask(served, lambda request: None)
        assert "<h1>" in ask(served, lambda request: request.add_header("Host", "other.example"))


def ask(served: Served, change: Callable[[urllib.request.Request], object]) -> str:
    request = urllib.request.Request(served.url)
    change(request)
    with urllib.request.urlopen(request) as response:
        return str(response.read(), "utf-8")
