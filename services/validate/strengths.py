"""What differs from row to row, as SQL over the files: seasons, trends, effects, segments, ages.

In every query the table itself is `c`, the row that it belongs to, where it has one, is `p`, and the rows of its other
parents are `p1`, `p2` and so on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from datagen.schema.relational import modifiers as written
from datagen.schema.relational.behaviors import AgeMultiplier, Behavior, CurveChoice, SegmentBehavior
from datagen.schema.relational.written import WrittenModifier
from datagen.timeline import DAY_US
from validate.declared import Declared, DeclaredColumn, DeclaredTable
from validate.store import Store, quoted, text

YEAR_US = 365 * DAY_US
UNITS_US = {"day": DAY_US, "month": 30 * DAY_US, "year": YEAR_US}
PARTS = {"hour": "extract(hour from {0})", "dow": "isodow({0}) - 1", "month": "extract(month from {0}) - 1"}


@dataclass(frozen=True)
class RowStrength:
    sql: str
    op: Literal["mul", "add"] = "mul"
    words: str = ""


class UnreadableError(Exception):
    """What a strength depends on cannot be read; the message says what."""


def need(store: Store, table: str, *columns: str | None) -> None:
    """UnreadableError where these columns could not be read."""
    if not store.has(table, *columns):
        raise UnreadableError(f"{table}{f'.{columns[0]}' if len(columns) == 1 else ''} could not be read")


def ties(table: DeclaredTable) -> dict[str, tuple[str, str, str | None]]:
    """Each row beside: its table, that one's key, and the column here that holds it."""
    parent = table.parent
    first = {"p": (parent.table, parent.key, parent.column)} if parent else {}
    others = {f"p{place}": (one.table, one.key, one.column) for place, one in enumerate(table.beside, 1)}
    return {**first, **others}


def source(table: DeclaredTable, store: Store) -> str:
    """The rows of a table beside the rows each belongs to."""
    rows = f"from {quoted(table.name)} c"
    for alias, (other, key, column) in ties(table).items():
        if column is not None and store.has(other, key) and store.has(table.name, column):
            ours, theirs = f"c.{quoted(column)}::varchar", f"{alias}.{quoted(key)}::varchar"
            rows += f" left join {quoted(other)} {alias} on {ours} = {theirs}"
    return rows


def moment(table: DeclaredTable, declared: Declared, store: Store, time: str | None = None) -> str:
    """The instant on which what changes with time is measured. UnreadableError where it could not be read."""
    name = time or table.first_time
    if name is not None:
        need(store, table.name, name)
        return f"c.{quoted(name)}::timestamp"
    above = declared.tables[table.parent.table] if table.parent else None
    if above is not None and above.first_time is not None:
        need_beside(store, table, "p", above.first_time)
        return f"p.{quoted(above.first_time)}::timestamp"
    middle = (declared.window.start_us + declared.window.end_us) // 2
    return f"make_timestamp({middle})"


def need_beside(store: Store, table: DeclaredTable, alias: str, *columns: str) -> None:
    """UnreadableError where a row beside cannot be found, or these columns of it could not be read."""
    other, key, column = ties(table)[alias]
    need(store, other, key, *columns)
    if column is None:
        raise UnreadableError(f"no column leads to {other}")
    need(store, table.name, column)


def by_row(
    change: WrittenModifier, table: DeclaredTable, declared: Declared, store: Store, exact: bool = False
) -> RowStrength:
    """UnreadableError for a change that is none of a row, or whose table cannot be read."""
    match change.args:
        case written.SeasonalityArgs() as args:
            return season(args, moment(table, declared, store))
        case written.TrendArgs(time_reference=time) as args:
            return trend(args, moment(table, declared, store, time), declared.window.start_us, exact)
        case written.EffectArgs() as args:
            return effect(args, table, moment(table, declared, store), declared, store)
        case _:
            raise UnreadableError(f"it is changed by {change.transform}")


def season(args: written.SeasonalityArgs, at: str) -> RowStrength:
    weights = ", ".join(repr(float(weight)) for weight in args.weights)
    part = PARTS[args.dimension].format(at)
    return RowStrength(f"coalesce([{weights}][({part})::int + 1], 1.0)", "mul", f"season of {args.dimension}")


def trend(args: written.TrendArgs, at: str, start_us: int, exact: bool = False) -> RowStrength:
    """Unless exact, a day at a time, at its middle, so that few strengths differ."""
    instant = f"epoch_us({at})"
    instant = instant if exact else f"({instant} // {DAY_US}) * {DAY_US} + {DAY_US // 2}"
    years = f"greatest(({instant} - {start_us}) / {YEAR_US}, 0.0)"
    growth = args.growth_rate or 0.0
    if args.type == "linear":
        factor = f"1 + {growth!r} * {years}"
    elif args.type == "exponential":
        factor = f"pow(1 + {growth!r}, {years})"
    else:
        a, b = (args.params.a, args.params.b) if args.params else (0.0, 0.0)
        factor = f"1 + {a!r} * ln(1 + {b!r} * {years})"
    return RowStrength(f"coalesce(greatest({factor}, 0.0), 1.0)", "mul", f"trend, {args.type}")


def effect(args: written.EffectArgs, table: DeclaredTable, at: str, declared: Declared, store: Store) -> RowStrength:
    """The field on the matching row with the lowest key. UnreadableError where the table of effects is."""
    other = declared.tables[args.effect_table]
    names = (other.key, args.window.start_col, args.window.end_col, args.map.field, *args.on.values())
    need(store, other.name, *names)
    tests = [f"{own(local, table, store)}::varchar = e.{quoted(theirs)}::varchar" for local, theirs in args.on.items()]
    start, end = (f"e.{quoted(name)}" for name in (args.window.start_col, args.window.end_col))
    last = f"{end}::timestamp"
    if other.columns[args.window.end_col].kind == "date":
        last += " + interval 1 day - interval 1 microsecond"
    tests.append(f"{at} between {start}::timestamp and {last}")
    key, field = quoted(other.key or ""), quoted(args.map.field)
    found = f"(select arg_min(e.{field}, e.{key}) from {quoted(other.name)} e where {' and '.join(tests)})"
    neutral = 1.0 if args.map.op == "mul" else 0.0
    default = neutral if args.map.default is None else args.map.default
    return RowStrength(f"coalesce({found}::double, {default!r})", args.map.op, f"effect of {other.name}")


def own(name: str, table: DeclaredTable, store: Store) -> str:
    """A column of the row, else of the one it belongs to. UnreadableError where it could not be read."""
    if name in table.columns:
        need(store, table.name, name)
        return f"c.{quoted(name)}"
    need_beside(store, table, "p", name)
    return f"p.{quoted(name)}"


def values(table: DeclaredTable, column: DeclaredColumn, declared: Declared, store: Store) -> list[RowStrength]:
    """How the segments and ages of the rows beside scale a column. UnreadableError where they could not be read."""
    found = list(scaled(table, column, declared))
    for alias, name, _ in found:
        need_beside(store, table, alias, name)
    return [strength for _, _, strength in found]


def scaled(table: DeclaredTable, column: DeclaredColumn, declared: Declared) -> Iterator[tuple[str, str, RowStrength]]:
    """With the alias of the row beside, and its column."""
    if column.kind not in ("int", "float"):
        return
    for alias, (other, _, _) in ties(table).items():
        above = declared.tables[other]
        if above.segments is not None:
            named = [
                (name, entry.value_multiplier)
                for name, entry in entries(above.segments)
                if _is_scaled(entry, above.segments, table, column)
            ]
            for strength in segment(above.segments.segment_column, named, alias):
                yield alias, above.segments.segment_column, strength
        for multiplier in above.vintage.age_based_multipliers.values() if above.vintage else ():
            if named_in(applies_to(multiplier), table, column):
                assert above.vintage is not None
                created = above.vintage.created_at_column
                yield alias, created, age(created, multiplier, declared.window.end_us, alias)


def entries(segments: SegmentBehavior) -> list[tuple[str, Behavior]]:
    return [*segments.behaviors.items(), *segments.segments.items()]


def segment(column: str, named: list[tuple[str, float]], alias: str) -> Iterator[RowStrength]:
    factors: dict[str, float] = {}
    for name, factor in named:
        factors[name] = factors.get(name, 1.0) * factor
    if any(factor != 1 for factor in factors.values()):
        cases = " ".join(f"when {text(name)} then {factor!r}" for name, factor in factors.items())
        yield RowStrength(f"(case {alias}.{quoted(column)}::varchar {cases} else 1.0 end)", "mul", "segments")


def age(created: str, multiplier: AgeMultiplier, end_us: int, alias: str) -> RowStrength:
    units = (
        f"greatest(({end_us} - epoch_us({alias}.{quoted(created)}::timestamp)) / {UNITS_US[multiplier.time_unit]}, 0.0)"
    )
    if isinstance(multiplier.curve, dict):
        choice = CurveChoice.model_validate(multiplier.curve)
        a, b = choice.params.a, choice.params.b
        shapes = {
            "logarithmic": f"{a!r} + {b!r} * ln({units} + 1)",
            "linear": f"{a!r} + {b!r} * {units}",
            "exponential": f"{a!r} * exp(least({b!r} * {units}, 700))",
        }
        factor = f"least(greatest({shapes[choice.curve_type]}, 0.0), 1e9)"
    else:
        listed: list[Any] = multiplier.curve
        steps = ", ".join(repr(float(value)) for value in listed)
        factor = f"[{steps}][least(round_even({units}, 0), {len(listed) - 1})::int + 1]"
    return RowStrength(f"coalesce({factor}, 1.0)", "mul", "age")


def applies_to(multiplier: AgeMultiplier) -> tuple[str, ...]:
    named = multiplier.applies_to
    return (named,) if isinstance(named, str) else tuple(named)


def named_in(named: tuple[str, ...], table: DeclaredTable, column: DeclaredColumn) -> bool:
    return column.name in named or f"{table.name}.{column.name}" in named


def _is_scaled(entry: Behavior, segments: SegmentBehavior, table: DeclaredTable, column: DeclaredColumn) -> bool:
    """Where no columns are named, the fractions that are drawn from a distribution."""
    named = entry.applies_to_columns or segments.applies_to_columns
    if named is None:
        return column.drawn and column.kind == "float"
    return named_in(named, table, column)
