"""Our own programs as services: each is the one that runs without containers, told where things are in here."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from compose import hdfs, probe
from compose.business import schema_of
from compose.java import Command
from compose.kafka import ADDRESS
from compose.places import INPUT, OUTPUT, STREAM
from compose.say import say
from compose.spark import EVENTS, MASTER, empty_scratch
from datagen.analysis import Analysis
from datagen.errors import UserError
from datagen.schema import read_schema
from demo.broker_health import answers
from demo.effective import effective
from demo.folders import Folders

FILES = "hdfs://namenode:8020"
JOBS = Path("services")
PAGE_PORT = 8000
TRUE = ("1", "true", "yes", "on")


def batch_job(environ: Mapping[str, str]) -> Command:
    """On the cluster, from HDFS to HDFS; the set goes there first, and the run comes back for the page."""
    hdfs.make_folder(EVENTS, say)
    _on_the_cluster()
    options = ("--schema", schema_of(environ), "--hdfs", "--load", INPUT, "--copy-to", OUTPUT)
    return (sys.executable, JOBS / "batch" / "pipeline_batch.py", *options, "--events", FILES + EVENTS)


def dashboard(environ: Mapping[str, str]) -> Command:
    dataset = read_schema(schema_of(environ)).name
    _watch(port=str(PAGE_PORT))
    return _page("dashboard", "--data", "data", "--dataset", dataset)


def topic(environ: Mapping[str, str]) -> int:
    """A record sent and read back, and the topic made, as the replay would make it."""
    from event_generator.client_settings import client
    from event_generator.topic import ensure

    if not answers(ADDRESS):
        raise UserError(f"{ADDRESS}: no record could be sent and read back; see kafka's log")
    analysis = _analysis(environ)
    made = ensure(client({}, "", ADDRESS, ADDRESS), _topic(analysis), None, analysis.fingerprint, False)
    say(f"topic {made.name}, {'empty' if made.empty else 'with events'}")
    return 0


def event_generator(environ: Mapping[str, str]) -> Command:
    folders = _folders(environ)
    _watch(position=str(folders.position(_analysis(environ))))
    options = ("--schema", schema_of(environ), "--input", INPUT / folders.dataset, "--bootstrap-servers", ADDRESS)
    replay = (sys.executable, JOBS / "event_generator" / "kafka_event_producer.py", *options, "--state", folders.state)
    return (sys.executable, "-m", "compose.stay", *replay)


def streaming_job(environ: Mapping[str, str]) -> Command:
    folders, analysis = _folders(environ), _analysis(environ)
    progress = folders.stream(analysis) / "progress.json"
    _watch(progress=str(progress), position=str(folders.position(analysis)))
    _on_the_cluster()
    options = ("--schema", schema_of(environ), "--input", folders.input, "--bootstrap-servers", ADDRESS)
    return (
        *(sys.executable, JOBS / "streaming" / "streaming_sales_aggregator.py", *options, "--no-hdfs"),
        *("--output", STREAM / "output", "--state", _state(environ)),
    )


def _state(environ: Mapping[str, str]) -> Path | str:
    """Where checkpoint, sink and ledger are: on the volume, or in HDFS, which is waited for."""
    if environ.get("USE_HDFS", "").lower() not in TRUE:
        return STREAM / "job"
    hdfs.make_folder("/data", say)
    return f"{FILES}/data/state"


def streaming_dashboard(environ: Mapping[str, str]) -> Command:
    """Beside the stream it shows the runs that the batch stack has left in ./data, where there are any."""
    _watch(port=str(PAGE_PORT))
    which = ("--dataset", _folders(environ).dataset, "--fingerprint", _analysis(environ).fingerprint[:8])
    return _page("streaming_dashboard", "--data", STREAM, "--batch-data", "data", *which)


def _page(module: str, *words: str | Path) -> Command:
    return (sys.executable, "-m", module, *words, "--host", "0.0.0.0", "--port", str(PAGE_PORT))


def _on_the_cluster() -> None:
    os.environ.setdefault("SPARK_MASTER", MASTER)
    empty_scratch()


def _folders(environ: Mapping[str, str]) -> Folders:
    return Folders(STREAM, read_schema(schema_of(environ)).name)


def _analysis(environ: Mapping[str, str]) -> Analysis:
    return effective(schema_of(environ), _folders(environ))


def _topic(analysis: Analysis) -> str:
    from datagen.messages import topic_name

    return topic_name(analysis)


def _watch(**paths: str) -> None:
    """What the health check goes by; how old the file is says since when."""
    probe.WATCHED.write_text(json.dumps(paths), "utf-8")
