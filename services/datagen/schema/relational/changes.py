"""What is wrong with modifiers, of columns and of tables."""

from __future__ import annotations

from datagen.schema.json_text import Path
from datagen.schema.names import number, show, suggest
from datagen.schema.relational import modifiers as written
from datagen.schema.relational.casting import misfit
from datagen.schema.relational.columns import check_pattern
from datagen.schema.relational.look import NUMBERS, TIMES, Look
from datagen.schema.relational.written import WrittenColumn, WrittenModifier, WrittenTable

OF_NUMBERS = ("multiply", "add", "clamp", "jitter", "trend")
OF_TIMES = ("time_jitter",)


def check_changes(column: WrittenColumn, table: WrittenTable, look: Look) -> None:
    """Notes the faults of a column's modifiers."""
    for modifier in column.modifiers:
        _check_fit(modifier, column, look)
        path = (*modifier.path, "args")
        match modifier.args:
            case written.ClampArgs() as args:
                _check_clamp(args, path, look)
            case written.SeasonalityArgs() as args:
                check_pattern(args, path, look)
            case written.TrendArgs() as args:
                _check_trend(args, column, table, path, look)
            case written.MapValuesArgs() as args:
                _check_mapping(args, column, path, look)
            case written.EffectArgs() as args:
                check_effect(args, table, path, look)


def check_node_effects(table: WrittenTable, look: Look) -> None:
    """Of a table, only effects can be modifiers: they scale its fan-out."""
    for modifier in table.effects:
        if isinstance(modifier.args, written.EffectArgs):
            check_effect(modifier.args, table, (*modifier.path, "args"), look)
            if modifier.args.effect_table == table.name:
                path = (*modifier.path, "args", "effect_table")
                look.faults.add(path, f"{show(table.name)} is the table itself, which the effect counts; name another")
        else:
            look.faults.add(
                (*modifier.path, "transform"),
                f"transform={show(modifier.transform)} has no meaning for a table; only 'effect' has",
            )
    if table.effects and not table.fans_out:
        look.faults.add(
            table.effects[0].path, "an effect on a table without a fan-out has no meaning; name its parents"
        )


def check_effect(args: written.EffectArgs, table: WrittenTable, path: Path, look: Look) -> None:
    """Notes what an effect names that is not there, or of another type."""
    effects = look.table(args.effect_table, (*path, "effect_table"))
    for ours, theirs in args.on.items():
        if ours not in _columns_reached(table, look):
            way_out = suggest(ours, table.columns)
            look.faults.add((*path, "on", ours), f"{show(ours)} is no column of {table.name}; {way_out}")
        if effects is not None:
            look.local(effects, theirs, (*path, "on", ours))
    if effects is None:
        return
    for key, name in (("start_col", args.window.start_col), ("end_col", args.window.end_col)):
        inside = (*path, "window", key)
        look.typed(look.local(effects, name, inside), TIMES, "a window is between two datetimes", inside)
    inside = (*path, "map", "field")
    look.typed(look.local(effects, args.map.field, inside), NUMBERS, "the strength is a number", inside)


def _columns_reached(table: WrittenTable, look: Look) -> set[str]:
    """Of the table, and of the one it fans out from."""
    parent = look.tables.get(table.parents[0]) if table.fans_out else None
    return {*table.columns, *(parent.columns if parent else ())}


def _check_fit(modifier: WrittenModifier, column: WrittenColumn, look: Look) -> None:
    kind = column.model.type if column.model else None
    if kind is None or modifier.transform == "map_values":
        return
    fitting = (
        NUMBERS if modifier.transform in OF_NUMBERS else TIMES if modifier.transform in OF_TIMES else (*NUMBERS, *TIMES)
    )
    if kind in TIMES and isinstance(modifier.args, written.AddArgs) and modifier.args.value == 0:
        return  # changes nothing
    if kind not in fitting:
        wanted = " or ".join(fitting)
        look.faults.add(
            (*modifier.path, "transform"),
            f"transform='{modifier.transform}' has no meaning for type='{kind}'; it is for {wanted}",
        )


def _check_clamp(args: written.ClampArgs, path: Path, look: Look) -> None:
    if args.min is None and args.max is None and not look.faults.within(path):
        look.faults.add(path, "clamp has neither min nor max; give at least one")
    elif args.min is not None and args.max is not None and args.min > args.max:
        message = f"min={number(args.min)} is above max={number(args.max)}; swap them?"
        look.faults.add(path, message, at=(*path, "min"))


def _check_trend(args: written.TrendArgs, column: WrittenColumn, table: WrittenTable, path: Path, look: Look) -> None:
    if args.type == "logarithmic" and args.params is None:
        look.faults.add(path, "'params' is missing: a and b of 1 + a * ln(1 + b * t)")
    elif args.type != "logarithmic" and args.growth_rate is None:
        look.faults.add(path, "'growth_rate' is missing: g, per year")
    if args.time_reference is None:
        return
    inside = (*path, "time_reference")
    if args.time_reference == column.name:
        look.faults.add(inside, f"{show(args.time_reference)} is the column itself; name a datetime column")
        return
    look.typed(look.local(table, args.time_reference, inside), TIMES, "a trend is measured along time", inside)


def _check_mapping(args: written.MapValuesArgs, column: WrittenColumn, path: Path, look: Look) -> None:
    for key, value in args.mapping.items():
        wrong = misfit(value, column.model.type) if column.model else None
        if wrong:
            look.faults.add((*path, "mapping", key), f"{show(value)} {wrong}")
