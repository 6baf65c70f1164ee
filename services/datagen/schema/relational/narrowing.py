"""Columns narrowed to what the constraints allow: the draw is cut where its distribution can be, else drawn again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from datagen.constrained.allowed import MAX_LISTED, Allowed
from datagen.constrained.bounded import BoundedCount, BoundedInstant, BoundedNumber, before, can_be_traced
from datagen.constrained.choice import BoundedChoice
from datagen.constrained.copied import Copied
from datagen.constrained.limits import Beside, Limits
from datagen.constrained.repeated import Repeated
from datagen.constrained.sequence import BoundedSequence
from datagen.constrained.truncation import mass
from datagen.generators.base import Generator, Rows
from datagen.generators.choice import Choice
from datagen.generators.computed import Computed
from datagen.generators.counts import PoissonCount
from datagen.generators.floats import Lognormal, Normal, Uniform
from datagen.generators.instant import Instant
from datagen.generators.listed import Listed
from datagen.generators.lookup import Lookup
from datagen.generators.ordered import Ordered
from datagen.generators.sequence import Sequence as Steps
from datagen.model import Column
from datagen.modifiers import Cast, Limited, Linear, Nulls, Remapped, Rounded
from datagen.modifiers.base import Modifier
from datagen.pointers import Drawn, DrawnAmong, Parent
from datagen.poisson import poisson_masses
from datagen.refusals import RefusalError
from datagen.schema.relational.circles import Place
from datagen.schema.relational.finals import finals, typed
from datagen.schema.relational.ruled import Book, Rules
from datagen.timeline import Window

SETTLED = (Linear, Limited, Remapped, Cast, Rounded)  # modifiers that make of one value always the same


class Narrow:
    """One column and what is asked of it. Each method may raise RefusalError where nothing is left."""

    def __init__(self, book: Book, place: Place, rules: Rules, beside: tuple[Beside, ...]) -> None:
        self._book, self._place, self._rules = book, place, rules
        self._made = book.column(place)
        last = self._made.modifiers[-1:]
        self._nulls: tuple[Modifier, ...] = last if last and isinstance(last[0], Nulls) else ()
        self._modifiers = self._made.modifiers[: len(self._made.modifiers) - len(self._nulls)]
        scale = book.scale(place)
        bounds = rules.bounds or beside
        self._limits = Limits(scale, rules.low, rules.high, beside) if scale is not None and bounds else None

    def same(self, other: Beside) -> Column:
        """The value of the other column; what else is asked of it is asked of the other."""
        kind = self._book.type(self._place)
        source: Place = (other.table or self._place[0], other.column)
        theirs = self._book.type(source)
        generator: Generator = Copied(other.column, theirs)
        if other.table is not None:
            generator = Lookup(other.table, other.column, theirs, Parent(other.through))
        return self._with(generator, [Cast(kind)] if theirs != kind else [])

    def column(self) -> Column:
        rules, generator = self._rules, self._made.generator
        if rules.low is not None and rules.high is not None and rules.low > rules.high:
            raise self._nothing("between its bounds")
        self._check_sources()
        match generator:
            case Choice() | Listed() if not rules.sources and all(
                isinstance(made, SETTLED) for made in self._modifiers
            ):
                return self._of_list(generator)
            case Steps() if not self._modifiers and not rules.sources and not rules.patterns and not self._beside:
                return self._of_steps(generator)
            case Normal() | Lognormal() | Uniform() | PoissonCount() if not rules.sources and not rules.patterns:
                if can_be_traced(self._modifiers):
                    return self._of_numbers(generator)
            case Instant() | Ordered() if not rules.lists and all(isinstance(made, Cast) for made in self._modifiers):
                return self._of_instants(generator)
            case Lookup(pointer=Drawn()) if not self._beside:
                return self._of_rows(generator)
        return self._with(self._repeated(), ())

    @property
    def _beside(self) -> tuple[Beside, ...]:
        return self._limits.beside if self._limits else ()

    def _check_sources(self) -> None:
        for table, column in self._rules.sources:
            rows = self._book.tables[table].rows
            if rows > MAX_LISTED:
                told = f"values are a list in tables of up to {MAX_LISTED:,} rows; {table} has about {rows:,}"
                raise RefusalError("enum_ref", f"enum_ref='{table}.{column}': {told}; look the column up instead")

    def _with(self, generator: Generator, modifiers: Sequence[Modifier]) -> Column:
        return replace(self._made, generator=generator, modifiers=(*modifiers, *self._nulls))

    def _nothing(self, told: str) -> RefusalError:
        kind = self._book.written[self._place[0]].columns[self._place[1]].kind
        name = ".".join(self._place)
        message = (
            f"leaves nothing of {name}: no value that its {kind} makes lies {told}; widen it, or change the {kind}"
        )
        return RefusalError("attr", message)

    def _told(self) -> str:
        bounds = "between its bounds" if self._rules.bounds else ""
        return " and ".join(part for part in (bounds, "in what is allowed" if self._rules.lists else "") if part)

    def _static(self) -> Limits | None:
        return replace(self._limits, beside=()) if self._limits and self._rules.bounds else None

    def _allowed(self) -> Allowed | None:
        rules, kind = self._rules, self._book.type(self._place)
        if not rules.lists:
            return None
        values = tuple(typed(listed, kind) for listed in rules.values)
        return Allowed(kind, values, tuple(rules.sources), tuple(rules.patterns))

    def _kept(self, values: pa.Array) -> np.ndarray:
        """Which of some values of the column the rules that do not depend on the row allow."""
        wrong = np.zeros(len(values), np.bool_)
        static, allowed = self._static(), self._allowed()
        if static is not None:
            wrong |= static.beyond(values, *static.of(Rows(0, len(values)), ""))
        return ~(wrong | allowed.refused(values, None)) if allowed else ~wrong

    def _of_list(self, generator: Choice | Listed) -> Column:
        values: pa.Array = finals(generator, self._modifiers)
        kept = self._kept(values)
        if isinstance(generator, Listed):
            if not kept.all():
                wrong = values.filter(pa.array(~kept))[0].as_py()
                raise RefusalError(
                    "attr", f"{'.'.join(self._place)}: {wrong!r} of its list is not allowed; remove it there"
                )
            return self._made
        kept &= np.array(generator.weights) > 0
        if not kept.any():
            raise self._nothing(self._told())
        if self._beside:
            assert self._limits is not None
            weights = tuple(np.array(generator.weights)[kept].tolist())
            return self._with(BoundedChoice(self._limits, values.filter(pa.array(kept)), weights), ())
        chosen = [
            pair
            for pair, keep in zip(zip(generator.choices, generator.weights, strict=True), kept, strict=True)
            if keep
        ]
        return self._with(Choice(*(tuple(part) for part in zip(*chosen, strict=True))), self._modifiers)

    def _of_steps(self, generator: Steps) -> Column:
        made = BoundedSequence(generator.start, generator.step, self._rules.low, self._rules.high)
        table = self._book.tables[self._place[0]]
        rows = min(table.rows, *(len(listed) + 1 for listed in self._rules.values)) if self._rules.values else 0
        first = pa.array(generator.start + np.arange(rows, dtype=np.int64) * generator.step).cast(
            self._made.arrow_type()
        )
        wrong = first.filter(pa.array(~self._kept(first)))
        if len(wrong):
            name, value = ".".join(self._place), wrong[0].as_py()
            raise RefusalError(
                "attr", f"{name}: its sequence has {value!r}, which is not allowed; list it, or draw a choice"
            )
        if table.offspring is None:
            made.check_rows(table.rows)
        return self._with(made, ())

    def _of_numbers(self, generator: Normal | Lognormal | Uniform | PoissonCount) -> Column:
        kind = self._book.type(self._place)
        if self._rules.values:
            return self._of_points(generator)
        assert self._limits is not None
        static = self._static()
        if static is not None and self._mass(generator, static.low, static.high) <= 0:
            raise self._nothing(self._told())
        if isinstance(generator, PoissonCount):
            return self._with(BoundedCount(self._limits, self._modifiers, kind, generator), ())
        return self._with(BoundedNumber(self._limits, self._modifiers, kind, generator), ())

    def _mass(
        self, generator: Normal | Lognormal | Uniform | PoissonCount, low: float | None, high: float | None
    ) -> float:
        """The share of draws that lead between two bounds of the result."""
        ends = np.array([-np.inf if low is None else low]), np.array([np.inf if high is None else high])
        for modifier in reversed(self._modifiers):
            if isinstance(modifier, Limited) and (
                (modifier.max is not None and ends[0][0] > modifier.max)
                or (modifier.min is not None and ends[1][0] < modifier.min)
            ):
                return 0.0
            ends = before([modifier], *ends)
        if isinstance(generator, PoissonCount):
            counts, shares = poisson_masses(generator.mean)
            return float(shares[(counts >= ends[0][0]) & (counts <= ends[1][0])].sum())
        return mass(generator, ends[0][0].item(), ends[1][0].item())

    def _of_points(self, generator: Normal | Lognormal | Uniform | PoissonCount) -> Column:
        """A distribution of which only some values may stand: a choice of these, by their masses."""
        listed = typed(self._rules.values[0], self._book.type(self._place)).unique().drop_null()
        listed = listed.filter(pa.array(self._kept(listed)))
        masses = [self._mass(generator, value, value) for value in listed.to_pylist()]
        if not any(masses):
            raise self._nothing("in what is allowed")
        if self._beside:
            assert self._limits is not None
            some = np.array(masses) > 0
            weights = tuple(np.array(masses)[some].tolist())
            return self._with(BoundedChoice(self._limits, listed.filter(pa.array(some)), weights), ())
        return self._with(Choice(tuple(listed.to_pylist()), tuple(masses)), ())

    def _of_instants(self, generator: Instant | Ordered) -> Column:
        instant = generator.instant if isinstance(generator, Ordered) else generator
        window, rules = instant.window, self._rules
        whole_day = int(self._limits.scale.step) - 1 if self._limits else 0
        start = window.start_us if rules.low is None else max(window.start_us, int(rules.low))
        end = window.end_us if rules.high is None else min(window.end_us, int(rules.high) + whole_day)
        if start > end:
            raise self._nothing("between its bounds")
        try:
            cut = replace(instant, window=Window(start, end))
        except RefusalError as error:
            raise self._nothing("between its bounds") from error
        made: Instant | Ordered = replace(generator, instant=cut) if isinstance(generator, Ordered) else cut
        if not self._beside:
            return self._with(made, self._modifiers)
        assert self._limits is not None
        kind = self._book.type(self._place)
        return self._with(BoundedInstant(self._limits, self._modifiers, kind, made), ())

    def _of_rows(self, generator: Lookup) -> Column:
        assert isinstance(generator.pointer, Drawn)
        allowed = self._allowed() or Allowed(generator.type)
        if generator.type != self._book.type(self._place):
            return self._with(self._repeated(), ())
        pointer = DrawnAmong(generator.table, generator.column, generator.pointer.shares, allowed, self._static())
        return self._with(replace(generator, pointer=pointer), self._modifiers)

    def _repeated(self) -> Repeated:
        """A lookup is not drawn again: its row is not its own."""
        generator = self._made.generator
        again = not isinstance(generator, Computed | Lookup | Steps | Listed) or any(
            not isinstance(made, SETTLED) for made in self._modifiers
        )
        kind = self._book.type(self._place)
        return Repeated(generator, self._modifiers, kind, self._limits, self._allowed(), again)
