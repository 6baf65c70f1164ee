"""The streaming job against a streaming program with the same windows that checks nothing, on a backlog, in rounds."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench import cards
from bench.claims import Claim, at_least, table
from bench.replay import broker
from bench.run import Used, command, run

PLAIN, TUNED, OURS = "plain streaming program", "plain, with the job's options of Java", "streaming job"
PROGRAMS = {PLAIN: ("stream_plain",), TUNED: ("stream_plain", "tuned"), OURS: ("stream_job",)}
TOPIC = "backlog"
FLOOR = 0.6

Results = dict[str, list[Used]]


def rounds(count: int, rows: int, folder: Path, tell: Callable[[str], None]) -> Results:
    """Each once a round, on one topic of one partition."""
    source = folder / "input"
    command(["datagen", "generate", cards.SCHEMA, "--rows", rows, "--format", "parquet", "--quiet", "-o", source])
    results: Results = {}
    with broker(folder) as address:
        sending = ["event_generator.kafka_event_producer", "--schema", cards.SCHEMA, "--input", source]
        sending += ["--bootstrap-servers", address, "--topic", TOPIC, "--state", folder / "state", "--speed", 0]
        command([*sending, "--quiet"])
        for number in range(count):
            for name, (program, *how) in PROGRAMS.items():
                used = run(program, [address, TOPIC, folder / "output", rows, *how])
                shutil.rmtree(folder / "output")
                results.setdefault(name, []).append(used)
                tell(f"round {number + 1}: {name}: {used.cpu_s:.1f} CPU-seconds, {used.seconds:.1f} s")
    return results


def results_table(results: Results) -> str:
    rows = [
        (
            name,
            f"{_cpu_s(used):.1f}",
            f"{median(one.seconds for one in used):.1f}",
            f"{used[0].rows / _cpu_s(used) / 1e3:.0f}",
        )
        for name, used in results.items()
    ]
    head = (f"backlog of {results[PLAIN][0].rows / 1e6:g} M events", "CPU-s", "s", "k events per CPU-second")
    return table(head, rows)


def claims(results: Results) -> list[Claim]:
    rounds = zip(results[PLAIN], results[OURS], strict=True)
    ratio = float(median(plain.cpu_s / ours.cpu_s for plain, ours in rounds))
    return [at_least("streaming job's events per CPU-second, to plain", ratio, FLOOR, " x")]


def _cpu_s(used: list[Used]) -> float:
    return float(median(one.cpu_s for one in used))
