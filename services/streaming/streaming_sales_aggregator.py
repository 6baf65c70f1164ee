"""The streaming job's command line: a topic in, windows out, published after every commit.

    python services/streaming/streaming_sales_aggregator.py --schema schemas/card_transactions.json

Exit codes: 0 all was read (--once); 1 a fault of ours, with a traceback; 2 what the user can put right; 130 and 143
stopped.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path

import click

sys.path[:0] = [folder for folder in [str(Path(__file__).resolve().parent.parent)] if folder not in sys.path]

from datagen import manifest as manifests  # noqa: E402
from datagen.analysis import Analysis  # noqa: E402
from datagen.errors import UserError  # noqa: E402
from datagen.messages import kafka_settings  # noqa: E402
from datagen.schema import read_schema  # noqa: E402
from datagen.sinks.naming import MANIFEST  # noqa: E402
from pipeline import session  # noqa: E402
from pipeline.faults import java_ended  # noqa: E402
from pipeline.room import full_place  # noqa: E402
from pipeline.stopping import Stop  # noqa: E402
from streaming.connector import class_path  # noqa: E402
from streaming.faults import told  # noqa: E402
from streaming.job import Job, Roots  # noqa: E402
from streaming.query import Source  # noqa: E402
from streaming.spark_settings import settings  # noqa: E402
from streaming.topics import SERVERS, Kafka  # noqa: E402

NAME = "stream.retail_sales_aggregator"
HDFS = "hdfs://namenode:8020/data"
BOOTSTRAP = "127.0.0.1:9092"
BATCH_ROWS = 400_000
GOES_ON = "make room and start this again: it goes on where it stopped, and what was published stays"
SPAN = re.compile(r"(\d+(?:\.\d+)?) ?(ms|milliseconds?|s|seconds?|min|minutes?)?")
UNITS_S = {"ms": 0.001, "mi": 60.0, "s": 1.0}


@dataclass(frozen=True, slots=True)
class Options:
    schema: Path
    input: Path | None  # None: the dataset's folder below data/input
    kafka: dict[str, str]
    topic: str | None
    roots: Roots
    link: Path | None
    source: Source
    trigger_s: float | None
    wait_s: float
    log: Path | None


class Span(click.ParamType[float]):
    """A span of time in seconds; a bare number is one."""

    name = "span"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        match = SPAN.fullmatch(str(value).strip())
        if match is None:
            self.fail(f"{value!r} is not a span of time; write it like '2 seconds' or '500 ms'", param, ctx)
        unit = match[2] or "s"
        short = "ms" if unit.startswith(("ms", "milli")) else "mi" if unit.startswith("mi") else "s"
        return float(match[1]) * UNITS_S[short]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--schema", envvar="SCHEMA_CONFIG_PATH", type=click.Path(path_type=Path), required=True, help="The schema file."
)
@click.option(
    "--input",
    "input_path",
    envvar="EVENT_INPUT_DIR",
    type=click.Path(path_type=Path),
    help="The set that is replayed: its seed and window count where the schema names none [data/input/DATASET].",
)
@click.option("--bootstrap-servers", envvar="KAFKA_BOOTSTRAP_SERVERS", help=f"host:port,… [{BOOTSTRAP}]")
@click.option("--topic", envvar="KAFKA_TOPIC", help="[DATASET-FINGERPRINT]")
@click.option(
    "--kafka-config",
    envvar="KAFKA_CONFIG",
    type=click.Path(path_type=Path),
    help="Properties of Kafka's clients: TLS, SASL.",
)
@click.option("--output", envvar="OUTPUT_ROOT", help="The folder of all results [data/output].")
@click.option(
    "--output-link",
    envvar="OUTPUT_PATH",
    type=click.Path(path_type=Path),
    help="A link to the closed windows [OUTPUT/streaming_GROUP_VALUE].",
)
@click.option("--state", envvar="STATE_ROOT", help="The folder of sink and ledger [data/state].")
@click.option("--checkpoints", envvar="CHECKPOINT_DIR", help="The folder of checkpoints [STATE/checkpoints].")
@click.option(
    "--trigger",
    "trigger_s",
    envvar="STREAM_TRIGGER_INTERVAL",
    type=Span(),
    default="30 seconds",
    show_default=True,
    help="How often a batch begins.",
)
@click.option("--once", is_flag=True, help="Read what is there now, publish it, and end.")
@click.option("--starting-offsets", envvar="STARTING_OFFSETS", default="earliest", show_default=True)
@click.option("--fail-on-data-loss/--no-fail-on-data-loss", envvar="FAIL_ON_DATA_LOSS", default=True)
@click.option(
    "--batch-rows",
    type=click.IntRange(min=1),
    default=BATCH_ROWS,
    show_default=True,
    help="Messages a batch at most, of a topic with one partition.",
)
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(min=0),
    default=300.0,
    show_default=True,
    help="Seconds to wait for broker and topic.",
)
@click.option("--hdfs/--no-hdfs", envvar="USE_HDFS", default=False, help="All lies in HDFS where it is not named.")
@click.option("--log", type=click.Path(path_type=Path), help="Takes what Java says, in place of standard error.")
def command(
    schema: Path,
    input_path: Path | None,
    bootstrap_servers: str | None,
    topic: str | None,
    kafka_config: Path | None,
    output: str | None,
    output_link: Path | None,
    state: str | None,
    checkpoints: str | None,
    trigger_s: float,
    once: bool,
    starting_offsets: str,
    fail_on_data_loss: bool,
    batch_rows: int,
    wait_s: float,
    hdfs: bool,
    log: Path | None,
) -> None:
    """Reads a topic, aggregates its events into sliding windows and publishes them."""
    root = HDFS if hdfs else "data"
    output, state = output or f"{root}/output", state or f"{root}/state"
    options = Options(
        schema=schema,
        input=input_path,
        kafka=_kafka(bootstrap_servers, kafka_config),
        topic=topic or None,
        roots=Roots(output, checkpoints or f"{state}/checkpoints", f"{state}/sink", f"{state}/ledger"),
        link=output_link,
        source=Source(starting_offsets, fail_on_data_loss, batch_rows),
        trigger_s=None if once else trigger_s,
        wait_s=wait_s,
        log=log,
    )
    stop = Stop()
    stop.listen()
    sys.exit(run(options, _say, stop))


def run(options: Options, say: Callable[[str], None], stop: Stop) -> int:
    """The whole job. Gives the exit code; a fault of ours goes on as it came."""
    try:
        analysis = _analysis(options)
        local = (os.environ.get("SPARK_MASTER") or "local").startswith("local")
        tuned = settings(class_path(os.environ), local=local)
        spark = session.start(NAME, log=options.log, settings=tuned, patient=True)
        stop.guard(spark)
        try:
            Job(
                spark=spark,
                analysis=analysis,
                kafka=Kafka(spark, options.kafka),
                topic_given=options.topic,
                source=options.source,
                roots=options.roots,
                link=_link(options, analysis),
                trigger_s=options.trigger_s,
                patience_s=options.wait_s,
                say=say,
                stopped=lambda: stop.told,
            ).run()
        finally:
            spark.stop()
    except Exception as error:
        full = full_place(error, _places(options.roots))
        fault = java_ended(error) or (told(error) if full is None else UserError(f"{full}: no space left; {GOES_ON}"))
        if fault is None:
            raise
        print(fault, file=sys.stderr)  # noqa: T201
        return fault.exit_code
    return 0 if stop.number is None else 128 + stop.number


def _places(roots: Roots) -> list[Path]:
    """The folders of this machine that the job writes to."""
    return [Path(folder).absolute() for folder in astuple(roots) if "://" not in folder]


def _kafka(bootstrap: str | None, config: Path | None) -> dict[str, str]:
    """What a flag or a variable says of the address counts more than the file does."""
    given = kafka_settings(config) if config is not None else {}
    return {SERVERS: BOOTSTRAP, **given, **({SERVERS: bootstrap} if bootstrap else {})}


def _analysis(options: Options) -> Analysis:
    """Of the schema; seed and window come from the set that is replayed where the schema names none."""
    dataset = read_schema(options.schema)
    made = options.input or Path("data/input") / dataset.name
    try:
        manifest = manifests.from_json((made / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return dataset.analysis
    if manifest.dataset != dataset.name:
        return dataset.analysis
    return read_schema(options.schema, fill=manifest.filling).analysis


def _link(options: Options, analysis: Analysis) -> Path | None:
    """The name under which people know the closed windows; none where results are elsewhere than here."""
    stream = analysis.stream
    if options.link is not None or "://" in options.roots.output or stream is None:
        return options.link
    return Path(options.roots.output) / "_".join(filter(None, ("streaming", stream.group_by, stream.value)))


def _say(text: str) -> None:
    """A line an event."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    command()
