"""Sets of many tables by the command line: planned, sized, drawn, made, refused."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest

from tests.files.command import Run
from tests.schema.nodes import column, document, table, with_tables

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    return written(tmp_path)


def written(folder: Path, content: object = None) -> Path:
    path = folder / "shop.json"
    path.write_text(json.dumps(content or with_tables(table("place", column("int", sequence={})))), "utf-8")
    return path


def counted(run: Run, schema: Path, *arguments: str, **environment: str) -> dict[str, int]:
    """Rows a table as `plan` tells them."""
    said = run("plan", schema, "--json", *arguments, **environment)
    assert said.code == 0, said.err
    return {made["name"]: made["rows"] for made in json.loads(said.out)["tables"]}


def test_a_set_has_a_file_a_table_and_tells_its_tables(run: Run, schema: Path, work: Path) -> None:
    assert run("generate", schema).code == 0
    folder = work / "data" / "input" / "userevents"
    names = ["event.parquet", "place.parquet", "user.parquet"]
    assert sorted(path.name for path in folder.iterdir()) == [".metadata.json", "_manifest.json", "_run.json", *names]
    manifest = json.loads((folder / "_manifest.json").read_text())
    rows = {file["table"]: file["rows"] for file in manifest["files"]}
    for name in names:
        found = duckdb.execute(f"select count(*) from '{folder / name}'").fetchall()
        assert found == [(rows[name.removesuffix(".parquet")],)]
    told = json.loads((folder / ".metadata.json").read_text())
    assert {name: made["rows"] for name, made in told["tables"].items()} == rows
    assert (told["dataset"], told["master_seed"], told["total_rows"]) == ("userevents", 7, sum(rows.values()))
    assert told["tables"]["event"] == {
        "rows": rows["event"],
        "columns": 4,
        "primary_key": "event_id",
        "parent": "user",
        "types": {"event_id": "int64", "user_id": "int64", "ts": "timestamp[us, tz=UTC]", "amount": "double"},
    }


def test_a_set_is_made_again_over_itself_with_the_same_bytes(run: Run, schema: Path, work: Path) -> None:
    folder = work / "data" / "input" / "userevents"
    assert run("generate", schema).code == 0
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "_run.json"}
    assert run("generate", schema, "--workers", "3", "--block-rows", "7").code == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "_run.json"} == before


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_text_has_the_same_rows(run: Run, schema: Path, work: Path, form: str) -> None:
    assert run("generate", schema, "-o", "one").code == 0
    assert run("generate", schema, "-o", "two", "--format", form, "--gzip").code == 0
    one, two = (f"select sum(event_id), sum(amount), max(ts)::text from '{work}/{name}'" for name in (
        "one/event.parquet", f"two/event.{form}.gz"))  # fmt: skip
    first, second = duckdb.execute(one).fetchall()[0], duckdb.execute(two).fetchall()[0]
    assert first[0] == second[0]
    assert first[1] == pytest.approx(second[1])


def test_preview_shows_the_first_rows_of_a_table(run: Run, schema: Path) -> None:
    assert run("preview", schema, "--table", "user", "-n", "2").out.startswith("user_id,age,joined,city\n1,")
    assert "there are several tables; give --table with one of user, place, event" in run("preview", schema).err


def test_one_table_goes_to_one_file(run: Run, schema: Path, work: Path) -> None:
    assert run("generate", schema, "--table", "user", "-o", "user.csv").code == 0
    assert len((work / "user.csv").read_text().splitlines()) == 51


def test_rows_and_scale_size_the_tables_that_fan_out_from_none(run: Run, schema: Path) -> None:
    plain = counted(run, schema)
    assert (plain["user"], plain["place"]) == (50, 10)
    named = counted(run, schema, "--rows", "user=7,place=2")
    assert (named["user"], named["place"]) == (7, 2)
    assert named["event"] < plain["event"]
    scaled = counted(run, schema, "--scale", "10")
    assert (scaled["user"], scaled["place"]) == (500, 100)
    assert scaled["event"] > 5 * plain["event"]
    assert counted(run, schema, "--scale", "2", "--rows", "user=3")["user"] == 3
    assert counted(run, schema, DATAGEN_ROWS="place=4")["place"] == 4


def test_scale_sizes_a_document_of_one_table_too(run: Run) -> None:
    cards = ROOT / "schemas" / "card_transactions.json"
    assert counted(run, cards, "--scale", "0.01") == {"card_transactions": 200}
    assert counted(run, cards, "--scale", "2", "--rows", "30") == {"card_transactions": 60}


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("5", "--rows 5: there are several tables; give --rows user=5000,place=5000, or --scale 10"),
        ("usr=5", "--rows usr=5: no such table; did you mean 'user'?"),
        ("event=5", "--rows event=5: the rows of event follow from user; give the rows of that"),
        ("user=many", "--rows user=many: must be a whole number, as in user=5000"),
        ("many", "'many' is not a valid integer, nor like user=5000,product=200."),
    ],
)
def test_rows_that_are_of_no_table_are_refused(run: Run, schema: Path, rows: str, sentence: str) -> None:
    said = run("plan", schema, "--rows", rows)
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err


def test_plan_shows_the_tables_as_a_tree(run: Run, schema: Path) -> None:
    lines = run("plan", schema).out.splitlines()
    events = counted(run, schema)["event"]
    assert lines[2:5] == ["  user: 50 rows", f"  └─ event: {events} rows, about 3 each", "  place: 10 rows"]


def test_plan_draws_the_tables(run: Run, schema: Path, work: Path) -> None:
    assert run("plan", schema, "--svg", "graph.svg").code == 0
    picture = ElementTree.parse(work / "graph.svg").getroot()
    space = "{http://www.w3.org/2000/svg}"
    assert {text.text for text in picture.iter(f"{space}text")} >= {"user", "event", "place", "50 rows"}
    assert len(list(picture.iter(f"{space}path"))) == 1
    said = run("plan", schema, "--svg", "no/such/graph.svg")
    assert (said.code, said.err) == (
        2,
        "--svg no/such/graph.svg: cannot be written: No such file or directory; give another file\n",
    )


def test_what_is_not_made_yet_is_planned_and_not_made(run: Run, tmp_path: Path, work: Path) -> None:
    shares = {"segment_column": "joined", "segments": {"new": {"base_probability": 0.5}}}
    schema = written(tmp_path, document(user={"segment_behavior": shares}))
    told = "shares of segments of a column by 'datetime_series'"
    sentence = f"nodes.user.segment_behavior.segments: {told} is checked, but not made yet"
    assert run("check", schema).code == 0
    assert sentence in run("plan", schema).out
    for command in (["generate"], ["preview", "--table", "user"]):
        said = run(command[0], schema, *command[1:])
        assert (said.code, said.out, said.err) == (2, "", f"{sentence}; remove it to make rows without it\n")
    assert list(work.iterdir()) == []


def test_a_fan_out_of_a_million_million_rows_is_refused_at_once(run: Run, tmp_path: Path) -> None:
    huge = document(user={"rows": 7_000_000_000}, event={"fanout": {"lambda": 1_000}})
    assert run("check", written(tmp_path, huge)).code == 2
