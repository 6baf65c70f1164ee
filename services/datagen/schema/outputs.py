"""Names of what the jobs make: no two alike, and none that the extract already has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from datagen.schema.faults import Faults
from datagen.schema.json_text import Path
from datagen.schema.names import show

ANALYSIS: Path = ("analysis",)


@dataclass(frozen=True, slots=True)
class Named:
    """A name that stands in `analysis`, and where."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Outputs:
    timestamp: Named | None
    dimensions: tuple[Named, ...]
    numbers: tuple[Named, ...]  # numeric fields and measures
    flags: tuple[Named, ...]

    def made(self) -> Iterator[tuple[str, Path]]:
        """Every column that the jobs add, dimensions left out, and what it comes from."""
        if self.timestamp:
            yield f"{self.timestamp.name}_date", self.timestamp.path
            if self.dimensions:
                yield "window_start", ANALYSIS
                yield "window_end", ANALYSIS
        yield "record_count", ANALYSIS
        for number in self.numbers:
            yield f"sum_{number.name}", number.path
            yield f"avg_{number.name}", number.path
        for flag in self.flags:
            yield f"count_{flag.name}", flag.path
            yield f"rate_{flag.name}", flag.path


def check_outputs(outputs: Outputs, columns: Iterable[Named], faults: Faults) -> None:
    """Names are compared as the jobs read them: without regard to case."""
    seen = {column.name.lower(): column for column in columns}
    made: dict[str, str] = {}
    for name, path in outputs.made():
        key = name.lower()
        if key in seen:
            column = seen[key]
            faults.add(
                (*column.path, "name"), f"name={show(column.name)} is what the jobs call a column they make; rename it"
            )
        elif key in made:
            faults.add(path, f"two outputs would be called {show(name)}; rename one")
        made[key] = name
