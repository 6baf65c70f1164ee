"""What a container does before it becomes its program, and what its check goes by."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from compose import generator, hdfs, owner, probe
from compose.__main__ import main
from compose.business import rows_of, schema_of
from compose.roles import ROLES
from datagen.errors import UserError
from datagen.schema import read_schema
from datagen.ways import RESET_VARIABLE
from demo.up import MOVING_ROWS
from streaming.marks import way_out
from tests.compose.files import ROOT
from tests.compose.stacks import until

DRAWN = {"name": "drawn", "schema": {"fields": [{"name": "n", "type": "id_sequence"}]}}


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with data/ in it, in which this process works, and a schema that names no seed."""
    (tmp_path / "data/input").mkdir(parents=True)
    (tmp_path / "drawn.json").write_text(json.dumps(DRAWN))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def generate(**given: str) -> int:
    return generator.generate({**os.environ, "SCHEMA": "drawn.json", "ROWS": "10", **given})


def test_a_set_that_is_there_is_kept_even_where_the_schema_names_no_seed(checkout: Path) -> None:
    manifest = checkout / "data/input/drawn/_manifest.json"
    assert generate() == 0
    made = manifest.read_text(), manifest.stat().st_mtime_ns
    assert generate() == 0
    assert (manifest.read_text(), manifest.stat().st_mtime_ns) == made


@pytest.mark.parametrize("given", [{"ROWS": "11"}, {"DATAGEN_SEED": "7"}, {"DATAGEN_FORMAT": "jsonl"}])
def test_a_set_that_was_asked_for_otherwise_is_made_anew(checkout: Path, given: dict[str, str]) -> None:
    assert generate(DATAGEN_SEED="5") == 0
    before = (checkout / "data/input/drawn/_manifest.json").read_text()
    assert generate(**{"DATAGEN_SEED": "5", **given}) == 0
    assert (checkout / "data/input/drawn/_manifest.json").read_text() != before


def test_a_set_of_which_a_file_is_gone_is_made_anew(checkout: Path) -> None:
    assert generate() == 0
    (file,) = (checkout / "data/input/drawn").glob("*.csv")
    file.unlink()
    assert generate() == 0
    assert len(list((checkout / "data/input/drawn").glob("*.csv"))) == 1


def test_a_schema_that_moves_for_hours_keeps_its_rows_and_another_gets_so_many() -> None:
    few = read_schema(ROOT / "schemas/card_transactions.json")
    many = read_schema(ROOT / "schemas/card_transactions.json", overrides={"entity_count": 300_000})
    assert (rows_of({}, few), rows_of({}, many), rows_of({"ROWS": "70"}, few)) == (MOVING_ROWS, None, 70)


def test_settings_that_are_none_are_told_with_a_way_out() -> None:
    dataset = read_schema(ROOT / "schemas/card_transactions.json")
    with pytest.raises(UserError, match="ROWS='many': not a whole number; leave it empty for what the schema says"):
        rows_of({"ROWS": "many"}, dataset)
    with pytest.raises(UserError, match=r"SCHEMA=gone\.json: not in the image; put the file below schemas/, and give"):
        schema_of({"SCHEMA": "gone.json"})


@pytest.mark.parametrize(
    ("there", "role", "said"),
    [
        (("datanode-begun", "data/current/VERSION"), "namenode", "the NameNode's names are not; `again` removes both"),
        (("datanode-begun", "name/current/VERSION"), "datanode", "the DataNode's blocks are not; `again` removes both"),
    ],
)
def test_half_a_reset_of_hdfs_is_told(
    there: tuple[str, ...],
    role: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, path in {
        "NAMES": "name/current/VERSION",
        "BLOCKS": "data/current/VERSION",
        "BEGUN": "datanode-begun",
    }.items():
        monkeypatch.setattr(hdfs, name, tmp_path / path)
    for path in there:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    monkeypatch.setenv(RESET_VARIABLE, "again")
    assert main([role]) == 2
    assert said in capsys.readouterr().err


def test_the_way_to_begin_anew_is_that_of_whoever_started_the_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(RESET_VARIABLE, raising=False)
    assert way_out().startswith("`demo reset` removes topic, checkpoint and output together")
    monkeypatch.setenv(RESET_VARIABLE, "docker compose down -v")
    assert way_out().startswith("`docker compose down -v` removes topic, checkpoint and output together")


def test_a_word_that_is_no_role_is_run_as_a_command() -> None:
    told = subprocess.run([sys.executable, "-m", "compose", "echo", "so"], capture_output=True, text=True, check=True)
    assert told.stdout == "so\n"


def test_without_a_role_the_roles_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    told = capsys.readouterr().err
    assert all(role in told for role in ROLES)


@pytest.mark.parametrize("name", ROLES)
def test_every_role_can_be_started(name: str) -> None:
    assert callable(ROLES[name].function)


def test_a_daemon_does_not_wait_for_what_a_job_needs() -> None:
    words = "import compose.__main__, compose.hdfs, compose.spark, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pyarrow", "pandas", "kafka", "click", "psutil"} & set(loaded)


def test_the_owner_is_that_of_the_first_folder_that_is_not_roots(tmp_path: Path) -> None:
    assert owner.owner_of([Path("/")]) == (owner.DEMO, owner.DEMO)
    mine = (tmp_path.stat().st_uid, tmp_path.stat().st_gid)
    assert owner.owner_of([Path("/"), tmp_path]) == (mine if mine[0] else (owner.DEMO, owner.DEMO))


@pytest.mark.parametrize(
    ("uid_map", "somebody"),
    [("         0          0 4294967295\n", False), ("         0       1000          1\n", True)],
)
def test_root_under_a_rootless_engine_is_told_from_root(uid_map: str, somebody: bool) -> None:
    assert owner.root_is_somebody(uid_map) is somebody


def stayed(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "compose.stay", sys.executable, "-c", *words]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_a_program_that_ends_well_leaves_a_service_that_lasts() -> None:
    with stayed("print('done')") as service:
        assert service.stderr is not None
        assert service.stderr.readline().endswith("all is sent; waiting to be ended\n")
        assert service.poll() is None
        service.send_signal(signal.SIGTERM)
        assert service.wait(10) == 0


def test_a_program_that_fails_ends_its_service_likewise() -> None:
    with stayed("raise SystemExit(7)") as service:
        assert service.wait(20) == 7


def test_a_signal_to_the_service_is_one_to_the_program() -> None:
    words = "import signal, sys; signal.signal(15, lambda *_: sys.exit(143)); print('on', flush=True); signal.pause()"
    with stayed(words) as service:
        assert service.stdout is not None
        assert service.stdout.readline() == "on\n"
        service.send_signal(signal.SIGTERM)
        assert service.wait(10) == 143


class Watched:
    """A streaming job's files, as its check finds them."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.progress, self.position = folder / "progress.json", folder / "position.json"
        monkeypatch.setattr(probe, "WATCHED", folder / "watched.json")
        probe.WATCHED.write_text(json.dumps({"progress": str(self.progress), "position": str(self.position)}))
        os.utime(probe.WATCHED, (time.time() - 600, time.time() - 600))

    def tell(self, *, read: int, sent: int, published_s: float, stopped: Any = None, done: bool = False) -> None:
        """How long ago it has published and committed."""
        at = (datetime.now(UTC) - timedelta(seconds=published_s)).isoformat()
        told = {"rows": {"read": read}, "heartbeats": 0, "published_at": at, "committed_at": at, "stopped": stopped}
        self.progress.write_text(json.dumps(told))
        self.position.write_text(json.dumps({"acknowledged": sent, "done": done}))


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"read": 5, "sent": 9, "published_s": 3}, None),
        ({"read": 9, "sent": 9, "published_s": 500}, None),
        ({"read": 9, "sent": 9, "published_s": 900}, "streaming-job: it has published nothing since it started"),
        ({"read": 5, "sent": 9, "published_s": 90}, "4 messages wait, and it has published nothing for 90 s"),
        ({"read": 9, "sent": 9, "published_s": 3, "stopped": {"reason": "failed"}}, "it has stopped: failed"),
    ],
)
def test_a_job_is_well_when_it_has_published_in_this_life_and_lets_nothing_wait(
    watched: Watched, told: dict[str, Any], fault: str | None
) -> None:
    watched.tell(**told)
    if fault is None:
        probe.main("streaming-job")
        return
    with pytest.raises(SystemExit, match=fault):
        probe.main("streaming-job")


def test_a_job_that_has_published_nothing_is_not_well(watched: Watched) -> None:
    with pytest.raises(SystemExit, match=r"streaming-job: .*progress\.json"):
        probe.main("streaming-job")


@pytest.mark.parametrize(
    ("sent", "age_s", "done", "fault"),
    [
        (9, 1.0, False, None),
        (9, 5000.0, True, None),
        (0, 1.0, False, "nothing was acknowledged since it started"),
        (9, 700.0, False, "nothing was acknowledged since it started"),
        (9, 90.0, False, "it has noted nothing for 90 s"),
    ],
)
def test_a_replay_is_well_while_it_is_acknowledged_or_has_sent_all(
    watched: Watched, sent: int, age_s: float, done: bool, fault: str | None
) -> None:
    watched.tell(read=0, sent=sent, published_s=0, done=done)
    os.utime(watched.position, (time.time() - age_s, time.time() - age_s))
    if fault is None:
        probe.main("event-generator")
        return
    with pytest.raises(SystemExit, match=fault):
        probe.main("event-generator")


def test_a_check_imports_little() -> None:
    words = [sys.executable, "-IS", "-X", "importtime", probe.__file__, "kafka"]
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    loaded = {line.rpartition("|")[2].strip() for line in told.stderr.splitlines() if "|" in line}
    assert not loaded & {"asyncio", "email", "http.client", "pyarrow", "urllib.request"}
    assert told.returncode == 1


def test_waiting_ends_with_a_sentence() -> None:
    with pytest.raises(AssertionError, match="waited 0 s for nothing"):
        until(lambda: False, "nothing", limit_s=0)
