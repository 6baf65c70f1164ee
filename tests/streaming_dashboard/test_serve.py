"""`python -m streaming_dashboard` as a process: it finds its stream, says where it listens, and ends as it is told."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.web.runs import card_analysis
from tests.web.served import serve
from tests.web.streams import Paid, write_stream

PAGE = "streaming_dashboard"


def refused(*arguments: str) -> str:
    """The message of a start that must end with 2."""
    done = subprocess.run([sys.executable, "-m", PAGE, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_it_serves_the_only_dataset_until_it_is_told_to_end(data: Path, number: signal.Signals, code: int) -> None:
    with serve("--data", str(data), module=PAGE) as served:
        for path in ("status", "health", "windows", "reconciliation"):
            with urllib.request.urlopen(f"{served.url}/api/{path}") as response:
                assert json.load(response)["stream"]["short"] == "5c19e2aa"
        served.process.send_signal(number)
        assert served.process.wait(10) == code
        assert served.rest() == ""


def test_a_stream_may_be_named_by_the_first_digits_of_its_fingerprint(tmp_path: Path, paid: list[Paid]) -> None:
    write_stream(tmp_path, card_analysis(fingerprint="aaaaaaaa" + "0" * 56), paid[:50])
    write_stream(tmp_path, card_analysis(), paid[:50])
    with (
        serve("--data", str(tmp_path), "--fingerprint", "aaaaaaaa", module=PAGE) as served,
        urllib.request.urlopen(f"{served.url}/api/status") as response,
    ):
        assert json.load(response)["stream"]["short"] == "aaaaaaaa"


def test_without_a_stream_it_asks_for_the_dataset(tmp_path: Path) -> None:
    assert "has no stream; name the dataset to wait for with --dataset" in refused("--data", str(tmp_path))


def test_among_several_datasets_it_asks_which(tmp_path: Path, paid: list[Paid]) -> None:
    for name in ("shop", "fleet"):
        write_stream(tmp_path, card_analysis(dataset=name), paid[:5])
    assert "has streams of fleet, shop; name one with --dataset" in refused("--data", str(tmp_path))
