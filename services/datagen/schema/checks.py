"""What is wrong with a field of sound shape, beyond what its generator refuses by itself."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from datagen.generators.pattern import TOKEN
from datagen.schema.faults import Faults
from datagen.schema.fields import (
    HOURS,
    WEEKDAYS,
    ConditionalField,
    ExponentialField,
    FieldBase,
    FloatBase,
    IntField,
    LognormalField,
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
FURTHEST_NORMAL = 8.3  # standard deviations: no draw lies further from the mean
FURTHEST_EXPONENTIAL = 40  # means
MAX_REACH = 18  # digits before the point


def check_field(
    model: FieldBase, path: Path, above: Mapping[str, Texts | None], places: Mapping[str, Path], faults: Faults
) -> None:
    """Notes the faults of one field. `places` says where each field stands."""
    if isinstance(model, FloatBase):
        _check_reach(model, path, faults)
    match model:
        case ConditionalField():
            place = places.get(model.conditional_on, ())
            _check_table(model, path, above.get(model.conditional_on), place, faults)
        case IntField(min=least, max=greatest) | UniformField(min=least, max=greatest):
            _check_range(least, greatest, path, faults)
        case SequenceField(step=0):
            faults.add((*path, "step"), "step=0 gives every row the same value; choose another step")
        case StringField():
            _check_pattern(model, path, faults)
        case SeasonalDatetimeField():
            _check_profile(model, path, faults)


def _check_range(low: float, high: float, path: Path, faults: Faults) -> None:
    if low > high:
        faults.add(path, f"min={number(low)} is above max={number(high)}; swap them?", at=(*path, "min"))


def _check_table(model: ConditionalField, path: Path, reached: Texts | None, place: Path, faults: Faults) -> None:
    table = model.conditional_table
    if reached is None or OTHERWISE in table:
        return
    missing = sorted(reached - table.keys())
    if missing:
        null = " ('' stands for null)" if missing[0] == "" else ""
        faults.add(
            (*path, "conditional_table"),
            f"conditional_table has no {quoted(missing)}, which '{model.conditional_on}' can be{null}; "
            f"{_way_out(missing, table)}",
            because=(place,),
        )


def _way_out(missing: list[str], table: Mapping[str, object]) -> str:
    near = nearest(missing[0], table) if missing[0] else None
    return (
        f"is {show(near)} meant for it? " if near else ""
    ) + f"add {'it' if len(missing) == 1 else 'them'} or '_default'"


def _check_reach(model: FieldBase, path: Path, faults: Faults) -> None:
    """Beyond MAX_REACH no sum of a column holds, and rounding to a few digits means nothing."""
    match model:
        case LognormalField(clamp=None, mean=mean, stddev=stddev):
            power = (mean + FURTHEST_NORMAL * stddev) / math.log(10)
            if power > MAX_REACH:
                median = f"a median of {number(mean)} is mean={math.log(max(mean, 1)):.4g}"
                faults.add(
                    path,
                    f"mean={number(mean)} and stddev={number(stddev)} are those of the logarithm, so values reach "
                    f"1e{power:.0f}; {median}, or give a clamp",
                )
        case ExponentialField(clamp=None, lambda_=rate):
            if math.log10(FURTHEST_EXPONENTIAL / rate) > MAX_REACH:
                faults.add((*path, "lambda"), f"lambda={rate:g} is 1 / mean, so values reach beyond 1e{MAX_REACH}")


def _check_pattern(model: StringField, path: Path, faults: Faults) -> None:
    tokens = {match.span() for match in TOKEN.finditer(model.pattern)}
    wrong = [match for match in _MEANT_AS_TOKEN.finditer(model.pattern) if match.span() not in tokens]
    for match in wrong:
        faults.add(
            (*path, "pattern"),
            f"pattern={show(model.pattern)} has {match.group()}, which is no token; "
            "tokens are {A-Z}, {a-z} and number ranges like {00-99}",
        )


def _check_profile(model: SeasonalDatetimeField, path: Path, faults: Faults) -> None:
    for key, known, what in (("hour_of_day", HOURS, "an hour"), ("day_of_week", WEEKDAYS, "a day of the week")):
        weights: Mapping[str, float] = getattr(model.profile, key)
        _check_keys(weights, known, what, (*path, "profile", key), faults)


def _check_keys(weights: Mapping[str, float], known: tuple[str, ...], what: str, path: Path, faults: Faults) -> None:
    for key in weights:
        if key not in known and key != OTHERWISE:
            plain = key.lstrip("0") or "0"
            way_out = (
                f"did you mean '{plain}'?" if plain in known else f"known: {known[0]} to {known[-1]} and {OTHERWISE}"
            )
            faults.add((*path, key), f"{show(key)} is not {what}; {way_out}")
    if not any(weights.get(key, weights.get(OTHERWISE, 1.0)) > 0 for key in known):
        faults.add(path, f"{path[-1]} has no weight above 0; give at least one")
