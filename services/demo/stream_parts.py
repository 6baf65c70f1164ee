"""The parts of the streaming half: the broker, the replay, the job and its page."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime

from demo.effective import Business
from demo.folders import Folders
from demo.parts import BROKER, JOB, JOBS, Part, page
from demo.ports import HOST
from demo.readings import acknowledged, stream_progress

KAFKA_PORT = 19_092  # below the ports that systems give to clients: no client of ours can hold it by chance
TRIGGER = "2 seconds"  # fresh pages; a longer one costs less
ANSWER_S = 2.0
OTHERS = dict.fromkeys(("KAFKA_TOPIC", "KAFKA_CONFIG", "CHECKPOINT_DIR", "USE_HDFS", "STARTING_OFFSETS"), "")


def broker(folders: Folders, port: int) -> Part:
    address = f"{HOST}:{port}"
    return Part(
        name="kafka",
        running="broker",
        done="broker ready",
        command=(sys.executable, "-m", "demo.broker", "--folder", folders.state / "kafka", "--port", str(port)),
        note=lambda: address,
        ready=lambda since: broker_answers(address),
        stopped=BROKER,
        address=address,
    )


def replay(business: Business, address: str, speed: float) -> Part:
    folders = business.folders
    options = ("--schema", business.schema, "--input", folders.input, "--bootstrap-servers", address)
    return Part(
        name="replay",
        running="replay",
        done="replay running",
        command=(
            sys.executable,
            JOBS / "event_generator" / "kafka_event_producer.py",
            *options,
            *("--state", folders.state, "--speed", f"{speed:g}"),
        ),
        note=lambda: f"{speed:g} times event time" if speed else "as fast as it goes",
        ready=lambda since: (acknowledged(folders, business.analysis) or 0) > 0,
        may_end=True,
        after=("generator", "kafka"),
        environ=OTHERS,
    )


def job(business: Business, address: str, environ: Mapping[str, str]) -> Part:
    """Where the schema says all about the rows the session starts while they are made."""
    folders = business.folders
    options = ("--schema", business.schema, "--input", folders.input, "--bootstrap-servers", address)
    return Part(
        name="streaming",
        running="streaming job",
        done="stream running",
        command=(
            sys.executable,
            JOBS / "streaming" / "streaming_sales_aggregator.py",
            *options,
            *("--output", folders.data / "output", "--state", folders.state, "--trigger", TRIGGER),
        ),
        note=lambda: "first window closed",
        ready=lambda since: has_windows(business, since),
        after=() if business.early else ("generator",),
        environ={**OTHERS, **environ},
        stopped=JOB,
        grace_s=15.0,
    )


def live_page(business: Business, port: int) -> Part:
    def which() -> tuple[str, ...]:
        return ("--fingerprint", business.analysis.fingerprint[:8])

    return page("streaming_dashboard", "live page", business.folders, port, which)


def has_windows(business: Business, since: datetime) -> bool:
    """Whether a job that was started then has published closed windows."""
    told = stream_progress(business.folders, business.analysis)
    return told is not None and told.published_at >= since and told.closed > 0


def broker_answers(address: str) -> bool:
    """One record sent and read back."""
    from demo.broker_health import answers

    return answers(address, ANSWER_S)
