"""Tables and columns as they stand in the document, each part judged by the model of its kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from datagen.schema.faults import Faults
from datagen.schema.json_text import Path
from datagen.schema.names import RESERVED_FIELDS, listing, nearest, show
from datagen.schema.relational.generators import (
    GENERATORS,
    DistributionChoice,
    Generator,
    PatternChoice,
    Popularity,
    Within,
)
from datagen.schema.relational.modifiers import TRANSFORMS, Args, ModifierChoice, OutliersArgs
from datagen.schema.relational.nodes import ColumnChoice, NodeChoice
from datagen.schema.relational.parts import Drawn, distribution, parts_of
from datagen.schema.wording import ANNOTATIONS, check_shape

NODES: Path = ("nodes",)


@dataclass(frozen=True, slots=True)
class WrittenModifier:
    path: Path
    transform: str
    args: Args
    magnitude: Drawn | None = None  # of outliers


@dataclass(frozen=True, slots=True)
class WrittenColumn:
    path: Path
    name: str
    model: ColumnChoice | None  # None where its shape is at fault
    kind: str = ""  # of the generator
    generator: Generator | None = None
    drawn: Drawn | None = None  # of a distribution
    within: Within | None = None  # of a datetime series with a span of its own
    patterns: tuple[tuple[Path, PatternChoice], ...] = ()  # of a datetime series, each with where it stands
    popularity: Popularity | None = None  # of a lookup
    modifiers: tuple[WrittenModifier, ...] = ()

    @property
    def generator_path(self) -> Path:
        return (*self.path, "generator", self.kind)


@dataclass(frozen=True, slots=True)
class WrittenTable:
    path: Path
    name: str
    model: NodeChoice | None  # None where its shape is at fault
    columns: Mapping[str, WrittenColumn]
    effects: tuple[WrittenModifier, ...] = ()

    def with_column(self, column: WrittenColumn) -> WrittenTable:
        """The table with this column in the place of the one of its name."""
        return replace(self, columns={**self.columns, column.name: column})

    @property
    def parents(self) -> tuple[str, ...]:
        return self.model.parents if self.model else ()

    @property
    def fans_out(self) -> bool:
        """Whether rows are counted by those of the first parent."""
        model = self.model
        return bool(model and model.parents and (model.kind == "fact" or model.fanout is not None))


def read_tables(raw: Sequence[Any], faults: Faults) -> dict[str, WrittenTable]:
    """Every table by its name, as far as it has one; faults are noted."""
    tables = [table for place, item in enumerate(raw) if (table := _table(item, (*NODES, place), faults))]
    check_names([(table.name, (*table.path, "id")) for table in tables], "id", faults)
    found: dict[str, WrittenTable] = {}
    for table in tables:
        found.setdefault(table.name, table)
    return found


def check_names(named: Sequence[tuple[str, Path]], key: str, faults: Faults) -> None:
    """Names differ in more than case."""
    counts = Counter(name.lower() for name, _ in named)
    first: dict[str, tuple[str, Path]] = {}
    for name, path in named:
        earlier = first.setdefault(name.lower(), (name, path))
        if counts[name.lower()] > 1 and earlier[1] != path:
            same = "stands twice" if earlier[0] == name else f"differs from '{earlier[0]}' only in case"
            faults.add(path, f"{key}={show(name)} {same}; names differ in more than case")


def _table(raw: Any, path: Path, faults: Faults) -> WrittenTable | None:
    if not isinstance(raw, dict):
        faults.add(path, f'{show(raw)} must be an object such as {{"id": "user", "kind": "entity", …}}')
        return None
    if "rows" in raw and "row_count" in raw:
        faults.add((*path, "row_count"), f"row_count={show(raw['row_count'])} beside rows; keep one of the two")
        raw = {key: value for key, value in raw.items() if key != "row_count"}
    model = check_shape(NodeChoice, raw, path, faults)
    name = raw.get("id")
    listed = raw.get("columns")
    columns = (
        [_column(item, (*path, "columns", place), faults) for place, item in enumerate(listed)]
        if isinstance(listed, list)
        else []
    )
    sound = [column for column in columns if column]
    check_names([(column.name, (*column.path, "name")) for column in sound], "name", faults)
    if not isinstance(name, str):
        return None
    effects = _modifiers(raw.get("modifiers"), (*path, "modifiers"), faults)
    return WrittenTable(path, name, model, _by_name(sound), effects)


def _by_name(columns: Sequence[WrittenColumn]) -> dict[str, WrittenColumn]:
    found: dict[str, WrittenColumn] = {}
    for column in columns:
        found.setdefault(column.name, column)
    return found


def _column(raw: Any, path: Path, faults: Faults) -> WrittenColumn | None:
    if not isinstance(raw, dict):
        faults.add(path, f'{show(raw)} must be an object such as {{"name": "age", "type": "int", "generator": …}}')
        return None
    model = check_shape(ColumnChoice, raw, path, faults)
    name = raw.get("name")
    if isinstance(name, str) and name.lower() in RESERVED_FIELDS:
        faults.add((*path, "name"), f"name={show(name)} is a name kept for messages; choose another")
    modifiers = _modifiers(raw.get("modifiers"), (*path, "modifiers"), faults)
    kind, choice = _generator(raw["generator"], (*path, "generator"), faults) if "generator" in raw else ("", None)
    if not isinstance(name, str):
        return None
    inner = raw["generator"].get(kind) if kind else None
    return WrittenColumn(
        path, name, model, kind, choice, modifiers=modifiers, **parts_of(choice, inner, path, kind, faults)
    )


def _generator(raw: Any, path: Path, faults: Faults) -> tuple[str, Generator | None]:
    """The kind and its model; "" where there is none."""
    if not isinstance(raw, dict):
        faults.add(path, f"generator={show(raw)} must be an object with one of {listing(GENERATORS)}")
        return "", None
    kinds = [key for key in raw if key not in ANNOTATIONS]
    for kind in kinds:
        if kind not in GENERATORS:
            close = nearest(kind, GENERATORS)
            way_out = f"did you mean '{close}'?" if close else f"known: {listing(GENERATORS)}"
            faults.add((*path, kind), f"{show(kind)} is not a generator; {way_out}")
    known = [kind for kind in kinds if kind in GENERATORS]
    if len(known) != 1:
        if len(known) > 1:
            faults.add((*path, known[1]), f"{' and '.join(known)} in one column; keep exactly one generator")
        elif not kinds:
            faults.add(path, f"generator is empty; known: {listing(GENERATORS)}")
        return "", None
    model: type[BaseModel] = GENERATORS[known[0]]
    choice: Any = check_shape(model, raw[known[0]], (*path, known[0]), faults)
    return known[0], choice


def _modifiers(raw: Any, path: Path, faults: Faults) -> tuple[WrittenModifier, ...]:
    listed = raw if isinstance(raw, list) else []
    return tuple(_modifier_of(listed, path, faults))


def _modifier_of(listed: Sequence[Any], path: Path, faults: Faults) -> Iterator[WrittenModifier]:
    for place, item in enumerate(listed):
        inside = (*path, place)
        choice = check_shape(ModifierChoice, item, inside, faults)
        if choice is None or faults.within((*inside, "transform")):
            continue
        name = choice.transform
        if name not in TRANSFORMS:
            close = nearest(name, TRANSFORMS)
            way_out = f"did you mean '{close}'?" if close else f"known: {listing(TRANSFORMS)}"
            faults.add((*inside, "transform"), f"transform={show(name)} is not a transform; {way_out}")
            continue
        model: type[BaseModel] = TRANSFORMS[name]
        args: Any = check_shape(model, choice.args, (*inside, "args") if "args" in item else inside, faults)
        if args is not None:
            yield WrittenModifier(inside, name, args, _magnitude(args, (*inside, "args", "magnitude_dist"), faults))


def _magnitude(args: Args, path: Path, faults: Faults) -> Drawn | None:
    if not isinstance(args, OutliersArgs) or faults.within(path):
        return None
    choice = check_shape(DistributionChoice, args.magnitude_dist, path, faults)
    return distribution(choice, path, faults) if choice else None
