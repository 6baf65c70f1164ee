"""The replay against kafka-python as its documentation shows it, and as well as it can be used, in rounds."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from kafka import KafkaAdminClient

from bench.claims import Claim, at_least, table
from bench.run import ROOT, Used, command, run
from demo.broker import free_port
from demo.broker_health import answers
from demo.child import Child
from demo.ports import HOST
from demo.setup.java import require
from demo.setup.system import this_system

DOCUMENTED, TUNED, OURS = "kafka-python, as documented", "kafka-python, tuned, messages made before", "replay"
KINDS = {DOCUMENTED: "documented", TUNED: "tuned", OURS: "ours"}
PATIENCE_S = 60.0

Results = dict[str, list[Used]]


def rounds(count: int, rows: int, folder: Path, tell: Callable[[str], None]) -> Results:
    """Every client once a round, each into a topic of its own, on one broker."""
    source = folder / "input"
    command(["datagen", "generate", "schemas/card_transactions.json", "--rows", rows, "--quiet", "-o", source])
    results: Results = {}
    with broker(folder) as address:
        for number in range(count):
            for name, kind in KINDS.items():
                topic = f"{kind}-{number}"
                if kind != "ours":
                    make_topic(address, topic)
                used = run("replay_client", [kind, source, address, topic, rows, folder / f"state-{number}-{kind}"])
                results.setdefault(name, []).append(used)
                tell(f"round {number + 1}: {name}: {used.cpu_s:.1f} CPU-seconds, {used.seconds:.1f} s")
                _remove(address, topic)
    shutil.rmtree(source)
    return results


@contextmanager
def broker(folder: Path) -> Iterator[str]:
    """The address of one that works."""
    environ = {**os.environ, "JAVA_HOME": str(require(os.environ, this_system()).home)}
    port = free_port()
    words: list[str | Path] = [sys.executable, "-m", "demo.broker", "--folder", folder / "kafka", "--port", str(port)]
    child = Child("kafka", words, log=folder / "kafka.log", env=environ, cwd=ROOT)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not answers(f"{HOST}:{port}"):
            if child.ended() is not None or time.monotonic() > deadline:
                raise RuntimeError("\n".join(child.tail(20)))
            time.sleep(0.1)
        yield f"{HOST}:{port}"
    finally:
        child.end(grace_s=10)


def make_topic(address: str, topic: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=address)
    admin.create_topics({topic: {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)
    admin.close()


def _remove(address: str, topic: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=address)
    admin.delete_topics([topic])
    admin.close()


def results_table(results: Results) -> str:
    ours = _per_cpu_s(results[OURS])
    rows = [
        (
            name,
            f"{_per_cpu_s(used) / 1e3:.1f}",
            f"{median(one.rows_per_second for one in used) / 1e3:.1f}",
            f"{max(one.rss_bytes for one in used) / 1e6:.0f}",
            f"{ours / _per_cpu_s(used):.2f}",
        )
        for name, used in results.items()
    ]
    head = f"{results[OURS][0].rows / 1e3:g} k events"
    return table((head, "k events per CPU-second", "k events/s", "MB", "replay's rate to this"), rows)


def _per_cpu_s(used: list[Used]) -> float:
    return float(median(one.rows_per_cpu_second for one in used))


def claims(results: Results) -> list[Claim]:
    """Of the client's process alone; the replay also reads the files and makes the messages."""
    return [
        at_least("replay, to tuned kafka-python", _per_cpu_s(results[OURS]) / _per_cpu_s(results[TUNED]), 1, " x"),
        at_least(
            "replay, to kafka-python as documented",
            _per_cpu_s(results[OURS]) / _per_cpu_s(results[DOCUMENTED]),
            2,
            " x",
        ),
    ]
