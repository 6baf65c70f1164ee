"""The replay's command line: extracts in, events in Kafka out, in the order and at the pace of their own time.

    python services/event_generator/kafka_event_producer.py --schema schemas/card_transactions.json

Exit codes: 0 all is sent, or the time is over; 1 a fault of ours; 2 what the user can put right; 130, 143 stopped.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click

sys.path[:0] = [folder for folder in [str(Path(__file__).resolve().parent.parent)] if folder not in sys.path]

from datagen import console  # noqa: E402
from datagen.startup import load_arrow_alone  # noqa: E402
from event_generator.options import SERVERS, SPEED, Options  # noqa: E402

FOLDER = click.Path(path_type=Path)
SHARE = click.FloatRange(0, 1)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--schema", envvar="SCHEMA_CONFIG_PATH", type=FOLDER, help="The schema file; rows go as text without one."
)
@click.option("--input", envvar="EVENT_INPUT_DIR", type=FOLDER, help="Extracts [data/input/DATASET].")
@click.option("--bootstrap-servers", "servers", envvar="KAFKA_BOOTSTRAP_SERVERS", help=f"[{SERVERS}]")
@click.option("--kafka-config", envvar="KAFKA_CONFIG", type=FOLDER, help="A file of Kafka's client settings.")
@click.option("--topic", envvar="KAFKA_TOPIC", help="[DATASET-FINGERPRINT]")
@click.option("--partitions", type=click.IntRange(1, 1000), help="Of a topic that has to be made [1].")
@click.option("--key", metavar="COLUMN", help="What messages are keyed by [the first dimension].")
@click.option("--clock", type=click.Choice(["original", "now"]), help="Event time as it is, or moved up to now.")
@click.option(
    "--speed",
    envvar="REPLAY_SPEED",
    type=click.FloatRange(0),
    help=f"Event time for real time [{SPEED:g}]; 0 is no waiting.",
)
@click.option("--rate", envvar="EVENTS_PER_SECOND", type=click.FloatRange(0, min_open=True), help="Events a second.")
@click.option(
    "--loop/--no-loop", envvar="EVENT_LOOP", default=False, help="Again and again, whole weeks later each time."
)
@click.option("--shuffle/--no-shuffle", envvar="EVENT_SHUFFLE", default=False, help="In an order that is drawn.")
@click.option("--duration", "duration_s", type=click.FloatRange(0, min_open=True), metavar="S", help="Real seconds.")
@click.option("--late", metavar="SHARE:DELAY", help="Events sent late: 0.02:300s.")
@click.option("--duplicate", type=SHARE, metavar="SHARE", help="Events sent twice.")
@click.option("--corrupt", type=SHARE, metavar="SHARE", help="Events that nobody can read.")
@click.option("--disorder", "disorder_s", type=click.FloatRange(0), metavar="S", help="Event time out of order.")
@click.option("--seed", type=int, help="Of faults and of --shuffle [the schema's].")
@click.option("--truth", type=FOLDER, help="Where it is told what was done [STATE/DATASET/truth.jsonl].")
@click.option(
    "--state", envvar="REPLAY_STATE", type=FOLDER, default=Path("data/state"), show_default=True, help="Positions."
)
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(0),
    default=300.0,
    show_default=True,
    help="Seconds to wait for extracts and Kafka.",
)
@click.option(
    "--patience",
    "patience_s",
    type=click.FloatRange(1),
    default=600.0,
    show_default=True,
    help="Seconds to wait for a broker that acknowledges nothing.",
)
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def command(**values: Any) -> None:
    """Replays the extracts of a schema as events."""
    load_arrow_alone()
    from event_generator.pace import Time
    from event_generator.replay import replay

    replay(Options(**values), Time(time.monotonic, time.sleep, lambda: time.time_ns() // 1000))


def main() -> int:
    return console.run(command, "kafka_event_producer")


if __name__ == "__main__":
    sys.exit(main())
