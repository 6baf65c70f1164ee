"""The streaming stack with its state in HDFS: the same windows, and they stay exact when HDFS is killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compose.conftest import STREAM_SPEED, brought_up
from tests.compose.files import services
from tests.compose.stacks import Stack, until
from tests.compose.windows import check, goes_on

pytestmark = [pytest.mark.docker, pytest.mark.slow]


@pytest.fixture(scope="module")
def stream(engine: None, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("streaming-hdfs")
    stack = Stack("streaming", folder, data, profile="hdfs", USE_HDFS="true", REPLAY_SPEED=STREAM_SPEED)
    yield from brought_up(stack)


def test_checkpoint_sink_and_ledger_are_in_hdfs_and_the_windows_are_exact(stream: Stack, tmp_path: Path) -> None:
    assert stream.states().keys() == services("streaming").keys()
    goes_on(stream)
    check(stream, tmp_path)
    kept = stream.hdfs("/data/state", tmp_path / "state")
    assert {path.name for path in kept.iterdir()} == {"checkpoints", "sink", "ledger"}
    assert list(kept.rglob("_spark_metadata/*"))
    assert "job" not in stream.in_container("streaming-job", "ls", "/var/lib/demo/stream").split()


@pytest.mark.parametrize("service", ["datanode", "namenode"])
def test_when_hdfs_is_killed_the_stream_goes_on_and_is_exact(stream: Stack, service: str, tmp_path: Path) -> None:
    stream.kill_and_wait(service)
    goes_on(stream)
    until(stream.all_well, "all to be well")
    check(stream, tmp_path)
