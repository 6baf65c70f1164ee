"""Keys and unique columns made so that no value stands twice."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from datagen.constrained.allowed import Allowed
from datagen.constrained.bounded import BoundedNumber
from datagen.constrained.limits import Decimals
from datagen.constrained.repeated import Repeated
from datagen.distinct.dealt import Dealt
from datagen.distinct.faked import NUMBERED, DistinctFaked, DistinctPeople
from datagen.distinct.ladders import OfInstants, OfNumbers
from datagen.distinct.spaced import Ladder, Spaced
from datagen.fanout import Between, Exactly, Fanout, Poisson
from datagen.generators.choice import Choice
from datagen.generators.faked import Faked
from datagen.generators.floats import Lognormal, Normal, Uniform
from datagen.generators.instant import Instant
from datagen.generators.listed import Listed
from datagen.generators.lookup import Lookup
from datagen.generators.ordered import Ordered
from datagen.generators.pattern import Pattern
from datagen.generators.sequence import Sequence
from datagen.generators.uuid import Uuid
from datagen.model import Column, Table
from datagen.modifiers import Cast, Limited, Linear, Nulls, Rounded
from datagen.modifiers.base import Modifier
from datagen.pointers import Drawn, DrawnOnce, Parent
from datagen.refusals import RefusalError
from datagen.schema.faults import Faults
from datagen.schema.relational.circles import Place
from datagen.schema.relational.finals import finals
from datagen.schema.relational.read import Relational
from datagen.schema.relational.ruled import SHOWN, Book
from datagen.schema.relational.words import split

Numbers = Normal | Lognormal | Uniform


def with_unique(tables: tuple[Table, ...], read: Relational, seed: int, faults: Faults) -> tuple[Table, ...]:
    """The tables with a kind of its own for each column in which no value may stand twice; refusals are noted."""
    wanted = {split(reference): path for path, reference in read.constraints.unique}
    for table in read.tables.values():
        if table.model is not None:
            wanted.setdefault((table.name, table.model.pk), table.columns[table.model.pk].generator_path)
    made = Unique({table.name: table for table in tables}, read, seed)
    for place, path in wanted.items():
        try:
            made.settle(place)
        except RefusalError as refusal:
            faults.add(path, refusal.message)
    return tuple(made.tables.values())


class Unique:
    def __init__(self, tables: dict[str, Table], read: Relational, seed: int) -> None:
        self.tables, self._read, self._seed = tables, read, seed
        self._settled: set[Place] = set()

    def settle(self, place: Place) -> None:
        """Raises RefusalError where there are not enough different values."""
        if place in self._settled:
            return
        self._settled.add(place)
        table, column = self.tables[place[0]], self._column(place)
        made = self._made(place, column, table)
        if made is None:
            self.tables[place[0]] = replace(table, distinct=(*table.distinct, column.name))
            return
        if table.offspring is None:
            made.generator.check_rows(table.rows)
        self._put(place[0], made)

    def _column(self, place: Place) -> Column:
        return next(column for column in self.tables[place[0]].columns if column.name == place[1])

    def _put(self, table: str, made: Column) -> None:
        columns = (made if column.name == made.name else column for column in self.tables[table].columns)
        self.tables[table] = replace(self.tables[table], columns=tuple(columns))

    def _made(self, place: Place, column: Column, table: Table) -> Column | None:
        """The column without repeats; None where its kind has no way to promise that."""
        generator = column.generator
        changed = [made for made in column.modifiers if not isinstance(made, Nulls)]
        nulls = [made for made in column.modifiers if isinstance(made, Nulls)]
        kind = Book(self.tables, self._read.tables).type(place)
        if _is_apart(generator, changed):
            return column
        match generator:
            case Choice():
                kept = [value for value, weight in zip(generator.choices, generator.weights, strict=True) if weight]
                values = finals(Listed(tuple(kept)), changed).drop_null().unique()
                return replace(column, generator=Dealt(values), modifiers=tuple(nulls))
            case Normal() | Lognormal() | Uniform() | BoundedNumber():
                ladder = self._ladder(place, generator, changed)
                return None if ladder is None else _spaced(column, ladder, [*nulls], kind, "params")
            case Instant() | Ordered() if all(isinstance(made, Cast) for made in changed):
                instant = generator.instant if isinstance(generator, Ordered) else generator
                return _spaced(column, OfInstants(instant, pa.types.is_date(kind)), [*changed, *nulls], kind, "freq")
            case Faked() if not changed:
                return self._of_faker(place[0], column, generator)
            case Lookup() if all(isinstance(made, SHOWN) for made in changed):
                return self._looked_up(column, generator, table)
            case Repeated(limits=None, allowed=Allowed(sources=())):
                return self._repeated(place, column, generator)
            case _:
                return None

    def _repeated(self, place: Place, column: Column, repeated: Repeated) -> Column | None:
        """What is drawn again would not be another row's alone: it is made once, and has to have its look."""
        allowed = repeated.allowed
        inner = replace(column, generator=repeated.inner, modifiers=repeated.modifiers)
        if isinstance(repeated.inner, Faked) and not (repeated.inner.of_people and repeated.inner.method in NUMBERED):
            found = self._of_faker(place[0], inner, repeated.inner)
            assert isinstance(found.generator, DistinctFaked)
            return replace(column, generator=replace(found.generator, allowed=allowed))
        made = self._made(place, inner, self.tables[place[0]])
        if made is None:
            return None
        modifiers = tuple(made.modifiers)
        once = replace(repeated, inner=made.generator, modifiers=modifiers, draws_again=False)
        return replace(column, generator=once)

    def _ladder(self, place: Place, generator: object, changed: list[Modifier]) -> OfNumbers | None:
        scale = Book(self.tables, self._read.tables).scale(place)
        low, high = float("-inf"), float("inf")
        if isinstance(generator, BoundedNumber):
            if generator.limits.beside:
                return None
            limits = generator.limits
            low = low if limits.low is None else limits.low
            high = high if limits.high is None else limits.high
            changed, generator = list(generator.modifiers), generator.kind
        steps = [made for made in changed if isinstance(made, Linear)]
        cuts = [made for made in changed if isinstance(made, Limited)]
        first_cut = min((changed.index(cut) for cut in cuts), default=len(changed))
        known = all(isinstance(made, Linear | Limited | Cast | Rounded) for made in changed)
        if not known or any(changed.index(step) > first_cut or step.factor == 0 for step in steps):
            return None
        for cut in cuts:
            low = low if cut.min is None else max(low, cut.min)
            high = high if cut.max is None else min(high, cut.max)
        if not isinstance(scale, Decimals) or not isinstance(generator, Numbers):
            return None
        kind = Book(self.tables, self._read.tables).type(place)
        return OfNumbers(generator, tuple(steps), scale, low, high, kind)

    def _of_faker(self, table: str, column: Column, faked: Faked) -> Column:
        if faked.of_people and faked.method in NUMBERED:
            for other in self.tables[table].columns:
                if isinstance(other.generator, Faked) and other.generator.of_people:
                    self._put(table, replace(other, generator=DistinctPeople(other.generator)))
            return replace(column, generator=DistinctPeople(faked))
        if faked.locale_from is not None:
            raise RefusalError(
                "locale_from",
                f"unique: values of '{faked.method}' by locale_from may be alike in two locales; name one locale, or "
                "take email, user_name, uuid4 or bothify",
            )
        return replace(column, generator=DistinctFaked(faked, self._seed))

    def _looked_up(self, column: Column, lookup: Lookup, table: Table) -> Column | None:
        source = (lookup.table, lookup.column)
        if isinstance(lookup.pointer, Parent) and not lookup.pointer.through and table.offspring is not None:
            most = most_children(table.offspring.fanout)
            if most > 1:
                told = f"a row of {lookup.table} may have more than one row of {table.name}, and they share it"
                raise RefusalError("from", f"unique: '{column.name}': {told}; leave it out of unique")
            self.settle(source)
            return column
        if isinstance(lookup.pointer, Drawn):
            self.settle(source)
            return replace(column, generator=replace(lookup, pointer=DrawnOnce(lookup.table)))
        return None


def _is_apart(generator: object, changed: list[Modifier]) -> bool:
    """Whether no value stands twice by the kind itself."""
    match generator:
        case Sequence(step=step):
            return step != 0 and all(map(_keeps_apart, changed))
        case Uuid() | Pattern(unique=True):
            return not changed
        case Listed():
            values = finals(generator, changed)
            return _different(values) == len(values)
        case _:
            return False


def _keeps_apart(modifier: Modifier) -> bool:
    return isinstance(modifier, Cast | Rounded) or (
        isinstance(modifier, Linear) and modifier.factor == int(modifier.factor) != 0
    )


def _different(values: pa.Array) -> int:
    found: int = pc.count_distinct(values, mode="all").as_py()
    return found


def _spaced(column: Column, ladder: Ladder, modifiers: list[Modifier], kind: pa.DataType, key: str) -> Column:
    generator = Spaced(ladder, key)
    cast = [] if generator.arrow_type() == kind or any(isinstance(made, Cast) for made in modifiers) else [Cast(kind)]
    return replace(column, generator=generator, modifiers=(*cast, *modifiers))


def most_children(fanout: Fanout) -> int:
    """The most rows that a parent may have."""
    match fanout:
        case Exactly(count=count):
            return count
        case Between(max=most):
            return most
        case Poisson(max=most) if most is not None:
            return most
        case _:
            return 2**62
