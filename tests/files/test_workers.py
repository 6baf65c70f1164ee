"""Which files workers have open, in what order they begin them, and when they close them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from datagen.compile import compile_schema
from datagen.schema import read_schema
from datagen.sinks.durable import Target, new_file
from datagen.workers import Work
from tests.files import shop
from tests.files.shop import make, plan_of
from tests.gallery import GALLERY


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shop.written(tmp_path_factory.mktemp("shop"))


@pytest.mark.parametrize("workers", [1, 3])
def test_few_more_files_are_open_than_there_are_workers(
    workers: int, document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Target] = []
    most = 0

    def counted(path: Path) -> Target:
        nonlocal most
        made.append(new_file(path))
        most = max(most, sum(target.descriptor >= 0 for target in made))
        return made[-1]

    monkeypatch.setattr("datagen.run.new_file", counted)
    make(plan_of(document), tmp_path / "set", workers=workers, block_rows=10)
    waits_for_the_disk = 0 if workers == 1 else 1
    assert (len(made), 0 < most <= workers + waits_for_the_disk) == (5, True)


def test_a_file_is_not_closed_under_one_who_still_waits_for_the_disk(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_still: list[bool] = []
    waits_s = iter([0.5])

    def slow(target: Target) -> None:
        time.sleep(next(waits_s, 0))
        open_still.append(target.descriptor >= 0)

    monkeypatch.setattr(Target, "settle", slow)
    make(plan_of(document), tmp_path / "one.csv", workers=3, block_rows=50)
    assert len(open_still) > 3
    assert all(open_still)


def test_a_spare_thread_begins_no_file_while_another_has_rows_left(
    document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that of several processes none takes what another could do."""
    left: list[int] = []
    before: list[Path] = []

    def noted(path: Path) -> Target:
        left.extend(80 - rows_in(last) for last in before[-1:])
        before.append(path)
        return new_file(path)

    def rows_in(path: Path) -> int:
        return path.read_text().count("\n") - 1

    run = Work.run
    monkeypatch.setattr(Work, "run", lambda work, *_, **__: run(work, 1, spare=True))
    monkeypatch.setattr(Target, "settle", lambda _: time.sleep(0.02))
    monkeypatch.setattr("datagen.run.new_file", noted)
    make(plan_of(document), tmp_path / "set", block_rows=10)
    assert (len(left), max(left) <= 20) == (4, True)


def test_of_several_tables_the_largest_is_begun_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what is left to share at the end is small."""
    begun: list[str] = []

    def noted(path: Path) -> Target:
        begun.append(path.stem)
        return new_file(path)

    monkeypatch.setattr("datagen.run.new_file", noted)
    plan = compile_schema(read_schema(GALLERY["shop"], scale=0.05))
    make(plan, tmp_path / "set")
    assert begun == sorted(plan.tables, key=lambda name: plan.tables[name].rows, reverse=True)
