"""Cleaning up removes what was made here, all of it, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from datagen.sinks import locks
from tests.compose.stacks import answering
from tests.files import plain
from tests.files.conftest import Mount

SCRIPT = Path(__file__).resolve().parents[2] / "cleanup_demo_data.py"
FRESH = [
    "input",
    "input/.gitkeep",
    "output",
    "output/.gitkeep",
    "state",
    "state/checkpoints",
    "state/checkpoints/.gitkeep",
    "state/spark-events",
    "state/spark-events/.gitkeep",
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project after a demo: a set, runs of the batch job, state; and a victim next door."""
    root = tmp_path / "project"
    root.mkdir()
    shutil.copy(SCRIPT, root)
    data = root / "data"
    plain.commit(data / "input" / "orders", 1)
    put(data / "output" / "orders" / "batch" / "runs" / "r1" / "parquet" / "part-0.parquet", "12345")
    put(data / "output" / "orders" / "batch" / ".lock", "{}")
    put(data / "state" / "spark-events" / "app-1", "log")
    put(data / "state" / "checkpoints" / "orders" / "offsets" / "0", "0")
    put(data / "state" / "demo" / "demo.json", "{}")
    put(tmp_path / "victim" / "thesis.txt", "mine")
    return root


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def clean(project: Path, *options: str, answer: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(project / SCRIPT.name), *options]
    return subprocess.run(command, input=answer or "", capture_output=True, text=True, check=False)


def tree(data: Path) -> list[str]:
    return sorted(str(path.relative_to(data)) for path in data.rglob("*"))


def test_the_committed_skeleton_is_the_one_that_is_restored() -> None:
    listed = subprocess.run(["git", "ls-files", "data"], cwd=SCRIPT.parent, capture_output=True, text=True, check=True)
    assert listed.stdout.split() == [f"data/{name}" for name in FRESH if name.endswith(".gitkeep")]


def test_what_the_demo_made_goes_and_the_skeleton_is_there(project: Path) -> None:
    done = clean(project, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0].split() == ["data/input/orders", "6", "files", "27.1", "kB"]
    assert done.stdout.splitlines()[-2:] == ["11 files to remove, 27.1 kB", "done; data/ is as in a fresh clone"]
    assert tree(project / "data") == FRESH


def test_topic_position_checkpoint_sink_ledger_and_windows_go_together(project: Path) -> None:
    """Any of them without the others would be refused, or silently of no use."""
    data = project / "data"
    unit = [
        put(data / "state/kafka/log/orders-440ce423-0/00000000000000000000.log", "messages"),
        put(data / "state/kafka/log/.lock", ""),
        put(data / "state/kafka/lock", "{}"),
        put(data / "state/orders/replay-orders-440ce423.json", "{}"),
        put(data / "state/orders/truth.jsonl", ""),
        put(data / "state/checkpoints/orders-440ce423/commits/0", "v1"),
        put(data / "state/sink/orders-440ce423/_spark_metadata/0", "v1"),
        put(data / "state/ledger/orders-440ce423/0.json", "{}"),
        put(data / "output/orders/stream-440ce423/closed/2025-01-01.parquet", "windows"),
    ]
    (data / "output/streaming_city_amount").symlink_to("orders/stream-440ce423/closed")
    assert clean(project, "--yes").returncode == 0
    assert [path for path in unit if path.exists()] == []
    assert tree(data) == FRESH


def test_while_a_demo_runs_nothing_goes_and_the_way_to_end_it_is_told(project: Path) -> None:
    data = project / "data"
    before = tree(data)
    with locks.acquire(data / "state/demo/lock"), locks.acquire(data / "state/a.lock"):
        done = clean(project, "--yes")
    assert (done.returncode, "`demo down` ends it, and run this again" in done.stderr) == (2, True)
    assert tree(data) == before


def test_a_clean_slate_stays_clean_and_a_missing_one_is_made(project: Path) -> None:
    clean(project, "--yes")
    again = clean(project)
    assert (again.returncode, tree(project / "data")) == (0, FRESH)
    shutil.rmtree(project / "data")
    assert clean(project).returncode == 0
    assert tree(project / "data") == FRESH


@pytest.mark.parametrize(
    ("options", "answer", "code"), [(["--dry-run"], "y\n", 0), ([], "n\n", 0), ([], "\n", 0), ([], None, 2)]
)
def test_nothing_goes_unless_it_is_agreed_to(options: list[str], answer: str | None, code: int, project: Path) -> None:
    before = tree(project / "data")
    done = clean(project, *options, answer=answer)
    assert done.returncode == code
    assert "11 files to remove" in done.stdout
    assert "nothing was removed" in done.stdout + done.stderr
    assert tree(project / "data") == before


def test_a_yes_is_taken_for_one(project: Path) -> None:
    assert clean(project, answer="y\n").returncode == 0
    assert tree(project / "data") == FRESH


def test_files_that_were_not_made_here_stay_and_are_named(project: Path) -> None:
    put(project / "data" / "input" / "notes.txt", "mine")
    put(project / "data" / "input" / "orders" / "thesis.txt", "mine")
    put(project / "data" / "input" / "my orders (2).csv", "mine")
    (project / "data" / "input" / "link").symlink_to(project.parent / "victim")
    done = clean(project, "--yes")
    kept = ["input/link", "input/my orders (2).csv", "input/notes.txt", "input/orders", "input/orders/thesis.txt"]
    assert done.returncode == 0
    assert tree(project / "data") == sorted([*FRESH, *kept])
    assert "kept, not made here: data/input/orders/thesis.txt" in done.stdout.splitlines()


def test_what_killed_generators_left_goes_too(project: Path) -> None:
    put(project / "data" / "input" / ".orders.staging-0123456789ab" / "set" / "2025-01-01.csv", "half")
    put(project / "data" / "input" / ".orders.lock", "")
    put(project / "data" / "input" / ".orders.csv.0123456789ab.tmp", "half")
    put(project / "data" / "input" / "orders.csv.gz", "single")
    assert clean(project, "--yes").returncode == 0
    assert tree(project / "data") == FRESH


def test_no_link_is_followed(project: Path) -> None:
    victim = project.parent / "victim"
    (project / "data" / "output" / "link").symlink_to(victim)
    (project / "data" / "output" / "orders" / "batch" / "current").symlink_to("runs/r1")
    (project / "data" / "state" / "checkpoints" / "link").symlink_to(victim / "thesis.txt")
    assert clean(project, "--yes").returncode == 0
    assert tree(project / "data") == FRESH
    assert tree(victim) == ["thesis.txt"]


@pytest.mark.parametrize("name", ["input", "output", "state", "state/spark-events"])
def test_a_link_in_place_of_a_folder_of_ours_stays_and_is_named(name: str, project: Path) -> None:
    folder = project / "data" / name
    shutil.rmtree(folder)
    folder.symlink_to(project.parent / "victim")
    done = clean(project, "--yes")
    assert done.returncode == 1
    assert done.stderr == f"data/{name}: not removed: is a link or a mount, which is not followed\n"
    assert tree(project.parent / "victim") == ["thesis.txt"]


@pytest.mark.parametrize("name", ["output", "state", "state/checkpoints", "."])
def test_a_file_in_place_of_a_folder_of_ours_stays_and_is_named_and_the_rest_goes(name: str, project: Path) -> None:
    folder = project / "data" / name
    shutil.rmtree(folder)
    folder.write_text("mine")
    rest = [path for path in FRESH if not f"{path}/".startswith(f"{name}/")] if name != "." else []
    done = clean(project, "--yes")
    where = "data" if name == "." else f"data/{name}"
    assert done.stderr == f"{where}: not removed: is no folder, and one belongs there; move it away\n"
    assert done.returncode == 1
    assert folder.read_text() == "mine"
    assert tree(project / "data") == sorted([*rest, *([] if name == "." else [name])])


def test_data_that_is_a_link_is_refused(project: Path) -> None:
    (project / "data").rename(project.parent / "elsewhere")
    (project / "data").symlink_to(project.parent / "elsewhere")
    done = clean(project, "--yes")
    assert done.returncode == 2
    assert done.stderr.endswith(
        "data: is a link or a mount, which is not followed; clear the folder it leads to by hand\n"
    )
    assert (project.parent / "elsewhere" / "input" / "orders").is_dir()


@pytest.mark.parametrize("name", ["output/orders/mnt", "state/checkpoints", "input/mnt"])
def test_no_mount_is_entered(name: str, project: Path, mount: Mount) -> None:
    mounted = mount(project / "data" / name, source=project.parent / "victim")
    done = clean(project, "--yes")
    assert done.returncode == (0 if name == "input/mnt" else 1)
    assert f"data/{name}" in done.stdout + done.stderr
    assert tree(mounted) == ["thesis.txt"]


@pytest.mark.parametrize(("name", "counted"), [("output/frozen", "11 files"), ("output/orders/frozen", "11 files")])
def test_a_mount_is_not_announced_to_go_but_to_stay(name: str, counted: str, project: Path, mount: Mount) -> None:
    put(mount(project / "data" / name) / "file", "x")
    done = clean(project, "--dry-run")
    assert f"{counted} to remove" in done.stdout
    assert f"stays: data/{name}: something is mounted there" in done.stdout.splitlines()
    assert f"  data/{name} " not in done.stdout
    assert clean(project, "--yes").stderr == f"data/{name}: not removed: something is mounted there\n"


def test_what_cannot_be_removed_is_named_and_the_rest_goes(project: Path, mount: Mount) -> None:
    data = mount(project / "data" / "output" / "frozen")
    put(data / "file", "x")
    done = clean(project, "--yes")
    assert done.returncode == 1
    assert done.stderr == "data/output/frozen: not removed: something is mounted there\n"
    assert tree(project / "data") == sorted([*FRESH, "output/frozen", "output/frozen/file"])


def test_a_file_that_resists_is_named_and_the_rest_goes(project: Path) -> None:
    stubborn = put(project / "data" / "output" / "orders" / "stubborn", "x")
    if os.geteuid() != 0 or subprocess.run(["chattr", "+i", stubborn], capture_output=True, check=False).returncode:
        pytest.skip("cannot make a file that resists here")
    try:
        done = clean(project, "--yes")
        left = tree(project / "data")
    finally:
        subprocess.run(["chattr", "-i", stubborn], check=True)
    assert done.returncode == 1
    assert done.stderr == "data/output/orders/stubborn: not removed: Operation not permitted\n"
    assert left == sorted([*FRESH, "output/orders", "output/orders/stubborn"])
    assert clean(project, "--yes").returncode == 0


@pytest.mark.parametrize(
    "name", ["output/orders/batch/.lock", "input/.orders.lock", "input/.orders.staging-0123456789ab/lock"]
)
@pytest.mark.parametrize("option", ["--yes", "--dry-run"])
def test_nothing_goes_while_somebody_is_at_work(name: str, option: str, project: Path) -> None:
    path = project / "data" / name
    path.parent.mkdir(exist_ok=True)
    with locks.acquire(path):
        before = tree(project / "data")
        done = clean(project, option)
        assert tree(project / "data") == before
    assert done.returncode == 2
    assert f"{path}: held by process {os.getpid()} on " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def volume(project: Path) -> Iterator[str]:
    """Of a stack whose file stands beside the script."""
    if reason := answering():
        pytest.skip(f"{reason}; `make test-compose` demands one")
    stack = f"cleanup-{os.getpid()}"
    (project / "docker-compose.batch.yml").write_text(f"# a stack\n\nname: {stack}\n\nservices: {{}}\n")
    name = f"{stack}_hdfs"
    label = f"com.docker.compose.project={stack}"
    subprocess.run(["docker", "volume", "create", "--label", label, name], check=True, capture_output=True)
    yield name
    subprocess.run(["docker", "volume", "rm", "-f", name], check=False, capture_output=True)


def volumes() -> list[str]:
    return subprocess.run(["docker", "volume", "ls", "-q"], check=True, capture_output=True, text=True).stdout.split()


@pytest.mark.docker
def test_what_a_stack_keeps_with_the_engine_goes_too(project: Path, volume: str) -> None:
    said = clean(project, "--dry-run")
    assert f"  volume {volume}" in said.stdout.splitlines()
    assert volume in volumes()
    done = clean(project, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert volume not in volumes()
    assert tree(project / "data") == FRESH


@pytest.mark.docker
def test_without_a_stacks_file_nothing_of_the_engine_goes(project: Path, volume: str) -> None:
    (project / "docker-compose.batch.yml").unlink()
    assert clean(project, "--yes").returncode == 0
    assert volume in volumes()
