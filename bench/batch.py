"""The batch job against a Spark program that groups the same files and checks nothing, in rounds."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench.claims import Claim, at_most, table
from bench.run import Used, command, run

PLAIN, WITHOUT, WITH = "plain Spark program", "batch job, no check for duplicates", "batch job"
PROGRAMS: dict[str, tuple[str, tuple[str, ...]]] = {
    PLAIN: ("spark_plain", ()),
    WITHOUT: ("spark_job", ("without",)),
    WITH: ("spark_job", ("with",)),
}

Results = dict[str, list[Used]]


def rounds(count: int, rows: int, folder: Path, tell: Callable[[str], None]) -> Results:
    """Every program once a round, on one set of day files."""
    source = folder / "input"
    command(["datagen", "generate", "schemas/card_transactions.json", "--rows", rows, "--quiet", "-o", source])
    results: Results = {}
    for number in range(count):
        for name, (program, options) in PROGRAMS.items():
            os.sync()
            used = run(program, [source, folder / "output", rows, *options])
            shutil.rmtree(folder / "output")
            results.setdefault(name, []).append(used)
            tell(f"round {number + 1}: {name}: {used.cpu_s:.1f} CPU-seconds, {used.seconds:.1f} s")
    return results


def results_table(results: Results) -> str:
    plain = _cpu_s(results[PLAIN])
    rows = [
        (
            name,
            f"{_cpu_s(used):.1f}",
            f"{_cpu_s(used) / plain:.2f}",
            f"{median(one.seconds for one in used):.1f}",
            f"{used[0].rows / _cpu_s(used) / 1e3:.0f}",
        )
        for name, used in results.items()
    ]
    return table((f"{results[PLAIN][0].rows / 1e6:g} M rows", "CPU-s", "x plain", "s", "k rows per CPU-second"), rows)


def _cpu_s(used: list[Used]) -> float:
    return float(median(one.cpu_s for one in used))


def claims(results: Results) -> list[Claim]:
    plain = _cpu_s(results[PLAIN])
    return [
        at_most("batch job without the check for duplicates, to plain", _cpu_s(results[WITHOUT]) / plain, 1.5, " x"),
        at_most("batch job with it, to plain", _cpu_s(results[WITH]) / plain, 2.5, " x"),
    ]
