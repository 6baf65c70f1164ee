"""A disk that is full leaves what was there, and the message says where and how much is needed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from datagen.sinks.faults import NoSpaceError
from tests.files import shop
from tests.files.conftest import Mount
from tests.files.shop import contents, listed, make, plan_of

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
from datagen.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    return shop.written(tmp_path)


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("workers", [1, 4])
def test_a_set_that_does_not_fit_leaves_the_old_one(
    form: str, workers: int, schema: Path, tmp_path: Path, mount: Mount
) -> None:
    disk = mount(tmp_path / "disk", "size=1m")
    make(plan_of(schema), disk / "set")
    before = contents(disk / "set")
    plan = plan_of(schema, **{"entity_count": 20_000, "output.format": form})
    make(plan, tmp_path / "room")
    needed = listed(tmp_path / "room").bytes
    with pytest.raises(NoSpaceError) as caught:
        make(plan, disk / "set", workers=workers, block_rows=500)
    assert contents(disk / "set") == before
    assert os.listdir(disk) == ["set"]
    told = re.fullmatch(
        rf"{disk / 'set'}: no space left: about (.+?) needed, (.+?) free; "
        "nothing was published and what was there before is as it was; make room or give another folder",
        str(caught.value),
    )
    assert told is not None
    assert abs(in_bytes(told[1]) - needed) < 0.15 * needed
    state = os.statvfs(disk)
    assert abs(in_bytes(told[2]) - state.f_bavail * state.f_frsize) < 100_000


def in_bytes(text: str) -> float:
    number, unit = text.split()
    return float(number) * 1000.0 ** ["B", "kB", "MB", "GB"].index(unit)


def test_a_file_that_does_not_fit_leaves_the_old_one(schema: Path, tmp_path: Path, mount: Mount) -> None:
    disk = mount(tmp_path / "disk", "size=1m")
    (disk / "shop.csv").write_text("old")
    with pytest.raises(NoSpaceError, match=r"shop\.csv: no space left: about \d\.\d MB needed, "):
        make(plan_of(schema, entity_count=20_000), disk / "shop.csv")
    assert (disk / "shop.csv").read_text() == "old"
    assert os.listdir(disk) == ["shop.csv"]


def test_what_a_killed_run_left_makes_room_for_the_next_one(schema: Path, tmp_path: Path, mount: Mount) -> None:
    disk = mount(tmp_path / "disk", "size=200k")
    dead = disk / ".set.staging-0123456789ab" / "set" / "shop.csv"
    dead.parent.mkdir(parents=True)
    dead.write_bytes(bytes(180_000))
    make(plan_of(schema), disk / "set")
    assert listed(disk / "set").rows == 400
    assert os.listdir(disk) == ["set"]


def test_a_disk_without_room_for_a_name_is_told_too(schema: Path, tmp_path: Path, mount: Mount) -> None:
    disk = mount(tmp_path / "disk", "size=1m,nr_inodes=4")
    with pytest.raises(NoSpaceError, match=r"set: no space left: about \d+\.\d kB needed, "):
        make(plan_of(schema), disk / "set")
    assert os.listdir(disk) == []


def streamed(schema: Path, where: Path) -> str:
    """What is said when standard output goes where it has no room."""
    command = [sys.executable, "-m", "datagen", "generate", str(schema), "--rows", "20000", "-o", "-"]
    with where.open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    return done.stderr


def test_a_stream_that_takes_no_more_is_told_and_nothing_is_said_of_a_disk(schema: Path) -> None:
    assert streamed(schema, Path("/dev/full")) == (
        "-o -: no space left where standard output goes; what it was given is not whole; "
        "make room or send it elsewhere\n"
    )


def test_a_stream_into_a_file_says_how_much_room_there_is(schema: Path, tmp_path: Path, mount: Mount) -> None:
    disk = mount(tmp_path / "disk", "size=1m")
    expected = r"-o -: no space left where standard output goes: about \d\.\d MB needed, 0 B free; what "
    assert re.match(expected, streamed(schema, disk / "shop.csv"))


@pytest.mark.parametrize("where", ["set", "shop.csv"])
def test_a_limit_on_the_size_of_files_is_told(where: str, schema: Path, tmp_path: Path) -> None:
    output = str(tmp_path / "out" / where)
    command = [sys.executable, "-c", LIMITED, "generate", str(schema), "--rows", "5000", "-o", output]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "the file grew beyond what is allowed here (ulimit -f); raise it or make fewer rows" in done.stderr
    assert not (tmp_path / "out").exists()
