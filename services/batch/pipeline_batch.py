"""The batch job's command line: extracts in, a published run out.

    python services/batch/pipeline_batch.py --schema schemas/card_transactions.json

Exit codes: 0 done; 1 a fault of ours, with a traceback; 2 what the user can put right; 130 and 143 stopped.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

sys.path[:0] = [folder for folder in [str(Path(__file__).resolve().parent.parent)] if folder not in sys.path]

from batch import inputs  # noqa: E402
from batch.faults import told  # noqa: E402
from batch.inputs import Input  # noqa: E402
from batch.job import Job  # noqa: E402
from datagen.errors import UserError  # noqa: E402
from datagen.manifest import Manifest  # noqa: E402
from datagen.model import Dataset  # noqa: E402
from datagen.schema import read_schema  # noqa: E402
from datagen.sinks.faults import NoSpaceError  # noqa: E402
from pipeline import session  # noqa: E402
from pipeline.faults import java_ended  # noqa: E402
from pipeline.room import full_place  # noqa: E402
from pipeline.runs import Runs, check_link, turn_names, utc_now  # noqa: E402
from pipeline.stopping import Stop  # noqa: E402
from pipeline.storage import Storage  # noqa: E402
from pipeline.transfer import copy_run, put_set  # noqa: E402

NAME = "batch.schema_driven_pipeline"
HDFS = "hdfs://namenode:8020/data"
PLACE = "{dataset}"  # where a path has the dataset's name
WAIT_S = 300.0


@dataclass(frozen=True, slots=True)
class Options:
    schema: Path
    input: str | None  # None: the dataset's folder below data/input
    output: str
    parquet: Path
    csv: Path
    events: str
    wait_s: float
    strict: bool
    load: Path | None = None  # sets of this machine; the dataset's is put where `input` is
    copy_to: Path | None = None  # where on this machine the published run goes as well


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--schema", envvar="SCHEMA_CONFIG_PATH", type=click.Path(path_type=Path), required=True, help="The schema file."
)
@click.option("--input", "input_path", envvar="INPUT_PATH", help="The set's folder, or one file [data/input/DATASET].")
@click.option("--output", envvar="OUTPUT_ROOT", help="The folder of all results [data/output].")
@click.option("--out-parquet", envvar="OUT_PARQUET", type=click.Path(path_type=Path), help="[OUTPUT/analysis_parquet]")
@click.option("--out-csv", envvar="OUT_LOCAL_CSV", type=click.Path(path_type=Path), help="[OUTPUT/analysis_csv]")
@click.option(
    "--events",
    envvar="SPARK_EVENTS",
    default="data/state/spark-events",
    show_default=True,
    help="Where the history server finds the event log.",
)
@click.option(
    "--hdfs/--no-hdfs", envvar="USE_HDFS", default=False, help="Input and output lie in HDFS where not named."
)
@click.option(
    "--load",
    envvar="LOAD_FROM",
    type=click.Path(path_type=Path),
    help="A folder of sets on this disk; the dataset's is put into --input first.",
)
@click.option(
    "--copy-to",
    envvar="COPY_TO",
    type=click.Path(path_type=Path),
    help="A folder on this disk, of results for the page, where --output is elsewhere.",
)
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(min=0),
    default=WAIT_S,
    show_default=True,
    help="Seconds to wait for input.",
)
@click.option("--strict", is_flag=True, help="Quarantine what would be repaired.")
def command(
    schema: Path,
    input_path: str | None,
    output: str | None,
    out_parquet: Path | None,
    out_csv: Path | None,
    events: str,
    hdfs: bool,
    load: Path | None,
    copy_to: Path | None,
    wait_s: float,
    strict: bool,
) -> None:
    """Cleanses and aggregates the extracts of a schema and publishes a run."""
    output = output or (f"{HDFS}/output" if hdfs else "data/output")
    local = (copy_to or Path("data/output")) if "://" in output else Path(output)
    options = Options(
        schema=schema,
        input=input_path or (f"{HDFS}/input/{PLACE}" if hdfs else None),
        output=output,
        parquet=out_parquet or local / "analysis_parquet",
        csv=out_csv or local / "analysis_csv",
        events=events,
        wait_s=wait_s,
        strict=strict,
        load=load,
        copy_to=copy_to if "://" in output else None,
    )
    stop = Stop()
    stop.listen()
    sys.exit(run(options, _Steps(), stop))


def run(options: Options, say: Callable[[str], None], stop: Stop) -> int:
    """The whole job. Gives the exit code; a fault of ours goes on as it came."""
    try:
        _run(options, say, stop)
        stop.check()
    except BaseException as error:
        stopped = signal.SIGINT if isinstance(error, KeyboardInterrupt) else stop.number
        if stopped is not None:  # whatever came of it
            say("stopped")
            return 128 + stopped
        full = full_place(error, _places(options))
        fault = java_ended(error) or (told(error) if full is None else NoSpaceError(full, None))
        if fault is None:
            raise
        print(fault, file=sys.stderr)  # noqa: T201
        return fault.exit_code
    return 0


def _run(options: Options, say: Callable[[str], None], stop: Stop) -> None:
    dataset = read_schema(options.schema)
    _check_names(options)
    stop.check()
    spark = session.start(NAME, events=options.events)
    try:
        with stop.cancelling(spark):
            publish(Storage(spark), options, dataset, say, stop.sleep)
    finally:
        spark.stop()


def publish(
    storage: Storage,
    options: Options,
    dataset: Dataset,
    say: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    path = (options.input or f"data/input/{PLACE}").replace(PLACE, dataset.name)
    if options.load is not None:
        put_set(storage, options.load / dataset.name, path, say)

    def find() -> Input:
        return inputs.find(storage, path, lambda manifest: _table(manifest, dataset))

    given = inputs.wait(find, options.wait_s, say, sleep=sleep)
    if given.made is not None:
        dataset = read_schema(options.schema, fill=given.made.manifest.filling)
    runs = Runs(storage, f"{options.output}/{dataset.name}/batch")
    job = Job(storage.spark, storage, dataset, runs, options.strict, say, utc_now)
    published = job.run(find)
    say(f"published run {published.id}: {published.folder}")
    if options.copy_to is not None:
        copied = copy_run(storage, published, f"{options.copy_to}/{dataset.name}/batch")
        say(f"copied it to {copied.folder}")
    _turn(storage, options, dataset)


def _table(manifest: Manifest, dataset: Dataset) -> str:
    """The table that `analysis` names. UserError where a set is another dataset's."""
    if manifest.dataset != dataset.name:
        raise UserError(
            f"the set is of {manifest.dataset!r}, not of {dataset.name!r}; name its own schema, or another INPUT_PATH"
        )
    return dataset.analysis.table


def _places(options: Options) -> list[Path]:
    """The folders of this machine that a run writes to."""
    folders = (options.output, options.events, options.copy_to)
    return [Path(folder).absolute() for folder in folders if folder is not None and "://" not in str(folder)]


def _check_names(options: Options) -> None:
    for link in (options.parquet, options.csv, _kpis(options)):
        check_link(link)


def _turn(storage: Storage, options: Options, dataset: Dataset) -> None:
    local = storage.local(f"{options.copy_to or options.output}/{dataset.name}/batch/current")
    if local is not None:
        turn_names({options.parquet: "parquet", options.csv: "csv", _kpis(options): "kpis"}, local)


def _kpis(options: Options) -> Path:
    return options.csv.with_name(f"{options.csv.name}_kpis")


class _Steps:
    """A line a step, with the seconds since the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, step: str) -> None:
        print(f"{time.monotonic() - self._began:7.1f} s  {step}", file=sys.stderr, flush=True)  # noqa: T201


if __name__ == "__main__":
    command()
