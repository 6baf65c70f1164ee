"""What acts on the rows of a table: its modifiers over time, effects, and how the tables above it behave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from datagen.bounds import Since
from datagen.effects import EffectTable
from datagen.frequency import Fixed, read_frequency
from datagen.generators.base import Generator
from datagen.generators.instant import Instant
from datagen.generators.placed import Reweighting
from datagen.generators.staged import StageIndex, StageName, StageTime
from datagen.grid import Grid
from datagen.modifiers import NotBefore, Scaled, TimeJitter
from datagen.modifiers.base import Modifier
from datagen.moments import Moment
from datagen.pointers import ByColumn, Parent, Pointer
from datagen.readings import Reading
from datagen.schema.relational import behaving
from datagen.schema.relational import modifiers as changes
from datagen.schema.relational.circles import first_datetime
from datagen.schema.relational.generators import DatetimeSeriesChoice, LookupChoice
from datagen.schema.relational.look import NUMBERS
from datagen.schema.relational.pointing import Pointing
from datagen.schema.relational.words import split
from datagen.schema.relational.written import WrittenColumn, WrittenModifier, WrittenTable
from datagen.schema.window import ends
from datagen.strengths.base import Strength
from datagen.strengths.constant import Constant
from datagen.strengths.effect import Effect
from datagen.strengths.outliers import Outliers
from datagen.strengths.pointed import Pointed
from datagen.strengths.season import Season
from datagen.strengths.trend import Trend
from datagen.timeline import HOUR_US, Window

MINUTE_US = 60_000_000
CELL = Fixed(HOUR_US)  # where no frequency is named, noise stays in its hour


@dataclass(frozen=True, slots=True)
class Scene:
    """The tables around the columns that are made."""

    tables: Mapping[str, WrittenTable]
    pointing: Pointing
    window: Window
    freq: str | None

    def modifier(
        self, table: WrittenTable, column: WrittenColumn, modifier: WrittenModifier, place: int, drawn: Generator | None
    ) -> Modifier | None:
        """None for what reweights the draw of an instant, or has no meaning; `drawn` makes a magnitude."""
        if isinstance(modifier.args, changes.TimeJitterArgs):
            return TimeJitter(modifier.args.std_minutes * MINUTE_US, self._cells(column), place)
        if column.model is None or column.model.type not in NUMBERS:
            return None
        match modifier.args:
            case changes.SeasonalityArgs(dimension=dimension, weights=weights):
                return Scaled(Season(dimension, weights, self._moment(table)))
            case changes.TrendArgs(time_reference=name) as args:
                return Scaled(self._trend(args, Moment(Reading(name)) if name else self._moment(table)))
            case changes.OutliersArgs(rate=rate, mode=mode) if drawn and modifier.magnitude:
                clamp = modifier.magnitude.choice.clamp
                return Scaled(Outliers(rate, mode, drawn, (clamp[0], clamp[1]) if clamp else None, place))
            case changes.EffectArgs() as args:
                on = tuple(self._local(table, name) for name in args.on)
                return Scaled(Effect(self._effects(args), on, _default(args), self._moment(table)), args.map.op)
        return None

    def behaviour(self, table: WrittenTable, column: WrittenColumn) -> Iterator[Modifier]:
        """How the parents' segments and ages scale a column, and from when on its instants are."""
        for parent, pointer in self._parents(table):
            for strength in behaving.value_strengths(parent, table, column, self.window.end_us):
                yield Scaled(Pointed(pointer, parent.name, strength))
        since = self.since(table) if column.kind == "datetime_series" else None
        moved = any(isinstance(modifier.args, changes.TimeJitterArgs) for modifier in column.modifiers)
        if since is not None and (moved or behaving.stages_of(table) is not None):
            yield NotBefore(since)

    def fanout_acts(self, table: WrittenTable) -> tuple[Scaled, ...]:
        """What scales the fan-out of a table, by the columns of the parent's row; of stages, the rates of going on."""
        parent = self.tables[table.parents[0]]
        found = [Scaled(strength) for strength in behaving.stage_strengths(table, parent)]
        own = first_datetime(parent)
        moment = Moment(Reading(own)) if own else Moment(fixed_us=self._middle_us)
        for modifier in table.effects:
            if isinstance(modifier.args, changes.EffectArgs):
                readings = [of_parent(table, name, self.tables) for name in modifier.args.on]
                on = tuple(reading for reading in readings if reading is not None)
                effect: Strength = Effect(self._effects(modifier.args), on, _default(modifier.args), moment)
                if len(on) < len(readings):  # a parent has no value of what its children draw, so nothing matches it
                    effect = Constant(_default(modifier.args))
                found.append(Scaled(effect, modifier.args.map.op))
        if behaving.stages_of(table) is None:
            found += map(Scaled, behaving.fanout_strengths(parent, self.window.end_us))
        return tuple(found)

    def reweighted(self, table: WrittenTable, column: WrittenColumn) -> tuple[Reweighting, ...]:
        """The effects on the draw of an instant."""
        return tuple(
            Reweighting(
                self._effects(modifier.args),
                tuple(self._local(table, name) for name in modifier.args.on),
                _default(modifier.args),
                modifier.args.map.op,
            )
            for modifier in column.modifiers
            if isinstance(modifier.args, changes.EffectArgs)
        )

    def since(self, table: WrittenTable) -> Since | None:
        """From when on the children of a parent that ages have their instants."""
        parent = self.tables[table.parents[0]] if table.fans_out else None
        vintage = behaving.vintage_of(parent) if parent else None
        return Since(Parent(), parent.name, vintage.created_at_column) if parent and vintage else None

    def staged(self, table: WrittenTable, column: WrittenColumn) -> Generator | None:
        """Of a table of stages, what the columns that tell the stage are made by."""
        stages = behaving.stages_of(table)
        if stages is None or column.name not in ("stage_name", "stage_index"):
            return None
        if column.name == "stage_index":
            return StageIndex()
        return StageName(tuple(stage.stage_name for stage in stages.stages))

    def stage_time(self, table: WrittenTable, instant: Instant) -> StageTime | None:
        stages = behaving.stages_of(table)
        return StageTime(instant, self._moment_above(table), stages.mean_hours) if stages else None

    def _trend(self, args: changes.TrendArgs, moment: Moment) -> Trend:
        a, b = (args.params.a, args.params.b) if args.params else (0.0, 0.0)
        return Trend(args.type, args.growth_rate or 0.0, a, b, self.window.start_us, moment)

    def _effects(self, args: changes.EffectArgs) -> EffectTable:
        model = self.tables[args.effect_table].model
        assert model is not None
        window, theirs = args.window, tuple(args.on.values())
        return EffectTable(args.effect_table, model.pk, theirs, window.start_col, window.end_col, args.map.field)

    def _local(self, table: WrittenTable, name: str) -> Reading:
        """A column of the row, else of the one it fans out from."""
        return Reading(name) if name in table.columns else Reading(name, table.parents[0])

    def _cells(self, column: WrittenColumn) -> Grid:
        series = column.generator if isinstance(column.generator, DatetimeSeriesChoice) else None
        named = (series.freq if series else None) or self.freq
        window = Window(*ends(column.within.start, column.within.end)) if column.within else self.window
        return Grid(window, read_frequency(named) if named else CELL)

    def _moment(self, table: WrittenTable) -> Moment:
        """The first datetime of the row; else of the nearest row above that has one; else the timeframe's middle."""
        own = first_datetime(table)
        return Moment(Reading(own)) if own else self._moment_above(table)

    def _moment_above(self, table: WrittenTable) -> Moment:
        for name, through in above(table, self.tables).items():
            if (found := first_datetime(self.tables[name])) is not None:
                return Moment(Reading(found, name, through))
        return Moment(fixed_us=self._middle_us)

    def _parents(self, table: WrittenTable) -> Iterator[tuple[WrittenTable, Pointer]]:
        """The parents whose row is known of a row."""
        for place, name in enumerate(table.parents):
            pointers = self.pointing.pointers(table, name)
            if place == 0 and table.fans_out:
                yield self.tables[name], Parent()
            elif pointers:
                yield self.tables[name], ByColumn(pointers[0], name)

    @property
    def _middle_us(self) -> int:
        return (self.window.start_us + self.window.end_us) // 2


def _default(args: changes.EffectArgs) -> float:
    """Where none is written, what leaves a value as it is."""
    neutral = 1.0 if args.map.op == "mul" else 0.0
    return neutral if args.map.default is None else args.map.default


def of_parent(table: WrittenTable, name: str, tables: Mapping[str, WrittenTable]) -> Reading | None:
    """A column of the parent's row, or one here that is read of it or of a row above; None where it is neither."""
    parent = tables[table.parents[0]]
    if name in parent.columns:
        return Reading(name)
    column = table.columns.get(name)
    choice = column.generator if column else None
    if not isinstance(choice, LookupChoice) or choice.on is not None:
        return None
    other, source = split(choice.from_)
    if other == parent.name:
        return Reading(source)
    higher = above(parent, tables)
    return Reading(source, other, higher[other]) if other in higher else None


def above(table: WrittenTable, tables: Mapping[str, WrittenTable]) -> dict[str, tuple[str, ...]]:
    """The tables that a row fans out from, nearest first, each with those that are climbed through."""
    found: dict[str, tuple[str, ...]] = {}
    through: tuple[str, ...] = ()
    while table.fans_out:
        table = tables[table.parents[0]]
        found[table.name] = through
        through = (*through, table.name)
    return found
