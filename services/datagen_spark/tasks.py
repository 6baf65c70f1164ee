"""What executors do: a task makes one whole file from the effective document, and gives a receipt of it.

A task that is tried again, or has a twin, makes the same bytes under a name of its own and renames them onto the same
name; which of them comes last makes no difference.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
from pyspark import TaskContext

from datagen import by_day
from datagen.by_day import How
from datagen.compile import compile_schema
from datagen.draws import DRAW_VERSION
from datagen.errors import UserError
from datagen.layout import Extract
from datagen.plan import Plan
from datagen.progress import Tally
from datagen.record import DISTRIBUTION, TOOLS, version_of
from datagen.schema import read_effective
from datagen.sinks.durable import Target, Written
from datagen.sinks.faults import as_user_error
from datagen_spark.desks import Desk

SCHEMA = "path string, rows bigint, bytes bigint, sha256 string"
RECEIPT = pa.schema([("path", pa.string()), ("rows", pa.int64()), ("bytes", pa.int64()), ("sha256", pa.string())])


@dataclass(frozen=True, slots=True)
class Maker:
    """For mapInArrow: numbers of parts in, receipts out. It holds all that a task needs."""

    document: str  # the effective one, as JSON
    versions: Mapping[str, str]  # of all that shapes bytes, as the manifest will say
    parts: tuple[Extract, ...]
    block_rows: int
    desk: Desk

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                part = self.parts[number]
                written = self.make(part)
                rows = part.rows if written.rows is None else written.rows
                receipt = [[part.path], [rows], [written.bytes], [written.sha256]]
                yield pa.record_batch(receipt, schema=RECEIPT)

    def make(self, part: Extract) -> Written:
        """Puts the file where the desk says. What the user can put right is a UserError that names this host."""
        host = socket.gethostname()
        _refuse_other_versions(self.versions, host)
        plan = plan_of(self.document)
        try:
            return self.desk.put(part.path, lambda target: written_to(target, plan, part, self.block_rows))
        except OSError as error:
            fault = as_user_error(error, self.desk.room)
            if fault is None:
                raise
            raise UserError(f"on {host}: {fault}") from error


def written_to(target: Target, plan: Plan, part: Extract, block_rows: int) -> Written:
    """The local engine's own work, on one file, with as many threads as the task has cores."""
    _, receipts = by_day.make(plan, [part], lambda _: target, How(cores(), block_rows, Tally(part.rows)))
    return receipts[part.path]


def cores() -> int:
    context = TaskContext.get()
    return context.cpus() if context else 1


@lru_cache(maxsize=1)
def plan_of(document: str) -> Plan:
    return compile_schema(read_effective(json.loads(document)))


def versions() -> dict[str, str]:
    """Of all that shapes bytes, here."""
    return {"draws": str(DRAW_VERSION), **{tool: version_of(tool) for tool in (DISTRIBUTION, *TOOLS)}}


def _refuse_other_versions(wanted: Mapping[str, str], host: str) -> None:
    """Bytes may differ between versions, and the manifest names one of each."""
    here = versions()
    other = [f"{name} {here[name]} in place of {wanted[name]}" for name in wanted if here.get(name) != wanted[name]]
    if other:
        raise UserError(f"on {host}: {', '.join(other)}; give executors the packages that this machine has")
