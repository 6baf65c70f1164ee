"""Do stages follow each other as declared? How many parents go on from each, in which order, and after which time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from datagen.schema.relational.behaviors import StageConfig
from validate.bounds import between, off
from validate.declared import Declared, DeclaredTable, OneOf, Parent
from validate.findings import Finding, Picture, counted, skipped, verdict
from validate.laws import ExponentialLaw
from validate.literals import plain
from validate.store import Store, quoted, text

NAME, INDEX, SEGMENT = "stage_name", "stage_index", "segment"
SHARES = np.array([0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99])
WHOLE_SECONDS = 2e-3  # what cutting to whole seconds may move, of a mean time of a quarter of an hour or more


def check(declared: Declared, store: Store) -> Iterator[Finding]:
    for table in declared.tables.values():
        stages, parent = table.stages, table.parent
        if stages is None or parent is None or not store.has(table.name):
            continue
        if parent.column is None or not store.has(table.name, parent.column) or not store.has(parent.table, parent.key):
            yield skipped("stage_rate", "behaviour", (table.name, None), "stages", "no column leads to the parent")
            continue
        if declared.cut_off(table.name, store.rows(table.name)):
            yield skipped("stage_rate", "behaviour", (table.name, None), "stages", "the sample ends amid the parents")
            continue
        if why := declared.lacking(table.name, parent.table):
            yield skipped("stage_rate", "behaviour", (table.name, None), "stages", why)
            continue
        yield from _rates(table, stages, parent, declared, store)
        yield from _order(table, stages, parent, store)
        yield from _times(table, stages, parent, declared, store)


def segment_column(table: DeclaredTable, stages: StageConfig, declared: Declared) -> str | None:
    """That of the parent's segments, else the first whose values hold every segment named, else `segment`."""
    if not stages.segment_variation or table.parent is None:
        return None
    above = declared.tables[table.parent.table]
    if above.segments is not None:
        return above.segments.segment_column
    for name, column in above.columns.items():
        if isinstance(column.source, OneOf) and stages.segment_variation.keys() <= set(
            map(plain, column.source.values)
        ):
            return name
    return SEGMENT if SEGMENT in above.columns else None


def _rates(
    table: DeclaredTable, stages: StageConfig, parent: Parent, declared: Declared, store: Store
) -> Iterator[Finding]:
    """Of the parents that reach a stage, the share that goes on, by segment; everyone reaches the first."""
    column = segment_column(table, stages, declared)
    segment = f"coalesce(p.{quoted(column)}::varchar, '')" if column else "''"
    key, ours = quoted(parent.key), quoted(parent.column or "")
    numbers = f"(select {ours}::varchar k, count(*) n from {quoted(table.name)} group by 1) n"
    rows = store.all(
        f"select {segment}, coalesce(n.n, 0), count(*) from {quoted(parent.table)} p "
        f"left join {numbers} on p.{key}::varchar = n.k group by all"
    )
    cells = []
    for name in sorted({row[0] for row in rows}):
        variation = stages.segment_variation.get(name)
        factor = variation.transition_multiplier if variation else 1.0
        reached = [
            sum(row[2] for row in rows if row[0] == name and row[1] >= at) for at in range(len(stages.stages) + 2)
        ]
        rates = [1.0, *(min(1.0, stage.transition_rate * factor) for stage in stages.stages[:-1]), 0.0]
        for at, rate in enumerate(rates):
            if reached[at]:
                cells.append((name, at, rate, reached[at + 1] / reached[at], reached[at]))
    for at in range(len(stages.stages)):
        yield _rate(table, stages, at, [cell for cell in cells if cell[1] == at], len(cells))
    beyond = [cell for cell in cells if cell[1] == len(stages.stages) and cell[3] > 0]
    yield counted(
        "stage_rate",
        "behaviour",
        (table.name, None),
        f"at most {len(stages.stages)} stages",
        store.rows(parent.table),
        sum(round(cell[3] * cell[4]) for cell in beyond),
    )


def _rate(
    table: DeclaredTable, stages: StageConfig, at: int, cells: list[tuple[str, int, float, float, int]], of: int
) -> Finding:
    to = stages.stages[at].stage_name
    said = f"from {stages.stages[at - 1].stage_name} to {to}" if at else f"all to {to}"
    if not cells:
        return skipped("stage_rate", "behaviour", (table.name, None), said, "nobody comes so far")
    wrong = [bool(off(np.array([made]), np.array([rate]), rows, of)[0]) for _, _, rate, made, rows in cells]
    worst = max(range(len(cells)), key=lambda k: (wrong[k], abs(cells[k][2] - cells[k][3]) * cells[k][4] ** 0.5))
    name, _, rate, made, rows = cells[worst]
    low, high = between(rate, rows, of)
    which = f"{name}: " if name else ""
    picture = Picture(
        "shares", tuple(cell[0] or to for cell in cells), tuple(c[2] for c in cells), tuple(c[3] for c in cells)
    )
    return Finding(
        "stage_rate",
        "behaviour",
        table.name,
        None,
        f"{said}: {which}{rate:.2%}",
        f"{which}{made:.2%}",
        verdict(not any(wrong)),
        rows,
        f"{low:.2%} to {high:.2%}",
        {"declared": rate, "made": made, "least": low, "greatest": high},
        (),
        picture,
    )


def _order(table: DeclaredTable, stages: StageConfig, parent: Parent, store: Store) -> Iterator[Finding]:
    """Each parent has the first of the stages, one row each; name and number agree."""
    listed = ", ".join(text(stage.stage_name) for stage in stages.stages)
    if INDEX in table.columns and store.has(table.name, INDEX):
        index, key = quoted(INDEX), quoted(parent.column or "")
        figures = f"count(*) n, count(distinct {index}) d, min({index}) a, max({index}) z"
        grouped = f"select {figures} from {quoted(table.name)} group by {key}"
        (wrong,) = store.row(f"select count_if(n <> d or a <> 0 or z <> n - 1) from ({grouped})")
        yield counted("stage_order", "values", (table.name, INDEX), "0, 1, … once each", store.rows(table.name), wrong)
    if NAME in table.columns and store.has(table.name, NAME):
        name = quoted(NAME)
        test = f"{name} not in ({listed})"
        if INDEX in table.columns and store.has(table.name, INDEX):
            test = f"{name} is distinct from [{listed}][{quoted(INDEX)}::int + 1]"
        (wrong,) = store.row(f"select count_if({test}) from {quoted(table.name)}")
        said = "the name of its stage"
        yield counted("stage_order", "values", (table.name, NAME), said, store.rows(table.name), wrong)


def _times(
    table: DeclaredTable, stages: StageConfig, parent: Parent, declared: Declared, store: Store
) -> Iterator[Finding]:
    above, time = declared.tables[parent.table], table.first_time
    if time is None or not store.has(table.name, time):
        return
    key, at, place = quoted(parent.column or ""), quoted(time), (table.name, time)
    if above.first_time is not None and store.has(above.name, above.first_time):
        begun = f"p.{quoted(above.first_time)}::timestamp"
        first = f"(select {key}::varchar k, min({at}::timestamp) t from {quoted(table.name)} group by 1) f"
        (wrong,) = store.row(
            f"select count_if(date_trunc('second', f.t) <> date_trunc('second', {begun})) from {first} "
            f"join {quoted(above.name)} p on p.{quoted(parent.key)}::varchar = f.k"
        )
        said = f"begins at {above.name}.{above.first_time}"
        yield counted("stage_start", "values", place, said, store.rows(above.name), wrong)
    law = ExponentialLaw(1.0 / (stages.mean_hours * 3600))
    edges = -np.log(1 - SHARES) / law.rate
    gap = f"epoch({at}::timestamp) - lag(epoch({at}::timestamp)) over (partition by {key} order by {at})"
    tests = ", ".join(f"count_if(g <= {edge!r})" for edge in edges.tolist())
    *below, rows = store.row(f"select {tests}, count(g) from (select {gap} g from {quoted(table.name)})")
    if not rows:
        return
    made = np.array(below, np.float64) / rows
    moved = np.where(np.abs(made - SHARES) <= WHOLE_SECONDS, SHARES, made - np.sign(made - SHARES) * WHOLE_SECONDS)
    wrong_ = off(moved, SHARES, rows)
    worst = int(np.argmax(np.abs(made - SHARES)))
    low, high = between(float(SHARES[worst]), rows, len(SHARES))
    labels = tuple(f"{edge / 3600:.3g} h" for edge in edges)
    picture = Picture(
        "histogram",
        labels,
        tuple(np.diff(SHARES, prepend=0.0, append=1.0).tolist()),
        tuple(np.diff(made, prepend=0.0, append=1.0).tolist()),
    )
    yield Finding(
        "stage_time",
        "behaviour",
        *place,
        f"exponential, mean {stages.mean_hours:g} h",
        f"{made[worst]:.2%} within {labels[worst]}, {SHARES[worst]:.2%} declared",
        verdict(not wrong_.any()),
        rows,
        f"{low:.2%} to {high:.2%} there",
        {"declared": float(SHARES[worst]), "made": float(made[worst]), "least": low, "greatest": high},
        (),
        picture,
    )
