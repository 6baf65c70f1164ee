"""Removing a folder never leaves it, and what had to stay is named."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from datagen.sinks.trees import Content, Left, content, is_mount, remove_tree, walk
from tests.files.conftest import Mount


def grow(root: Path) -> Path:
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "one").write_text("1")
    (root / "a" / "b" / "two").write_text("22")
    return root


def test_a_tree_is_removed_and_a_link_in_it_is_not_followed(tmp_path: Path) -> None:
    outside = grow(tmp_path / "outside")
    tree = grow(tmp_path / "tree")
    (tree / "a" / "link").symlink_to(outside)
    (tree / "file-link").symlink_to(outside / "a" / "one")
    assert remove_tree(tree) == []
    assert os.listdir(tmp_path) == ["outside"]
    assert content(outside) == Content(2, 3)


def test_a_link_to_a_tree_is_removed_and_the_tree_is_not(tmp_path: Path) -> None:
    outside = grow(tmp_path / "outside")
    (tmp_path / "link").symlink_to(outside)
    assert remove_tree(tmp_path / "link") == []
    assert content(outside) == Content(2, 3)


def test_what_is_not_there_is_removed_already(tmp_path: Path) -> None:
    assert remove_tree(tmp_path / "never") == []
    assert remove_tree(tmp_path / "never" / "ever") == []


def test_a_mount_in_a_tree_is_not_entered_and_is_named(tmp_path: Path, mount: Mount) -> None:
    tree = grow(tmp_path / "tree")
    bound = mount(tree / "a" / "mnt", source=grow(tmp_path / "outside"))
    assert remove_tree(tree) == [Left(bound, "something is mounted there")]
    assert sorted(walk(tree)) == [tree / "a", bound]
    assert content(bound) == Content(2, 3)


def test_a_mount_of_the_same_file_system_is_a_mount(tmp_path: Path, mount: Mount) -> None:
    bound = mount(tmp_path / "with space", source=grow(tmp_path / "outside"))
    assert is_mount(bound)
    assert not is_mount(tmp_path)
    assert not is_mount(tmp_path / "never")


def test_what_cannot_be_removed_is_named_and_the_rest_goes(tmp_path: Path, mount: Mount) -> None:
    tree = grow(mount(tmp_path / "mnt") / "tree")
    frozen = mount(tree / "a" / "frozen")
    (frozen / "three").write_text("333")
    subprocess.run(["mount", "-o", "remount,ro", frozen], check=True)
    assert remove_tree(frozen / "three") == [Left(frozen / "three", "Read-only file system")]
    assert remove_tree(tree) == [Left(frozen, "something is mounted there")]
    assert sorted(walk(tree)) == [tree / "a", frozen]


def test_what_is_to_be_kept_stays_with_the_folders_above_it(tmp_path: Path) -> None:
    tree = grow(tmp_path / "tree")
    kept = tree / "a" / "b" / "two"
    assert remove_tree(tree, keep=frozenset({kept})) == []
    assert list(walk(tree)) == [kept, tree / "a" / "b", tree / "a"]


def test_a_file_with_two_names_is_counted_once(tmp_path: Path) -> None:
    tree = grow(tmp_path / "tree")
    (tree / "again").hardlink_to(tree / "a" / "one")
    assert content(tree) == Content(2, 3)
