"""Whose state lies where: checkpoint, sink, ledger and output each bear a mark, and only together are they of use.

Spark would go on without a word from a checkpoint of another schema, and write nothing at all beside a lost one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from datagen.errors import UserError
from datagen.ways import reset
from streaming.shelves import Shelf

NAME = "_mark.json"
OURS_FIRST = (NAME, "analysis.json")  # what may lie there before anything was streamed


def way_out() -> str:
    return f"{reset()} removes topic, checkpoint and output together, so that all begins anew"


@dataclass(frozen=True, slots=True)
class Mark:
    dataset: str
    fingerprint: str
    topic: str
    topic_id: str
    layout: int = 1  # of the state that the query keeps


def agree(shelves: Mapping[str, Shelf], mark: Mark) -> None:
    """Puts a mark on each where nothing was streamed yet. UserError where they do not belong together."""
    found = {name: _read(shelf) for name, shelf in shelves.items()}
    used = {name for name, shelf in shelves.items() if _used(shelf)}
    for name, other in found.items():
        if other is not None and other != mark:
            raise UserError(f"{shelves[name].path}: {_difference(other, mark)}; {way_out()}")
    missing = [name for name in shelves if found[name] is None]
    if used and missing:
        there = ", ".join(name for name in shelves if name in used)
        gone = shelves[missing[0]].path
        raise UserError(f"{gone}: no {missing[0]} of this topic is there, but its {there}; {way_out()}")
    for name, shelf in shelves.items():
        if found[name] is None:
            shelf.put(NAME, json.dumps(asdict(mark), indent=2).encode())


def _read(shelf: Shelf) -> Mark | None:
    try:
        return Mark(**json.loads(shelf.read(NAME)))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise UserError(f"{shelf.path}/{NAME}: not a mark of ours; {way_out()}") from error


def _used(shelf: Shelf) -> bool:
    return any(name not in OURS_FIRST and not name.startswith(".") for name in shelf.names())


def _difference(other: Mark, mark: Mark) -> str:
    if other.fingerprint != mark.fingerprint:
        return f"made by schema {other.dataset} {other.fingerprint[:8]}, not {mark.dataset} {mark.fingerprint[:8]}"
    if other.topic != mark.topic:
        return f"made from topic {other.topic!r}, not {mark.topic!r}"
    if other.layout != mark.layout:
        return f"its state has layout {other.layout}, and this version goes on from layout {mark.layout}"
    return f"topic {mark.topic!r} was made anew since"
