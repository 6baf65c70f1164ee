"""Measures: numbers derived from a row by an expression over its columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from datagen.analysis import Kind, Measure
from datagen.expression import ExpressionError, parse
from datagen.expression_kinds import ValueKind, kind_of
from datagen.expression_tree import columns
from datagen.schema.document import MeasureEntry
from datagen.schema.entries import Placed
from datagen.schema.json_text import Path
from datagen.schema.known import MEANING, Known
from datagen.schema.labels import presentation, readable
from datagen.schema.names import show, suggest

_VALUE_KINDS: Mapping[Kind, ValueKind] = {"int": "number", "float": "number", "text": "text", "bool": "flag"}


def check_measures(measures: Iterable[Placed[MeasureEntry]], known: Known) -> tuple[Placed[MeasureEntry], ...]:
    """The measures whose name is their own; all faults are noted."""
    own: list[Placed[MeasureEntry]] = []
    taken = {name.lower() for name in known.fields}
    for placed in measures:
        if placed.name.lower() in taken:
            message = f"name={show(placed.name)} is taken by a field or another measure; rename it"
            known.faults.add((*placed.path, "name"), message)
        else:
            own.append(placed)
        taken.add(placed.name.lower())
        if placed.entry:
            _check_expression(placed.entry.expression, (*placed.path, "expression"), known)
    return tuple(own)


def measure(entry: MeasureEntry, currency: str | None) -> Measure:
    form, polarity = presentation(entry, currency, entry.precision)
    label = entry.label or readable(entry.name)
    return Measure(entry.name, label, entry.expression, entry.precision, form, entry.unit, polarity)


def _check_expression(text: str, path: Path, known: Known) -> None:
    try:
        node = parse(text)
    except ExpressionError as error:
        known.faults.add(path, f"expression={show(text)}: {error}")
        return
    read = sorted(columns(node))
    fields = [known.path(name) for name in read]
    kinds = {name: kind for name in read if (kind := _kind(name, path, known))}
    if len(kinds) < len(read):
        return
    try:
        kind = kind_of(node, kinds)
    except ExpressionError as error:
        known.faults.add(path, f"expression={show(text)}: {error}", because=fields)
        return
    if kind != "number":
        known.faults.add(path, f"expression={show(text)} gives no number; a measure is summed", because=fields)


def _kind(name: str, path: Path, known: Known) -> ValueKind | None:
    if name not in known.fields:
        known.faults.add(path, f"no field {show(name)}; {suggest(name, known.fields)}")
        return None
    column = known.column(name)
    if column is None:
        return None
    kind = _VALUE_KINDS.get(column.kind)
    if kind is None:
        message = f"'{name}' is {MEANING[column.kind]}; expressions read numbers, texts and flags"
        known.faults.add(path, message, because=(known.path(name),))
    return kind
