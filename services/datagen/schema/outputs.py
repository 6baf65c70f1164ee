"""Names of what the jobs make: no two alike, and none that the extract already has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from datagen.schema.entries import Placed
from datagen.schema.json_text import Path
from datagen.schema.known import Known
from datagen.schema.names import show

ANALYSIS: Path = ("analysis",)


@dataclass(frozen=True, slots=True)
class Outputs:
    """What the jobs group, sum and count."""

    timestamp: str | None
    dimensions: tuple[Placed[Any], ...]
    numbers: tuple[Placed[Any], ...]
    measures: tuple[Placed[Any], ...]
    flags: tuple[Placed[Any], ...]

    def made(self) -> Iterator[tuple[str, Path]]:
        """Every column that the jobs add to the dimensions, and where what it comes from stands."""
        if self.timestamp:
            yield f"{self.timestamp}_date", (*ANALYSIS, "timestamp_field")
            if self.dimensions:
                yield "window_start", ANALYSIS
                yield "window_end", ANALYSIS
        yield "record_count", ANALYSIS
        for number in (*self.numbers, *self.measures):
            yield f"sum_{number.name}", number.path
            yield f"avg_{number.name}", number.path
        for flag in self.flags:
            yield f"count_{flag.name}", flag.path
            yield f"rate_{flag.name}", flag.path
        for measure in self.measures:
            yield measure.name, measure.path  # the stream calls it so


def check_outputs(outputs: Outputs, known: Known) -> None:
    """Names are compared as the jobs read them: without regard to case."""
    fields = {field.name.lower(): field for field in known.fields.values()}
    made: set[str] = set()
    for name, path in outputs.made():
        field = fields.get(name.lower())
        if field:
            message = f"name={show(field.name)} is what the jobs call a column they make; rename it"
            known.faults.add((*field.path, "name"), message)
        elif name.lower() in made:
            known.faults.add(path, f"two outputs would be called {show(name)}; rename one")
        made.add(name.lower())
