"""What stands in the folder of a set, and whether a run may put its own there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from datagen import manifest
from datagen.errors import UserError
from datagen.manifest import Manifest
from datagen.sinks.durable import read_text
from datagen.sinks.faults import told
from datagen.sinks.naming import BESIDE, MANIFEST, is_extract_name, is_safe_path
from datagen.sinks.trees import is_mount

SHOWN = 3
NO_MANIFEST = "is not a manifest made here; move the folder away or give another one"


@dataclass(frozen=True, slots=True)
class Contents:
    """Every file below a set's folder, by what it is. Paths are relative, with "/"."""

    exists: bool = False
    published: Manifest | None = None
    ours: frozenset[str] = frozenset()  # the manifest, the run and what the manifest lists
    extracts: frozenset[str] = frozenset()  # called as a set's files are, but listed by no manifest
    foreign: frozenset[str] = frozenset()  # everything else, links and odd files included
    folders: frozenset[str] = frozenset()

    @property
    def empty(self) -> bool:
        return not (self.ours or self.extracts or self.foreign or self.folders)


def contents_of(folder: Path, names: Iterable[str]) -> Contents:
    """Look at a set's folder without following a link. `names` are those of the dataset and its tables."""
    with told(folder):
        try:
            state = os.lstat(folder)
        except FileNotFoundError:
            return Contents()
        if stat.S_ISLNK(state.st_mode):
            raise UserError(f"{folder}: is a link, and links are not followed; give the folder it leads to")
        if not stat.S_ISDIR(state.st_mode):
            raise UserError(
                f"{folder}: is not a folder; give a folder, or a file that ends in .csv, .jsonl or .parquet"
            )
        regular, odd, folders = _entries(folder)
        published = read_manifest(folder) if MANIFEST in regular else None
    return sorted_out(regular, odd, folders, published, frozenset(names))


def sorted_out(
    regular: set[str], odd: set[str], folders: set[str], published: Manifest | None, names: frozenset[str]
) -> Contents:
    """What every file is, of what `_entries` finds in a folder."""
    listed: set[str] = set()
    if published:
        listed = {*BESIDE, *(file.path for file in published.files)}
        names |= {published.dataset, *(file.table for file in published.files)}
    ours = regular & listed
    extracts = {path for path in regular - ours if path in BESIDE - {MANIFEST} or is_extract_name(path, names)}
    foreign = (regular - ours - extracts) | odd | {path for path in folders if not _holds(path, ours | extracts)}
    return Contents(True, published, frozenset(ours), frozenset(extracts), frozenset(foreign), frozenset(folders))


def _holds(folder: str, paths: Iterable[str]) -> bool:
    return any(path.startswith(f"{folder}/") for path in paths)


def strangers_in(folder: Path) -> list[str]:
    """What cannot have been made here, by name and kind alone: for folders of ours that may be half made."""
    regular, odd, _ = _entries(folder)
    return sorted(odd | {path for path in regular if path not in BESIDE and not is_safe_path(path)})


def _entries(folder: Path) -> tuple[set[str], set[str], set[str]]:
    """Regular files up to one folder deep; what is neither file nor folder, or lies deeper; folders."""
    regular: set[str] = set()
    odd: set[str] = set()
    folders: set[str] = set()
    for entry in os.scandir(folder):
        if not entry.is_dir(follow_symlinks=False):
            (regular if entry.is_file(follow_symlinks=False) else odd).add(entry.name)
            continue
        folders.add(entry.name)
        if is_mount(Path(entry.path)):
            odd.add(entry.name)
            continue
        for inner in os.scandir(entry.path):
            (regular if inner.is_file(follow_symlinks=False) else odd).add(f"{entry.name}/{inner.name}")
    return regular, odd, folders


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest in a set's folder, None where there is none. UserError where it is not one of ours."""
    path = folder / MANIFEST
    try:
        text = read_text(path)
    except ValueError as error:
        raise UserError(f"{path}: {NO_MANIFEST}") from error
    return manifest_in(text, path) if text is not None else None


def manifest_in(text: str, path: Path | str) -> Manifest:
    """UserError where the text, read from `path`, is not a manifest of ours."""
    try:
        found = manifest.from_json(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: {NO_MANIFEST}") from error
    if not all(is_safe_path(file.path) for file in found.files):
        raise UserError(f"{path}: lists files that no set has; move the folder away or give another one")
    return found


def refuse_inside_a_set(path: Path) -> None:
    """UserError where a folder above `path` is a set, which would then hold what its manifest does not list."""
    for folder in path.parents:
        if _is_set(folder):
            raise UserError(f"{path}: lies in the set {folder}, whose manifest would then be false; give another place")


def _is_set(folder: Path) -> bool:
    with suppress(OSError, UserError):  # what cannot be read as one is none
        return read_manifest(folder) is not None
    return False


def refuse_what_is_not_ours(folder: Path | str, found: Contents, dataset: str, clear: bool) -> None:
    """UserError where the folder is not new, not empty and not a set of this dataset.

    With `clear` a set of another dataset and extracts that no manifest lists may go too.
    """
    if found.exists and isinstance(folder, Path) and is_mount(folder):
        raise UserError(f"{folder}: is a mount point, which cannot be replaced in one step; give a folder inside it")
    if found.foreign:
        some = _some(found.foreign)
        raise UserError(f"{folder}: holds what was not made here: {some}; give a new folder, or move it away")
    if clear:
        return
    if found.published and found.published.dataset != dataset:
        raise UserError(
            f"{folder}: holds the set {found.published.dataset}, not {dataset}; "
            "give another folder, or --clear-output to replace it"
        )
    if found.extracts:
        raise UserError(
            f"{folder}: holds extracts that no manifest lists: {_some(found.extracts)}; "
            "give a new folder, or --clear-output to replace them"
        )


def _some(paths: Iterable[str]) -> str:
    every = sorted(paths)
    more = f" and {len(every) - SHOWN} more" if len(every) > SHOWN else ""
    return ", ".join(every[:SHOWN]) + more
