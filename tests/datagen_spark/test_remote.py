"""A set put in place by two renames: killed at any step, a reader finds the old one, none, or the new one."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from datagen_spark.remote import RemotePlace, open_remote, published
from pipeline.storage import Files, Storage
from tests.files.plain import DAYS, content, entry, manifest, version_of

pytestmark = pytest.mark.spark
STEPS = ("make_folder", "write", "copy", "replace", "remove")
NAMES = frozenset({"orders"})


class KilledError(BaseException):
    pass


class Dying(Storage):
    """From a given step on nothing works any more, as for a process that was killed."""

    def __init__(self, spark: SparkSession, at: int) -> None:
        super().__init__(spark)
        self._at, self._count = at, 0
        for name in STEPS:
            setattr(self, name, partial(self._counted, getattr(self, name)))

    @property
    def dead(self) -> bool:
        return self._count >= self._at

    def _counted(self, call: Callable[..., Any], *args: Any) -> Any:
        self._count += 1
        if self.dead:
            raise KilledError
        return call(*args)

    def exists(self, path: str) -> bool:
        if self.dead:
            raise KilledError
        return super().exists(path)


def commit(files: Files, folder: Path, version: int) -> None:
    with open_remote(files, RemotePlace(f"file://{folder}", "orders", ("orders",)), lambda _: None) as out:
        for day in DAYS:
            files.write(f"{out.files}/{day}.csv", content(version, day).decode())
        entries = [entry(day, content(version, day)) for day in DAYS]
        out.commit(lambda _: manifest(entries, version), "{}\n")


def killed_at(step: int, spark: SparkSession, folder: Path) -> bool:
    try:
        commit(Dying(spark, step), folder, 2)
    except KilledError:
        return True
    return False


def test_killed_at_any_step_a_reader_finds_the_old_set_or_none_or_the_new_one(
    spark: SparkSession, tmp_path: Path
) -> None:
    folder, files = tmp_path / "sets" / "orders", Storage(spark)
    seen = []
    for step in itertools.count(1):
        commit(files, folder, 1)
        if not killed_at(step, spark, folder):
            break
        seen.append(version_of(folder) if folder.exists() else None)
        whole = published(files, f"file://{folder}", NAMES)
        assert whole is not None
        assert whole.seed == version_of(folder) == (2 if seen[-1] in (None, 2) else 1)
        commit(files, folder, 3)
        assert version_of(folder) == 3
        assert os.listdir(folder.parent) == ["orders"]
    assert seen == [*[1] * (len(seen) - 2), None, 2]
    assert len(seen) == 1 + len(DAYS) + 2 + 3  # a folder, the files, what is said of them, two renames and the clean-up


class Refusing(Storage):
    """Gives no folder the set's own name, but for the old one."""

    def replace(self, source: str, target: str) -> None:
        if source.endswith("/set"):
            raise OSError(f"{target}: refused")
        super().replace(source, target)


def test_where_the_new_set_cannot_have_the_name_the_old_one_gets_it_back(spark: SparkSession, tmp_path: Path) -> None:
    folder = tmp_path / "sets" / "orders"
    commit(Storage(spark), folder, 1)
    with pytest.raises(OSError, match="refused"):
        commit(Refusing(spark), folder, 2)
    assert version_of(folder) == 1
    assert os.listdir(folder.parent) == ["orders"]
