"""The job as people start it: it waits for input, heeds no zone or locale, logs its events, tells what is wrong."""

from __future__ import annotations

import gzip
import json
import os
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from batch.pipeline_batch import NAME
from tests.batch.process import ended, generate, heard, job, whole
from tests.files.conftest import Mount, mount

__all__ = ["mount"]
pytestmark = [pytest.mark.spark, pytest.mark.slow]
NOT_FOR_PEOPLE = ("Traceback", "SparkException", "Exception in task", "Aborting", "Py4J")
ELSEWHERE = {"TZ": "Asia/Kolkata"}
IN_TURKISH = "-Duser.language=tr -Duser.country=TR"
ROWS = (
    "a,2025-01-05,Pune,1.50,2,TRUE",
    "b,2025-01-05T23:30:00,INDIA,1000000.25,3,I",
    "c,2025-01-05T23:30:00-05:00,\u0131i,0.10,1,FALSE",
    "d,2025-01-06 00:30:00.5,,,,",
    "e,1736121600,x,1,1,1",
)


def published(run: Path) -> dict[str, list[Any]]:
    """What a run's files hold, by folder; the account, which has the clock in it, left out."""
    found: dict[str, list[Any]] = {}
    for file in sorted(run.rglob("*")):
        if file.is_file() and file.name != "quality.json":
            rows = file.suffix == ".parquet"  # its bytes name encodings in an order of chance
            content = pq.read_table(file).to_pylist() if rows else file.read_bytes()
            found.setdefault(str(file.parent.relative_to(run)), []).append(content)
    return found


def told(quality: dict[str, Any]) -> dict[str, Any]:
    names = ("rows", "repaired", "files", "first_timestamp", "last_timestamp")
    reasons = sorted((one["reason"], one["rows"]) for one in quality["reasons"])
    return {name: quality[name] for name in names} | {"reasons": reasons}


def test_it_waits_for_input_and_gives_the_same_bytes_whatever_the_zone_and_locale(shop: Any, tmp_path: Path) -> None:
    shop.rows(*ROWS)
    here = shop.run()
    (tmp_path / "there").mkdir()
    java = f"{os.environ.get('SPARK_SUBMIT_OPTS', '')} {IN_TURKISH}"
    environ = {**ELSEWHERE, "SPARK_SUBMIT_OPTS": java}
    with job(tmp_path / "there", "--wait", "120", schema=shop.schema, environ=environ) as process:
        said = heard(process, "waiting for input")
        assert f"s more: {tmp_path / 'there' / 'in'}: not there; make data with `datagen generate`" in said
        (tmp_path / "there" / "in").symlink_to(shop.input)
        code, rest = ended(process)
    assert code == 0, rest
    run = tmp_path / "there" / "out" / "shop" / "batch" / "current"
    assert published(run) == published(shop.published)
    assert told(json.loads((run / "quality.json").read_text())) == told(here)
    steps = [line for line in (said + rest).splitlines() if " s  " in line]
    assert [step.split("  ")[-1].partition(" ")[0] for step in steps] == ["waiting", "reading", "published"]
    assert "WARNING: " not in said + rest
    assert "Setting default log level" not in said + rest
    events = logged(tmp_path / "there" / "events")
    assert [event["App Name"] for event in events if event["Event"] == "SparkListenerApplicationStart"] == [NAME]
    assert events[-1]["Event"] == "SparkListenerApplicationEnd"


def logged(folder: Path) -> list[dict[str, Any]]:
    """Spark's event log, as the history server reads it."""
    files = [file for file in sorted(folder.rglob("events_*")) if not file.name.startswith(".")]
    texts = [pa.input_stream(file, compression="zstd").read().decode() for file in files]
    return [json.loads(line) for text in texts for line in text.split("\n") if line]


def test_it_gives_up_waiting_with_2_and_what_it_waited_for(tmp_path: Path) -> None:
    with job(tmp_path, "--wait", "0.5") as process:
        code, said = ended(process)
    assert code == 2
    waited, message = said.splitlines()
    assert "  waiting for input, at most 0 s more: " in waited
    assert (
        message == f"{tmp_path / 'in'}: not there; make data with `datagen generate`, or name another with INPUT_PATH"
    )
    assert not (tmp_path / "out").exists()


def test_a_full_disk_leaves_the_old_run_and_names_the_folder(tmp_path: Path, mount: Mount) -> None:
    disk = mount(tmp_path / "out", "size=8m")
    generate(tmp_path / "in", 500)
    with job(tmp_path, "--wait", "0") as process:
        code, said = ended(process)
    assert code == 0, said
    runs = disk / "iot_sensors" / "batch" / "runs"
    before = os.listdir(runs)
    generate(tmp_path / "in", 20_000)
    state = os.statvfs(disk)
    (disk / "filler").write_bytes(b"x" * (state.f_bavail * state.f_frsize - 100_000))
    with job(tmp_path, "--wait", "0") as process:
        code, said = ended(process)
    assert code == 2, said
    assert f"{disk}: no space left: " in said.splitlines()[-1]
    assert not any(words in said for words in NOT_FOR_PEOPLE)
    assert os.listdir(runs) == before
    assert whole(disk / "iot_sensors" / "batch") == 500


def test_a_download_cut_off_is_told_in_one_sentence(tmp_path: Path) -> None:
    generate(tmp_path / "in", 20_000)
    packed = gzip.compress(b"".join(file.read_bytes() for file in sorted((tmp_path / "in").glob("*.csv"))))
    for file in (tmp_path / "in").iterdir():
        file.unlink()
    (tmp_path / "in" / "half.csv.gz").write_bytes(packed[: len(packed) // 2])
    with job(tmp_path, "--wait", "0") as process:
        code, said = ended(process)
    assert code == 2
    assert re.fullmatch(r"half\.csv\.gz: .*cut off; fetch or make it anew", said.splitlines()[-1])
    assert not any(words in said for words in NOT_FOR_PEOPLE)


def test_a_sum_that_no_number_holds_is_told_in_one_sentence(shop: Any, tmp_path: Path) -> None:
    shop.rows(*(f"{number},2025-01-05,Pune,1.50,{10**15 - 1},true" for number in range(9_300)))
    (tmp_path / "in").symlink_to(shop.input)
    with job(tmp_path, "--wait", "0", schema=shop.schema) as process:
        code, said = ended(process)
    assert code == 2, said
    assert said.splitlines()[-1].startswith("a sum has more digits than can be held; declare `clamp`")
    assert not any(words in said for words in NOT_FOR_PEOPLE)


def test_what_keeps_java_from_starting_is_said_by_java_and_by_us(tmp_path: Path) -> None:
    generate(tmp_path / "in", 10)
    with job(tmp_path, environ={"SPARK_SUBMIT_OPTS": "-javaagent:nowhere.jar"}) as process:
        code, said = ended(process)
    assert code == 2
    assert "Error opening zip file or JAR manifest missing : nowhere.jar" in said
    assert said.splitlines()[-1] == "Java did not start; `demo doctor` tells what is wrong with it"
