"""What `-o` means."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from datagen.destination import File, Folder, Stream, destination
from datagen.errors import UserError


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "real" / "here"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("out", "real/here/out"),
        ("./out/", "real/here/out"),
        ("../out", "real/out"),
        (".", "real/here"),
        ("..", "real"),
        ("./", "real/here"),
        ("a/..", "real/here"),
        ("out.d", "real/here/out.d"),
        ("csv", "real/here/csv"),
        (".csv", "real/here/.csv"),
        ("a.csv/", "real/here/a.csv"),
        ("a.txt", "real/here/a.txt"),
        ("a.gz", "real/here/a.gz"),
        ("größe 1", "real/here/größe 1"),
    ],
)
def test_a_name_without_a_known_ending_is_a_folder(text: str, expected: str, here: Path, tmp_path: Path) -> None:
    assert destination(text) == Folder(tmp_path / expected)


@pytest.mark.parametrize(
    ("text", "form", "gzip"),
    [
        ("a.csv", "csv", False),
        ("a.b.CSV", "csv", False),
        ("x/a.csv.gz", "csv", True),
        ("../a.jsonl", "jsonl", False),
        ("a.JSONL.GZ", "jsonl", True),
        ("a.parquet", "parquet", False),
    ],
)
def test_a_name_with_a_known_ending_is_a_file(text: str, form: str, gzip: bool, here: Path) -> None:
    found = destination(text)
    assert isinstance(found, File)
    assert (found.path, found.format, found.gzip) == (Path(os.path.realpath(here / text)), form, gzip)


def test_a_folder_that_is_called_like_a_file_is_a_folder(here: Path) -> None:
    (here / "a.csv").mkdir()
    assert destination("a.csv") == Folder(here / "a.csv")


def test_a_dash_is_standard_output(here: Path) -> None:
    assert destination("-") == Stream()
    assert destination("./-") == Folder(here / "-")


def test_links_on_the_way_are_resolved_and_one_at_the_end_is_left(here: Path, tmp_path: Path) -> None:
    (here / "link").symlink_to(tmp_path)
    assert destination("link/out") == Folder(tmp_path / "out")
    assert destination("link/../out") == Folder(tmp_path.parent / "out")
    assert destination("link") == Folder(here / "link")
    assert destination("link/") == Folder(here / "link")


@pytest.mark.parametrize("text", ["/", "//", "/..", "/."])
def test_the_root_is_refused(text: str, here: Path) -> None:
    with pytest.raises(UserError, match=f"-o {text}: is the root of the file system; give a folder inside it"):
        destination(text)


@pytest.mark.parametrize("text", ["", "a\x00b"])
def test_what_is_no_path_is_refused(text: str, here: Path) -> None:
    with pytest.raises(UserError, match="is no path; give a folder, a file, or - for standard output"):
        destination(text)


def test_a_folder_that_was_removed_under_ones_feet_is_said(here: Path) -> None:
    here.rmdir()
    with pytest.raises(UserError, match="the folder you are in was removed; change to another one"):
        destination("out")
