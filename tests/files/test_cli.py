"""The command line: what it says, where, and with which exit code."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from batch import generate_synthetic_data
from tests.files import shop
from tests.files.command import Run, Said
from tests.files.shop import DAYS, contents, listed
from tests.gallery import GALLERY

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = generate_synthetic_data.main


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    return shop.written(tmp_path)


def test_a_set_is_made_where_the_jobs_look_for_it(run: Run, schema: Path, work: Path) -> None:
    done = run("generate", schema)
    assert (done.code, done.out) == (0, "")
    assert re.fullmatch(r"shop: 400 rows, 5 files, \d+\.\d kB in \d+\.\d s: data/input/shop\n", done.err)
    assert listed(work / "data" / "input" / "shop").rows == 400


def test_quiet_says_nothing(run: Run, schema: Path) -> None:
    done = run("generate", schema, "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")


def test_one_file_and_standard_output_hold_the_same(run: Run, schema: Path, work: Path) -> None:
    assert run("generate", schema, "-o", "deep/all.csv").code == 0
    done = run("generate", schema, "-o", "-")
    assert done.out == (work / "deep" / "all.csv").read_text()
    assert done.err.startswith("shop: 400 rows, ")
    assert os.listdir(work / "deep") == ["all.csv"]


def test_the_ending_of_a_file_says_its_format(run: Run, schema: Path, work: Path) -> None:
    for name in ("a.jsonl", "a.csv.gz", "a.parquet"):
        assert run("generate", schema, "-o", name).code == 0
    assert (work / "a.jsonl").read_bytes()[:1] == b"{"
    assert (work / "a.csv.gz").read_bytes()[:2] == b"\x1f\x8b"
    assert (work / "a.parquet").read_bytes()[:4] == b"PAR1"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["-o", "a.csv", "--format", "jsonl"], "-o a.csv: its ending and --format or --gzip contradict each other"),
        (["-o", "a.csv", "--gzip"], "its ending and --format or --gzip contradict each other; give one"),
        (["-o", "a.parquet.gz"], "-o a.parquet.gz: Parquet is compressed within; give a name without .gz"),
        (["-o", ""], "-o '': is no path; give a folder, a file, or - for standard output"),
        (["-o", "a.csv", "--daily"], "--daily makes a file a day, which one file cannot hold"),
        (["-o", "."], "is the folder you are in, and would be replaced; give a folder inside it"),
        (["-o", "/proc/set"], "/proc/.set.lock: nothing can be made there; give another folder"),
        (["-o", "/proc/set.csv"], ".tmp: nothing can be made there; give another folder"),
        (["-o", "/proc/new/set"], "/proc/new: nothing can be made there; give another folder"),
        (["--date", "2025-02-01"], "--date 2025-02-01: outside the window, which has 2025-03-01 to 2025-03-05"),
        (["--rows", "-1"], "entity_count=-1"),
        (["--set", "nonsense"], "--set: 'nonsense' is not path=value"),
        (["--set", "schema.fields.nothing.min=1"], "schema.fields.nothing"),
        (["--rows", "many"], "'many' is not a valid integer"),
        (["--workers", "0"], "0 is not in the range"),
        (["--format", "xml"], "'xml' is not one of 'csv', 'jsonl', 'parquet'"),
        (["--format", "parquet", "--gzip"], "which is compressed within"),
        (["--frmat", "csv"], "No such option"),
    ],
)
def test_what_the_user_can_put_right_is_one_message_and_exit_2(
    arguments: list[str], sentence: str, run: Run, schema: Path, work: Path
) -> None:
    done = run("generate", schema, *arguments)
    assert (done.code, done.out) == (2, "")
    assert sentence in done.err
    assert "Traceback" not in done.err
    assert os.listdir(work) == []


def test_parquet_in_place_of_gzipped_text_is_not_gzipped(run: Run, tmp_path: Path, work: Path) -> None:
    schema = shop.written(tmp_path, output={"format": "csv", "gzip": True})
    assert run("generate", schema, "--format", "parquet", "-o", "set").code == 0
    assert listed(work / "set").files[0].path == "2025-03-01.parquet"


def test_a_wrong_document_shows_every_fault_and_writes_nothing(run: Run, schema: Path, work: Path) -> None:
    schema.write_text(schema.read_text().replace('"precision": 2', '"precision": 99').replace('"uuid"', '"uid"'))
    done = run("generate", schema)
    assert done.code == 2
    assert done.err.startswith(f"{schema}: 2 problems\n  shop.json:1  schema.fields.")
    assert os.listdir(work) == []


def test_a_fault_of_ours_is_left_to_raise_and_nothing_is_written(
    run: Run, schema: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("datagen.formats.generate", broken)
    descriptors = len(os.listdir("/dev/fd"))
    with pytest.raises(ZeroDivisionError, match="ours"):
        run("generate", schema)
    assert os.listdir(work) == []
    assert len(os.listdir("/dev/fd")) == descriptors


def test_a_day_takes_seed_and_window_from_the_set(run: Run, tmp_path: Path, work: Path) -> None:
    schema = shop.written(tmp_path, seed=None, time_window=None)
    first = run("generate", schema, "--rows", "300")
    assert first.code == 0
    before = contents(work / "data" / "input" / "shop")
    made = listed(work / "data" / "input" / "shop")
    options = f"--seed {made.seed} --start {made.window['start']} --end {made.window['end']}"
    assert first.err.splitlines()[1] == f"the same again: {options}"
    again = run("generate", schema, "--rows", "300", "--date", made.files[7].day or "")
    assert (again.code, len(again.err.splitlines())) == (0, 1)
    assert contents(work / "data" / "input" / "shop") == before
    anew = run("generate", schema, "--rows", "300", *options.split(), "-o", "anew")
    assert anew.code == 0
    assert contents(work / "anew").keys() == before.keys()
    assert {file.sha256 for file in listed(work / "anew").files} == {file.sha256 for file in made.files}


def test_a_day_without_the_options_of_the_set_leaves_its_manifest_as_it_was(
    run: Run, tmp_path: Path, work: Path
) -> None:
    schema = shop.written(tmp_path, seed=None, time_window=None)
    run("generate", schema, "-o", "set", "--seed", "5", "--start", "2025-03-01", "--end", "2025-03-03")
    before = contents(work / "set")
    assert run("generate", schema, "-o", "set", "--date", "2025-03-02").code == 0
    assert contents(work / "set") == before
    assert json.loads(before["_manifest.json"])["overrides"]["seed"] == 5


def test_a_day_takes_them_from_a_set_that_a_kill_between_two_renames_put_aside(
    run: Run, tmp_path: Path, work: Path
) -> None:
    schema = shop.written(tmp_path, seed=None)
    run("generate", schema, "-o", "set")
    before = contents(work / "set")
    (work / ".set.staging-0123456789ab" / "set").mkdir(parents=True)
    (work / "set").rename(work / ".set.staging-0123456789ab" / "old")
    assert run("generate", schema, "-o", "set", "--date", DAYS[2]).code == 0
    assert contents(work / "set") == before
    assert os.listdir(work) == ["set"]


@pytest.mark.parametrize(
    ("missing", "named"),
    [(["seed"], "seed"), (["time_window"], "time window"), (["seed", "time_window"], "seed and time window")],
)
@pytest.mark.parametrize("where", ["set", "day.csv", "-"])
def test_a_day_of_a_set_that_nobody_fixed_is_refused(
    missing: list[str], named: str, where: str, run: Run, tmp_path: Path, work: Path
) -> None:
    schema = shop.written(tmp_path, **dict.fromkeys(missing))
    done = run("generate", schema, "--date", "2025-03-02", "-o", where)
    assert done.code == 2
    assert f"--date: shop names no {named}, and there is no set to take it from; give --seed" in done.err
    assert os.listdir(work) == []


def test_a_day_of_a_document_that_was_changed_is_refused(run: Run, schema: Path, work: Path) -> None:
    run("generate", schema, "--seed", "5")
    before = contents(work / "data" / "input" / "shop")
    done = run("generate", schema, "--date", DAYS[0])
    assert done.code == 2
    assert "made from another effective document (overrides seed=5; now no overrides)" in done.err
    assert run("generate", schema, "--date", DAYS[0], "--seed", "5").code == 0
    assert contents(work / "data" / "input" / "shop") == before


@pytest.mark.slow
def test_days_made_side_by_side_make_the_set_of_a_full_run(run: Run, schema: Path, work: Path) -> None:
    command = [sys.executable, "-m", "datagen", "generate", str(schema), "-q", "-o", "days", "--date"]
    makers = [subprocess.Popen([*command, day], cwd=work) for day in DAYS]
    assert [maker.wait() for maker in makers] == [0] * 5
    run("generate", schema, "-o", "full")
    assert contents(work / "days") == contents(work / "full")
    assert sorted(os.listdir(work)) == ["days", "full"]


def in_shell(command: str, schema: Path) -> Said:
    line = command.replace("DATAGEN", f"{sys.executable} -m datagen generate {schema}")
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    return Said(done.returncode, done.stdout, done.stderr)


def test_a_reader_who_has_had_enough_is_no_error(schema: Path) -> None:
    said = in_shell("DATAGEN --rows 25000 -q -o - | head -1; exit ${PIPESTATUS[0]}", schema)
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("order_id,ordered_at,")


def test_standard_output_that_is_closed_is_said(schema: Path) -> None:
    said = in_shell("DATAGEN -o - >&-", schema)
    assert (said.code, said.err) == (2, "-o -: standard output is closed; open it, or give a file\n")


CLOSED = """
import os, sys, click
from datagen import console
@click.command()
@click.argument("path")
def command(path):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    os.write(descriptor, str(descriptor).encode())
sys.exit(console.run(command, "x"))
"""


def test_messages_that_nobody_takes_go_into_no_file(schema: Path, tmp_path: Path) -> None:
    assert in_shell(f"DATAGEN -o {tmp_path / 'set'} >&- 2>&- <&-", schema).code == 0
    assert listed(tmp_path / "set").rows == 400
    shell = f"{sys.executable} -c '{CLOSED}' {tmp_path / 'number'} >&- 2>&- <&-"
    subprocess.run(["bash", "-c", shell], check=True)
    assert int((tmp_path / "number").read_text()) > 2


@pytest.mark.parametrize(("option", "code"), [("--gzip", 2), ("--format=parquet", 2), ("--format=csv", 0)])
def test_bytes_that_are_no_text_are_not_sent_to_a_terminal(option: str, code: int, schema: Path) -> None:
    said = on_terminal("generate", schema, "--rows", "3", "-o", "-", option)
    assert said.code == code
    assert ("-o -: this format is not for a terminal; send it to a file or a program" in said.out) == (code == 2)


def test_check_names_every_document_and_every_fault(run: Run, schema: Path, tmp_path: Path) -> None:
    good = run("check", schema, GALLERY["card_transactions"])
    assert (good.code, good.err) == (0, "")
    assert good.out.splitlines()[0] == f"{schema}: shop, 400 rows of 8 columns: no faults"
    broken = tmp_path / "broken.json"
    broken.write_text('{"entity_count": -1,\n "schema": {"fields": [{"name": "a", "type": "uid"}]}}')
    bad = run("check", broken, schema, tmp_path / "absent.json", "--json")
    verdicts = json.loads(bad.out)
    assert (bad.code, bad.err) == (2, "")
    assert [(Path(verdict["file"]).name, verdict["ok"], verdict["dataset"]) for verdict in verdicts] == [
        ("broken.json", False, None),
        ("shop.json", True, "shop"),
        ("absent.json", False, None),
    ]
    assert [(problem["line"], problem["path"]) for problem in verdicts[0]["problems"]] == [
        (1, "entity_count"),
        (2, "schema.fields.a.type"),
    ]
    plain = run("check", broken, schema)
    assert plain.code == 2
    assert plain.err.startswith(f"{broken}: 2 problems\n")
    assert plain.out == f"{schema}: shop, 400 rows of 8 columns: no faults\n"


def test_check_tells_the_extent_of_many_tables_at_a_glance(run: Run) -> None:
    told = "users_events, about 9,000 rows of 2 tables with 14 columns: no faults"
    assert run("check", GALLERY["users_events"]).out == f"{GALLERY['users_events']}: {told}\n"


def test_the_gallery_has_no_faults(run: Run) -> None:
    assert run("check", *GALLERY.values()).code == 0


def test_plan_says_what_would_be_made_and_writes_nothing(run: Run, schema: Path, work: Path) -> None:
    planned = json.loads(run("plan", schema, "--rows", "3000", "--json").out)
    assert os.listdir(work) == []
    made = run("generate", schema, "--rows", "3000")
    assert made.code == 0
    found = listed(work / "data" / "input" / "shop")
    table = planned["tables"][0]
    assert (planned["rows"], planned["files"], planned["order"]) == (3000, 5, ["shop"])
    assert abs(planned["bytes"] - found.bytes) < 0.02 * found.bytes
    assert [(day["day"], day["rows"]) for day in table["days"]] == [(file.day, file.rows) for file in found.files]
    assert (planned["seed"], planned["window"], planned["drawn"]) == (11, dict(found.window), [])
    assert (planned["schema_sha256"], planned["overrides"]) == (found.schema_sha256, {"entity_count": 3000})
    assert {column["name"]: column["unique"] for column in table["columns"]}["card"] == {
        "needed": 3000,
        "possible": 26_000,
    }
    assert table["order"].index("line") > table["order"].index("city")


def test_plan_reads_well(run: Run, schema: Path) -> None:
    lines = run("plan", schema).out.splitlines()
    assert re.fullmatch(r"shop: 400 rows, 5 files, about \d+\.\d kB as csv", lines[0])
    assert lines[1] == "  seed 11, 2025-03-01 to 2025-03-05 (UTC)"
    assert re.fullmatch(r"  shop: 400 rows, 5 days along ordered_at of \d+ to \d+ rows", lines[2])
    assert "    card        string, unique: 400 of 26,000 possible" in lines


def test_plan_refuses_uniqueness_that_cannot_be_met(run: Run, schema: Path) -> None:
    done = run("plan", schema, "--rows", "26001")
    assert done.code == 2
    assert "26000" in done.err.replace(",", "")


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize(("cut", "tolerance"), [(["--rows", "20000", "--single-file"], 0.1), (["--rows", "100"], 0.0)])
def test_the_estimate_is_near_and_of_few_small_files_exact(
    form: str, cut: list[str], tolerance: float, run: Run, schema: Path, work: Path
) -> None:
    arguments = [schema, "--format", form, *cut]
    planned = json.loads(run("plan", *arguments, "--json").out)["bytes"]
    run("generate", *arguments)
    made = listed(work / "data" / "input" / "shop").bytes
    assert abs(planned - made) <= tolerance * made


def test_preview_shows_the_first_rows_of_the_set(run: Run, schema: Path) -> None:
    whole = run("generate", schema, "-o", "-").out.splitlines()
    assert run("preview", schema).out.splitlines() == whole[:6]
    assert run("preview", schema, "-n", "0").out.splitlines() == whole[:1]
    assert run("preview", schema, "-n", "1000", "--table", "shop").out.splitlines() == whole
    assert run("preview", schema, "--table", "orders").code == 2


def on_terminal(*arguments: str | Path, columns: int = 80) -> Said:
    """What `datagen` shows on a terminal so wide; both streams are one there."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"COLUMNS": str(columns), "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-m", "datagen", *arguments], stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    said = b""
    while chunk := read(ours):
        said += chunk
    os.close(ours)
    return Said(process.wait(), said.decode(), "")


def read(descriptor: int) -> bytes:
    """What a terminal's other side has to say; b"" at its end, which Linux tells by an error."""
    try:
        return os.read(descriptor, 65536)
    except OSError:
        return b""


def test_preview_is_a_table_on_a_terminal_and_a_block_a_row_on_a_narrow_one(schema: Path) -> None:
    wide = on_terminal("preview", schema, "-n", "2", columns=250).out.splitlines()
    assert len(wide) == 3
    assert wide[0].split() == ["order_id", "ordered_at", "city", "place", "amount", "card", "paid", "line"]
    narrow = on_terminal("preview", schema, "-n", "2").out.splitlines()
    assert len(narrow) == 17
    assert [line.split()[0] for line in narrow[:8]] == wide[0].split()


def test_the_environment_speaks_where_no_option_does(run: Run, schema: Path, work: Path) -> None:
    environment = {
        "DATAGEN_SEED": "3",
        "DATAGEN_ROWS": "50",
        "DATAGEN_START": "2025-03-02",
        "DATAGEN_END": "2025-03-03",
        "DATAGEN_FORMAT": "jsonl",
        "DATAGEN_OUTPUT": "there",
        "DATAGEN_SET": "schema.fields.amount.precision=0\noutput.gzip=true\n",
    }
    assert run("generate", schema, "--seed", "4", "--end", "2025-03-04", **environment).code == 0
    found = listed(work / "there")
    assert (found.seed, found.rows, found.window) == (4, 50, {"start": "2025-03-02", "end": "2025-03-04"})
    assert [file.path for file in found.files] == [f"2025-03-0{day}.jsonl.gz" for day in (2, 3, 4)]
    assert found.overrides == {
        "entity_count": 50,
        "output.format": "jsonl",
        "output.gzip": True,
        "schema.fields.amount.precision": 0,
        "seed": 4,
        "time_window.end": "2025-03-04",
        "time_window.start": "2025-03-02",
    }


def test_help_and_version_are_there(run: Run) -> None:
    assert run("--version").out == "datagen, version 0.1.0\n"
    helped = run("--help")
    assert helped.code == 0
    assert [line.split()[0] for line in helped.out.partition("Commands:\n")[2].splitlines()] == [
        "check",
        "generate",
        "plan",
        "preview",
        "validate",
    ]
    assert run("nonsense").code == 2


def test_the_first_rows_need_little_to_be_loaded(run: Run, schema: Path) -> None:
    code = (
        "import sys; from datagen.cli import main; code = main(['preview', sys.argv[1]]); "
        "print(code, sorted({'pandas', 'rich', 'duckdb', 'pyspark', 'pyarrow.parquet', 'isal'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, schema], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"


def test_the_original_script_makes_the_same_with_its_own_flags(run: Run, schema: Path, work: Path) -> None:
    flags = ["--schema", schema, "--records", "60", "--seed", "9", "--format", "jsonl", "--gzip"]
    assert run(*flags, "--output", "old", main=SCRIPT).code == 0
    assert run("generate", schema, "--rows", "60", "--seed", "9", "--format", "jsonl", "--gzip", "-o", "new").code == 0
    assert contents(work / "old") == contents(work / "new")
    assert run("--records", "60", "--output", "one.csv", main=SCRIPT, SCHEMA_CONFIG_PATH=str(schema)).code == 0
    assert len((work / "one.csv").read_text().splitlines()) >= 61


def test_the_original_script_puts_the_set_into_a_folder_that_holds_other_things(
    run: Run, schema: Path, work: Path
) -> None:
    (work / "input").mkdir()
    (work / "input" / ".gitkeep").touch()
    for _ in range(2):
        assert run("--schema", schema, "--output", "input", main=SCRIPT).code == 0
    assert sorted(os.listdir(work / "input")) == [".gitkeep", "shop"]
    (work / "empty").mkdir()
    for _ in range(2):
        assert run("--schema", schema, "--output", "empty", main=SCRIPT).code == 0
    assert listed(work / "empty").rows == 400


def test_the_original_script_refuses_what_contradicts_itself(run: Run, schema: Path) -> None:
    done = run("--schema", schema, "--records", "5", "--rows", "6", main=SCRIPT)
    assert done.code == 2
    assert "--records and --rows mean the same and contradict each other" in done.err
    assert run(main=SCRIPT).code == 2


def test_extracts_of_others_go_only_with_clear_output(run: Run, schema: Path, work: Path) -> None:
    (work / "set").mkdir()
    (work / "set" / "shop.csv").write_text("somebody's")
    refused = run("generate", schema, "-o", "set")
    assert refused.code == 2
    assert "holds extracts that no manifest lists: shop.csv; " in refused.err
    assert (work / "set" / "shop.csv").read_text() == "somebody's"
    assert run("generate", schema, "-o", "set", "--clear-output").code == 0
    assert listed(work / "set").rows == 400
