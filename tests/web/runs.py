"""Published runs for tests: folders of exactly the layout a batch job leaves, made with pyarrow from a few events."""

from __future__ import annotations

import csv
import json
import os
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from datagen.analysis import Analysis, Dimension, Flag, InputColumn, Measure, Number, Stream

PUBLISHED_AT = "2025-03-01T10:00:12.345678+00:00"
RUN = "20250301T100000Z-7f3a"


@dataclass(frozen=True)
class Event:
    """A cleansed row: its day, its dimensions, its numbers as decimal text, its flags."""

    day: date
    dimensions: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    flags: tuple[bool, ...] = ()


def card_analysis(**changes: Any) -> Analysis:
    """Three dimensions, money, flags of which one is bad news."""
    analysis = Analysis(
        dataset="card_transactions",
        name="Card Transactions",
        title="Card Transactions",
        description="Card payments in eight cities",
        currency="INR",
        timezone="Asia/Kolkata",
        table="card_transactions",
        id_field="event_id",
        timestamp_field="event_time",
        dimensions=(Dimension("city", "City"), Dimension("channel", "Channel"), Dimension("merchant_cat", "Merchant")),
        numeric_fields=(Number("amount", "Amount", "float", 2, "money", None, "good"),),
        boolean_fields=(
            Flag("is_international", "International", "percent", None, None),
            Flag("is_contactless", "Contactless", "percent", None, "good"),
            Flag("label_fraud", "Fraud rate", "percent", None, "bad"),
        ),
        measures=(),
        aliases={},
        stream=Stream(3600, 900, 900, "city", "amount"),
        columns=(InputColumn("event_id", "text"), InputColumn("event_time", "time", None, "iso")),
        window_start="2025-01-01T00:00:00Z",
        window_end="2025-02-28T23:59:59Z",
        fingerprint="5c19e2aa" + "0" * 56,
    )
    return replace(analysis, **changes)


def plain_analysis(**changes: Any) -> Analysis:
    """One dimension, no number, no flag."""
    bare: dict[str, Any] = {"numeric_fields": (), "boolean_fields": (), "currency": None, "timezone": "UTC"}
    bare |= {"dimensions": (Dimension("city", "City"),), "stream": Stream(3600, 900, 900, "city", None)}
    return card_analysis(**(bare | changes))


def readings_analysis() -> Analysis:
    """Numbers with units, whose sums say nothing, and a measure that is a share."""
    return card_analysis(
        dataset="iot_sensors",
        title="Machine Condition",
        currency=None,
        dimensions=(Dimension("plant", "Plant"), Dimension("machine", "Machine")),
        numeric_fields=(
            Number("temperature_c", "Temperature", "float", 1, "number", "°C", None),
            Number("starts", "Starts", "int", None, "number", None, "bad"),
        ),
        boolean_fields=(Flag("is_alarm", "Alarms", "percent", None, "bad"),),
        measures=(Measure("load", "Load", "power / rated", 4, "percent", None, None),),
        stream=Stream(3600, 900, 900, "plant", "temperature_c"),
    )


def card_events(first: date, days: int, per_day: int = 40, seed: int = 7) -> list[Event]:
    """Payments as they might be: uneven cities, more on weekends, slowly growing."""
    rng = random.Random(seed)
    cities = ["Mumbai", "Delhi", "Bengaluru", "Hyderabad", "Pune", "Kolkata", "Chennai", "Jaipur"]
    channels, merchants = ["POS", "ECOM", "ATM", "TRANSIT"], ["grocery", "fuel", "travel", "electronics"]
    events = []
    for place in range(days):
        day = first + timedelta(place)
        busy = per_day * (1.25 if day.weekday() >= 5 else 1) * (1 + place / (4 * days))
        for _ in range(rng.randint(int(busy * 0.9), int(busy * 1.1))):
            names = (
                rng.choices(cities, [25, 22, 17, 12, 9, 7, 5, 3])[0],
                rng.choices(channels, [45, 36, 14, 5])[0],
                rng.choice(merchants),
            )
            amount = f"{rng.lognormvariate(5, 1):.2f}"
            flags = (rng.random() < 0.08, rng.random() < 0.61, rng.random() < 0.013)
            events.append(Event(day, names, (amount,), flags))
    return events


def write_run(
    data: Path,
    analysis: Analysis,
    events: Sequence[Event],
    *,
    run: str = RUN,
    published_at: str = PUBLISHED_AT,
    quality: Mapping[str, Any] | None = None,
    pointer: bool = True,
) -> Path:
    """Writes a run and, last, the pointer to it; gives the run's folder. `quality` replaces what its account says."""
    root = data / "output" / analysis.dataset / "batch"
    folder = root / "runs" / run
    table = aggregate(analysis, events)
    write_parquet(folder / "parquet", table, f"{analysis.timestamp_field}_date")
    _write_csv(folder / "csv", table)
    account = _account(analysis, run, events, table.num_rows, published_at) | dict(quality or {})
    (folder / "quality.json").write_text(json.dumps(account), encoding="utf-8")
    (folder / "analysis.json").write_text(analysis.to_json(), encoding="utf-8")
    if pointer:
        point(root, run, analysis.fingerprint, published_at)
    return folder


def point(root: Path, run: str, fingerprint: str, published_at: str = PUBLISHED_AT) -> None:
    content = {"run": run, "path": f"runs/{run}", "fingerprint": fingerprint, "published_at": published_at}
    partial = root / ".current.json.tmp"
    partial.write_text(json.dumps(content), encoding="utf-8")
    os.replace(partial, root / "current.json")


def aggregate(analysis: Analysis, events: Iterable[Event]) -> pa.Table:
    """The plain way: a dictionary of groups, decimals and counts."""
    groups: dict[tuple[date, tuple[str, ...]], list[Event]] = {}
    for event in events:
        groups.setdefault((event.day, event.dimensions), []).append(event)
    keys = sorted(groups)
    day = pa.array([day for day, _ in keys], pa.date32())
    columns: dict[str, pa.Array] = {f"{analysis.timestamp_field}_date": day}
    for place, dimension in enumerate(analysis.dimensions):
        columns[dimension.name] = pa.array([names[place] for _, names in keys], pa.string())
    columns["record_count"] = pa.array([len(groups[key]) for key in keys], pa.int64())
    numbers: list[Number | Measure] = [*analysis.numeric_fields, *analysis.measures]
    for place, number in enumerate(numbers):
        sums = [sum((Decimal(event.numbers[place]) for event in groups[key]), Decimal(0)) for key in keys]
        averages = [float(total) / len(groups[key]) for total, key in zip(sums, keys, strict=True)]
        columns[f"sum_{number.name}"] = pa.array(
            [int(total) for total in sums] if getattr(number, "kind", "float") == "int" else sums, _sum_type(number)
        )
        columns[f"avg_{number.name}"] = pa.array(averages, pa.float64())
    for place, flag in enumerate(analysis.boolean_fields):
        counts = [sum(event.flags[place] for event in groups[key]) for key in keys]
        columns[f"count_{flag.name}"] = pa.array(counts, pa.int64())
        rates = [count / len(groups[key]) for count, key in zip(counts, keys, strict=True)]
        columns[f"rate_{flag.name}"] = pa.array(rates, pa.float64())
    return pa.table(columns)


def _sum_type(number: Number | Measure) -> pa.DataType:
    if isinstance(number, Number) and number.kind == "int":
        return pa.int64()
    return pa.decimal128(38, 6 if number.precision is None else number.precision)


def write_parquet(folder: Path, table: pa.Table, partition: str) -> None:
    """Files as Spark leaves them: the day in the name of their folder and not in them."""
    for day in table.column(partition).unique().to_pylist():
        part = folder / f"{partition}={day}" / "part-00000-test.snappy.parquet"
        part.parent.mkdir(parents=True)
        mask = pa.compute.equal(table.column(partition), day)
        pq.write_table(table.filter(mask).drop_columns([partition]), part)
    (folder / "_SUCCESS").touch()


def _write_csv(folder: Path, table: pa.Table) -> None:
    folder.mkdir(parents=True)
    with (folder / "part-00000-test.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(table.column_names)
        writer.writerows(zip(*(column.to_pylist() for column in table.columns), strict=True))


def _account(analysis: Analysis, run: str, events: Sequence[Event], rows: int, published_at: str) -> dict[str, Any]:
    days = sorted({event.day for event in events})
    files = [_file(day, events, day == days[0]) for day in days]
    fates = ("read", "counted", "quarantined", "duplicate")
    totals = {fate: sum(file[fate] for file in files) for fate in fates} | {"duplicate_differing": 1}
    size = sum(file["bytes"] for file in files)
    ended = datetime.fromisoformat(published_at)
    return {
        "run": run,
        "dataset": analysis.dataset,
        "fingerprint": analysis.fingerprint,
        "schema_sha256": "0" * 64,
        "manifest_sha256": None,
        "started_at": iso(ended - timedelta(seconds=14)),
        "finished_at": iso(ended),
        "seconds": 14.2,
        "strict": False,
        "rows": totals,
        "repaired": [{"column": "city", "rule": "blank -> UNKNOWN", "rows": 3}],
        "reasons": [{"reason": "not a number", "rows": 2}, {"reason": "no such day", "rows": 1}],
        "warnings": [],
        "files": files,
        "input": {
            "path": f"data/input/{analysis.dataset}",
            "files": len(files),
            "bytes": size,
            "generated_rows": totals["read"] - totals["duplicate"],
            "generated_at": iso(ended - timedelta(minutes=2)),
            "read_at": iso(ended - timedelta(seconds=12)),
        },
        "first_timestamp": f"{days[0]}T00:00:01Z",
        "last_timestamp": f"{days[-1]}T23:59:58Z",
        "output": {"aggregated_rows": rows},
    }


def _file(day: date, events: Sequence[Event], faulty: bool) -> dict[str, Any]:
    counted = sum(event.day == day for event in events)
    quarantined, duplicate = (3, 2) if faulty else (0, 0)
    read = counted + quarantined + duplicate
    fates = {"read": read, "counted": counted, "quarantined": quarantined, "duplicate": duplicate}
    return {"file": f"{day}.csv", "bytes": 120 * read, **fates}


def iso(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
