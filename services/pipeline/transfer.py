"""Between this machine's disk and another file system: a set on its way in, a run on its way out; each whole or not."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from datagen.sinks.naming import MANIFEST, RUN
from pipeline.runs import COMPLETE, Run, Runs
from pipeline.storage import Storage


def put_set(storage: Storage, source: Path, target: str, say: Callable[[str], None]) -> None:
    """The set in a folder here, under another name there, in place of what stands there.

    A reader finds the old set whole, none, or the new one whole. What is there with the same manifest stays; where
    there is nothing here, nothing is done.
    """
    names = [entry.name for entry in storage.files(str(source))] if source.is_dir() else []
    if not names:
        return
    if (source / MANIFEST).is_file():
        names += [name for name in (MANIFEST, RUN) if (source / name).is_file()]
        if _same(storage, source / MANIFEST, f"{target}/{MANIFEST}"):
            say(f"{target} holds the same set already")
            return
    parent, _, name = target.rpartition("/")
    for left in storage.children(parent):
        if left.startswith(f".{name}."):  # of one that was killed
            storage.remove(f"{parent}/{left}")
    desk = f"{parent}/.{name}.{secrets.token_hex(6)}"
    try:
        for file in names:
            storage.copy(str(source / file), f"{desk}/{file}")
        storage.remove(target)
        storage.move(desk, target)
    except BaseException:
        with suppress(OSError):
            storage.remove(desk)
        raise
    say(f"put {len(names)} files of {source} into {target}")


def copy_run(storage: Storage, run: Run, folder: str) -> Run:
    """A published run under a folder of this machine, named in the pointer there as well. Gives the copy."""
    told = json.loads(storage.read(f"{run.folder}/{COMPLETE}"))
    runs = Runs(storage, folder)
    with runs.lock():
        copy = runs.begin(run.id)
        try:
            parts = [name for name in storage.children(run.folder) if name != COMPLETE]
            for name in (*parts, COMPLETE):  # the last says that it is whole
                storage.copy(f"{run.folder}/{name}", f"{copy.folder}/{name}")
        except BaseException:
            runs.discard(copy)
            raise
        runs.publish(copy, str(told["fingerprint"]))
    return copy


def _same(storage: Storage, here: Path, there: str) -> bool:
    try:
        return storage.read(there) == here.read_bytes()
    except FileNotFoundError:
        return False
