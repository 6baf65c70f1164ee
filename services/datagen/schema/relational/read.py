"""From a document in the relational dialect to its tables and rules, or to every fault of it at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datagen.schema.document import TimeWindow
from datagen.schema.faults import Faults
from datagen.schema.fields import Written
from datagen.schema.json_text import Path
from datagen.schema.relational.changes import check_changes, check_node_effects
from datagen.schema.relational.circles import check_circles
from datagen.schema.relational.columns import check_column
from datagen.schema.relational.document import RelationalDocument
from datagen.schema.relational.listing import with_listed_segments
from datagen.schema.relational.look import Look
from datagen.schema.relational.order import check_dag, in_order
from datagen.schema.relational.pointed import with_foreign_keys
from datagen.schema.relational.rules import Constraints, read_constraints, read_targets
from datagen.schema.relational.tables import check_sizes, check_table
from datagen.schema.relational.written import WrittenTable, read_tables
from datagen.schema.window import read_window
from datagen.schema.wording import check_shape
from datagen.timeline import Window

TIMEFRAME: Path = ("timeframe",)


@dataclass(frozen=True, slots=True)
class Relational:
    """What stands in a document; only as good as the document where faults were noted."""

    tables: Mapping[str, WrittenTable]
    order: tuple[str, ...]  # each table after those it reads
    window: Window | None
    freq: str | None  # of the timeframe
    constraints: Constraints
    targets: tuple[tuple[Path, Written], ...]


def read_relational(raw: dict[str, Any], faults: Faults) -> Relational:
    document = check_shape(RelationalDocument, raw, (), faults)
    listed = raw.get("nodes")
    tables = read_tables(listed if isinstance(listed, list) else [], faults)
    look = Look(tables, faults)
    for table in tables.values():
        check_table(table, look)
        check_node_effects(table, look)
        for column in table.columns.values():
            check_column(column, table, look)
            check_changes(column, table, look)
    constraints = read_constraints(raw.get("constraints"), look)
    tables, constraints = with_foreign_keys(with_listed_segments(tables), constraints)
    check_circles(tables, faults)
    order = in_order(tables, faults)
    if document is not None:
        check_dag(document.dag, tables, faults)
    targets = read_targets(raw.get("targets"), look)
    check_sizes(order, look)
    frame = document.timeframe if document else None
    return Relational(tables, order, _window(raw, faults), frame.freq if frame else None, constraints, targets)


def _window(raw: dict[str, Any], faults: Faults) -> Window | None:
    if faults.within(TIMEFRAME):
        return None
    frame = {key: raw["timeframe"][key] for key in ("start", "end")}
    return read_window(TimeWindow.model_validate(frame), faults, TIMEFRAME)
