"""Every business of the gallery has the full score."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datagen.cli import main
from datagen.schema import read_schema
from tests.gallery import GALLERY
from tests.validate.sets import broken
from validate.run import validate


@pytest.mark.parametrize("path", GALLERY.values(), ids=GALLERY)
def test_a_business_of_the_gallery_scores_100(path: Path, tmp_path: Path) -> None:
    assert main(["generate", str(path), "-o", str(tmp_path / "set"), "--quiet"]) == 0
    result = validate(path, tmp_path / "set")
    assert (broken(result), result.score) == (set(), 100.0)
    assert sum(one.family == "behaviour" and one.verdict == "holds" for one in result.findings) > 10


@pytest.mark.parametrize("name", ["shop", "bank", "funnel", "users_events"])
def test_a_business_of_many_tables_scores_100_as_days(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    assert main(["generate", str(GALLERY[name]), "-o", str(folder), "--daily", "--quiet"]) == 0
    result = validate(GALLERY[name], folder)
    assert (broken(result), result.score) == (set(), 100.0)
    assert sum(one.family == "behaviour" and one.verdict == "holds" for one in result.findings) > 10


@pytest.mark.parametrize(
    ("name", "day"), [("shop", "2024-07-02"), ("bank", "2024-07-02"), ("iot_sensors", "2025-06-08")]
)
def test_a_set_of_some_days_is_judged_by_what_is_there(name: str, day: str, tmp_path: Path) -> None:
    """What takes the other days is not judged, and a fault within the day is found all the same."""
    folder, schema = tmp_path / "set", GALLERY[name]
    analysis = read_schema(schema).analysis
    assert main(["generate", str(schema), "-o", str(folder), "--date", day, "--format", "parquet", "--quiet"]) == 0
    result = validate(schema, folder)
    assert (set(result.declared.some_days), broken(result), result.score) == ({analysis.table}, set(), 100.0)
    assert result.declared.lacking(analysis.table) == f"only some days of {analysis.table} are there"
    (file,) = folder.rglob(f"{day}.parquet")
    table, dimension = pq.read_table(file), analysis.dimensions[0].name
    place = table.schema.get_field_index(dimension)
    pq.write_table(table.set_column(place, dimension, pa.array(["nowhere"] * len(table))), file)
    assert broken(validate(schema, folder))
