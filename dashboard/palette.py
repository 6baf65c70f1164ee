"""Which value of a dimension has which colour. It depends on the run alone, so filters and figures never recolour."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.cube import Cube
from dashboard.question import Question

COLOURS = 5
OTHER = COLOURS  # the colour of everything else


@dataclass(frozen=True, slots=True)
class Palette:
    """At most five values of a dimension, each with its colour."""

    dimension: str
    colours: dict[str, int]

    def colour(self, value: str | None) -> int:
        return self.colours.get(value, OTHER) if value is not None else OTHER


def palette(cube: Cube, question: Question, dimension: str) -> Palette:
    """The largest values of the run by name, or the few asked for: these keep their colours, others take free ones."""
    leaders, _ = cube.values(dimension, "", COLOURS)
    leading = {value: place for place, value in enumerate(sorted(value for value, _ in leaders))}
    asked = question.where.get(dimension, ())
    if not asked or len(asked) > COLOURS:
        return Palette(dimension, leading)
    known = {value: leading[value] for value in asked if value in leading}
    free = (colour for colour in range(COLOURS) if colour not in known.values())
    return Palette(dimension, known | {value: next(free) for value in sorted(asked) if value not in known})
