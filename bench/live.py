"""The streaming job and its page on a topic, as people run them."""

from __future__ import annotations

import http.client
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import cards
from bench.run import ROOT
from datagen.schema import read_schema
from demo.broker import free_port
from demo.child import Child
from demo.ports import HOST
from demo.stream_parts import TRIGGER

JOB = ROOT / "services" / "streaming" / "streaming_sales_aggregator.py"


@dataclass(frozen=True, slots=True)
class Live:
    job: Child
    page: Child
    port: int  # the page's

    def shown(self) -> int:
        """How many events the windows on the page hold; 0 while there is none."""
        page = http.client.HTTPConnection(HOST, self.port, timeout=10)
        try:
            page.request("GET", "/api/health")
            answer = page.getresponse()
            account = json.loads(answer.read()).get("account")  # none where nothing is published yet
            return int(account["rows"]["windowed"]) if account else 0
        except OSError:
            return 0
        finally:
            page.close()


@contextmanager
def live(folder: Path, address: str, topic: str, heap: str | None = None) -> Iterator[Live]:
    """Both, until the body ends. The input is `folder`/input; `heap` is the job's, Spark's own where none is given."""
    port, dataset = free_port(), read_schema(cards.SCHEMA).name
    where: list[str | Path] = ["--output", folder / "data" / "output", "--state", folder / "state"]
    job: list[str | Path] = [sys.executable, JOB, "--schema", cards.SCHEMA, "--input", folder / "input"]
    job += ["--bootstrap-servers", address, "--topic", topic, "--trigger", TRIGGER, *where]
    page: list[str | Path] = [sys.executable, "-m", "streaming_dashboard", "--data", folder / "data"]
    page += ["--dataset", dataset, "--port", str(port)]
    bounded = {"SPARK_DRIVER_MEMORY": heap} if heap else {}
    running = Live(_started("job", job, folder, **bounded), _started("page", page, folder), port)
    try:
        yield running
    finally:
        for child in (running.job, running.page):
            child.end(grace_s=15)


def _started(name: str, words: list[str | Path], folder: Path, **given: str) -> Child:
    return Child(name, words, log=folder / f"{name}.log", env={**os.environ, **given}, cwd=ROOT)
