"""Whether this container's service works, by the exit code: what the health checks call, often, so it imports little.

    python -IS probe.py namenode         it is active, and may still wait for its DataNode
    python -IS probe.py datanode         HDFS is out of safe mode, with a live DataNode and no block missing
    python -IS probe.py spark-master     it leads the cluster
    python -IS probe.py spark-worker     the master lists this worker as alive
    python -IS probe.py history          it answers what it knows of
    python -IS probe.py kafka            the broker answers a request without an error
    python -IS probe.py event-generator  events were acknowledged since it started, and still are
    python -IS probe.py streaming-job    it has published since it started, and lets no message wait
    python -IS probe.py page             the page has something to show

Standard library alone. The files that the last three go by are named in WATCHED, on the container's own tmpfs: what an
earlier life of the container left on a volume says nothing of this one.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

NAMENODE, MASTER = ("namenode", 9870), ("spark-master", 8080)
KAFKA_PORT, HISTORY_PORT = 9092, 18080
WATCHED = Path("/tmp/watched.json")  # written when the container starts
SILENT_S = 60.0  # of a job for which messages wait, or a replay that is not done
ANSWER_S = 4.0
API_VERSIONS = b"\0\0\0\x0f\0\x12\0\0\0\0\0\1\0\5probe"  # version 0, correlation 1, client "probe"
NO_ERROR = b"\0\0\0\1\0\0"

Address = tuple[str, int]


class UnfitError(Exception):
    """What is wrong."""


def get(address: Address, path: str, method: str = "GET") -> str:
    """The body of an answer with 200. UnfitError for any other."""
    with socket.create_connection(address, timeout=ANSWER_S) as link:
        link.sendall(f"{method} {path} HTTP/1.0\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n".encode())
        answer = b"".join(iter(lambda: link.recv(65_536), b"")).decode("utf-8", "replace")
    head, _, body = answer.partition("\r\n\r\n")
    status = head.partition("\r\n")[0]
    if " 200" not in status:
        raise UnfitError(f"{address[0]}:{address[1]}{path} answers {status!r}: {body[:200]}")
    return body


def bean(name: str) -> dict[str, Any]:
    """One of the NameNode's own accounts of itself."""
    found: dict[str, Any] = json.loads(get(NAMENODE, f"/jmx?qry=Hadoop:service=NameNode,name={name}"))["beans"][0]
    return found


def namenode() -> None:
    if (state := bean("NameNodeStatus")["State"]) != "active":
        raise UnfitError(f"the NameNode is {state}")


def datanode() -> None:
    state, info = bean("FSNamesystemState"), bean("NameNodeInfo")
    live, missing = state["NumLiveDataNodes"], info["NumberOfMissingBlocks"]
    if state["FSState"] != "Operational" or not live or missing:
        raise UnfitError(f"HDFS: {live} DataNodes alive, {missing} blocks missing. {info['Safemode']}")


def spark_master() -> None:
    if (status := json.loads(get(("localhost", MASTER[1]), "/json/"))["status"]) != "ALIVE":
        raise UnfitError(f"the master is {status}")


def spark_worker() -> None:
    me = socket.gethostname()
    workers = json.loads(get(MASTER, "/json/"))["workers"]
    if not any(worker["host"] == me and worker["state"] == "ALIVE" for worker in workers):
        raise UnfitError(f"the master lists no live worker {me}")


def history() -> None:
    get(("localhost", HISTORY_PORT), "/api/v1/applications?limit=1")


def kafka() -> None:
    with socket.create_connection(("localhost", KAFKA_PORT), timeout=ANSWER_S) as link:
        link.sendall(API_VERSIONS)
        answer = link.recv(64)
    if answer[4:10] != NO_ERROR:
        raise UnfitError(f"the broker answers {answer[:10].hex()}")


def page() -> None:
    get(("localhost", int(_watched()["port"])), "/readyz")


def event_generator() -> None:
    path = Path(_watched()["position"])
    position, noted_s = _document(path), path.stat().st_mtime
    if position["done"]:
        return
    if not position["acknowledged"] or noted_s < _started_s():
        raise UnfitError("nothing was acknowledged since it started")
    if (age_s := time.time() - noted_s) > SILENT_S:
        raise UnfitError(f"it has noted nothing for {age_s:.0f} s")


def streaming_job() -> None:
    watched = _watched()
    progress = _document(Path(watched["progress"]))
    read = progress["rows"]["read"] + progress["heartbeats"]
    waiting = _document(Path(watched["position"]))["acknowledged"] - read
    published_s, committed_s = (datetime.fromisoformat(progress[name]).timestamp() for name in MOMENTS)
    if published_s < _started_s() or (waiting > 0 and committed_s < _started_s()):
        raise UnfitError("it has published nothing since it started")
    if progress["stopped"]:
        raise UnfitError(f"it has stopped: {progress['stopped']['reason']}")
    if waiting > 0 and (age_s := time.time() - published_s) > SILENT_S:
        raise UnfitError(f"{waiting} messages wait, and it has published nothing for {age_s:.0f} s")


MOMENTS = ("published_at", "committed_at")
PROBES: Mapping[str, Callable[[], None]] = {
    "namenode": namenode,
    "datanode": datanode,
    "spark-master": spark_master,
    "spark-worker": spark_worker,
    "history": history,
    "kafka": kafka,
    "event-generator": event_generator,
    "streaming-job": streaming_job,
    "page": page,
}


def _watched() -> dict[str, str]:
    found: dict[str, str] = json.loads(WATCHED.read_text("utf-8"))
    return found


def _started_s() -> float:
    return WATCHED.stat().st_mtime


def _document(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def main(name: str) -> None:
    try:
        PROBES[name]()
    except (UnfitError, OSError, ValueError, LookupError) as fault:
        sys.exit(f"{name}: {fault}")


if __name__ == "__main__":
    main(sys.argv[1])
