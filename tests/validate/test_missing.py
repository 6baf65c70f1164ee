"""A file or a column that is not there is named, and the rest is still checked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from datagen.cli import main
from datagen.schema import read_schema
from tests.gallery import GALLERY
from validate.run import validate

TABLES = [(name, table.name) for name in ("shop", "funnel") for table in read_schema(GALLERY[name]).tables]


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sets")
    for name in ("shop", "funnel"):
        options = ["--scale", "0.2", "--format", "parquet", "--quiet"]
        assert main(["generate", str(GALLERY[name]), "-o", str(folder / name), *options]) == 0
    return folder


@pytest.mark.parametrize(("name", "table"), TABLES)
def test_a_file_that_is_not_there_is_named_and_the_rest_is_checked(
    name: str, table: str, sets: Path, tmp_path: Path
) -> None:
    shutil.copytree(sets / name, tmp_path / "set")
    (tmp_path / "set" / f"{table}.parquet").unlink()
    result = validate(GALLERY[name], tmp_path / "set")
    assert {(one.rule, one.table) for one in result.findings if one.verdict == "broken"} == {("file", table)}
    judged = {one.table for one in result.findings if one.verdict == "holds"}
    assert judged == {other for document, other in TABLES if document == name} - {table}


@pytest.mark.parametrize(("name", "table"), TABLES)
def test_a_column_that_is_not_there_is_named_and_the_rest_is_checked(
    name: str, table: str, sets: Path, tmp_path: Path
) -> None:
    shutil.copytree(sets / name, tmp_path / "set")
    file = tmp_path / "set" / f"{table}.parquet"
    whole = pq.read_table(file)
    for column in whole.column_names:
        pq.write_table(whole.drop_columns([column]), file)
        result = validate(GALLERY[name], tmp_path / "set")
        broken = {(one.rule, one.table) for one in result.findings if one.verdict == "broken"}
        assert broken == {("columns", table)}, column
        assert sum(one.verdict == "holds" and one.table == table for one in result.findings) > 3, column
