"""Published runs as a reader finds them: whole, missing, broken, or moved while it reads."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from tests.web.runs import RUN, card_analysis, card_events, point, write_run
from web.folder import NothingPublishedError, UnreadableError
from web.published import Published, Run, published_datasets, steady

ANALYSIS = card_analysis()
EVENTS = card_events(date(2025, 1, 1), 3, 20)
NEWER = "20250301T110000Z-9b01"


@pytest.fixture
def published(tmp_path: Path) -> Published:
    write_run(tmp_path, ANALYSIS, EVENTS)
    return Published(tmp_path, ANALYSIS.dataset)


def test_a_run_reads_as_it_was_written(published: Published) -> None:
    run = published.current()
    assert (run.id, run.short, run.fingerprint) == (RUN, "7f3a", ANALYSIS.fingerprint)
    assert run.analysis() == ANALYSIS
    assert run.document("quality.json")["run"] == RUN
    days = [Path(file).parent.name for file in run.files("parquet")]
    assert days == [f"event_time_date=2025-01-0{day}" for day in (1, 2, 3)]


def test_files_that_a_writer_keeps_for_itself_are_not_listed(published: Published) -> None:
    run = published.current()
    (run.folder / "parquet" / "_temporary.parquet").touch()
    (run.folder / "parquet" / ".part-0.parquet").touch()
    assert len(run.files("parquet")) == 3


def test_a_folder_without_a_file_is_said(published: Published) -> None:
    with pytest.raises(UnreadableError, match=r"^slots/ of run 7f3a: no Parquet file$"):
        published.current().files("slots")


def test_without_an_extract_the_first_stage_is_empty(tmp_path: Path) -> None:
    with pytest.raises(NothingPublishedError, match=r"No extract has been made: no file in .*/input/shop$") as nothing:
        Published(tmp_path, "shop").current()
    assert (nothing.value.stage, nothing.value.command) == ("generated", "datagen generate schemas/shop.json")


def test_with_an_extract_and_no_run_the_job_is_to_be_run(tmp_path: Path) -> None:
    (tmp_path / "input" / "shop").mkdir(parents=True)
    (tmp_path / "input" / "shop" / "2025-01-01.csv").touch()
    with pytest.raises(NothingPublishedError, match="The batch job has not published a run") as nothing:
        Published(tmp_path, "shop").current()
    assert (nothing.value.stage, nothing.value.command) == ("published", "demo up batch --schema schemas/shop.json")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"run": "r", "path": "runs/r", "fingerprint": "f", "published_at": "yesterday"}',
        '{"run": "r", "path": "runs/r", "fingerprint": "f", "published_at": "2025-03-01T10:00:00"}',
        '{"run": "r", "path": 7, "fingerprint": "f", "published_at": "2025-03-01T10:00:00Z"}',
    ],
)
def test_a_broken_pointer_is_named(published: Published, text: str) -> None:
    (published.folder / "current.json").write_text(text)
    with pytest.raises(UnreadableError, match=r"current\.json: not a pointer to a run"):
        published.current()


@pytest.mark.parametrize("path", ["../../../../etc", "/etc", "runs/../../../x"])
def test_a_pointer_may_not_lead_out_of_its_folder(published: Published, path: str) -> None:
    pointer = {"run": "r", "path": path, "fingerprint": "f", "published_at": "2025-03-01T10:00:00Z"}
    (published.folder / "current.json").write_text(json.dumps(pointer))
    with pytest.raises(UnreadableError, match="leads out of"):
        published.current()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("quality.json", None, "quality.json of run 7f3a: not there"),
        ("quality.json", b"{", "quality.json of run 7f3a: not JSON"),
        ("quality.json", b"[]", "quality.json of run 7f3a: not an object"),
        ("quality.json", b'{"a": "\xff"}', "quality.json of run 7f3a: not readable"),
        ("analysis.json", b"{}", "analysis.json of run 7f3a: not a description of a dataset"),
        ("analysis.json", b"[]", "analysis.json of run 7f3a: not a description of a dataset"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(
    published: Published, name: str, content: bytes | None, message: str
) -> None:
    run = published.current()
    (run.folder / name).unlink()
    if content is not None:
        (run.folder / name).write_bytes(content)
    with pytest.raises(UnreadableError, match=f"^{message}$"):
        run.analysis() if name == "analysis.json" else run.document(name)


def test_who_finds_its_run_gone_reads_the_newer_one(published: Published) -> None:
    old = published.current()
    write_run(published.data, ANALYSIS, EVENTS[:5], run=NEWER, pointer=False)
    seen: list[str] = []

    def read(run: Run) -> str:
        seen.append(run.id)
        if run.id == old.id:  # the pointer moves and the old run is cleared away while we read
            point(published.folder, NEWER, ANALYSIS.fingerprint)
            shutil.rmtree(run.folder)
        return str(run.document("quality.json")["run"])

    assert steady(published, read) == NEWER
    assert seen == [old.id, NEWER]


def test_a_run_that_is_broken_is_not_tried_again(published: Published) -> None:
    (published.current().folder / "quality.json").unlink()
    tries: list[str] = []

    def read(run: Run) -> object:
        tries.append(run.id)
        return run.document("quality.json")

    with pytest.raises(UnreadableError, match="not there"):
        steady(published, read)
    assert tries == [RUN]


def test_a_pointer_that_never_rests_does_not_hold_a_reader_for_ever(published: Published) -> None:
    @dataclass
    class Restless:
        dataset: str = "restless"
        asked: int = 0

        def current(self) -> Run:
            self.asked += 1
            now = published.current()
            return Run(f"run-{self.asked}", now.folder / "gone", now.fingerprint, now.published_at)

    restless = Restless()
    with pytest.raises(UnreadableError, match="not there"):
        steady(restless, lambda run: run.document("quality.json"))
    assert restless.asked < 10


def test_datasets_with_a_run_are_found(published: Published) -> None:
    (published.data / "output" / "empty" / "batch").mkdir(parents=True)
    assert published_datasets(published.data) == [ANALYSIS.dataset]


def test_the_shape_of_a_page_changes_with_what_it_is_made_of(tmp_path: Path) -> None:
    shapes = []
    for place, analysis in enumerate((ANALYSIS, ANALYSIS, card_analysis(title="Payments"))):
        write_run(tmp_path, analysis, EVENTS, run=f"r-{place}")
        shapes.append(Published(tmp_path, ANALYSIS.dataset).current().shape())
    assert shapes[0] == shapes[1] != shapes[2]
