"""The job from extracts to a published run. Killed at any moment, readers have the old run or the new one, whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from batch import account as accounts
from batch.account import SECOND_HEADER, Account
from batch.duplicates import duplicates
from batch.groups import DUPLICATE, ODD, PLACED, TEXT
from batch.inputs import Input, file_key
from batch.scan import look_into, names_of, read, told_missing
from batch.tally import kpis, put_aside, results, slots, tally, tally_again, united
from datagen.errors import UserError
from datagen.model import Dataset
from pipeline import aggregates
from pipeline.cells import BLOCK, FILE, HEADER, TORN
from pipeline.cleansing import COUNTED, FATE, QUARANTINED, REASON, UNKNOWN, rules_of
from pipeline.reading import Reading, reading_of
from pipeline.runs import Clock, Run, Runs, instant_text
from pipeline.storage import Storage

TRIES = 3  # of a run whose input changes while it is read
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Job:
    """One schema's batch job on one session."""

    spark: SparkSession
    storage: Storage
    dataset: Dataset
    runs: Runs
    strict: bool
    say: Say
    clock: Clock

    def run(self, find: Callable[[], Input]) -> Run:
        """Reads what `find` gives, publishes a run and names it. UserError where nothing could be published."""
        with self.runs.lock():
            for _ in range(TRIES):
                published = self._attempt(find)
                if published is not None:
                    return published
                self.say("the input changed while it was read; starting over")
        raise UserError("the input kept changing while it was read; run this again when the generator is done")

    def _attempt(self, find: Callable[[], Input]) -> Run | None:
        began = self.clock()
        given = find()
        self.say(f"reading {_count(len(given.extracts), 'file')}, {given.bytes:,} bytes, below {given.path}")
        reading = reading_of(self.dataset.analysis)
        warnings: dict[str, None] = {}
        tallied, account = self._tally(given, reading, warnings)
        if find() != given:
            return None
        self._check(account, given, reading, warnings)
        return self._publish(tallied, account, given, reading, list(warnings), began)

    def _tally(self, given: Input, reading: Reading, warnings: dict[str, None]) -> tuple[DataFrame, Account]:
        """Every row's group, and the account of them. What is kept is kept without its plan, which is large."""
        rules = rules_of(reading.analysis, strict=self.strict)
        sources = look_into(self.spark, self.storage, given.extracts, reading, rules, warnings.setdefault)
        torn: set[str] = set()
        while True:
            frames = read(self.spark, sources, reading, torn, warnings.setdefault)
            repeats = duplicates(frames, reading, rules)
            parts = [tally(frames, reading, rules, repeats).localCheckpoint()]
            groups = accounts.groups(parts[0], reading)
            if any(row[FATE] == ODD for row in groups):
                parts.append(tally_again(parts[0], frames, reading, rules, repeats).localCheckpoint())
                groups = [*(row for row in groups if row[FATE] != ODD), *accounts.groups(parts[1], reading)]
            more = {file_key(row[FILE]) for row in groups if row[FATE] == TORN}
            if not more:
                return united(parts), accounts.take(groups, given.extracts, reading)
            torn |= more
            self.say(f"{_count(len(more), 'file')} with records over several lines; reading again")

    def _check(self, account: Account, given: Input, reading: Reading, warnings: dict[str, None]) -> None:
        for file in account.files.values():
            if file.absent > 0:
                told_missing(file.name, list(names_of(file.absent, reading)), reading, warnings.setdefault)
        for warning in warnings:
            self.say(f"warning: {warning}")
        if not account.total(COUNTED):
            reasons = "; ".join(f"{rows:,} x {reason}" for reason, rows in account.most_common()[:5])
            why = f"all {account.read:,} rows were put aside: {reasons}" if account.read else "the files have no row"
            raise UserError(f"{given.path}: nothing to count, so nothing is published; {why}")

    def _publish(
        self,
        tallied: DataFrame,
        account: Account,
        given: Input,
        reading: Reading,
        warnings: list[str],
        began: datetime,
    ) -> Run:
        run = self.runs.begin()
        try:
            totals = kpis(tallied, reading).head()
            assert totals is not None
            aggregated = self._write(run, tallied, account, reading)
            finished = self.clock()
            quality = {
                "run": run.id,
                "dataset": self.dataset.name,
                "fingerprint": reading.analysis.fingerprint,
                "schema_sha256": self.dataset.schema_sha256,
                "manifest_sha256": given.made.sha256 if given.made else None,
                "started_at": instant_text(began),
                "finished_at": instant_text(finished),
                "seconds": round((finished - began).total_seconds(), 3),
                "strict": self.strict,
                **_account_document(account, reading),
                "warnings": warnings,
                "input": _input_document(given, began),
                "first_timestamp": _instant(totals, aggregates.FIRST),
                "last_timestamp": _instant(totals, aggregates.LAST),
                "output": {"aggregated_rows": aggregated},
            }
            self.storage.write(f"{run.folder}/analysis.json", reading.analysis.to_json())
            self.storage.write(f"{run.folder}/quality.json", json.dumps(quality, indent=2, allow_nan=False))
        except BaseException:
            self.runs.discard(run)
            raise
        self.runs.publish(run, reading.analysis.fingerprint)
        return run

    def _write(self, run: Run, tallied: DataFrame, account: Account, reading: Reading) -> int:
        """The run's tables. Gives how many aggregated rows there are."""
        rows = results(tallied, reading).cache()
        try:
            rows.write.partitionBy(reading.date).parquet(f"{run.folder}/parquet")
            count = rows.count()
            _one_csv(rows, f"{run.folder}/csv")
        finally:
            rows.unpersist()
        totals = kpis(tallied, reading).select(*aggregates.published(reading))
        _one_csv(totals, f"{run.folder}/kpis")
        slots(tallied, reading).write.parquet(f"{run.folder}/slots")
        if account.total(QUARANTINED):
            self._quarantine(tallied, account).coalesce(1).write.json(f"{run.folder}/quarantine")
        else:
            self.storage.make_folder(f"{run.folder}/quarantine")
        return count

    def _quarantine(self, tallied: DataFrame, account: Account) -> DataFrame:
        """file, line (from 1; a record's first), reason, raw; in the order of files and lines."""
        places = [
            (file, block, first_row, line, account.files[file_key(file)].name)
            for (file, block), (first_row, line) in account.first_lines.items()
        ]
        known = self.spark.createDataFrame(
            places, f"{FILE} string, {BLOCK} bigint, first_row bigint, first_line bigint, name string"
        )
        placed = put_aside(tallied).join(F.broadcast(known), [FILE, BLOCK])
        listed = placed.select(
            F.col("name").alias("file"),
            (F.col(PLACED) - F.col("first_row") + F.col("first_line")).alias("line"),
            F.coalesce(F.col(REASON), F.lit(SECOND_HEADER)).alias("reason"),
            F.col(TEXT).alias("raw"),
            FATE,
        )
        return listed.where((F.col(FATE) != HEADER) | (F.col("line") > 1)).drop(FATE).orderBy("file", "line")


def _one_csv(rows: DataFrame, folder: str) -> None:
    """One file with a header, quoted as RFC 4180 has it."""
    options = {"header": "true", "escape": '"', "emptyValue": "", "ignoreLeadingWhiteSpace": "false"}
    rows.coalesce(1).write.options(**options, ignoreTrailingWhiteSpace="false").csv(folder)


def _account_document(account: Account, reading: Reading) -> dict[str, Any]:
    return {
        "rows": {
            "read": account.read,
            COUNTED: account.total(COUNTED),
            QUARANTINED: account.total(QUARANTINED),
            DUPLICATE: account.total(DUPLICATE),
            "duplicate_differing": account.differing,
        },
        "repaired": [
            {"column": name, "rule": f"blank → {_stand_in(name, reading)}", "rows": rows}
            for name, rows in account.repairs.items()
        ],
        "reasons": [{"reason": reason, "rows": rows} for reason, rows in account.most_common()],
        "files": [
            {
                "file": file.name,
                "bytes": file.bytes,
                "read": file.read,
                **{fate: file.rows[fate] for fate in (COUNTED, QUARANTINED, DUPLICATE)},
            }
            for file in account.files.values()
        ],
    }


def _stand_in(name: str, reading: Reading) -> str:
    if name in reading.dimensions:
        return UNKNOWN
    return "false" if name in reading.counted_flags else "0"


def _input_document(given: Input, began: datetime) -> Mapping[str, Any]:
    return {
        "path": given.path,
        "files": len(given.extracts),
        "bytes": given.bytes,
        "generated_rows": given.generated_rows,
        "generated_at": given.made.finished_at if given.made else None,
        "read_at": instant_text(began),
    }


def _instant(totals: Row, name: str) -> str | None:
    microseconds = totals[name]
    if microseconds is None:
        return None
    return (EPOCH + timedelta(microseconds=microseconds)).isoformat().replace("+00:00", "Z")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
