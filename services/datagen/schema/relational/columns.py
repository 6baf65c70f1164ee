"""What is wrong with a column beyond its shape: of its generator, its values, what it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from datagen.expression import ExpressionError, parse
from datagen.expression_kinds import ValueKind, kind_of
from datagen.expression_tree import columns as read_by
from datagen.schema.json_text import Path
from datagen.schema.names import number, show, suggest
from datagen.schema.relational import generators as written
from datagen.schema.relational.casting import misfit
from datagen.schema.relational.fakes import check_faker
from datagen.schema.relational.look import Look
from datagen.schema.relational.written import WrittenColumn, WrittenTable

KINDS: Mapping[str, ValueKind] = {"int": "number", "float": "number", "bool": "flag"}
FITTING: Mapping[str, tuple[str, ...]] = {
    "sequence": ("int", "float", "string"),
    "distribution": ("int", "float", "string"),
    "datetime_series": ("datetime", "date", "string"),
    "expression": ("int", "float", "bool", "string"),
}
COUNTS = {"hour": 24, "dow": 7, "month": 12}


def check_column(column: WrittenColumn, table: WrittenTable, look: Look) -> None:
    """Notes the faults of one column but those of its modifiers."""
    model = column.model
    if model is None:
        return
    if model.null_prob > 0 and not model.nullable:
        look.faults.add(
            (*column.path, "null_prob"),
            f"null_prob={number(model.null_prob)} beside nullable=false; keep one of the two",
        )
    if model.precision is not None and model.type != "float":
        look.faults.add((*column.path, "precision"), f"precision has no meaning for type='{model.type}'; leave it out")
    fitting = FITTING.get(column.kind)
    if fitting and model.type not in fitting:
        types = " or ".join(fitting)
        look.faults.add(
            (*column.path, "type"), f"type='{model.type}' cannot hold what {column.kind} makes; it makes {types}"
        )
    if column.generator is not None and type(column.generator) in CHECKS:
        CHECKS[type(column.generator)](column, table, look)


def check_pattern(pattern: written.PatternChoice, path: Path, look: Look) -> None:
    count = COUNTS[pattern.dimension]
    if len(pattern.weights) != count:
        message = f"weights has {len(pattern.weights)} weights for dimension='{pattern.dimension}', which has {count}"
        look.faults.add((*path, "weights"), f"{message}; give {count}")


def check_values(column: WrittenColumn, values: tuple[Any, ...], path: Path, look: Look) -> None:
    """Notes each value that does not fit the column's type, or is null where nothing may be."""
    assert column.model is not None
    for place, value in enumerate(values):
        wrong = misfit(value, column.model.type)
        if wrong:
            look.faults.add((*path, place), f"{show(value)} {wrong}")
        elif value is None and not column.model.nullable:
            look.faults.add((*path, place), "null beside nullable=false; keep one of the two")


def _sequence(column: WrittenColumn, table: WrittenTable, look: Look) -> None:
    assert isinstance(column.generator, written.SequenceChoice)
    if column.generator.step == 0:
        look.faults.add((*column.generator_path, "step"), "step=0 gives every row the same value; choose another step")


def _choice(column: WrittenColumn, table: WrittenTable, look: Look) -> None:
    choice, path = column.generator, column.generator_path
    assert isinstance(choice, written.ChoiceChoice)
    if (choice.choices is None) == (choice.choices_ref is None) and not look.faults.within(path):
        said = "neither choices nor choices_ref; give one" if choice.choices is None else "choices beside choices_ref"
        look.faults.add(path, said if choice.choices is None else f"{said}; keep one of the two")
    if choice.weights is not None and choice.weights_kind is not None:
        look.faults.add(
            (*path, "weights_kind"), f"weights_kind={show(choice.weights_kind)} beside weights; keep one of the two"
        )
    if choice.choices is not None:
        check_values(column, choice.choices, (*path, "choices"), look)
        if choice.weights is not None and len(choice.weights) != len(choice.choices):
            counts = f"weights has {len(choice.weights)} weights for {len(choice.choices)} choices"
            look.faults.add((*path, "weights"), f"{counts}; give one for each")
    if choice.choices_ref is not None:
        _other(column, choice.choices_ref, (*path, "choices_ref"), look)


def _other(column: WrittenColumn, reference: str, path: Path, look: Look) -> None:
    """The column referred to must be there, and of a type that this one can hold."""
    found = look.column(reference, path)
    if found is None or found.model is None or column.model is None:
        return
    theirs, ours = found.model.type, column.model.type
    if theirs != ours and ours != "string" and not {theirs, ours} <= {"int", "float"}:
        if {theirs, ours} <= {"datetime", "date"}:
            return
        look.faults.add(path, f"{path[-1]}={show(reference)} is of type {theirs}, which type='{ours}' cannot hold")


def _lookup(column: WrittenColumn, table: WrittenTable, look: Look) -> None:
    lookup, path = column.generator, column.generator_path
    assert isinstance(lookup, written.LookupChoice)
    _other(column, lookup.from_, (*path, "from"), look)
    if lookup.on is None:
        return
    other = look.tables.get(lookup.from_.partition(".")[0])
    for theirs, ours in lookup.on.items():
        if other is not None and theirs != written.THIS_KEY and theirs not in other.columns:
            way_out = suggest(theirs, other.columns)
            look.faults.add((*path, "on", theirs), f"{show(theirs)} is no column of {other.name}; {way_out}")
        if ours == column.name:
            look.faults.add((*path, "on", theirs), f"{show(ours)} is the column itself; name another one")
        else:
            look.local(table, ours, (*path, "on", theirs))
    if lookup.popularity is not None:
        look.faults.add(
            (*path, "popularity"), "popularity beside on, which leaves nothing to draw; keep one of the two"
        )


def _distribution(column: WrittenColumn, table: WrittenTable, look: Look) -> None:
    params = column.drawn.params if column.drawn else None
    if isinstance(params, written.UniformParams) and params.low > params.high:
        message = f"low={number(params.low)} is above high={number(params.high)}; swap them?"
        look.faults.add((*column.generator_path, "params"), message, at=(*column.generator_path, "params", "low"))


def _datetime(column: WrittenColumn, table: WrittenTable, look: Look) -> None:
    for path, pattern in column.patterns:
        check_pattern(pattern, path, look)


def _expression(column: WrittenColumn, table: WrittenTable, look: Look) -> None:
    expression, path = column.generator, (*column.generator_path, "code")
    assert isinstance(expression, written.ExpressionChoice)
    try:
        tree = parse(expression.code)
        kinds: dict[str, ValueKind] = {}
        for name in sorted(read_by(tree)):
            other = look.local(table, name, path)
            if other is None or other.model is None:
                return
            kinds[name] = KINDS.get(other.model.type, "text")
        made = kind_of(tree, kinds)
    except ExpressionError as error:
        look.faults.add(path, f"code={show(expression.code)}: {error}")
        return
    wanted = KINDS.get(column.model.type, "text") if column.model else made
    if made == "text" and wanted != "text":
        look.faults.add(path, f"code={show(expression.code)} makes a text, which type='{_type(column)}' cannot hold")


def _type(column: WrittenColumn) -> str:
    return column.model.type if column.model else ""


def _faker(column: WrittenColumn, table: WrittenTable, look: Look) -> None:
    faker, path = column.generator, column.generator_path
    assert isinstance(faker, written.FakerChoice)
    check_faker(faker, path, look.faults)
    if faker.locale_from is not None:
        if faker.locale is not None:
            look.faults.add((*path, "locale_from"), "locale_from beside locale; keep one of the two")
        if faker.locale_from == column.name:
            look.faults.add((*path, "locale_from"), f"{show(faker.locale_from)} is the column itself; name another one")
        else:
            look.local(table, faker.locale_from, (*path, "locale_from"))


def _enum_list(column: WrittenColumn, table: WrittenTable, look: Look) -> None:
    assert isinstance(column.generator, written.EnumListChoice)
    check_values(column, column.generator.values, (*column.generator_path, "values"), look)


CHECKS: Mapping[type[Any], Callable[[WrittenColumn, WrittenTable, Look], None]] = {
    written.SequenceChoice: _sequence,
    written.ChoiceChoice: _choice,
    written.DistributionChoice: _distribution,
    written.DatetimeSeriesChoice: _datetime,
    written.FakerChoice: _faker,
    written.LookupChoice: _lookup,
    written.ExpressionChoice: _expression,
    written.EnumListChoice: _enum_list,
}
