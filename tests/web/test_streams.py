"""What stands before a stream, as a reader finds it: extracts, with and without a manifest, and a replay."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from datagen.manifest import File, Manifest
from tests.web.runs import card_analysis
from tests.web.streams import topic, write_position, write_stream
from web.streams import Streams, streamed_datasets

ANALYSIS = card_analysis()


def streams(data: Path) -> Streams:
    return Streams(data, ANALYSIS.dataset)


def test_extracts_are_counted_by_their_manifest(tmp_path: Path) -> None:
    folder = tmp_path / "input" / ANALYSIS.dataset
    folder.mkdir(parents=True)
    files = tuple(File(f"{day}.csv", ANALYSIS.table, 10, 120, "0" * 64, day) for day in ("2025-01-01", "2025-01-02"))
    listed = Manifest(ANALYSIS.dataset, "csv", False, 1, {}, 1, "0" * 64, {}, {}, files)
    (folder / "_manifest.json").write_text(listed.to_json())
    (folder / "_run.json").write_text('{"finished_at": "2025-03-01T09:58:00Z"}')
    made = streams(tmp_path).made()
    assert made
    assert (made.files, made.bytes, made.rows) == (2, 240, 20)
    assert made.at == datetime(2025, 3, 1, 9, 58, tzinfo=UTC)
    more = replace(listed, files=(*files, File("shops.csv", "shops", 7, 70, "0" * 64, None)))
    (folder / "_manifest.json").write_text(more.to_json())
    assert streams(tmp_path).made(ANALYSIS.table) == made
    assert streams(tmp_path).made() == replace(made, files=3, bytes=310, rows=27)


def test_extracts_of_somebody_else_are_files_of_unknown_rows(tmp_path: Path) -> None:
    assert streams(tmp_path).made() is None
    folder = tmp_path / "input" / ANALYSIS.dataset
    folder.mkdir(parents=True)
    (folder / "theirs.csv").write_text("a,b\n1,2\n")
    (folder / ".hidden").touch()
    (folder / "_run.json").write_text("{")
    made = streams(tmp_path).made()
    assert made
    assert (made.files, made.bytes, made.rows, made.at) == (1, 8, None, None)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"acknowledged": "many", "done": false}'])
def test_a_position_that_is_none_is_not_known(tmp_path: Path, text: str) -> None:
    path = write_position(tmp_path, ANALYSIS, 7, done=True)
    known = streams(tmp_path).replayed(topic(ANALYSIS))
    assert known
    assert (known.acknowledged, known.done) == (7, True)
    path.write_text(text)
    assert streams(tmp_path).replayed(topic(ANALYSIS)) is None


def test_a_folder_without_a_description_is_no_stream(tmp_path: Path) -> None:
    folder = write_stream(tmp_path, ANALYSIS, [])
    assert streams(tmp_path).current().folder == folder
    assert streamed_datasets(tmp_path) == [ANALYSIS.dataset]
    (folder / "analysis.json").unlink()
    assert streamed_datasets(tmp_path) == []
