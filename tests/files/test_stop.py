"""Ctrl-C and SIGTERM leave nothing behind; SIGKILL leaves nothing that the next run does not clear away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from datagen import stopping
from datagen.stopping import Stopped, disturbable, undisturbed
from tests.files import shop, stopped
from tests.files.shop import listed, make, plan_of

STOPPED = Path(stopped.__file__)
RUN = """
import sys
from contextlib import nullcontext
from datagen import cli
from datagen.commands import generate
def shown(*_):
    print("at work", flush=True)
    return nullcontext()
generate.shown = shown
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    return shop.written(tmp_path)


def at_work(schema: Path, *options: str | Path) -> subprocess.Popen[str]:
    """A run that has begun its work, which would take it minutes."""
    command = [sys.executable, "-c", RUN, "generate", schema, "--rows", "26000", "--block-rows", "1", "-q", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "at work\n"
    return process


@pytest.mark.parametrize(
    ("number", "code", "output", "workers"),
    [
        (signal.SIGINT, 130, "set", "3"),
        (signal.SIGTERM, 143, "set", "1"),
        (signal.SIGINT, 130, "shop.csv", "1"),
        (signal.SIGTERM, 143, "shop.csv", "3"),
    ],
)
def test_a_run_that_is_stopped_leaves_nothing_behind(
    number: signal.Signals, code: int, output: str, workers: str, schema: Path, tmp_path: Path
) -> None:
    process = at_work(schema, "--workers", workers, "-o", tmp_path / "deep" / output)
    process.send_signal(number)
    said = process.communicate()
    assert (process.returncode, *said) == (code, "", "")
    assert os.listdir(tmp_path) == ["shop.json"]


def test_an_impatient_second_ctrl_c_leaves_nothing_behind_either(schema: Path, tmp_path: Path) -> None:
    make(plan_of(schema), tmp_path / "set")
    process = at_work(schema, "-o", tmp_path / "set")
    for _ in range(5):
        process.send_signal(signal.SIGINT)
    assert process.communicate() == ("", "")
    assert process.returncode == 130
    assert listed(tmp_path / "set").rows == 400
    assert sorted(os.listdir(tmp_path)) == ["set", "shop.json"]


def many_ended_early(schema: Path, folder: Path, number: str) -> dict[str, Any]:
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # no threads before the fork
    command = [sys.executable, str(STOPPED), str(schema), str(folder), number, "40"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [("SIGINT", "130"), ("SIGTERM", "143")])
def test_runs_stopped_at_any_moment_leave_a_whole_set_and_nothing_beside_it(
    number: str, code: str, schema: Path, tmp_path: Path
) -> None:
    result = many_ended_early(schema, tmp_path / "sets" / "set", number)
    assert set(result["codes"]) <= {"0", code, str(-int(signal.Signals[number]))}  # the last: before it listened
    assert result["codes"][code] > 10
    assert sum(result["rows"].values()) == 40  # listed() found each whole
    assert (result["beside"], result["healed"]) == ([], True)


@pytest.mark.slow
def test_runs_killed_at_any_moment_leave_a_whole_set_and_the_next_one_clears_up(schema: Path, tmp_path: Path) -> None:
    result = many_ended_early(schema, tmp_path / "sets" / "set", "SIGKILL")
    assert result["codes"]["-9"] > 10
    assert sum(result["rows"].values()) == 40
    assert len(result["beside"]) > 5
    assert result["healed"]


@pytest.fixture
def signals() -> Iterator[None]:
    """Given back after the test."""
    before = {number: signal.getsignal(number) for number in stopping.SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_a_signal_waits_for_what_must_not_be_cut_in_two(signals: None) -> None:
    done = []

    def work() -> None:
        with undisturbed(), undisturbed():
            signal.raise_signal(signal.SIGTERM)
            done.append("all of it")

    stopping.listen()
    with pytest.raises(Stopped, match="15") as caught:
        work()
    assert (done, caught.value.exit_code) == (["all of it"], 143)


def test_a_signal_does_not_wait_for_the_part_that_may_be_cut_short(signals: None) -> None:
    done = []

    def work() -> None:
        with undisturbed():
            signal.raise_signal(signal.SIGINT)
            done.append("the first part")
            with disturbable():
                done.append("the second part")

    stopping.listen()
    with pytest.raises(Stopped, match="2"):
        work()
    assert done == ["the first part"]


def test_only_the_first_signal_matters(signals: None) -> None:
    stopping.listen()
    with pytest.raises(Stopped, match="2"):
        signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGTERM)


def test_a_signal_that_was_to_be_ignored_still_is(signals: None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stopping.listen()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
