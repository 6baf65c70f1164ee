"""A set is put in place as a whole, and nothing that is not ours is touched."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from datagen.errors import UserError
from datagen.manifest import File, Manifest, with_days
from datagen.sinks import locks
from datagen.sinks.exchange import exchange
from datagen.sinks.naming import MANIFEST
from datagen.sinks.sets import Place, open_set
from datagen.sinks.staging import set_lock
from tests.files import plain
from tests.files.conftest import Mount

WRITER = Path(plain.__file__)


def siblings(folder: Path) -> list[str]:
    return sorted(set(os.listdir(folder.parent)) - {folder.name})


def place(folder: Path, clear: bool = False) -> Place:
    return Place(folder, "orders", ("orders",), clear)


def refused(place: Place, pattern: str) -> None:
    with pytest.raises(UserError, match=pattern), open_set(place):
        pass


def add_day(folder: Path, day: str, version: int) -> None:
    with open_set(place(folder)) as out:
        files = plain.write_days(out, version, (day,))

        def merge(published: Manifest | None) -> Manifest:
            made = plain.manifest(files)
            return with_days(published, made) if published else made

        out.commit(merge, "{}\n")


def killed_at_every_step(folder: Path, mode: str) -> dict[str, str]:
    done = subprocess.run([sys.executable, WRITER, "steps", folder, mode], capture_output=True, check=True)
    return dict(pair.split("=") for pair in done.stdout.decode().split())


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["atomic", "renames"])
def test_killed_at_any_step_the_folder_holds_the_old_set_or_the_new_one(mode: str, tmp_path: Path) -> None:
    result = killed_at_every_step(tmp_path / "set", mode)
    kills, whole, absent = (int(result[key]) for key in ("kills", "whole", "absent"))
    assert kills > 60
    assert whole + absent == kills
    assert absent == (1 if mode == "renames" else 0)  # between two renames, where one step is not to be had
    assert result["healed"] == "True"


def test_the_test_of_kills_catches_a_writer_that_works_in_place(tmp_path: Path) -> None:
    result = killed_at_every_step(tmp_path / "set", "in-place")
    assert int(result["whole"]) < int(result["kills"])


def looping(folder: Path) -> subprocess.Popen[str]:
    """A writer of version after version that has committed its first."""
    command = [sys.executable, str(WRITER), "loop", str(folder), "atomic"]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    assert int(writer.stdout.readline()) > 1
    return writer


@pytest.mark.slow
def test_killed_at_random_moments_the_folder_holds_one_version_that_never_goes_back(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    plain.commit(folder, 1)
    rng = random.Random(1)
    for _ in range(40):
        writer = looping(folder)
        with pytest.raises(subprocess.TimeoutExpired):
            writer.wait(rng.random() * 0.1)
        writer.kill()
        said = writer.communicate()[0].split()
        found = plain.version_of(folder)
        assert found >= max(map(int, said), default=2)
    plain.commit(folder, 10_000)
    assert plain.version_of(folder) == 10_000
    assert siblings(folder) == []


def look(folder: Path) -> set[int] | None:
    """The versions of the files found at one look; None where the folder was replaced during it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        names = [name for name in os.listdir(descriptor) if name.endswith(".csv")]
        lines = [read_line(descriptor, name) for name in names]
        replaced = not os.path.samestat(os.fstat(descriptor), os.stat(folder))
    finally:
        os.close(descriptor)
    whole = len(lines) == len(plain.DAYS) and all(lines)
    return {int(line.split(b",")[0]) for line in lines if line} if whole or not replaced else None


def read_line(folder: int, name: str) -> bytes | None:
    with contextlib.suppress(FileNotFoundError):
        descriptor = os.open(name, os.O_RDONLY, dir_fd=folder)
        with open(descriptor, "rb") as file:
            return file.readline()
    return None


def test_a_reader_finds_a_whole_set_at_every_look_while_it_is_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    plain.commit(folder, 1)
    writer = looping(folder)
    versions: list[set[int]] = [{1}]
    try:
        while max(versions[-1]) < 40 and writer.poll() is None:
            found = look(folder)
            versions += [found] if found is not None else []
    finally:
        writer.kill()
        writer.communicate()
    assert {len(found) for found in versions} == {1}
    assert len({*map(max, versions)}) > 20


def test_a_set_killed_between_two_renames_comes_back_with_the_next_run(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    plain.commit(folder, 1)
    staging = tmp_path / ".set.staging-0123456789ab"
    staging.mkdir()
    folder.rename(staging / "old")
    (staging / "set").mkdir()
    add_day(folder, "2025-01-05", 1)
    assert sorted(os.listdir(folder)) == [
        *(f"{day}.csv" for day in plain.DAYS),
        "2025-01-05.csv",
        MANIFEST,
        "_run.json",
    ]
    assert plain.version_of(folder) == 1
    assert siblings(folder) == []


def test_a_run_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(_: Manifest | None) -> Manifest:
        raise RuntimeError("on the way")

    with open_set(place(tmp_path / "deep" / "down" / "set")) as out:
        plain.write_days(out, 1)
        with pytest.raises(RuntimeError, match="on the way"):
            out.commit(fail, "{}\n")
    assert os.listdir(tmp_path) == []


def test_the_staging_folder_of_a_living_run_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    with open_set(place(folder)) as slow:
        files = plain.write_days(slow, 2)
        plain.commit(folder, 1)
        assert plain.version_of(folder) == 1
        slow.commit(lambda _: plain.manifest(files, 2), "{}\n")
    assert plain.version_of(folder) == 2
    assert siblings(folder) == []


def test_a_dead_staging_folder_with_a_strangers_file_stays_and_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    stranger = tmp_path / ".set.staging-0123456789ab" / "set" / "thesis.txt"
    stranger.parent.mkdir(parents=True)
    stranger.write_text("mine")
    said: list[str] = []
    with open_set(place(folder), said.append) as out:
        files = plain.write_days(out, 1)
        out.commit(lambda _: plain.manifest(files), "{}\n")
    assert said[0] == f"{stranger}: could not be removed: it was not made here"
    assert stranger.read_text() == "mine"


def test_a_file_put_into_the_set_at_the_last_moment_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    plain.commit(folder, 1)

    def late(new: Path, old: Path) -> bool:
        (old / "thesis.txt").write_text("mine")
        return exchange(new, old)

    plain.commit(folder, 2, exchange=late)
    assert (folder / "thesis.txt").read_text() == "mine"
    assert siblings(folder) == []


def test_days_of_the_published_set_are_kept_as_the_same_files_on_the_disk(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    plain.commit(folder, 1)
    before = {day: (folder / f"{day}.csv").stat().st_ino for day in plain.DAYS}
    add_day(folder, "2025-01-02", 1)
    after = {day: (folder / f"{day}.csv").stat().st_ino for day in plain.DAYS}
    assert [day for day in plain.DAYS if before[day] != after[day]] == ["2025-01-02"]
    assert plain.version_of(folder) == 1


def test_days_are_copied_where_the_file_system_has_no_second_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    folder = tmp_path / "set"
    plain.commit(folder, 1)
    monkeypatch.setattr(os, "link", refuse)
    add_day(folder, "2025-01-05", 1)
    assert plain.version_of(folder) == 1
    assert len(os.listdir(folder)) == 7


def test_a_day_that_the_manifest_lists_but_nobody_has_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    plain.commit(folder, 1)
    (folder / "2025-01-03.csv").unlink()
    with pytest.raises(UserError, match=r"2025-01-03.csv: listed by the manifest but not there; make the set anew"):
        add_day(folder, "2025-01-05", 1)
    add_day(folder, "2025-01-03", 1)
    assert plain.version_of(folder) == 1


def test_the_permissions_of_the_folder_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    plain.commit(folder, 1)
    folder.chmod(0o750)
    plain.commit(folder, 2)
    assert folder.stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("notes.txt", "holds what was not made here: notes.txt; give a new folder, or move it away"),
        (".hidden", "holds what was not made here: .hidden; "),
        ("sub/2025-01-01.csv", "holds what was not made here: sub, sub/2025-01-01.csv; "),
        ("customers.csv", "holds what was not made here: customers.csv; "),
    ],
)
@pytest.mark.parametrize("clear", [False, True])
def test_other_peoples_files_are_refused_whatever_is_cleared(
    name: str, sentence: str, clear: bool, tmp_path: Path
) -> None:
    folder = tmp_path / "set"
    plain.commit(folder, 1)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("mine")
    refused(place(folder, clear), sentence)
    assert (folder / name).read_text() == "mine"


@pytest.mark.parametrize("inner", ["inner", "orders", "far/below"])
def test_a_set_inside_a_set_is_refused_and_the_outer_one_can_be_made_again(inner: str, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    plain.commit(folder, 1)
    refused(place(folder / inner), f"set/{inner}: lies in the set {folder}, whose manifest would then be false; give ")
    plain.commit(folder, 2)
    assert plain.version_of(folder) == 2


def test_a_manifest_that_was_not_made_here_makes_no_set_of_the_folders_below_it(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("{}")
    plain.commit(tmp_path / "set", 1)
    assert plain.version_of(tmp_path / "set") == 1


@pytest.mark.parametrize("name", ["2024-12-31.csv", "orders.jsonl.gz", "orders/2024-12-31.parquet"])
def test_extracts_that_no_manifest_lists_go_only_when_told_so(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_text("somebody's")
    refused(place(folder), f"extracts that no manifest lists: {name}; .* --clear-output")
    assert (folder / name).read_text() == "somebody's"
    with open_set(place(folder, clear=True)) as out:
        files = plain.write_days(out, 1)
        out.commit(lambda _: plain.manifest(files), "{}\n")
    assert plain.version_of(folder) == 1


def test_the_set_of_another_dataset_goes_only_when_told_so(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    plain.commit(folder, 1)
    other = Place(folder, "sensors", ("sensors",))
    refused(other, "holds the set orders, not sensors; .* --clear-output")
    with open_set(Place(folder, "sensors", ("sensors",), clear=True)):
        pass
    assert plain.version_of(folder) == 1


def test_a_stranger_who_comes_while_the_set_is_made_is_refused_at_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    plain.commit(folder, 1)
    with open_set(place(folder)) as out:
        files = plain.write_days(out, 2)
        (folder / "thesis.txt").write_text("mine")
        with pytest.raises(UserError, match=r"not made here: thesis\.txt"):
            out.commit(lambda _: plain.manifest(files), "{}\n")
    assert (folder / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"files": 3}', '{"files": [{}]}', "\x00", "[" * 100_000],
    ids=["empty", "half", "list", "object", "number", "entry", "nul", "deep"],
)
def test_a_manifest_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / MANIFEST).write_text(text)
    refused(place(folder, True), r"_manifest\.json: is not a manifest made here")


@pytest.mark.parametrize(
    "path", ["../orders.csv", "/etc/passwd", "a/b/2025-01-01.csv", "..", "thesis.txt", "../2025-01-01.csv"]
)
def test_a_manifest_cannot_lead_out_of_its_folder(path: str, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / MANIFEST).write_text(plain.manifest([File(path, "orders", 0, 0, "", None)]).to_json())
    refused(place(folder, True), "lists files that no set has")


def test_no_link_is_followed(tmp_path: Path) -> None:
    real = tmp_path / "real"
    plain.commit(real, 1)
    link = tmp_path / "link"
    link.symlink_to(real)
    refused(place(link), "link: is a link, and links are not followed; give the folder")
    (real / "2025-01-01.csv").rename(tmp_path / "elsewhere.csv")
    (real / "2025-01-01.csv").symlink_to(tmp_path / "elsewhere.csv")
    refused(place(real, True), r"not made here: 2025-01-01\.csv")
    assert (tmp_path / "elsewhere.csv").read_bytes() == plain.content(1, "2025-01-01")


def test_a_link_called_as_a_staging_folder_is_left_alone(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    (victim / "set").mkdir(parents=True)
    (victim / "set" / "2025-01-01.csv").write_text("mine")
    (tmp_path / ".set.staging-0123456789ab").symlink_to(victim)
    plain.commit(tmp_path / "set", 1)
    assert (victim / "set" / "2025-01-01.csv").read_text() == "mine"


def test_links_inside_a_dead_staging_folder_are_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "2025-01-01.csv").write_text("mine")
    staging = tmp_path / ".set.staging-0123456789ab"
    staging.mkdir()
    (staging / "set").symlink_to(victim)
    plain.commit(tmp_path / "set", 1)
    assert (victim / "2025-01-01.csv").read_text() == "mine"
    assert not staging.exists()


def test_a_pipe_in_place_of_the_manifest_is_not_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    os.mkfifo(folder / MANIFEST)
    refused(place(folder), r"not made here: _manifest\.json")


@pytest.mark.parametrize("bound", [False, True])
def test_a_mount_point_is_refused_and_a_folder_inside_it_is_not(bound: bool, tmp_path: Path, mount: Mount) -> None:
    source = tmp_path / "source"
    source.mkdir()
    mounted = mount(tmp_path / "mounted", source=source if bound else None)
    refused(place(mounted), "is a mount point, .*; give a folder inside it")
    plain.commit(mounted / "set", 1)
    assert plain.version_of(mounted / "set") == 1


def test_a_mount_inside_the_set_is_not_ours_whatever_lies_in_it(tmp_path: Path, mount: Mount) -> None:
    inside = mount(tmp_path / "set" / "orders")
    (inside / "2025-01-01.csv").write_text("mine")
    refused(place(tmp_path / "set", clear=True), "holds what was not made here: orders; give a new folder")
    assert (inside / "2025-01-01.csv").read_text() == "mine"


def test_a_mount_inside_a_dead_staging_folder_is_not_entered(tmp_path: Path, mount: Mount) -> None:
    inside = mount(tmp_path / ".set.staging-0123456789ab" / "set" / "orders")
    (inside / "2025-01-01.csv").write_text("mine")
    plain.commit(tmp_path / "set", 1)
    assert (inside / "2025-01-01.csv").read_text() == "mine"


def test_a_folder_where_nothing_may_be_written_is_named(tmp_path: Path, mount: Mount) -> None:
    mounted = mount(tmp_path / "mounted")
    subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
    refused(place(mounted / "set"), r"mounted/\.set\.lock: the file system is read-only")


def test_a_file_in_place_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "set").write_text("mine")
    refused(place(tmp_path / "set"), "set: is not a folder; give a folder, or a file that ends in")
    refused(place(tmp_path / "set" / "inner"), "/set/inner: a part of the path is a file; give a path of folders")


def test_the_folder_one_stands_in_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "set"
    (folder / "inner").mkdir(parents=True)
    monkeypatch.chdir(folder / "inner")
    (folder / "inner").rmdir()
    monkeypatch.chdir(folder)
    refused(place(folder), "is the folder you are in, and would be replaced")


def test_who_holds_a_set_is_named_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datagen.sinks.sets.PATIENCE_S", 0.05)
    said: list[str] = []
    with (
        locks.acquire(set_lock(tmp_path / "set")),
        pytest.raises(locks.HeldError, match=rf"set\.lock: held by process {os.getpid()} on "),
        open_set(place(tmp_path / "set"), said.append),
    ):
        pass
    assert len(said) == 1
    assert said[0].startswith(f"{tmp_path / 'set'}: waiting for process {os.getpid()} on ")
    assert os.listdir(tmp_path) == []


def test_a_name_too_long_is_named(tmp_path: Path) -> None:
    refused(place(tmp_path / ("x" * 250)), "the name is too long; give a shorter one")


@pytest.mark.slow
def test_days_made_side_by_side_are_all_in_the_set(tmp_path: Path) -> None:
    days = [f"2025-03-{day:02}" for day in range(1, 13)]
    folder = tmp_path / "set"
    code = (
        f"from pathlib import Path\nfrom tests.files.test_sets import add_day\nadd_day(Path({str(folder)!r}), '%s', 1)"
    )
    root = WRITER.parents[2]
    writers = [subprocess.Popen([sys.executable, "-c", code % day], cwd=root) for day in days]
    assert [writer.wait() for writer in writers] == [0] * len(days)
    assert plain.version_of(folder) == 1
    assert sorted(os.listdir(folder)) == [*(f"{day}.csv" for day in days), MANIFEST, "_run.json"]
    assert siblings(folder) == []
