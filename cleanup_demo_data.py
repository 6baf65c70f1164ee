"""Back to a clean slate: removes what the demo made below data/ and leaves the empty skeleton of a fresh clone.

What goes: sets and other extracts in data/input, everything in data/output and data/state. With these go a stream's
topic, position, checkpoint, sink, ledger and windows, which are of use only together; and what the Compose stacks keep
with the container engine, HDFS and all. What stays: mounts, files in data/input that are not called as ours are, links
there, and what lies behind any link. Nothing goes while a job, a generator or a stack is at work.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TextIO

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "services"))

from datagen.errors import UserError  # noqa: E402
from datagen.sinks import locks  # noqa: E402
from datagen.sinks.faults import size_text  # noqa: E402
from datagen.sinks.naming import is_safe_path  # noqa: E402
from datagen.sinks.place import strangers_in  # noqa: E402
from datagen.sinks.trees import MOUNTED, Content, Left, content, is_folder, is_mount, mounts_in, remove_tree, walk  # noqa: E402
from demo import engine  # noqa: E402
from demo.engine import Leftover  # noqa: E402

NO_STACKS: Mapping[str, Path] = MappingProxyType({})
SKELETON = ("input", "output", "state/checkpoints", "state/spark-events")
DEMO_LOCK = "state/demo/lock"
LOCK = re.compile(r"lock|.*\.lock|\..*\.tmp")
HELPER = re.compile(r"\..+\.(staging-[0-9a-f]{12}|lock|[0-9a-f]{12}\.tmp)")  # beside sets and single files


@dataclass(frozen=True, slots=True)
class Survey:
    """What is to go and what stays, before anything was done."""

    doomed: tuple[tuple[Path, Content], ...]
    strangers: tuple[Path, ...]  # in data/input, not made here
    barred: tuple[Left, ...]  # what stands in place of folders of ours
    mounted: tuple[Left, ...]  # at or below what is to go
    leftovers: tuple[Leftover, ...] = ()  # of the Compose stacks

    @property
    def total(self) -> Content:
        return Content(sum(made.files for _, made in self.doomed), sum(made.bytes for _, made in self.doomed))


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    try:
        return clean(ROOT / "data", yes=options.yes, dry_run=options.dry_run, stacks=engine.stacks(ROOT))
    except UserError as error:
        say(str(error), sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Remove what the demo made below data/ and leave an empty skeleton.")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--dry-run", action="store_true", help="say what would go, and remove nothing")
    return parser.parse_args(arguments)


def clean(data: Path, *, yes: bool, dry_run: bool, stacks: Mapping[str, Path] = NO_STACKS) -> int:
    """0 done, or declined; 1 where something could not be removed. UserError where somebody is at work.

    `stacks` are those whose containers, networks and volumes go as well, by name, with their Compose files.
    """
    if data.is_symlink() or is_mount(data):
        raise UserError(f"{data}: is a link or a mount, which is not followed; clear the folder it leads to by hand")
    survey = look(data, list(stacks))
    refuse_while_at_work(data)
    for name in engine.running(list(stacks)):
        raise UserError(f"{name} is running; `docker compose -f {stacks[name].name} down` ends it, then run this again")
    show(survey, data.parent)
    if dry_run:
        say("nothing was removed")
        return 0
    if (survey.doomed or survey.leftovers) and not (yes or agreed()):
        say("nothing was removed")
        return 0
    left = dict.fromkeys([*survey.barred, *survey.mounted, *remove(data, survey)])
    kept_back = [leftover for leftover in survey.leftovers if not engine.remove(leftover)]
    restore_skeleton(data, survey.barred)
    for entry in left:
        say(f"{entry.path.relative_to(data.parent)}: not removed: {entry.reason}", sys.stderr)
    for leftover in kept_back:
        say(f"{leftover}: not removed: `docker {leftover.kind} rm {leftover.name}` says why", sys.stderr)
    some = bool(left or kept_back)
    say("some of it is still there" if some else f"done; {data.name}/ is as in a fresh clone")
    return 1 if some else 0


def look(data: Path, stacks: Sequence[str] = ()) -> Survey:
    barred = bars(data)
    doomed: list[Path] = []
    strangers: list[Path] = []
    for room in rooms(data):
        if not is_folder(room) or lies_in(room, barred):
            continue
        for path in sorted(room.iterdir()):
            if room.name == "input":
                ours, others = judged(path)
                doomed += ours
                strangers += others
            elif path not in kept(data) and path not in rooms(data):
                doomed.append(path)
    mounted = [Left(mount, MOUNTED) for path in doomed for mount in mounts_in(path)]
    counted = tuple((path, content(path)) for path in doomed if not lies_in(path, mounted))
    return Survey(counted, tuple(strangers), tuple(barred), tuple(mounted), tuple(engine.leftovers(stacks)))


def rooms(data: Path) -> tuple[Path, ...]:
    """Every folder of the skeleton, those above first."""
    return tuple(dict.fromkeys(path for name in SKELETON for path in (data / Path(name).parts[0], data / name)))


def kept(data: Path) -> frozenset[Path]:
    return frozenset(data / name / ".gitkeep" for name in SKELETON)


def bars(data: Path) -> list[Left]:
    """What stands in place of the skeleton's folders and stays; nothing behind it is looked at."""
    found: list[Left] = []
    for path in (data, *rooms(data)):
        if lies_in(path, found):
            continue
        if not enterable(path):
            found.append(Left(path, "is a link or a mount, which is not followed"))
        elif os.path.lexists(path) and not is_folder(path):
            found.append(Left(path, "is no folder, and one belongs there; move it away"))
    return found


def lies_in(path: Path, barred: Sequence[Left]) -> bool:
    return any(left.path in (path, *path.parents) for left in barred)


def enterable(path: Path) -> bool:
    return not path.is_symlink() and not is_mount(path)


def judged(path: Path) -> tuple[list[Path], list[Path]]:
    """Of one entry of data/input: what was made here by its name, and what was not."""
    if path.name == ".gitkeep":
        return [], []
    if HELPER.fullmatch(path.name) and enterable(path):
        return [path], []
    if not is_folder(path):
        return ([path], []) if is_safe_path(path.name) and path.is_file() and not path.is_symlink() else ([], [path])
    if not enterable(path):
        return [], [path]
    try:
        strangers = [path / name for name in strangers_in(path)]
    except PermissionError:  # its removal will say so
        return [path], []
    if not strangers:
        return [path], []
    ours = [entry for entry in walk(path) if entry not in strangers and not is_folder(entry)]
    return [entry for entry in ours if not any(stranger in entry.parents for stranger in strangers)], strangers


def lock_files(data: Path) -> Iterator[Path]:
    for path in walk(data) if is_folder(data) else ():
        if LOCK.fullmatch(path.name) and path.is_file() and not path.is_symlink() and os.access(path, os.R_OK):
            yield path


def refuse_while_at_work(data: Path) -> None:
    for path in sorted(lock_files(data), key=lambda path: path != data / DEMO_LOCK):
        if holder := locks.holder_of(path):
            way = "`demo down` ends it" if path == data / DEMO_LOCK else "end it, or wait for its end"
            raise UserError(f"{path}: held by {holder}; {way}, and run this again")


def show(survey: Survey, root: Path) -> None:
    for path, made in survey.doomed:
        say(f"  {path.relative_to(root)!s:<48} {made.files:>7,} files  {size_text(made.bytes):>8}")
    for leftover in survey.leftovers:
        say(f"  {leftover}")
    say(f"{survey.total.files:,} files to remove, {size_text(survey.total.bytes)}")
    for left in (*survey.barred, *survey.mounted):
        say(f"stays: {left.path.relative_to(root)}: {left.reason}")
    for path in survey.strangers:
        say(f"kept, not made here: {path.relative_to(root)}")


def agreed() -> bool:
    try:
        return input("Remove them? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        raise UserError("nobody to ask, nothing was removed; give --yes") from None


def remove(data: Path, survey: Survey) -> list[Left]:
    """Everything as far as it goes. The locks are held meanwhile and go last, so no job starts among the ruins."""
    guards = [*lock_files(data)]
    with ExitStack() as held:
        for path in guards:
            hold(path, held)
        keep = kept(data) | frozenset(guards)
        left = [entry for path, _ in survey.doomed for entry in remove_tree(path, keep)]
    for folder in sorted({folder for path in guards for folder in path.parents}, reverse=True):
        if data in folder.parents and folder not in rooms(data):
            with suppress(OSError):  # holds what could not be removed, or what a new job has begun
                folder.rmdir()
    return [*left, *(Left(path, "it could not be locked") for path in guards if path.exists())]


def hold(path: Path, held: ExitStack) -> None:
    """Releasing a lock removes its file. What may not be locked stays and is named at the end."""
    try:
        held.enter_context(locks.acquire(path))
    except locks.HeldError:
        raise
    except UserError:
        return


def restore_skeleton(data: Path, barred: Sequence[Left]) -> None:
    for name in SKELETON:
        folder = data / name
        if not lies_in(folder, barred):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / ".gitkeep").touch()


def say(text: str, stream: TextIO | None = None) -> None:
    (stream or sys.stdout).write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
