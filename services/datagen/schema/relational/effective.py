"""The effective document: defaults of the top level filled in, and where what is given from outside belongs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from datagen.errors import UserError
from datagen.schema.effective import filled_in
from datagen.schema.names import slug, suggest
from datagen.schema.overrides import Overrides
from datagen.schema.relational.nodes import DEFAULT_ROWS

# Options of the command line and variables, as the record dialect has their paths -> as this one has them.
PLACES: Mapping[str, str] = {"time_window.start": "timeframe.start", "time_window.end": "timeframe.end"}


def complete_relational(
    document: dict[str, Any],
    stem: str,
    fill: Mapping[str, Any],
    clock: Callable[[], datetime],
    draw_seed: Callable[[], int],
) -> dict[str, Any]:
    """The document with its top level filled in; what stands in it is left as it is, right or wrong."""
    filled = dict(document)
    metadata = filled.get("metadata")
    if metadata is None:
        filled["metadata"] = {"name": stem}
    elif isinstance(metadata, dict) and metadata.get("name") is None:
        filled["metadata"] = {**metadata, "name": stem}
    return filled_in(filled, "timeframe", "parquet", fill, clock, draw_seed)


def dataset_name(document: Mapping[str, Any]) -> str:
    """The slug that the metadata's name becomes; "" where it becomes none."""
    metadata = document.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return slug(name) if isinstance(name, str) else ""


def placed(overrides: Mapping[str, Any], document: Mapping[str, Any], scale: float | None = None) -> Overrides:
    """The same values under the paths of this dialect; rows for each table that declares how many it has.

    UserError for rows that are of no table, or of one whose rows follow from its parent's.
    """
    sources = overrides.sources if isinstance(overrides, Overrides) else {}
    moved = Overrides()
    nodes = {name: node for node in _nodes(document) if isinstance(name := node.get("id"), str)}
    for path, value in overrides.items():
        source = sources.get(path, "an override")
        if path == "entity_count":
            for name, rows in _rows(value, nodes).items():
                moved.give(_rows_path(name, nodes[name]), rows, source)
        else:
            moved.give(PLACES.get(path, path), value, source)
    for name, node in nodes.items() if scale is not None else ():
        place, rows = _rows_path(name, node), node.get("rows", node.get("row_count", DEFAULT_ROWS))
        if place not in moved and not _follows(node) and isinstance(rows, int | float):
            moved.give(place, round(rows * (scale or 0)), "--scale")
    return moved


def _nodes(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = document.get("nodes")
    return [node for node in listed if isinstance(node, dict)] if isinstance(listed, list) else []


def _rows_path(name: str, node: Mapping[str, Any]) -> str:
    return f"nodes.{name}.{'row_count' if 'row_count' in node else 'rows'}"


def _follows(node: Mapping[str, Any]) -> bool:
    """Whether the rows of a table are counted by something else than its own number."""
    fans_out = bool(node.get("parents")) and (node.get("kind") == "fact" or node.get("fanout") is not None)
    return fans_out or node.get("kind") == "vocab"


def _rows(value: Any, nodes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Table -> rows, of `5` or `user=5000,product=200`."""
    if not isinstance(value, str) or "=" not in value:
        if len(nodes) == 1:
            return dict.fromkeys(nodes, value)
        some = ",".join(f"{name}=5000" for name, node in nodes.items() if not _follows(node))
        raise UserError(f"--rows {value}: there are several tables; give --rows {some or 'table=5000'}, or --scale 10")
    found: dict[str, Any] = {}
    for part in value.split(","):
        name, _, rows = (text.strip() for text in part.partition("="))
        if name not in nodes:
            raise UserError(f"--rows {part.strip()}: no such table; {suggest(name, nodes)}")
        if _follows(nodes[name]):
            parents = nodes[name].get("parents") or ["its list"]
            raise UserError(
                f"--rows {part.strip()}: the rows of {name} follow from {parents[0]}; give the rows of that"
            )
        if not rows.isdecimal():
            raise UserError(f"--rows {part.strip()}: must be a whole number, as in {name}=5000")
        found[name] = int(rows)
    return found
