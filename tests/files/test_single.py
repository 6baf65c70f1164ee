"""A single file appears whole under its name or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from datagen.errors import UserError
from datagen.sinks.naming import MANIFEST
from datagen.sinks.single import open_file
from tests.files import plain

SLOW_WRITER = """
import sys
from pathlib import Path
from datagen.sinks.single import open_file
with open_file(Path(sys.argv[1])) as out:
    out.target.write(b"new" * 1000)
    print("written", flush=True)
    sys.stdin.read()
"""


def write(path: Path, data: bytes) -> None:
    with open_file(path) as out:
        out.target.write(data)
        out.target.finish()
        out.commit()


def refused(path: Path, pattern: str) -> None:
    with pytest.raises(UserError, match=pattern), open_file(path):
        pass


def writing(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_WRITER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    return process


def test_a_killed_writer_leaves_the_old_file_and_the_next_one_clears_up(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    write(path, b"old")
    process = writing(path)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert path.read_bytes() == b"old"
    assert len(os.listdir(tmp_path)) == 2
    write(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["orders.csv"]


def test_the_file_of_a_living_writer_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    process = writing(path)
    try:
        write(path, b"mine")
        assert len(os.listdir(tmp_path)) == 2
    finally:
        process.communicate()
    assert path.read_bytes() == b"mine"
    assert os.listdir(tmp_path) == ["orders.csv"]


def test_a_finished_file_that_has_not_its_name_yet_is_left_alone_too(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    with open_file(path) as out:
        out.target.write(b"slow")
        out.target.finish()
        out.target.close()
        write(path, b"fast")
        out.commit()
    assert path.read_bytes() == b"slow"
    assert os.listdir(tmp_path) == ["orders.csv"]


def test_a_file_that_was_not_committed_leaves_nothing(tmp_path: Path) -> None:
    with open_file(tmp_path / "deep" / "down" / "orders.csv") as out:
        out.target.write(b"half")
    assert os.listdir(tmp_path) == []


def test_the_permissions_of_the_file_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    write(path, b"old")
    path.chmod(0o600)
    write(path, b"new")
    assert path.stat().st_mode & 0o777 == 0o600


def test_neither_links_nor_pipes_nor_folders_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("mine")
    (tmp_path / "link.csv").symlink_to(tmp_path / "victim")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    refused(tmp_path / "link.csv", "link.csv: is a link, and links are not followed; give the file it leads to")
    refused(tmp_path / "pipe.csv", "pipe.csv: is not a regular file; give another name")
    refused(tmp_path / "folder.csv", "folder.csv: is not a regular file; give another name")
    assert (tmp_path / "victim").read_text() == "mine"


def test_a_file_of_a_set_is_not_replaced_by_itself(tmp_path: Path) -> None:
    plain.commit(tmp_path / "set", 1)
    refused(tmp_path / "set" / "inner" / "a.csv", "lies in the set .*set, whose manifest would then be false")
    assert plain.version_of(tmp_path / "set") == 1
    (tmp_path / MANIFEST).write_text("{}")
    refused(tmp_path / "2025-01-01.csv", "lies in a set, whose manifest would then be false; give the folder")
