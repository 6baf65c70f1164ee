"""`demo status` and `demo logs`, of demos that are noted but need not run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from datagen.errors import UserError
from datagen.sinks import locks
from demo import logs, register, status
from demo.effective import Business
from demo.folders import demo_folder
from demo.member import Member
from demo.parts import Part
from demo.register import Entry, Register

KEYS = ["state", "schema", "fingerprint", "parts", "topic", "published"]
KEYS_OF_A_PART = ["name", "state", "reason", "pid", "since", "rss_bytes", "log", "url", "address"]
FOLDERS = ["input", "closed_windows", "open_windows", "batch"]
SCHEMA = Path(__file__).parents[2] / "schemas" / "card_transactions.json"


def demo_of(data: Path, *members: Member, half: str = "both") -> Business:
    """What a demo with such members would note."""
    demo_folder(data).mkdir(parents=True, exist_ok=True)
    business = Business(SCHEMA, data)
    register.note(data, half, business, members, "token", logs=business.folders.logs)
    return business


def member(name: str, state: str = "healthy", **more: str) -> Member:
    made = Member(Part(name, "", "", ("true",), note=str, **more), since=datetime.now(UTC))  # type: ignore[arg-type]
    made.state = state  # type: ignore[assignment]
    return made


def test_without_a_demo_all_is_down_and_every_key_is_there(tmp_path: Path) -> None:
    found = json.loads(status.look(tmp_path).to_json())
    assert list(found) == KEYS
    assert (found["state"], found["schema"], found["parts"]) == ("down", None, [])
    assert list(found["published"]) == FOLDERS
    assert status.look(tmp_path).exit_code == 3


def test_the_keys_and_names_that_scripts_rely_on(tmp_path: Path) -> None:
    with _running(tmp_path):
        business = demo_of(
            tmp_path, member("generator", "done"), member("batch", "done"), member("dashboard", "starting")
        )
        found = json.loads(status.look(tmp_path).to_json())
    fingerprint = business.dataset.analysis.fingerprint
    assert list(found) == KEYS
    assert (found["state"], found["schema"], found["fingerprint"]) == ("starting", str(SCHEMA), fingerprint)
    assert [part["name"] for part in found["parts"]] == ["batch", "dashboard"]
    assert all(list(part) == KEYS_OF_A_PART for part in found["parts"])
    assert found["topic"] == f"card_transactions-{fingerprint[:8]}"
    stream = f"{tmp_path}/output/card_transactions/stream-{fingerprint[:8]}"
    assert found["published"] == {
        "input": f"{tmp_path}/input/card_transactions",
        "closed_windows": f"{stream}/closed",
        "open_windows": f"{stream}/open",
        "batch": None,
    }


def _running(data: Path) -> locks.Lock:
    """This process takes the place of the one that watches."""
    demo_folder(data).mkdir(parents=True, exist_ok=True)
    return locks.acquire(demo_folder(data) / register.LOCK)


@pytest.mark.parametrize(
    ("states", "overall"),
    [
        (["healthy", "done"], "healthy"),
        (["healthy", "starting"], "starting"),
        (["starting", "unhealthy"], "unhealthy"),
        (["healthy", "unhealthy"], "unhealthy"),
    ],
)
def test_the_whole_is_as_good_as_its_worst_part(states: list[str], overall: str) -> None:
    entry = Entry("kafka", "", None, None, None, None, "", None, None)
    noted = Register(1, "", "both", "", "", None, None, ready=True, parts=())
    lines = [status._as_line(replace(entry, state=state), state, None, None) for state in states]
    assert status.overall(noted, lines) == overall


def test_a_part_that_is_noted_as_healthy_and_has_ended_is_not(tmp_path: Path) -> None:
    with _running(tmp_path):
        demo_of(tmp_path, member("replay"))
        found = status.look(tmp_path)
    assert found.state == "unhealthy"
    assert found.parts[0].reason == "has just ended"


def test_a_demo_whose_watcher_was_killed_is_down(tmp_path: Path) -> None:
    demo_of(tmp_path, member("kafka"))
    found = status.look(tmp_path)
    assert (found.state, found.parts[0].state, found.exit_code) == ("down", "down", 3)


def test_the_table_fits_eighty_columns(tmp_path: Path) -> None:
    with _running(tmp_path):
        demo_of(
            tmp_path, member("streaming-dashboard", "starting", url="http://127.0.0.1:8502"), member("kafka", "done")
        )
        table = status.text(status.look(tmp_path), tmp_path, datetime.now(UTC))
    rows = table.splitlines()[2:5]
    assert [row.split()[0] for row in rows] == ["part", "streaming-dashboard", "kafka"]
    assert max(map(len, rows)) <= 80


@pytest.mark.parametrize(("seconds", "text"), [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h")])
def test_ages_are_short(seconds: int, text: str) -> None:
    now = datetime(2025, 1, 1, tzinfo=UTC)
    since = datetime.fromtimestamp(now.timestamp() - seconds, UTC).isoformat()
    assert status.ago(since, now) == text


def test_the_command_ends_with_three_where_nothing_runs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "demo", "status", "--json", "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert (done.returncode, json.loads(done.stdout)["state"]) == (3, "down")


def test_a_log_is_shown_from_its_end_and_an_unknown_part_gets_the_names_there_are(tmp_path: Path) -> None:
    folder = demo_folder(tmp_path) / "logs"
    folder.mkdir(parents=True)
    (folder / "kafka.log").write_text("one\ntwo\nthree\n")
    said: list[str] = []
    assert logs.show(tmp_path, "kafka", 2, follow=False, write=said.append) == 0
    assert said == ["two\nthree\n"]
    with pytest.raises(UserError, match=r"no log of 'kafak'; there are: kafka$"):
        logs.show(tmp_path, "kafak", 2, follow=False, write=said.append)


def test_a_register_has_what_the_status_shows_of_a_part() -> None:
    entry = Entry("kafka", "healthy", None, 1, 2.0, None, "log", None, "127.0.0.1:1")
    assert asdict(entry).keys() | {"rss_bytes"} == {*KEYS_OF_A_PART, "began"}
