"""What it means that a column is not there: an error, or a warning where something takes its place."""

from __future__ import annotations

from collections.abc import Collection

from datagen.expression_tree import Call, Node, columns, walk
from pipeline.reading import Reading


def indispensable(reading: Reading, missing: Collection[str]) -> tuple[str, ...]:
    """Those of the missing columns without which a file cannot be read: the id, the time, and numbers."""
    numbers = {number.name for number in reading.numbers}
    return tuple(
        name
        for name in reading.names
        if name in missing
        and (name in (reading.id, reading.time.name) or (name in numbers and not _replaceable(name, missing, reading)))
    )


def stands_in(name: str, reading: Reading) -> str:
    """What is counted where a column that is not indispensable is missing."""
    if name in reading.dimensions:
        return "UNKNOWN"
    if name in reading.flags:
        return "false"
    return "0" if name in {number.name for number in reading.sums} else "nothing"


def _replaceable(name: str, missing: Collection[str], reading: Reading) -> bool:
    """Whether a coalesce reads the column and has another argument that reads none that is missing."""
    return any(
        isinstance(part, Call) and part.name == "coalesce" and _covered(part.args, name, missing)
        for measure in reading.measures
        for part in walk(measure.node)
    )


def _covered(arguments: tuple[Node, ...], name: str, missing: Collection[str]) -> bool:
    reads = [columns(argument) for argument in arguments]
    return any(name in read for read in reads) and any(not read & set(missing) for read in reads)
