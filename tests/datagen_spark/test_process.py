"""The command as a process: tasks that fail, twins, kills, and what it refuses before it starts Java."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from pyspark.find_spark_home import _find_spark_home

from datagen.cli import main
from demo.broker import free_port
from tests.batch.process import SENSORS, group_lives
from tests.datagen_spark import twins
from tests.files.shop import DAYS, contents, listed, make, plan_of

SPECULATION = """
spark.speculation true
spark.speculation.interval 100ms
spark.speculation.quantile 0.1
spark.speculation.multiplier 1.1
spark.speculation.minTaskRuntime 100ms
spark.executor.memory 512m
"""
LIMIT_S = 300.0


def command(document: Path, *words: str | Path) -> list[str]:
    return [sys.executable, "-m", "datagen", "generate", str(document), "--engine", "spark", *map(str, words)]


def said(document: Path, *words: str | Path) -> tuple[int, str]:
    done = subprocess.run(command(document, *words), capture_output=True, text=True, check=False, timeout=LIMIT_S)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def standalone(tmp_path: Path) -> Iterator[str]:
    """A master, and workers on two hosts, for a twin runs on another than the first attempt's."""
    spark_class = Path(_find_spark_home(), "bin", "spark-class")
    port = free_port()
    deploy, here, master = "org.apache.spark.deploy", "127.0.0.1", f"spark://127.0.0.1:{port}"
    commands = [[f"{deploy}.master.Master", "--host", here, "--port", str(port), "--webui-port", "0"]]
    for host in (here, "127.0.0.2"):
        sizes = ("--cores", "1", "--memory", "600m", "--webui-port", "0", "--work-dir", str(tmp_path / "work"))
        commands.append([f"{deploy}.worker.Worker", "--host", host, *sizes, master])
    log = (tmp_path / "cluster.log").open("wb")
    daemons = [subprocess.Popen([spark_class, *words], stdout=log, stderr=log) for words in commands]
    try:
        deadline = monotonic() + LIMIT_S
        while (tmp_path / "cluster.log").read_text().count("Successfully registered with master") < 2:
            assert monotonic() < deadline, (tmp_path / "cluster.log").read_text()
            assert [daemon.poll() for daemon in daemons] == [None] * 3, (tmp_path / "cluster.log").read_text()
            sleep(0.1)
        yield master
    finally:
        for daemon in daemons:
            daemon.kill()
            daemon.wait()
        log.close()


@pytest.mark.spark
@pytest.mark.slow
def test_attempts_that_fail_and_twins_change_nothing(document: Path, tmp_path: Path, standalone: str) -> None:
    make(plan_of(document), tmp_path / "local")
    for room in ("conf", "notes", "tasks"):
        (tmp_path / room).mkdir()
    (tmp_path / "conf" / "spark-defaults.conf").write_text(SPECULATION)
    folder = tmp_path / "tasks" / "shop"
    done = subprocess.run(
        [sys.executable, twins.__file__, document, folder, tmp_path / "notes", standalone],
        env={**os.environ, "SPARK_CONF_DIR": str(tmp_path / "conf"), "SPARK_LOCAL_IP": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    assert done.returncode == 0, done.stderr
    notes = {path.name for path in (tmp_path / "notes").iterdir()}
    assert {"twin.0", "twin.1"} < notes
    assert "lonely" not in notes  # the second was a speculative one, not one after a failure
    assert len([name for name in notes if name.endswith(".0")]) == len(DAYS)
    assert len([name for name in notes if name.endswith(".1")]) == len(DAYS)
    assert contents(folder) == contents(tmp_path / "local")
    assert os.listdir(folder.parent) == ["shop"]


@pytest.mark.spark
@pytest.mark.slow
def test_a_driver_that_is_killed_leaves_the_old_set_and_the_next_run_clears_up(tmp_path: Path) -> None:
    folder = tmp_path / "sets" / "sensors"
    make(plan_of(SENSORS, entity_count=400), folder)
    before = contents(folder)
    words = command(SENSORS, "-o", folder, "--master", "local[2]", "--rows", "4000000", "-q")
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        deadline = monotonic() + LIMIT_S
        while not list(folder.parent.glob(".sensors.staging-*/tasks/*")):
            assert process.poll() is None
            assert monotonic() < deadline
            sleep(0.05)
        process.kill()
        process.wait()
        assert contents(folder) == before
        assert not group_lives(process.pid, 60.0)  # Java and its workers end by themselves
    finally:
        if group_lives(process.pid, 0.1):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert contents(folder) == before
    assert len(os.listdir(folder.parent)) == 2
    make(plan_of(SENSORS, entity_count=300), folder)
    assert listed(folder).rows == 300
    assert os.listdir(folder.parent) == ["sensors"]


def test_a_master_that_does_not_answer_is_told_at_once(document: Path, tmp_path: Path) -> None:
    master = f"spark://127.0.0.1:{free_port()}"
    code, words = said(document, "-o", tmp_path / "shop", "--master", master)
    assert (code, words.count("\n")) == (2, 1)
    assert words.startswith(f"--master {master}: nobody answers (127.0.0.1:")
    assert words.endswith("Connection refused); start it, or give another\n")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--master", "sparky"], "--master sparky: is no cluster; write it like spark://host:7077, yarn, k8s://…"),
        (["--master", "spark://here"], "--master spark://here: 'here' is not host:port"),
        (["-o", "-"], "--engine spark makes the folder of a set, not one file"),
        (["-o", "hdfs://here"], "-o hdfs://here: is the root of the file system; give a folder inside it"),
        (["-o", "hdfs://here/a.csv"], "-o hdfs://here/a.csv: one file is made on this machine's disks only"),
        (["--workers", "2"], "--workers is of this process; with --engine spark the cluster's cores say how many"),
    ],
)
def test_what_cannot_be_is_refused_before_java_starts(
    words: list[str], sentence: str, document: Path, tmp_path: Path
) -> None:
    output = [] if "-o" in words else ["-o", str(tmp_path / "shop")]
    code, told = said(document, *output, *words)
    assert (code, sentence in told) == (2, True), told
    assert "Traceback" not in told
    assert os.listdir(tmp_path) == []


def test_without_java_one_sentence_says_so(document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "none"))
    code, told = said(document, "-o", tmp_path / "shop", "--master", "local[1]")
    assert code == 2
    assert told.splitlines()[-1] == "Java did not start; `demo doctor` tells what is wrong with it"


def test_the_local_engine_names_the_way_to_what_only_spark_reaches(
    document: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["generate", str(document), "-o", "hdfs://here/shop"]) == 2
    told = capsys.readouterr().err
    assert told == "-o hdfs://here/shop: is not on this machine's disks; give --engine spark, or a folder here\n"
    assert main(["generate", str(document), "-o", f"file://{tmp_path}/shop", "-q"]) == 0
    assert listed(tmp_path / "shop").rows == 400
