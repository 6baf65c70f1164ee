"""Whether the stream's closed windows and the batch job's slots say the same of the same span.

Windows that begin at a multiple of their length share no event, and together hold every one. Slots lie in the rows'
own time; each epoch of the replay moves them by its shift.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from datagen.analysis import Analysis, Measure, Number
from datagen.analysis import Stream as Cut
from streaming_dashboard.health import instant
from streaming_dashboard.progress import Progress
from streaming_dashboard.windows import GROUP, NO_VALUE, RECORDS, ROWS, TOTAL, Snapshot, seconds
from web.figures import exact_text
from web.folder import UnreadableError
from web.published import Run

FOLDER, SLOT, SLOT_S = "slots", "slot_start", "slot_s"
LISTED = 20  # windows that differ
COMPARED = """
    with streamed as (
        select grp, start_s, rows, total from closed where start_s % $window_s = 0 and stop_s <= $until_s
    ),
    moved as (
        select grp, rows, total,
            slot_s + shift_s - ((slot_s + shift_s) % $window_s + $window_s) % $window_s as start_s
        from slots cross join epochs
    ),
    batched as (
        select grp, start_s, sum(rows) as rows, sum(total) as total from moved
        where start_s + $window_s <= $until_s group by 1, 2
    ),
    compared as (
        select coalesce(s.grp, b.grp) as grp, coalesce(s.start_s, b.start_s) as start_s,
            coalesce(b.rows, 0) as batch_rows, coalesce(s.rows, 0) as stream_rows,
            coalesce(b.total, 0) as batch_total, coalesce(s.total, 0) as stream_total
        from streamed s full join batched b on s.grp = b.grp and s.start_s = b.start_s
    )
"""
SUMMED = """
    select count(*), count(distinct start_s), min(start_s), max(start_s),
        sum(batch_rows), sum(stream_rows), sum(batch_total), sum(stream_total),
        sum(greatest(batch_rows - stream_rows, 0)), sum(greatest(stream_rows - batch_rows, 0)),
        count(*) filter (batch_rows <> stream_rows or batch_total <> stream_total)
    from compared
"""
DIFFERING = f"""
    select grp, start_s, batch_rows, stream_rows, batch_total, stream_total from compared
    where batch_rows <> stream_rows or batch_total <> stream_total order by start_s, grp limit {LISTED}
"""


@dataclass(frozen=True, slots=True)
class Slots:
    """What a batch run counted in each step of the stream's windows: GROUP, TOTAL, ROWS, SLOT_S."""

    run: Run
    table: pa.Table


def read_slots(run: Run, cut: Cut) -> Slots:
    value = f"sum_{cut.value}" if cut.value else None
    columns = [SLOT, cut.group_by, RECORDS, *([value] if value else [])]
    try:
        found = pa.concat_tables([pq.ParquetFile(path).read() for path in run.files(FOLDER)])
    except (OSError, pa.ArrowException) as error:
        reason = str(error).partition("\n")[0]
        raise UnreadableError(f"{FOLDER}/ of {run.called}: {reason}") from error
    lacking = [column for column in columns if column not in found.schema.names]
    if lacking:
        raise UnreadableError(f"{FOLDER}/ of {run.called}: no column {', '.join(lacking)}")
    total = found[value] if value else pa.nulls(found.num_rows, NO_VALUE)
    table = [found[cut.group_by].cast(pa.string()), total, found[RECORDS], seconds(found[SLOT])]
    return Slots(run, pa.table(table, names=[GROUP, TOTAL, ROWS, SLOT_S]))


def waiting(reason: str, command: str | None = None) -> dict[str, Any]:
    """Nothing can be compared yet."""
    return {"state": "waiting", "reason": reason, "command": command}


def foreign(run: Run, analysis: Analysis) -> dict[str, Any]:
    """The batch run is of other rows."""
    other, ours = run.fingerprint[:8], analysis.fingerprint[:8]
    reason = f"The batch {run.called} is of schema {other}, the stream of {ours}"
    return waiting(reason, f"demo up batch --schema schemas/{analysis.dataset}.json")


def reconcile(snapshot: Snapshot, slots: Slots, progress: Progress, analysis: Analysis, cut: Cut) -> dict[str, Any]:
    until_s, epochs = closed_until(snapshot, progress), _epochs(progress)
    if until_s is None or not epochs.num_rows:
        return waiting("No window has closed yet")
    bound = {"window_s": cut.window_s, "until_s": until_s}
    tables = {"slots": slots.table, "epochs": epochs}
    cells, windows, first, last, *sums, differing = snapshot.ask(COMPARED + SUMMED, bound, **tables)[0]
    if not cells:
        return waiting("No window has closed yet that shares no event with another")
    batch_rows, stream_rows, batch_total, stream_total, missing, surplus = sums
    numbers: list[Number | Measure] = [*analysis.measures, *analysis.numeric_fields]
    label = next((number.label for number in numbers if number.name == cut.value), None)
    listed = snapshot.ask(COMPARED + DIFFERING, bound, **tables) if differing else []
    return {
        "state": _state(differing, missing, surplus, progress),
        "from": instant(first),
        "to": instant(last + cut.window_s),
        "windows": windows,
        "cells": cells,
        "epochs": epochs.num_rows,
        "records": {"batch": batch_rows, "stream": stream_rows},
        "value": {"batch": exact_text(batch_total), "stream": exact_text(stream_total)} if cut.value else None,
        "label": label,
        "missing": missing,
        "surplus": surplus,
        "differing": differing,
        "allowed": {fate: progress.rows[fate] for fate in ("late", "quarantined", "duplicate")},
        "listed": [_cell(cell, cut) for cell in listed],
        "batch_run": slots.run.short,
    }


def closed_until(snapshot: Snapshot, progress: Progress) -> int | None:
    """The second up to which every window is closed, be it one without an event; None where none is.

    Behind the last closed window are those that the watermark has passed, before the first that is still open.
    """
    if progress.last_end is None:
        return None
    ended, passed = _second(progress.last_end), _second(progress.watermark or progress.last_end)
    still = snapshot.ask("select min(stop_s) from open")[0][0]
    return max(ended, passed if still is None else min(passed, still - 1))


def _state(differing: int, missing: int, surplus: int, progress: Progress) -> str:
    """`explained`: the stream lacks records, no more than it says were late or put aside."""
    if not differing:
        return "reconciled"
    put_aside = progress.rows["late"] + progress.rows["quarantined"]
    return "explained" if not surplus and 0 < missing <= put_aside else "differs"


def _epochs(progress: Progress) -> pa.Table:
    """By how much each moves the rows."""
    return pa.table({"shift_s": pa.array([round(epoch.shift_s) for epoch in progress.epochs.values()], pa.int64())})


def _cell(cell: tuple[Any, ...], cut: Cut) -> dict[str, Any]:
    group, start_s, batch_rows, stream_rows, batch_total, stream_total = cell
    return {
        "group": group,
        "start": instant(start_s),
        "end": instant(start_s + cut.window_s),
        "records": {"batch": batch_rows, "stream": stream_rows},
        "value": {"batch": exact_text(batch_total), "stream": exact_text(stream_total)} if cut.value else None,
    }


def _second(moment: datetime) -> int:
    return int(moment.timestamp() // 1)
