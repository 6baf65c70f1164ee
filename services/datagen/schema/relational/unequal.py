"""Inequalities between columns: which of the two yields to the other, and what follows for bounds of either.

The column that yields is drawn after the other. One of a row that fans out from the other's yields; of two in one row
the one that is easier to draw within bounds, else the one written later. Where a third column lies between two others,
these are made to leave room for it. Declared ranges and lists are carried along: what is below a column is below all
that the column may be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from datagen.constrained.limits import Beside, Op
from datagen.generators.choice import Choice
from datagen.generators.computed import Computed
from datagen.generators.counts import PoissonCount
from datagen.generators.floats import Lognormal, Normal, Uniform
from datagen.generators.instant import Instant
from datagen.generators.listed import Listed
from datagen.generators.lookup import Lookup
from datagen.generators.ordered import Ordered
from datagen.generators.pattern import Pattern as Text
from datagen.generators.sequence import Sequence
from datagen.generators.uuid import Uuid
from datagen.schema.faults import Faults
from datagen.schema.json_text import Path
from datagen.schema.names import show
from datagen.schema.relational.circles import Place, first_datetime
from datagen.schema.relational.ruled import Book, Rules, hard, least, most
from datagen.schema.relational.rules import Constraints
from datagen.schema.relational.words import split

MOST_EDGES = 100_000


@dataclass(frozen=True)
class Edge:
    """left < right, or left <= right, or with so many more values between."""

    left: Place
    right: Place
    strictly: bool
    path: Path
    room: int = 0


@dataclass
class Unequal:
    book: Book
    faults: Faults
    edges: list[Edge] = field(default_factory=list)
    beside: dict[Place, list[Beside]] = field(default_factory=dict)
    same: dict[Place, Beside] = field(default_factory=dict)  # columns that are equal to another
    _around: dict[Place, list[Edge]] = field(default_factory=dict)  # of each column those in which it yields
    _reads: dict[Place, set[Place]] = field(default_factory=dict)

    def read(self, constraints: Constraints) -> None:
        for path, rule in constraints.inequalities:
            left, right = self._rooted(split(rule.left), split(rule.right))
            if left == right:
                if len(rule.op) == 1:
                    self.faults.add(path, f"{rule.left} and {rule.right} are always the same value; write <= or >=")
                continue
            if rule.op == "==":
                self._equal(left, right, path)
            elif self.book.scale(left) is None or self.book.scale(right) is None:
                self.faults.add((*path, "op"), f"op={show(rule.op)} orders numbers and times; texts can only be ==")
            elif rule.op in ("<", "<="):
                self._add(Edge(left, right, rule.op == "<", path))
            else:
                self._add(Edge(right, left, rule.op == ">", path))

    def _rooted(self, left: Place, right: Place) -> tuple[Place, Place]:
        """Both as columns of the rows that they are made in."""
        one, other = self.book.column(left).generator, self.book.column(right).generator
        if isinstance(one, Lookup) and isinstance(other, Lookup) and left[0] == right[0]:
            shown = self.book.source(left) and self.book.source(right)
            if one.pointer == other.pointer and one.table == other.table and shown and left != right:
                return self._rooted((one.table, one.column), (other.table, other.column))
        return self.book.rooted(left), self.book.rooted(right)

    def _add(self, edge: Edge) -> None:
        yields = self._yielding(edge.left, edge.right)
        if yields is None:
            names = " nor ".join(f"'{'.'.join(place)}'" for place in (edge.left, edge.right))
            self.faults.add(
                edge.path,
                f"neither {names} is drawn in a way that can follow the other; draw one of them, or leave it out",
            )
            return
        self._keep(edge, yields)
        self._make_room(yields)

    def _keep(self, edge: Edge, yields: Place) -> None:
        other = edge.right if yields == edge.left else edge.left
        op: Op = ("<" if edge.strictly else "<=") if yields == edge.left else (">" if edge.strictly else ">=")
        self.edges.append(edge)
        self._around.setdefault(yields, []).append(edge)
        self.beside.setdefault(yields, []).append(self._seen(op, yields, other, edge.room))
        self._follow(yields, other)

    def _seen(self, op: Op, place: Place, other: Place, room: int = 0) -> Beside:
        if place[0] == other[0]:
            return Beside(op, other[1], None, (), room)
        return Beside(
            op, other[1], other[0], tuple(self.ancestors(place[0])[: self.ancestors(place[0]).index(other[0])]), room
        )

    def ancestors(self, table: str) -> list[str]:
        found: list[str] = []
        while (offspring := self.book.tables[table].offspring) is not None:
            table = offspring.parent
            found.append(table)
        return found

    def _make_room(self, place: Place) -> None:
        """What is below a column has to be below what is above it."""
        around = self._around[place]
        known = {(edge.left, edge.right) for edge in self.edges}
        for below in [edge for edge in around if edge.right == place]:
            for above in [edge for edge in around if edge.left == place]:
                strictly = below.strictly or above.strictly
                pair = (below.left, above.right)
                if pair[0] == pair[1] and strictly:
                    said = f"'{'.'.join(place)}' would have to be above and below '{'.'.join(pair[0])}'"
                    self.faults.add(max(below.path, above.path), f"{said}; leave one of the inequalities out")
                if pair in known or pair[0] == pair[1] or len(self.edges) > MOST_EDGES:
                    continue
                room = below.room + above.room + (1 if below.strictly and above.strictly else 0)
                yields = self._yielding(*pair)
                if yields is not None:
                    self._keep(Edge(*pair, strictly, above.path, room), yields)
                    self._make_room(yields)

    def _equal(self, left: Place, right: Place, path: Path) -> None:
        yields = self._yielding(left, right, equal=True)
        if yields is None or yields in self.same:
            self.faults.add(
                path,
                f"neither '{'.'.join(left)}' nor '{'.'.join(right)}' can follow the other; leave one of the rules out",
            )
            return
        other = right if yields == left else left
        self.same[yields] = self._seen(">=", yields, other)
        self.edges += [Edge(left, right, False, path), Edge(right, left, False, path)]
        self._follow(yields, other)

    def _yielding(self, one: Place, other: Place, equal: bool = False) -> Place | None:
        """Of two that are equal, the finer one: it can hold what the other holds."""
        candidates = [place for place, seen in ((one, other), (other, one)) if self._may_follow(place, seen)]
        ranked = [
            (-self._step(place) if equal else 0, self._freedom(place), self._position(place), place)
            for place in candidates
            if self._freedom(place)
        ]
        return max(ranked)[3] if ranked else None

    def _step(self, place: Place) -> float:
        scale = self.book.scale(place)
        return scale.step if scale is not None else 0

    def _may_follow(self, place: Place, other: Place) -> bool:
        if place[0] != other[0]:
            return other[0] in self.ancestors(place[0])
        return place not in self._reached(other)

    def _reached(self, place: Place) -> set[Place]:
        """The column and all that it reads of its row."""
        found, left = {place}, [place]
        while left:
            for other in self._read_by(left.pop()):
                if other not in found:
                    found.add(other)
                    left.append(other)
        return found

    def _read_by(self, place: Place) -> Iterator[Place]:
        column = self.book.column(place)
        parts = [getattr(part, "reads", ()) for part in (column.generator, *column.modifiers)]
        yield from ((place[0], name) for names in parts for name in names)
        yield from self._reads.get(place, ())

    def _follow(self, place: Place, other: Place) -> None:
        if place[0] == other[0]:
            self._reads.setdefault(place, set()).add(other)

    def _freedom(self, place: Place) -> int:
        """How well a column can be drawn within bounds; 0 where it cannot."""
        table = self.book.written[place[0]]
        if table.model is None or place[1] == table.model.pk:
            return 0
        match self.book.column(place).generator:
            case Instant() | Ordered() if place[1] == first_datetime(table):
                return 2
            case Choice() | Normal() | Lognormal() | Uniform() | PoissonCount() | Instant():
                return 4
            case Lookup() | Sequence() | Listed() | Uuid() | Text():
                return 0
            case Computed():
                return 1
            case _:
                return 3

    def _position(self, place: Place) -> int:
        return list(self.book.written[place[0]].columns).index(place[1])

    def spread(self, rules: dict[Place, Rules]) -> None:
        """Carries bounds along the inequalities, until nothing changes."""
        for place in dict.fromkeys(place for edge in self.edges for place in (edge.left, edge.right)):
            low, high = hard(self.book, place)
            if low is not None:
                rules.setdefault(place, Rules()).least(low)
            if high is not None:
                rules.setdefault(place, Rules()).most(high)
        for _ in range(len(self.edges) + 1):
            changed = [self._pass_on(edge, rules) for edge in self.edges]
            if True not in changed:
                return

    def _pass_on(self, edge: Edge, rules: dict[Place, Rules]) -> bool:
        one, other = rules.get(edge.left, Rules()), rules.get(edge.right, Rules())
        left, right = self.book.scale(edge.left), self.book.scale(edge.right)
        if left is None or right is None:
            return False
        changed = False
        if one.low is not None:
            low = least(right, one.low, edge.strictly) + edge.room * right.step
            if other.low is None or other.low < low:
                rules.setdefault(edge.right, Rules()).least(low)
                changed = True
        if other.high is not None:
            high = most(left, other.high, edge.strictly) - edge.room * left.step
            if one.high is None or one.high > high:
                rules.setdefault(edge.left, Rules()).most(high)
                changed = True
        for place in (edge.left, edge.right) if changed else ():
            if edge.path not in rules.setdefault(place, Rules()).paths:
                rules[place].paths.append(edge.path)
        return changed
