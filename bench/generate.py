"""card_transactions made in several ways, side by side, in rounds, so that the machine's moods meet all alike."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.claims import Claim, at_least, at_most, table
from bench.run import MB, Used, command, faster, median_of, run


@dataclass(frozen=True, slots=True)
class Contender:
    name: str
    form: str
    program: str
    rows: int
    options: tuple[object, ...]  # behind rows and path


LOOP = Contender("row-at-a-time loop", "csv", "loop", 60_000, ())
CONTENDERS = (  # each for about as long, but for the loop
    LOOP,
    *(
        Contender(f"DuckDB, {threads} thread{'s' * (threads > 1)}", form, "duck", 1_000_000, (form, threads))
        for form in ("csv", "parquet")
        for threads in (1, 2)
    ),
    *(
        Contender(f"datagen, {workers} worker{'s' * (workers > 1)}", form, "ours", 2_500_000, (form, workers))
        for form in ("csv", "parquet")
        for workers in (1, 2)
    ),
)

Results = dict[tuple[str, str], list[Used]]  # (program and threads, format)


def rounds(count: int, share: float, folder: Path, tell: Callable[[str], None]) -> Results:
    """Every contender once a round."""
    results: Results = {}
    for number in range(count):
        for one in CONTENDERS:
            used = _once(one, int(one.rows * share), folder)
            results.setdefault((one.name, one.form), []).append(used)
            tell(f"round {number + 1}: {one.name}, {one.form}: {used.rows_per_cpu_second:,.0f} rows per CPU-second")
    return results


def _once(one: Contender, rows: int, folder: Path) -> Used:
    output = folder / f"out.{one.form}"
    used = run(one.program, [rows, output, *one.options])
    _remove(output)
    return used


def results_table(results: Results) -> str:
    rows = [
        (
            name,
            form,
            f"{median_of(used, 'rows_per_cpu_second') / 1e6:.3f}",
            f"{median_of(used, 'rows_per_second') / 1e6:.3f}",
            f"{max(one.rss_bytes for one in used) / MB:.0f}",
            f"{used[0].bytes / used[0].rows:.0f}",
        )
        for (name, form), used in sorted(results.items(), key=lambda item: item[0][1])
    ]
    return table(("", "format", "M rows per CPU-second", "M rows/s", "peak MB", "bytes a row"), rows)


def claims(results: Results) -> list[Claim]:
    def per_cpu_s(name: str, form: str) -> float:
        return median_of(results[name, form], "rows_per_cpu_second")

    duck, one, two = "DuckDB, 1 thread", "datagen, 1 worker", "datagen, 2 workers"
    return [
        at_least("CSV: one worker to DuckDB's thread", per_cpu_s(one, "csv") / per_cpu_s(duck, "csv"), 2, " x"),
        at_least("CSV: one worker to the loop", per_cpu_s(one, "csv") / per_cpu_s(LOOP.name, "csv"), 80, " x"),
        at_least("Parquet: to DuckDB's thread", per_cpu_s(one, "parquet") / per_cpu_s(duck, "parquet"), 1.3, " x"),
        at_least("CSV: two workers to one, rows/s", faster(results[two, "csv"], results[one, "csv"]), 1.7, " x"),
    ]


def preview_claim(times: int) -> Claim:
    seconds = [command(["datagen", "preview", "schemas/card_transactions.json"]).seconds for _ in range(times)]
    return at_most("datagen preview, the whole command", median(seconds), 1, " s")


def memory_claims(folder: Path, small: int, large: int) -> list[Claim]:
    """Of the whole command with two workers. Day files of few rows take less, so what must be flat is one file's."""
    one_small, one_large = (_peak_mb(folder / "one.csv", rows) for rows in (small, large))
    return [
        at_most(f"peak memory, {small / 1e6:g} M rows in one file", one_small, 400, " MB"),
        at_most(f"peak memory, {large / 1e6:g} M rows in one file", one_large, 400, " MB"),
        at_most("the larger to the smaller", one_large / one_small, 1.15, " x"),
        at_most(f"peak memory, {large / 1e6:g} M rows in day files", _peak_mb(folder / "days", large), 400, " MB"),
    ]


def _peak_mb(output: Path, rows: int) -> float:
    arguments = ["datagen", "generate", "schemas/card_transactions.json", "--rows", rows, "--workers", 2, "--quiet"]
    peak = command([*arguments, "-o", output]).rss_bytes / MB
    _remove(output)
    return peak


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()
