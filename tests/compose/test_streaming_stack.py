"""The streaming stack on a real engine: its windows are what DuckDB makes of the topic, whatever was killed."""

from __future__ import annotations

from pathlib import Path
from subprocess import CalledProcessError

import pytest

from tests.compose.files import services
from tests.compose.stacks import Stack, until
from tests.compose.windows import check, closed, goes_on

pytestmark = [pytest.mark.docker, pytest.mark.slow]
CARDS, SENSORS = "schemas/card_transactions.json", "schemas/iot_sensors.json"


def test_everything_is_well_and_what_ends_has_ended_well(streaming: Stack) -> None:
    lasting = {name for name, service in services("streaming").items() if not service.get("profiles")}
    assert streaming.states().keys() == lasting
    assert streaming.all_well()


def test_windows_are_what_another_engine_makes_of_the_topic(streaming: Stack, tmp_path: Path) -> None:
    goes_on(streaming)
    check(streaming, tmp_path)


@pytest.mark.parametrize(
    "service", ["kafka", "event-generator", "streaming-job", "spark-worker-1", "spark-master", "streaming-dashboard"]
)
def test_what_is_killed_comes_back_and_the_windows_are_exact(streaming: Stack, service: str, tmp_path: Path) -> None:
    streaming.kill_and_wait(service)
    goes_on(streaming)
    until(streaming.all_well, "all to be well")
    check(streaming, tmp_path)


def test_after_all_are_killed_at_once_the_windows_are_exact(streaming: Stack, tmp_path: Path) -> None:
    streaming.kill_and_wait("kafka", "spark-master", "spark-worker-1", "spark-worker-2", "streaming-job")
    goes_on(streaming)
    until(streaming.all_well, "all to be well")
    check(streaming, tmp_path)


def test_after_a_restart_of_all_the_windows_are_exact(streaming: Stack, tmp_path: Path) -> None:
    streaming.run("restart")
    until(streaming.all_well, "all to be well")
    goes_on(streaming)
    check(streaming, tmp_path)


def test_a_signal_ends_the_job_and_the_replay_in_order(streaming: Stack) -> None:
    streaming.run("stop", "streaming-job", "event-generator")
    states = streaming.states()
    assert states["streaming-job"][2] == states["event-generator"][2] == 143
    assert "Traceback" not in streaming.logs("streaming-job")
    streaming.run("start", "streaming-job", "event-generator")
    until(streaming.all_well, "all to be well")


def test_another_schema_is_another_business_and_the_first_goes_on_later(streaming: Stack, tmp_path: Path) -> None:
    before = closed(streaming)
    streaming.up(SCHEMA=SENSORS)
    goes_on(streaming)
    check(streaming, tmp_path / "sensors")
    streaming.up(SCHEMA=CARDS)
    assert closed(streaming) >= before
    goes_on(streaming)
    check(streaming, tmp_path / "cards")


def test_half_a_reset_is_told_with_the_way_out(streaming: Stack, tmp_path: Path) -> None:
    streaming.run("down")
    (topics,) = [name for name in streaming.volumes() if name.endswith("_kafka")]
    streaming.remove_volume(topics)
    with pytest.raises(CalledProcessError):
        streaming.up()
    said = streaming.logs("event-generator") + streaming.logs("streaming-job")
    assert "`docker compose -f docker-compose.streaming.yml down -v`" in said
    assert "Traceback" not in said
    streaming.compose.stop()
    assert streaming.volumes() == []
    streaming.up()
    goes_on(streaming)
    check(streaming, tmp_path)
