"""Measures: numbers derived from a row by an expression over its columns."""

from __future__ import annotations

from collections.abc import Mapping

from datagen.analysis import Kind, Measure
from datagen.expression import ExpressionError, columns, parse
from datagen.expression_kinds import ValueKind, kind_of
from datagen.schema.document import AnalysisChoice, MeasureEntry
from datagen.schema.json_text import Path
from datagen.schema.known import MEANING, Known
from datagen.schema.labels import readable
from datagen.schema.names import show, suggest
from datagen.schema.outputs import ANALYSIS

MAX_MONEY_PRECISION = 2
_VALUE_KINDS: Mapping[Kind, ValueKind] = {"int": "number", "float": "number", "text": "text", "bool": "flag"}


def read_measures(choice: AnalysisChoice, known: Known) -> tuple[Measure, ...]:
    taken = {name.lower() for name in known.fields}
    for place, entry in enumerate(choice.measures):
        path = (*ANALYSIS, "measures", place)
        if entry.name.lower() in taken:
            known.faults.add(
                (*path, "name"), f"name={show(entry.name)} is taken by a field or another measure; rename it"
            )
        taken.add(entry.name.lower())
        _check_expression(entry.expression, (*path, "expression"), known)
    return tuple(_measure(entry, choice.currency) for entry in choice.measures)


def _measure(entry: MeasureEntry, currency: str | None) -> Measure:
    money = currency is not None and entry.unit is None and entry.precision <= MAX_MONEY_PRECISION
    form = entry.format or ("money" if money else "number")
    polarity = entry.polarity or ("good" if form == "money" else None)
    label = entry.label or readable(entry.name)
    return Measure(entry.name, label, entry.expression, entry.precision, form, entry.unit, polarity)


def _check_expression(text: str, path: Path, known: Known) -> None:
    try:
        node = parse(text)
    except ExpressionError as error:
        known.faults.add(path, f"expression={show(text)}: {error}")
        return
    read = sorted(columns(node))
    kinds = {name: kind for name in read if (kind := _kind(name, path, known))}
    if len(kinds) < len(read):
        return
    try:
        kind = kind_of(node, kinds)
    except ExpressionError as error:
        known.faults.add(path, f"expression={show(text)}: {error}")
        return
    if kind != "number":
        known.faults.add(path, f"expression={show(text)} gives no number; a measure is summed")


def _kind(name: str, path: Path, known: Known) -> ValueKind | None:
    if name not in known.fields:
        known.faults.add(path, f"no field {show(name)}; {suggest(name, known.fields)}")
        return None
    column = known.column(name)
    if column is None:
        return None
    kind = _VALUE_KINDS.get(column.kind)
    if kind is None:
        known.faults.add(path, f"'{name}' is {MEANING[column.kind]}; expressions read numbers, texts and flags")
    return kind
