"""Measures this machine: python -m bench [PART ...] [--quick] [--rounds N] [--folder DIR] [--write]

All of it takes about ten minutes on two cores, --quick less than a minute a part. --write puts the
tables into docs/performance.md. Exits with 3 where something that must hold does not.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import batch, generate, hour, latency, replay, stream, tables
from bench.claims import Claim, claims_table
from bench.machine import Others, described
from bench.run import ROOT

PAGE = ROOT / "docs" / "performance.md"
PACKAGES = ("numpy", "pyarrow", "duckdb", "isal", "pyspark", "kafka-python", "tpchgen-cli")

WITH_A_BROKER = ("replay", "stream", "latency", "hour")
QUIET_S = 5

Part = Callable[[Path, bool, int | None], tuple[str, list[Claim]]]  # a table, and what must hold


def generating(folder: Path, quick: bool, rounds: int | None) -> tuple[str, list[Claim]]:
    results = generate.rounds(rounds or (2 if quick else 5), 0.4 if quick else 1, folder, say)
    previews = generate.preview_claim(3 if quick else 9)
    memory = generate.memory_claims(folder, 1_000_000, 4_000_000 if quick else 20_000_000)
    return generate.results_table(results), [*generate.claims(results), previews, *memory]


def relating(folder: Path, quick: bool, rounds: int | None) -> tuple[str, list[Claim]]:
    results = tables.rounds(rounds or (1 if quick else 5), 0.2 if quick else 1, folder, say)
    whole = tables.whole_commands(folder, 2_000_000 if quick else 15_000_000, 1 if quick else 3)
    return tables.results_table(results), [*tables.claims(results), *whole]


def batching(folder: Path, quick: bool, rounds: int | None) -> tuple[str, list[Claim]]:
    results = batch.rounds(rounds or (1 if quick else 3), 500_000 if quick else 5_000_000, folder, say)
    return batch.results_table(results), batch.claims(results)


def replaying(folder: Path, quick: bool, rounds: int | None) -> tuple[str, list[Claim]]:
    results = replay.rounds(rounds or (1 if quick else 3), 300_000 if quick else 500_000, folder, say)
    return replay.results_table(results), replay.claims(results)


def streaming(folder: Path, quick: bool, rounds: int | None) -> tuple[str, list[Claim]]:
    results = stream.rounds(rounds or (1 if quick else 3), 300_000 if quick else 2_000_000, folder, say)
    return stream.results_table(results), stream.claims(results)


def waiting(folder: Path, quick: bool, rounds: int | None) -> tuple[str, list[Claim]]:
    waited = latency.measure(20 if quick else 90, folder, say)
    return latency.results_table(waited), latency.claims(waited)


def lasting(folder: Path, quick: bool, rounds: int | None) -> tuple[str, list[Claim]]:
    sizes = hour.measure(0.2 if quick else 1, folder, say)
    return hour.results_table(sizes), hour.claims(sizes)


PARTS: dict[str, Part] = {
    "generate": generating,
    "tables": relating,
    "batch": batching,
    "replay": replaying,
    "stream": streaming,
    "latency": waiting,
    "hour": lasting,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures this machine.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all where none is named")
    parser.add_argument("--quick", action="store_true", help="fewer rows and rounds: less than a minute a part")
    parser.add_argument("--rounds", type=int, help="how often each program runs")
    parser.add_argument("--folder", type=Path, help="where a few GB are written and removed; else a temporary folder")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    asked = parser.parse_args()
    unknown = set(asked.parts) - set(PARTS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; parts are {', '.join(PARTS)}")
    met = [measure(name, asked) for name in asked.parts or PARTS]
    return 0 if all(met) else 3


def measure(name: str, asked: argparse.Namespace) -> bool:
    """One part, told and where asked written; whether all holds that must."""
    before = said_before() if name in WITH_A_BROKER else ""
    others = Others()
    with TemporaryDirectory(dir=asked.folder, prefix="bench-") as folder:
        measured, claims = PARTS[name](Path(folder), asked.quick, asked.rounds)
    meanwhile = before or f"Others used {others.cores():.2f} cores meanwhile."
    report = f"{described(PACKAGES)} {meanwhile}\n\n{measured}\n\n{claims_table(claims)}\n"
    say("\n" + report)
    if asked.write:
        page = PAGE.read_text("utf-8")
        PAGE.write_text(replaced(page, name, report), "utf-8")
    return all(claim.holds for claim in claims)


def said_before() -> str:
    """What a broker and a job use cannot be told from what others do: they are looked at before."""
    others = Others()
    time.sleep(QUIET_S)
    return f"Others used {others.cores():.2f} cores in the {QUIET_S} seconds before."


def replaced(page: str, part: str, report: str) -> str:
    """The page with another report of a part."""
    begin, end = f"<!-- {part} -->\n", f"<!-- end of {part} -->"
    return re.sub(f"(?s){begin}.*{end}", lambda _: f"{begin}{report}{end}", page)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
