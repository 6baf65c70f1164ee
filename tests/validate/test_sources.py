"""Whose files, in which formats, in which state: what is missing or damaged is named, the rest is checked."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from datagen.cli import main
from datagen.errors import UserError
from tests.files.scattered import VISITS, manifest_of, written
from tests.validate.sets import RECORD, TABLES, broken, checked, make, spoil
from validate import distinct
from validate.run import validate


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("document", [RECORD, TABLES], ids=["record", "tables"])
def test_every_format_is_read_alike(document: dict[str, object], form: str, zipped: bool, tmp_path: Path) -> None:
    more = ["--format", form] + (["--gzip"] if zipped and form != "parquet" else [])
    result = checked(make(document, tmp_path, *more))
    assert (broken(result), result.score) == (set(), 100.0)


def test_a_set_by_days_and_one_without_a_manifest_are_read(tmp_path: Path) -> None:
    schema = tmp_path / "payments.json"
    schema.write_text(json.dumps(RECORD), "utf-8")
    assert main(["generate", str(schema), "-o", str(tmp_path / "set"), "--format", "csv", "-q"]) == 0
    assert len(list((tmp_path / "set").glob("*.csv"))) == 28
    assert broken(validate(schema, tmp_path / "set")) == set()
    (tmp_path / "set" / "_manifest.json").unlink()
    result = validate(schema, tmp_path / "set")
    assert (broken(result), result.sources.manifest) == (set(), None)


def test_days_of_one_of_several_tables_are_read_with_those_of_no_day_and_beyond_the_window(tmp_path: Path) -> None:
    schema = written(tmp_path, VISITS)
    assert main(["generate", str(schema), "-o", str(tmp_path / "set"), "--daily", "-q"]) == 0
    listed = manifest_of(tmp_path / "set").files
    for manifest in (True, False):
        result = validate(schema, tmp_path / "set")
        assert broken(result) == set()
        assert sorted(result.sources.files["visit"]) == sorted(
            tmp_path / "set" / file.path for file in listed if file.table == "visit"
        )
        assert (result.sources.manifest is not None) is manifest
        (tmp_path / "set" / "_manifest.json").unlink(missing_ok=True)


def test_some_days_of_a_set_are_held_to_their_days(tmp_path: Path) -> None:
    """Saturday weighs 3 and Sunday 1: of these two days, 75 % and 25 %."""
    schema = tmp_path / "payments.json"
    schema.write_text(json.dumps(RECORD), "utf-8")
    for day in ("2025-01-11", "2025-01-12"):
        assert main(["generate", str(schema), "-o", str(tmp_path / "set"), "--date", day, "-q"]) == 0
    result = validate(schema, tmp_path / "set")
    weekend = next(one for one in result.findings if one.rule == "profile_weekday" and one.column == "done")
    assert weekend.picture is not None
    assert weekend.picture.declared == pytest.approx((0, 0, 0, 0, 0, 0.75, 0.25))
    assert not {name for name in broken(result) if ".done" in name or "rows" in name}


def test_what_was_overridden_is_what_is_declared(tmp_path: Path) -> None:
    record = make(RECORD, tmp_path / "record", "--rows", "500", "--set", "schema.fields.paid.p_true=0.9")
    assert broken(checked(record)) == set()
    tables = make(TABLES, tmp_path / "tables", "--rows", "user=300", "--set", "nodes.order.fanout.lambda=2")
    assert broken(checked(tables)) == set()
    assert checked(tables).sources.dataset.overrides["nodes.user.rows"] == 300


def test_a_seed_and_a_window_that_were_drawn_are_taken_from_the_set(tmp_path: Path) -> None:
    free = {key: value for key, value in RECORD.items() if key not in ("seed", "time_window")}
    schema = make(free, tmp_path)
    result = checked(schema)
    manifest = json.loads((tmp_path / "set" / "_manifest.json").read_text("utf-8"))
    assert (broken(result), result.sources.dataset.seed) == (set(), manifest["seed"])


def test_a_missing_table_is_named_and_the_others_are_checked(tmp_path: Path) -> None:
    schema = make(TABLES, tmp_path)
    (tmp_path / "set" / "user.parquet").unlink()
    result = checked(schema)
    assert broken(result) == {"file user.None"}
    assert [(one.file, one.table) for one in result.troubles] == [("user.parquet", "user")]
    assert sum(one.verdict == "holds" and one.table == "line" for one in result.findings) > 10


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_a_damaged_file_is_named_and_the_others_are_checked(form: str, tmp_path: Path) -> None:
    more = ["--format", form] + (["--gzip"] if form != "parquet" else [])
    schema = make(TABLES, tmp_path, *more)
    (path,) = (tmp_path / "set").glob("order.*")
    path.write_bytes(path.read_bytes()[:-200])
    result = checked(schema)
    assert broken(result) == {"file order.None"}
    assert [Path(one.file).name for one in result.troubles] == [path.name]
    assert {one.table for one in result.findings if one.verdict == "holds"} == {"country", "staff", "user", "line"}


def test_lines_that_are_no_rows_are_counted(tmp_path: Path) -> None:
    schema = make(TABLES, tmp_path, "--format", "csv")
    path = tmp_path / "set" / "user.csv"
    path.write_text(path.read_text("utf-8") + "1,2,3,4,5,6,7\n", "utf-8")
    assert broken(checked(schema)) == {"file user.None"}


def test_a_strangers_files_are_read_by_the_names_of_the_tables(tmp_path: Path) -> None:
    """Another delimiter, whole numbers as 12.0, zones, columns in another order, one more."""
    schema = make(TABLES, tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for path in (tmp_path / "set").glob("*.parquet"):
            query = f"select 'x' as more, columns(*) from read_parquet('{path}')"
            if path.stem == "order":
                renamed = (
                    "* exclude (pieces, ts), pieces::double as pieces, strftime(ts, '%Y-%m-%dT%H:%M:%S+00:00') as ts"
                )
                query = f"select {renamed} from read_parquet('{path}')"
            connection.execute(f"copy ({query}) to '{other / path.stem}.csv' (delimiter ';')")
    result = validate(schema, other)
    assert (broken(result), result.score) == (set(), 100.0)


def test_a_folder_without_files_of_the_tables_is_refused(tmp_path: Path) -> None:
    schema = make(TABLES, tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="holds no file of country"):
        validate(schema, tmp_path / "empty")
    with pytest.raises(UserError, match="does not exist; give the folder of a set"):
        validate(schema, tmp_path / "nowhere")


def test_values_that_stand_twice_among_many_are_found_by_their_hashes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distinct, "MANY_ROWS", 10)
    schema = make(RECORD, tmp_path)
    assert broken(checked(schema)) == set()
    spoil(schema, "payments", "select * exclude n from t union all select * exclude n from t where n in (5, 9)")
    found = [one for one in checked(schema).findings if (one.rule, one.column) == ("unique", "event_id")]
    assert [(one.verdict, one.figures["wrong"], len(one.examples)) for one in found] == [("broken", 2, 2)]
