"""What is wrong with a field of sound shape, beyond what its generator refuses by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping

from datagen.generators.pattern import TOKEN, Pattern
from datagen.refusals import INT64_MAX, INT64_MIN
from datagen.schema.faults import Faults
from datagen.schema.fields import (
    HOURS,
    WEEKDAYS,
    CategoryField,
    Choice,
    ConditionalField,
    DatetimeBase,
    FieldBase,
    FloatBase,
    IntField,
    SeasonalDatetimeField,
    SequenceField,
    StringField,
    UniformField,
)
from datagen.schema.json_text import Path
from datagen.schema.names import nearest, number, quoted, show
from datagen.schema.visible import OTHERWISE, Texts

# Braces that were meant as a token: a range, or a count as regular expressions have it.
_MEANT_AS_TOKEN = re.compile(r"\{[A-Za-z0-9]*-[A-Za-z0-9-]*\}|(?<=\})\{\d+(?:,\d*)?\}")
_DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)
DIRECTIVES = "YmdHMSfjyIpaAbB%"


def check_field(model: FieldBase, path: Path, rows: int, above: Mapping[str, Texts | None], faults: Faults) -> None:
    """Notes the faults of one field."""
    if isinstance(model, FloatBase):
        _check_clamp(model, path, faults)
    match model:
        case CategoryField(choices=choices):
            _check_weights(choices, (*path, "choices"), faults)
        case ConditionalField():
            _check_table(model, path, above.get(model.conditional_on), faults)
        case IntField(min=least, max=greatest) | UniformField(min=least, max=greatest):
            _check_range(least, greatest, path, faults)
        case SequenceField():
            _check_sequence(model, path, rows, faults)
        case StringField():
            _check_pattern(model, path, faults)
        case DatetimeBase():
            _check_datetime(model, path, faults)


def _check_clamp(model: FloatBase, path: Path, faults: Faults) -> None:
    if model.clamp is not None and model.clamp[0] > model.clamp[1]:
        low, high = map(number, model.clamp)
        faults.add((*path, "clamp"), f"clamp=[{low}, {high}] has its lowest value above its highest; swap them?")


def _check_range(low: float, high: float, path: Path, faults: Faults) -> None:
    if low > high:
        faults.add(path, f"min={number(low)} is above max={number(high)}; swap them?", at=(*path, "min"))


def _check_weights(choices: tuple[Choice, ...], path: Path, faults: Faults) -> None:
    if not any(choice.weight > 0 for choice in choices):
        faults.add(path, "weight=0 for every value; give at least one a weight above 0")


def _check_table(model: ConditionalField, path: Path, reached: Texts | None, faults: Faults) -> None:
    table = model.conditional_table
    for text, choices in table.items():
        _check_weights(choices, (*path, "conditional_table", text), faults)
    if reached is None or OTHERWISE in table:
        return
    missing = sorted(reached - table.keys())
    if missing:
        null = " (where it is null)" if missing[0] == "" else ""
        faults.add(
            (*path, "conditional_table"),
            f"conditional_table has no {quoted(missing)}{null}, which '{model.conditional_on}' can be; "
            f"{_way_out(missing, table)}",
        )


def _way_out(missing: list[str], table: Mapping[str, object]) -> str:
    near = nearest(missing[0], table) if missing[0] else None
    return (
        f"is {show(near)} meant for it? " if near else ""
    ) + f"add {'it' if len(missing) == 1 else 'them'} or '_default'"


def _check_sequence(model: SequenceField, path: Path, rows: int, faults: Faults) -> None:
    last = model.start + model.step * rows
    if not INT64_MIN <= last <= INT64_MAX:
        faults.add(
            path,
            f"start={model.start} and step={model.step} leave the 64-bit integers within {rows:,} rows; "
            "choose a smaller step",
        )


def _check_pattern(model: StringField, path: Path, faults: Faults) -> None:
    tokens = {match.span() for match in TOKEN.finditer(model.pattern)}
    wrong = [match for match in _MEANT_AS_TOKEN.finditer(model.pattern) if match.span() not in tokens]
    for match in wrong:
        faults.add(
            (*path, "pattern"),
            f"pattern={show(model.pattern)} has {match.group()}, which is no token; "
            "tokens are {A-Z}, {a-z} and number ranges like {00-99}",
        )


def check_capacity(pattern: Pattern, path: Path, rows: int, faults: Faults) -> None:
    """A unique text for every row, also for those whose value becomes null: nulls leave the others as they were."""
    if pattern.unique and pattern.capacity < rows:
        faults.add(
            (*path, "unique"),
            f"unique=true cannot hold: pattern={show(pattern.pattern)} makes {pattern.capacity:,} different texts for "
            f"{rows:,} rows; lengthen the pattern or lower entity_count",
        )


def _check_datetime(model: DatetimeBase, path: Path, faults: Faults) -> None:
    if model.format not in ("iso", "epoch_s", "epoch_ms"):
        _check_format(model.format, (*path, "format"), faults)
    if isinstance(model, SeasonalDatetimeField):
        for key, known, what in (("hour_of_day", HOURS, "an hour"), ("day_of_week", WEEKDAYS, "a day of the week")):
            weights: Mapping[str, float] = getattr(model.profile, key)
            _check_profile(weights, known, what, (*path, "profile", key), faults)


def _check_format(text: str, path: Path, faults: Faults) -> None:
    found: list[str] = _DIRECTIVE.findall(text)
    wrong = [letter for letter in found if letter not in DIRECTIVES or letter == ""]
    if wrong:
        known = " ".join(f"%{letter}" for letter in DIRECTIVES)
        faults.add(path, f"format={show(text)} has {show('%' + wrong[0])}, which is no directive here; known: {known}")
    elif not any(letter != "%" for letter in found):
        close = nearest(text, ("iso", "epoch_s", "epoch_ms"))
        way_out = f"did you mean '{close}'?" if close else "write iso, epoch_s, epoch_ms or a pattern such as %Y-%m-%d"
        faults.add(path, f"format={show(text)} has no directive; {way_out}")


def _check_profile(weights: Mapping[str, float], known: tuple[str, ...], what: str, path: Path, faults: Faults) -> None:
    for key in weights:
        if key not in known and key != OTHERWISE:
            plain = key.lstrip("0") or "0"
            way_out = (
                f"did you mean '{plain}'?" if plain in known else f"known: {known[0]} to {known[-1]} and {OTHERWISE}"
            )
            faults.add((*path, key), f"{show(key)} is not {what}; {way_out}")
    if not any(weights.get(key, weights.get(OTHERWISE, 1.0)) > 0 for key in known):
        faults.add(path, f"{path[-1]} has no weight above 0; give at least one")
