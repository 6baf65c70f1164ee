"""A shop of nine tables, in memory and as Parquet, and beside it the eight of TPC-H by tpchgen-cli."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from subprocess import DEVNULL, Popen

from bench.claims import Claim, at_least, at_most, table
from bench.run import MB, ROOT, Used, command, faster, median_of, run

CUSTOMERS = 75_000  # and with them about 2 M rows of all tables
ROWS_A_CUSTOMER = 27.6
TPCH_SCALE = 1.0
LOOK_S = 0.005


@dataclass(frozen=True, slots=True)
class Contender:
    name: str
    form: str
    program: str
    size: float  # customers, or the scale
    options: tuple[object, ...]  # behind size and folder


CONTENDERS = (
    Contender("datagen, 1 thread", "memory", "related", CUSTOMERS, ("memory", 1)),
    Contender("datagen, 1 worker", "parquet", "related", 6 * CUSTOMERS, ("parquet", 1)),
    Contender("datagen, 2 workers", "parquet", "related", 6 * CUSTOMERS, ("parquet", 2)),
    Contender("tpchgen-cli, 1 thread", "parquet", "tpch", TPCH_SCALE, (1,)),
    Contender("tpchgen-cli, 2 threads", "parquet", "tpch", TPCH_SCALE, (2,)),
)

Results = dict[str, list[Used]]


def rounds(count: int, share: float, folder: Path, tell: Callable[[str], None]) -> Results:
    """Every contender once a round."""
    results: Results = {}
    for number in range(count):
        for one in CONTENDERS:
            output = folder / "out"
            size = one.size * share if one.program == "tpch" else int(one.size * share)
            used = run(one.program, [size, output, *one.options])
            shutil.rmtree(output)
            results.setdefault(key(one), []).append(used)
            tell(f"round {number + 1}: {key(one)}: {used.rows_per_cpu_second:,.0f} rows per CPU-second")
    return results


def key(one: Contender) -> str:
    return f"{one.name}, {'in memory' if one.form == 'memory' else 'Parquet'}"


def results_table(results: Results) -> str:
    rows = [
        (
            name,
            f"{median_of(used, 'rows_per_cpu_second') / 1e6:.3f}",
            f"{median_of(used, 'rows_per_second') / 1e6:.3f}",
            f"{max(one.rss_bytes for one in used) / MB:.0f}",
            f"{used[0].bytes / used[0].rows:.0f}",
        )
        for name, used in results.items()
    ]
    return table(("", "M rows per CPU-second", "M rows/s", "peak MB", "bytes a row"), rows)


def claims(results: Results) -> list[Claim]:
    memory, one, two = (results[key(contender)] for contender in CONTENDERS[:3])
    return [
        at_least("in memory, M rows per CPU-second", median_of(memory, "rows_per_cpu_second") / 1e6, 0.5),
        at_least("as Parquet, M rows per CPU-second", median_of(one, "rows_per_cpu_second") / 1e6, 0.35),
        at_least("two workers to one, rows/s", faster(two, one), 1.7, " x"),
    ]


def whole_commands(folder: Path, rows: int, times: int) -> list[Claim]:
    """What a user waits for and what a machine must have, of whole commands."""
    output = folder / "set"
    large = ["datagen", "generate", "bench/shop_of_nine.json", "--workers", 2, "--quiet", "-o", output]
    peak = command([*large, "--rows", f"customer={int(rows / ROWS_A_CUSTOMER)}"]).rss_bytes / MB
    shutil.rmtree(output)
    seconds = []
    for _ in range(times):
        seconds.append(command(["datagen", "generate", "schemas/bank.json", "--quiet", "-o", output]).seconds)
        shutil.rmtree(output)
    claimed = [
        at_most(f"peak memory, {rows / 1e6:g} M rows of nine tables", peak, 1000, " MB"),
        at_most("datagen generate schemas/bank.json", median(seconds), 2, " s"),
    ]
    for schema in ("bench/shop_of_nine.json", "schemas/shop.json"):
        small, much = (median(until_it_writes(schema, scale, output) for _ in range(times)) for scale in (1, 1000))
        claimed.append(at_most(f"{schema} --scale 1000 begins to write later than --scale 1 by", much - small, 1, " s"))
    return claimed


def until_it_writes(schema: str, scale: int, output: Path) -> float:
    """Seconds until any file of a set in the making has bytes."""
    arguments = ["generate", schema, "--scale", str(scale), "--quiet", "-o", str(output)]
    begun = time.perf_counter()
    process = Popen([sys.executable, "-m", "datagen", *arguments], cwd=ROOT, stdout=DEVNULL, stderr=DEVNULL)
    try:
        while process.poll() is None and not _has_bytes(output.parent):
            time.sleep(LOOK_S)
        return time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(output, ignore_errors=True)


def _has_bytes(folder: Path) -> bool:
    for path in folder.rglob("*.parquet"):
        try:
            if path.stat().st_size:
                return True
        except FileNotFoundError:  # put in its place meanwhile
            return True
    return False
