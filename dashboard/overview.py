"""Tiles, trend, segments and rates of one question: sums by day and by segment, turned into figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from dashboard.cube import Cube, Segment
from dashboard.palette import Palette, palette
from dashboard.question import Period, Question
from web.figures import RECORDS, Figure, Sum, Totals, exact_text, tiles

SEGMENTS = 20  # of each card; the page draws the first few and lists all
CARDS = 3  # dimensions that have a card of their own
SPARKS = 60  # points of a tile's small line, at most

Days = Mapping[date, Totals]


def overview(cube: Cube, question: Question, figure: Figure, split: str | None) -> dict[str, Any]:
    """What the page's figures are drawn from. Values are exact decimal text, absent ones null.

    `split` is a dimension whose largest values have a line each in the trend.
    """
    period, previous = question.period, question.previous()
    days = cube.per_day(question, period) if period else {}
    before = cube.per_day(question, previous) if previous else {}
    colours = palette(cube, question, split) if split else None
    totals, before_totals = total(days.values()), total(before.values())
    return {
        "period": span(question),
        "metric": figure.name,
        "records": totals.get(RECORDS, 0),
        "tiles": [_tile(shown, totals, before_totals, _spark(shown, days, period)) for shown in tiles(cube.figures)],
        "trend": _trend(figure, period, days, previous, before) | {"parts": _parts(cube, question, figure, colours)},
        "segments": [_segments(cube, question, names, figure, colours) for names in segment_cards(cube.dimensions)],
        "rates": [_rate(shown, totals, before_totals) for shown in cube.figures if shown.kind == "rate"],
    }


def segment_cards(dimensions: Sequence[str]) -> list[tuple[str, ...]]:
    """Which dimensions, alone and together, have a card: the first ones, and the first two combined."""
    alone: list[tuple[str, ...]] = [(name,) for name in dimensions[:CARDS]]
    return alone + ([tuple(dimensions[:2])] if len(dimensions) > 1 else [])


def span(question: Question) -> dict[str, Any]:
    """Which days are shown, which they are compared with, and which there are."""
    period, previous, extent = question.period, question.previous(), question.extent
    return {
        "from": period and period.first,
        "to": period and period.last,
        "first": extent.first,
        "last": extent.last,
        "opening": question.opening,
        "previous": previous and {"from": previous.first, "to": previous.last},
    }


def total(parts: Iterable[Totals]) -> Totals:
    """Each column summed; empty where there is nothing to sum."""
    result: dict[str, Sum] = {}
    for part in parts:
        for column, value in part.items():
            result[column] = result.get(column, 0) + value
    return result


def _value(figure: Figure, totals: Totals | None) -> Sum | None:
    return figure.value(totals) if totals else None


def _tile(figure: Figure, totals: Totals, before: Totals, spark: list[float | None]) -> dict[str, Any]:
    return _moved(figure, totals, before) | {"days": spark}


def _moved(figure: Figure, totals: Totals, before: Totals) -> dict[str, Any]:
    value, previous = _value(figure, totals), _value(figure, before)
    change = figure.change(value, previous)
    return {"metric": figure.name, "value": exact_text(value), "previous": exact_text(previous), "change": change}


def _rate(figure: Figure, totals: Totals, before: Totals) -> dict[str, Any]:
    hits = exact_text(totals.get(figure.summed, 0))
    return _moved(figure, totals, before) | {"count": hits, "records": totals.get(RECORDS, 0)}


def _spark(figure: Figure, days: Days, period: Period | None) -> list[float | None]:
    """The figure along the period, in steps of as many days as keep it short."""
    if period is None:
        return []
    step = -(-period.days // SPARKS)
    whole = period.dates()[period.days % step :]  # a step that is not whole would look like a fall
    steps = groupby(enumerate(whole), key=lambda day: day[0] // step)
    sums = (total(days[day] for _, day in group if day in days) for _, group in steps)
    values = (_value(figure, part) for part in sums)
    return [None if value is None else float(value) for value in values]


def _trend(figure: Figure, period: Period | None, days: Days, previous: Period | None, before: Days) -> dict[str, Any]:
    """A value a day, null where a day has no record, and the days they are compared with, in step."""
    dates, earlier = period.dates() if period else [], previous.dates() if previous else []
    return {
        "days": dates,
        "values": [exact_text(_value(figure, days.get(day))) for day in dates],
        "previous_days": earlier,
        "previous_values": [exact_text(_value(figure, before.get(day))) for day in earlier],
    }


def _parts(cube: Cube, question: Question, figure: Figure, colours: Palette | None) -> list[dict[str, Any]]:
    """The trend of each value that has a colour, and of all others together, in the order of colours."""
    if colours is None or question.period is None:
        return []
    dates = question.period.dates()
    found = cube.per_day_by(question, question.period, colours.dimension, tuple(colours.colours))
    return [
        {
            "value": value,
            "colour": colours.colour(value),
            "values": [exact_text(_value(figure, found[value].get(day))) for day in dates],
        }
        for value in sorted(found, key=colours.colour)
    ]


def _segments(
    cube: Cube, question: Question, names: tuple[str, ...], figure: Figure, colours: Palette | None
) -> dict[str, Any]:
    found, count = cube.top(question, names, figure, SEGMENTS)
    own = colours if colours and names == (colours.dimension,) else None
    return {"dimensions": names, "count": count, "rows": [_segment(segment, figure, own) for segment in found]}


def _segment(segment: Segment, figure: Figure, colours: Palette | None) -> dict[str, Any]:
    value = exact_text(figure.value(segment.totals))
    colour = colours.colour(segment.values[0]) if colours else None
    return {"values": segment.values, "value": value, "records": segment.totals[RECORDS], "colour": colour}
