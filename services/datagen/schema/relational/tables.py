"""What is wrong with a table beyond its shape: its key, parents, fan-out, and how many rows it gets."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from datagen.schema.json_text import Path
from datagen.schema.names import number, show
from datagen.schema.relational.behaving import stages_of
from datagen.schema.relational.behaviour_faults import check_behaviours
from datagen.schema.relational.generators import EnumListChoice
from datagen.schema.relational.look import Look
from datagen.schema.relational.nodes import DEFAULT_ROWS, FanoutChoice
from datagen.schema.relational.written import WrittenTable
from datagen.stages import reach_shares

MAX_ROWS_OF_TABLE = 10**12


def check_table(table: WrittenTable, look: Look) -> None:
    model = table.model
    if model is None:
        return
    key = look.local(table, model.pk, (*table.path, "pk"))
    if key is not None and key.model is not None and key.model.null_prob > 0:
        look.faults.add((*key.path, "null_prob"), "null_prob above 0 in the primary key; a key is never null")
    seen: set[str] = set()
    for place, parent in enumerate(model.parents):
        path = (*table.path, "parents", place)
        if parent == table.name:
            look.faults.add(path, f"{show(parent)} is the table itself; a lookup of its own key makes a hierarchy")
        elif parent in seen:
            look.faults.add(path, f"{show(parent)} stands twice; remove one")
        else:
            look.table(parent, path)
        seen.add(parent)
    if model.fanout is not None:
        _check_fanout(model.fanout, (*table.path, "fanout"), look)
    _check_vocab(table, look)
    check_behaviours(table, look)


def _check_fanout(fanout: FanoutChoice, path: Path, look: Look) -> None:
    faults = look.faults
    if faults.within(path):
        return
    if fanout.distribution == "poisson" and fanout.lambda_ is None:
        faults.add(path, "'lambda' is missing: the mean of poisson")
    if fanout.distribution == "uniform" and (fanout.min is None or fanout.max is None):
        missing = "min" if fanout.min is None else "max"
        faults.add(path, f"'{missing}' is missing: uniform is from min to max")
    if fanout.min is not None and fanout.max is not None and fanout.min > fanout.max:
        message = f"min={number(fanout.min)} is above max={number(fanout.max)}; swap them?"
        faults.add(path, message, at=(*path, "min"))


def _check_vocab(table: WrittenTable, look: Look) -> None:
    if table.model is None or table.model.kind != "vocab":
        return
    lists = {
        name: column.generator.values
        for name, column in table.columns.items()
        if isinstance(column.generator, EnumListChoice)
    }
    if not lists and not look.faults.within((*table.path, "columns")):
        look.faults.add(table.path, f"'{table.name}' is a vocab without an enum_list; give one, or make it an entity")
    counts = {name: len(values) for name, values in lists.items()}
    if len(set(counts.values())) > 1:
        said = ", ".join(f"{name} {count}" for name, count in counts.items())
        look.faults.add((*table.path, "columns"), f"the lists of a vocab differ in length: {said}; make them alike")


def declared_rows(table: WrittenTable) -> int:
    """How many rows a table without a fan-out has."""
    model = table.model
    if model is not None and model.kind == "vocab":
        for column in table.columns.values():
            if isinstance(column.generator, EnumListChoice):
                return len(column.generator.values)
    return DEFAULT_ROWS if model is None or model.rows is None else model.rows


def mean_fanout(fanout: FanoutChoice | None) -> float:
    """About how many rows a parent; where it is cut, at most the cut."""
    if fanout is None:
        return 1.0
    least, most = fanout.min or 0, fanout.max
    if fanout.distribution == "uniform":
        return (least + (most or least)) / 2
    mean = max(fanout.lambda_ or 0.0, least)
    return mean if most is None else min(mean, most)


def mean_children(table: WrittenTable) -> float:
    """About how many rows a parent, before anything scales it."""
    stages = stages_of(table)
    if stages is not None:
        shares = reach_shares(tuple(stage.transition_rate for stage in stages.stages), np.ones(1))
        return float(sum(share[0] for share in shares))
    return mean_fanout(table.model.fanout if table.model else None)


def check_sizes(order: tuple[str, ...], look: Look) -> None:
    """Notes each fan-out that would make more rows than anybody can use."""
    expected = expected_rows(order, look.tables)
    for name in order:
        table = look.tables[name]
        of_parent = expected.get(table.parents[0], 0.0) if table.fans_out else MAX_ROWS_OF_TABLE + 1
        if of_parent > MAX_ROWS_OF_TABLE or expected[name] <= MAX_ROWS_OF_TABLE or table.model is None:
            continue
        mean = mean_children(table)
        told = f"{of_parent:,.0f} rows of {table.parents[0]} times {mean:,.15g} are {expected[name]:.2g} rows"
        look.faults.add(
            (*table.path, "fanout"), f"{told}; at most {MAX_ROWS_OF_TABLE:.0e}, so lower the fan-out or the rows"
        )


def expected_rows(order: tuple[str, ...], tables: Mapping[str, WrittenTable]) -> dict[str, float]:
    """About how many rows each table gets."""
    expected: dict[str, float] = {}
    for name in order:
        table = tables[name]
        rows = declared_rows(table)
        expected[name] = expected.get(table.parents[0], 0.0) * mean_children(table) if table.fans_out else float(rows)
    return expected
