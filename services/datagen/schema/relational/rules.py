"""What is wrong with constraints and targets: what they name, and what they ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from datagen.refusals import RefusalError
from datagen.regex import check_regex
from datagen.schema.fields import Written
from datagen.schema.json_text import Path
from datagen.schema.names import number, show
from datagen.schema.relational import document as written
from datagen.schema.relational.casting import misfit
from datagen.schema.relational.look import NUMBERS, TIMES, Look
from datagen.schema.relational.words import is_reference, split
from datagen.schema.relational.written import WrittenColumn
from datagen.schema.values import instant_us
from datagen.schema.wording import check_shape

CONSTRAINTS: Path = ("constraints",)
TARGETS: Path = ("targets",)
KINDS: Mapping[str, str] = {"int": "a number", "float": "a number", "datetime": "a time", "date": "a time"}


@dataclass(frozen=True, slots=True)
class Constraints:
    """The rules that are sound, each with where it stands."""

    unique: tuple[tuple[Path, str], ...] = ()
    foreign_keys: tuple[tuple[Path, written.ForeignKey], ...] = ()
    ranges: tuple[tuple[Path, written.Range], ...] = ()
    inequalities: tuple[tuple[Path, written.Inequality], ...] = ()
    pattern: tuple[tuple[Path, written.PatternRule], ...] = ()
    enum: tuple[tuple[Path, written.EnumRule], ...] = ()


def read_constraints(raw: Any, look: Look) -> Constraints:
    """Faults are noted, of every rule at once."""
    choice = check_shape(written.ConstraintsChoice, {} if raw is None else raw, CONSTRAINTS, look.faults)
    if choice is None:
        return Constraints()
    found: dict[str, Any] = {"unique": tuple(_unique(choice.unique, look))}
    for key, model in written.RULES.items():
        rules = ((place, getattr(choice, key)[place]) for place in range(len(getattr(choice, key))))
        judged = [((*CONSTRAINTS, key, place), rule) for place, rule in rules]
        shaped = [(path, check_shape(model, rule, path, look.faults)) for path, rule in judged]
        found[key] = tuple((path, rule) for path, rule in shaped if rule is not None)
        for path, rule in found[key]:
            CHECKS[key](rule, path, look)
    return Constraints(**found)


def _unique(listed: tuple[Any, ...], look: Look) -> Iterator[tuple[Path, str]]:
    for place, reference in enumerate(listed):
        path = (*CONSTRAINTS, "unique", place)
        if not isinstance(reference, str) or not is_reference(reference):
            look.faults.add(path, f"{show(reference)} is not a column of a table; write it like user.user_id")
        elif look.column(reference, path) is not None:
            yield path, reference


def _check_foreign_key(key: written.ForeignKey, path: Path, look: Look) -> None:
    look.column(key.from_, (*path, "from"))
    target = look.column(key.to, (*path, "to"))
    table = look.tables.get(split(key.to)[0])
    if target is not None and table is not None and table.model is not None and table.model.pk != target.name:
        way_out = f"the key of {table.name} is {table.model.pk}"
        look.faults.add((*path, "to"), f"to={show(key.to)} is not the key of its table; {way_out}")


def _check_range(bounds: written.Range, path: Path, look: Look) -> None:
    column = look.column(bounds.attr, (*path, "attr"))
    if bounds.min is None and bounds.max is None:
        look.faults.add(path, "a range with neither min nor max; give at least one")
    if not look.typed(column, (*NUMBERS, *TIMES), "only numbers and times have a range", (*path, "attr")):
        return
    assert column is not None
    wrong = [key for key in ("min", "max") if _misfits(column, getattr(bounds, key), (*path, key), look)]
    if not wrong and bounds.min is not None and bounds.max is not None and _scale(bounds.min) > _scale(bounds.max):
        look.faults.add(path, f"min={show(bounds.min)} is above max={show(bounds.max)}; swap them?", at=(*path, "min"))


def _misfits(column: WrittenColumn, bound: Any, path: Path, look: Look) -> bool:
    kind = column.model.type if column.model else "float"
    wrong = misfit(bound, "float" if kind == "int" else kind)
    if wrong:
        look.faults.add(path, f"{path[-1]}={show(bound)} {wrong}")
    return wrong is not None


def _scale(bound: Any) -> float:
    return float(instant_us(bound)) if isinstance(bound, str) else float(bound)


def _check_inequality(inequality: written.Inequality, path: Path, look: Look) -> None:
    left = look.column(inequality.left, (*path, "left"))
    right = look.column(inequality.right, (*path, "right"))
    if left is None or right is None:
        return
    one, other = split(inequality.left)[0], split(inequality.right)[0]
    if inequality.left == inequality.right:
        look.faults.add((*path, "right"), f"right={show(inequality.right)} is the left column itself; name another")
    elif one not in look.ancestors(other) and other not in look.ancestors(one):
        said = f"{show(one)} and {show(other)} are not a table and its parent"
        look.faults.add(path, f"{said}; an inequality is of one row, or of a row and its parent")
    if left.model and right.model:
        kinds = KINDS.get(left.model.type, "text"), KINDS.get(right.model.type, "text")
        if kinds[0] != kinds[1]:
            look.faults.add(
                path, f"'{left.name}' is {kinds[0]} and '{right.name}' is {kinds[1]}; compare like with like"
            )


def _check_pattern(rule: written.PatternRule, path: Path, look: Look) -> None:
    column = look.column(rule.attr, (*path, "attr"))
    look.typed(column, ("string",), "only texts have a pattern", (*path, "attr"))
    try:
        check_regex(rule.regex)
    except RefusalError as refusal:
        look.faults.add((*path, "regex"), refusal.message)


def _check_enum(rule: written.EnumRule, path: Path, look: Look) -> None:
    column = look.column(rule.attr, (*path, "attr"))
    if (rule.values is None) == (rule.enum_ref is None) and not look.faults.within(path):
        both = rule.values is not None
        look.faults.add(
            path, "values beside enum_ref; keep one of the two" if both else "neither values nor enum_ref; give one"
        )
    if rule.enum_ref is not None:
        look.column(rule.enum_ref, (*path, "enum_ref"))
    for place, value in enumerate(rule.values or ()):
        wrong = misfit(value, column.model.type) if column and column.model else None
        if wrong:
            look.faults.add((*path, "values", place), f"{show(value)} {wrong}")


CHECKS: Mapping[str, Callable[[Any, Path, Look], None]] = {
    "foreign_keys": _check_foreign_key,
    "ranges": _check_range,
    "inequalities": _check_inequality,
    "pattern": _check_pattern,
    "enum": _check_enum,
}


def read_targets(raw: Any, look: Look) -> tuple[tuple[Path, Written], ...]:
    """Each target with where it stands; faults are noted."""
    targets = check_shape(written.Targets, raw, TARGETS, look.faults) if raw is not None else None
    return tuple(_targets(targets, look)) if targets else ()


def _targets(targets: written.Targets, look: Look) -> Iterator[tuple[Path, Written]]:
    for kind, model in written.TARGETS.items():
        given = getattr(targets, kind)
        listed = given if isinstance(given, list) else [] if given is None else [given]
        for place, item in enumerate(listed):
            path: Path = (*TARGETS, kind, place) if isinstance(given, list) else (*TARGETS, kind)
            target = check_shape(model, item, path, look.faults)
            if target is not None:
                _check_target(target, path, look)
                yield path, target


def _check_target(target: Any, path: Path, look: Look) -> None:
    if look.faults.within((*path, "table")):
        return
    table = look.table(target.table, (*path, "table"))
    match target:
        case written.WeekendShare(timestamp=name) if table is not None:
            inside = (*path, "timestamp")
            look.typed(look.local(table, name, inside), TIMES, "a weekend share is of a datetime", inside)
        case written.MeanInRange(column=name) if table is not None:
            inside = (*path, "column")
            look.typed(look.local(table, name, inside), NUMBERS, "only numbers have a mean", inside)
        case written.CompositeEffect(metric=name) if table is not None and name in table.columns:
            inside = (*path, "metric")
            look.typed(look.local(table, name, inside), NUMBERS, "a metric that is a column is a number", inside)
    if hasattr(target, "min") and target.min > target.max:
        message = f"min={number(target.min)} is above max={number(target.max)}; swap them?"
        look.faults.add(path, message, at=(*path, "min"))
