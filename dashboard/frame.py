"""What of the page stands before any figure is there: its words, its cards and their places, from `analysis` alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboard.overview import segment_cards
from datagen.analysis import Analysis
from web.figures import Figure, figures, inside, lead, tiles
from web.published import Run

SWITCHES = 4  # figures that have a button at the trend; a list holds the others
COLUMNS = 12  # of the grid
WIDTH = 4  # of a card


@dataclass(frozen=True, slots=True)
class SegmentCard:
    id: str
    dimensions: tuple[str, ...]
    label: str  # city, or city · channel


@dataclass(frozen=True, slots=True)
class Head:
    """A column of the table of rows."""

    name: str  # in the files
    label: str
    numeric: bool


def frame(run: Run, metric: str | None) -> dict[str, Any]:
    """What the template needs; `metric` names the figure that trend and segments show.

    UnreadableError where the run does not say what it is about.
    """
    analysis = run.analysis()
    known = figures(analysis)
    segments = _segment_cards(analysis)
    rates = sum(figure.kind == "rate" for figure in known)
    return {
        "title": analysis.title,
        "description": analysis.description,
        "currency": analysis.currency,
        "timezone": analysis.timezone,
        "shape": run.shape(),
        "run": run,
        "fingerprint": run.fingerprint[:8],
        "dataset": analysis.dataset,
        "dimensions": analysis.dimensions,
        "tiles": tiles(known),
        "shown": next((figure for figure in known if figure.name == metric), lead(known)).label,
        "switches": tiles(known)[:SWITCHES],
        "others": [figure for figure in known if figure not in tiles(known)[:SWITCHES]],
        "segments": segments,
        "rates": rates,
        "files_span": _last_span(max(0, len(segments) - 1) + bool(rates) + 2),
        "heads": _heads(analysis, known),
    }


def empty_frame(dataset: str, reason: str) -> dict[str, Any]:
    """The same page where no run says what it is about: the cards alone, which tell why."""
    return {
        "title": dataset,
        "description": reason,
        "currency": None,
        "timezone": "UTC",
        "shape": "",
        "run": None,
        "dimensions": (),
        "tiles": (),
        "shown": None,
        "switches": (),
        "others": (),
        "segments": (),
        "rates": 0,
        "files_span": _last_span(2),
        "heads": (),
    }


def _segment_cards(analysis: Analysis) -> list[SegmentCard]:
    """The first dimension's card stands beside the trend; the combination comes right after the two it is made of."""
    labels = {dimension.name: dimension.label for dimension in analysis.dimensions}
    cards = [
        SegmentCard(f"segments-{place}", names, " · ".join(inside(labels[name]) for name in names))
        for place, names in enumerate(segment_cards(tuple(labels)))
    ]
    return sorted(cards, key=lambda card: max(map(list(labels).index, card.dimensions)))


def _last_span(cards: int) -> int:
    """How many columns the last of so many cards takes, so that no row of the grid ends early."""
    return COLUMNS - WIDTH * ((cards - 1) % (COLUMNS // WIDTH))


def _heads(analysis: Analysis, known: tuple[Figure, ...]) -> list[Head]:
    day = Head(f"{analysis.timestamp_field}_date", "Day", False)
    dimensions = [Head(dimension.name, dimension.label, False) for dimension in analysis.dimensions]
    return [day, *dimensions, *(Head(figure.name, figure.label, True) for figure in known)]
