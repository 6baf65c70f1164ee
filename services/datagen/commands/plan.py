"""What would be made, without making it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from datagen.distinct.dealt import Dealt
from datagen.distinct.spaced import Spaced
from datagen.errors import UserError
from datagen.estimate import estimated_bytes
from datagen.foresight import foreseen
from datagen.generators.pattern import Pattern
from datagen.graph import Node, as_svg
from datagen.graph import as_text as as_tree
from datagen.layout import Extract, extracts
from datagen.plan import Plan, TablePlan
from datagen.request import Prepared, Request, prepare
from datagen.sinks.faults import size_text

MOST_COUNTED_PARENTS = 1 << 20


def run(request: Request, as_json: bool, svg: Path | None = None) -> None:
    prepared = prepare(request)
    document = described(prepared, request)
    if svg is not None:
        draw(prepared.plan, svg)
    click.echo(json.dumps(document, ensure_ascii=False, indent=2) if as_json else as_text(document))


def draw(plan: Plan, path: Path) -> None:
    """The graph of tables as a picture. UserError where the file cannot be written."""
    try:
        path.write_text(as_svg(nodes_of(plan), plan.dataset.name), "utf-8")
    except OSError as error:
        raise UserError(f"--svg {path}: cannot be written: {error.strerror}; give another file") from error


def nodes_of(plan: Plan) -> dict[str, Node]:
    """The graph of all tables, in the order of making."""
    return {
        name: Node(
            name,
            rows_text(rows_of(table), counted(table)),
            table.parent,
            table.children.words() if table.children else "",
            table.others,
        )
        for name, table in plan.tables.items()
    }


def counted(table: TablePlan) -> bool:
    """Whether its rows are worth counting before they are made; else `rows` is said about."""
    return table.count.soon or table.children is None or table.children.parents.about <= MOST_COUNTED_PARENTS


def rows_of(table: TablePlan) -> int:
    return table.rows if counted(table) else table.count.about


def rows_text(rows: int, exactly: bool) -> str:
    """'12 rows', or 'about 31,700,000 rows': three digits are known then."""
    return f"{rows:,} rows" if exactly else f"about {round(rows, 3 - len(str(rows))):,} rows"


def described(prepared: Prepared, request: Request) -> dict[str, Any]:
    """The stable keys of `plan --json`; bytes are an estimate from a sample."""
    plan = prepared.plan
    parts = foreseen(plan, extracts(plan, request.cut), lambda name: counted(plan.tables[name]))
    sizes = estimated_bytes(plan, parts)
    output, window = plan.dataset.output, plan.dataset.span
    tables = [_table(plan, name, [part for part in parts if part.table == name], sizes[name]) for name in sizes]
    return {
        "dataset": plan.dataset.name,
        "seed": plan.dataset.seed,
        "window": {"start": window["start"], "end": window["end"]},
        "drawn": sorted(prepared.drawn),
        "format": output.format,
        "gzip": output.gzip,
        "rows": sum(table["rows"] for table in tables),
        "counted": all(table["counted"] for table in tables),
        "files": len(parts),
        "bytes": sum(sizes.values()),
        "schema_sha256": plan.dataset.schema_sha256,
        "overrides": dict(sorted(plan.dataset.overrides.items())),
        "order": list(sizes),
        "not_made_yet": list(plan.dataset.unmade),
        "steered": list(plan.steered),
        "tables": tables,
        "graph": as_tree(nodes_of(plan)) if len(plan.tables) > 1 else [],
    }


def _table(plan: Plan, name: str, parts: list[Extract], size: int) -> dict[str, Any]:
    table = plan.tables[name]
    return {
        "name": table.name,
        "rows": sum(part.rows if counted(table) else part.about for part in parts),
        "counted": counted(table),
        "files": len(parts),
        "bytes": size,
        "key": table.key,
        "parent": table.parent,
        "fanout": table.children.words() if table.children else None,
        "draws_from": list(table.others),
        "time_axis": table.axis.column if table.axis else None,
        "cut_by": plan.dataset.analysis.timestamp_field if any(part.day for part in parts) else None,
        "days": [{"day": part.day, "rows": part.rows} for part in parts if part.day is not None],
        "order": [column.name for column in table.making],
        "columns": [
            {"name": column.name, "type": str(field.type), "unique": _unique(column.generator, rows_of(table))}
            for column, field in zip(table.columns, table.arrow_schema, strict=True)
        ],
    }


def _unique(generator: object, rows: int) -> dict[str, int] | None:
    """How many different values a column promises, of how many there are; None where it promises none."""
    if (isinstance(generator, Pattern) and generator.unique) or isinstance(generator, Dealt | Spaced):
        return {"needed": rows, "possible": generator.capacity}
    return None


def as_text(document: dict[str, Any]) -> str:
    form = document["format"] + (", gzipped" if document["gzip"] else "")
    window = document["window"]
    lines = [
        f"{document['dataset']}: {rows_text(document['rows'], document['counted'])}, {_files(document)}, "
        f"about {size_text(document['bytes'])} as {form}",
        f"  seed {document['seed']}, {window['start']} to {window['end']} (UTC){_drawn(document)}",
    ]
    lines += [f"  {line}" for line in document["graph"]]
    for table in document["tables"]:
        lines += _table_lines(table)
    lines += [f"  {sentence}" for sentence in (*document["steered"], *document["not_made_yet"])]
    return "\n".join(lines)


def _drawn(document: dict[str, Any]) -> str:
    names = {"seed": "seed", "time_window": "window"}
    drawn = " and ".join(names[part] for part in document["drawn"])
    return f"; another {drawn} each time" if drawn else ""


def _files(document: dict[str, Any]) -> str:
    return f"{document['files']} file{'' if document['files'] == 1 else 's'}"


def _table_lines(table: dict[str, Any]) -> list[str]:
    days = table["days"]
    of = f"{'along' if table['time_axis'] else 'of'} {table['cut_by']}"
    along = f", {len(days)} day{'s' * (len(days) > 1)} {of}" if days else ""
    counts = [day["rows"] for day in days]
    spread = f" of {min(counts):,} to {max(counts):,} rows" if len(counts) > 1 else ""
    width = max(len(column["name"]) for column in table["columns"])
    return [
        f"  {table['name']}: {rows_text(table['rows'], table['counted'])}{along}{spread}{_size(table)}",
        *(f"    {column['name']:<{width}}  {column['type']}{_promise(column)}" for column in table["columns"]),
    ]


def _size(table: dict[str, Any]) -> str:
    """Of one table of several."""
    return "" if table["key"] is None else f", about {size_text(table['bytes'])}"


def _promise(column: dict[str, Any]) -> str:
    unique = column["unique"]
    return f", unique: {unique['needed']:,} of {unique['possible']:,} possible" if unique else ""
