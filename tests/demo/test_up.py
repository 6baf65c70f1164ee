"""`demo up`, from the outside: what it prints, what it refuses, and that nothing outlives it."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from datagen.errors import UserError
from datagen.sinks import locks
from demo import register, stream_parts
from demo.cli import up_command, words_of
from demo.effective import Business
from demo.options import Half, Options
from demo.ports import is_taken
from demo.screen import Screen
from demo.up import broker_port, generated, possible_half
from tests.gallery import GALLERY

ROOT = Path(__file__).parents[2]


@pytest.fixture
def port() -> int:
    return free_port()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def command(data: Path | str, port: int, *words: str | Path) -> list[str]:
    return [sys.executable, "-m", "demo", "up", "batch", *map(str, ["--data", data, "--batch-port", port, *words])]


def refused(data: Path, port: int, *words: str | Path) -> str:
    """What a demo that cannot start says; it ends with 2 and leaves no process and no traceback."""
    done = subprocess.run(command(data, port, *words), capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert not is_taken(port)
    return done.stderr


@contextmanager
def running(folder: Path, port: int, *halves: str) -> Iterator[subprocess.Popen[str]]:
    """A demo started by somebody who stands in `folder`, with its data there."""
    words = [*halves, "--data", "data", "--batch-port", str(port), "--stream-port", str(free_port())]
    up = [sys.executable, "-m", "demo", "up", *words]
    with subprocess.Popen(up, stdout=subprocess.PIPE, text=True, cwd=folder) as demo:
        try:
            yield demo
        finally:
            demo.kill()


def shown(demo: subprocess.Popen[str], until: str) -> list[str]:
    """The lines up to the first one with `until` in it."""
    lines: list[str] = []
    assert demo.stdout
    for line in demo.stdout:
        lines.append(line.rstrip("\n"))
        if until in line:
            return lines
    raise AssertionError("\n".join(lines))


def family(demo: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(demo.pid).children(recursive=True)


def has_a_jvm(demo: subprocess.Popen[str]) -> bool:
    members = {member.pid for member in family(demo)}
    return any(process.info["name"] == "java" for process in psutil.process_iter(["name"]) if process.pid in members)


@pytest.mark.kafka
@pytest.mark.spark
@pytest.mark.slow
def test_a_demo_comes_up_prints_where_it_is_and_ends_without_a_trace(tmp_path: Path, port: int) -> None:
    with running(tmp_path, port) as demo:
        lines = [line.replace(f"{ROOT}/", "") for line in shown(demo, until="Stop: Ctrl-C") if "…" not in line]
        pages = [urllib.request.urlopen(url, timeout=10).read().decode() for url in urls(lines)]
        members = family(demo)
        demo.send_signal(signal.SIGINT)
        assert demo.wait(timeout=45) == 130
    assert psutil.wait_procs(members, timeout=5)[1] == []
    assert not is_taken(port)
    assert ["Card Transactions" in page for page in pages] == [True, True]
    assert sorted(map(masked, lines)) == sorted(map(masked, told_in_the_document()))
    assert max(map(len, lines)) <= 80


def urls(lines: list[str]) -> list[str]:
    """Of both pages, as printed."""
    return re.findall(r"http://\S+", "\n".join(lines))


def masked(line: str) -> str:
    """A line without what differs between two runs: times, the port, whether a page or a run is there first."""
    return re.sub(r"(127\.0\.0\.1:)\d+", r"\1PORT", re.sub(r" +\d[\d.]* s\b", " SECONDS", line))


def told_in_the_document() -> list[str]:
    """What `make demo` is said to leave on the screen, without the line of the set-up."""
    text = (ROOT / "docs" / "demo.md").read_text("utf-8")
    lines = text[text.index("  ✓ set up") :].splitlines()
    return lines[1 : lines.index("```")]


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can tie a child to its parent")
def test_a_demo_that_is_killed_outright_leaves_nothing_running(tmp_path: Path, port: int) -> None:
    with running(tmp_path, port, "batch") as demo:
        while not has_a_jvm(demo):
            assert demo.poll() is None
        members = family(demo)
        demo.kill()
    assert len(members) >= 3  # the page, the job, its JVM
    assert psutil.wait_procs(members, timeout=20)[1] == []


@pytest.mark.parametrize("words", [[], ["--detach"]])
def test_a_taken_port_is_refused_and_no_folder_is_made(tmp_path: Path, words: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = int(holder.getsockname()[1])
        up = command(tmp_path / "new" / "data", port, *words)
        done = subprocess.run(up, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert re.match(
        rf"port {port} is taken by pid {os.getpid()} \(.*--batch-port \d+, or DEMO_BATCH_PORT=",
        done.stdout + done.stderr,
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--stream-port", "--kafka-port"])
def test_a_taken_port_of_the_stream_is_refused_by_name(tmp_path: Path, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = int(holder.getsockname()[1])
        words = ["up", "streaming", "--data", str(tmp_path), "--stream-port", str(free_port()), option, str(port)]
        done = subprocess.run([sys.executable, "-m", "demo", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert re.search(rf"port {port} is taken by pid {os.getpid()} .* take another: {option} \d+", done.stderr)


def test_without_a_port_for_the_broker_a_free_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    options = Options(Path("shop.json"), Path("data"), "streaming", stream_port=free_port())
    with socket.create_server(("127.0.0.1", 0)) as holder:
        taken = int(holder.getsockname()[1])
        monkeypatch.setattr(stream_parts, "KAFKA_PORT", taken)
        assert broker_port(options, "streaming") > taken
    assert broker_port(options, "streaming") == taken


def test_a_second_demo_in_the_same_folder_is_refused(tmp_path: Path, port: int) -> None:
    lock = tmp_path / "data/state/demo/lock"
    lock.parent.mkdir(parents=True)
    with locks.acquire(lock):
        assert f"held by process {os.getpid()}" in refused(tmp_path / "data", port)
    assert not (tmp_path / "data/input").exists()


def test_a_wrong_schema_is_told_with_its_lines_before_anything_starts(tmp_path: Path, port: int) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"schema": {"fields": [\n{"name": "a", "type": "strng"}]}}')
    assert "wrong.json:2" in refused(tmp_path / "data", port, "--schema", wrong)
    assert not (tmp_path / "data").exists()


def test_a_part_that_refuses_is_heard(tmp_path: Path, port: int) -> None:
    theirs = tmp_path / "data/input/card_transactions/important.csv"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("not yours\n")
    said = refused(tmp_path / "data", port)
    assert said.startswith("generator ended with 2; the end of ")
    assert "important.csv" in said
    assert theirs.read_text() == "not yours\n"


def test_a_half_that_is_not_there_is_unknown() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "demo", "up", "everything"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "'everything' is not one of 'batch', 'streaming'" in done.stderr) == (2, True)


def test_an_unknown_command_says_so() -> None:
    done = subprocess.run([sys.executable, "-m", "demo", "fly"], capture_output=True, text=True, check=False)
    assert (done.returncode, "No such command 'fly'" in done.stderr) == (2, True)


def business_of(folder: Path, *, rows: int = 1000, timed: bool = True) -> Business:
    fields = [{"name": "city", "type": "category", "choices": ["Pune", "Delhi"]}]
    fields += [{"name": "at", "type": "datetime"}] if timed else []
    schema = folder / "shop.json"
    schema.write_text(json.dumps({"name": "shop", "entity_count": rows, "seed": 1, "schema": {"fields": fields}}))
    return Business(schema, folder / "data")


@pytest.mark.parametrize(
    ("rows", "half", "given", "handed_on"),
    [
        (1000, "both", (), ("--rows", "200000")),
        (1000, "streaming", ("--seed", "3"), ("--seed", "3", "--rows", "200000")),
        (1000, "streaming", ("--rows", "7"), ("--rows", "7")),
        (1000, "batch", (), ()),
        (300_000, "both", (), ()),
    ],
)
def test_a_stream_gets_rows_enough_to_move(
    tmp_path: Path, rows: int, half: Half, given: tuple[str, ...], handed_on: tuple[str, ...]
) -> None:
    business = business_of(tmp_path, rows=rows)
    options = Options(business.schema, tmp_path, half, generate=given)
    assert generated(options, half, business) == handed_on


@pytest.mark.parametrize(
    ("given", "handed_on"),
    [
        ((), ("--scale", "25")),
        (("--scale", "2"), ("--scale", "2")),
        (("--rows", "user=50"), ("--rows", "user=50")),
    ],
)
def test_of_several_tables_the_one_that_is_replayed_gets_rows_enough(
    tmp_path: Path, given: tuple[str, ...], handed_on: tuple[str, ...]
) -> None:
    business = Business(GALLERY["users_events"], tmp_path)
    assert generated(Options(business.schema, tmp_path, generate=given), "both", business) == handed_on


def test_without_a_timestamp_there_is_the_batch_half_alone(tmp_path: Path) -> None:
    business = business_of(tmp_path, timed=False)
    said = io.StringIO()
    assert possible_half(Options(business.schema, tmp_path, "batch"), business, Screen(said)) == "batch"
    assert said.getvalue() == ""
    assert possible_half(Options(business.schema, tmp_path), business, Screen(said)) == "batch"
    assert "no timestamp" in said.getvalue()
    with pytest.raises(UserError, match="add a datetime field, or take `demo up batch`"):
        possible_half(Options(business.schema, tmp_path, "streaming"), business, Screen(said))


def test_a_schema_that_names_no_window_is_known_when_its_data_is_made(tmp_path: Path) -> None:
    business = business_of(tmp_path)
    assert business.known is None
    made = [sys.executable, "-m", "datagen", "generate", str(business.schema), "-o", str(business.folders.input), "-q"]
    subprocess.run(made, check=True)
    business.settle()
    again = Business(business.schema, tmp_path / "data")
    again.settle()
    assert business.analysis.fingerprint == again.analysis.fingerprint


def test_a_demo_in_the_background_gets_the_same_words() -> None:
    words = ["streaming", "--schema", "a b.json", "--stream-port", "1", "--speed", "0.5", "--rows", "7", "--detach"]
    with up_command.make_context("up", words) as context:
        found = words_of(context)
    with up_command.make_context("up", found) as again:
        assert again.params == {**context.params, "detach": False}


def test_a_background_demo_that_cannot_start_says_why_and_ends_with_its_code(tmp_path: Path, port: int) -> None:
    theirs = tmp_path / "data/input/card_transactions/important.csv"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("not yours\n")
    words = command(tmp_path / "data", port, "--detach")
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "important.csv" in done.stdout
    assert register.watcher(tmp_path / "data") is None
