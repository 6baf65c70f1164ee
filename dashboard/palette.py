"""Which value of a dimension has which colour. It depends on the run alone, so filters and figures never recolour."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.cube import Cube
from dashboard.question import Question
from web.figures import lead

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
    leading = {value: place for place, value in enumerate(sorted(_leaders(cube, dimension)))}
    asked = question.where.get(dimension, ())
    if not asked or len(asked) > COLOURS:
        return Palette(dimension, leading)
    known = {value: leading[value] for value in asked if value in leading}
    free = (colour for colour in range(COLOURS) if colour not in known.values())
    return Palette(dimension, known | {value: next(free) for value in sorted(asked) if value not in known})


def _leaders(cube: Cube, dimension: str) -> list[str]:
    """By what is summed first, or by records where a sum says nothing; over the whole run, whatever is asked."""
    figure = lead(cube.figures)
    whole = Question(cube.extent, cube.extent, {}, opening=False)
    found, _ = cube.top(whole, (dimension,), cube.figures[0] if figure.divided else figure, COLOURS)
    return [segment.values[0] for segment in found]
