"""What of the page stands before any figure is there: its words and its cards, from `analysis` alone."""

from __future__ import annotations

from typing import Any

from datagen.analysis import Analysis
from datagen.analysis import Stream as Cut
from streaming_dashboard.timeline import SPAN, SPANS, shown_figures
from web.figures import RECORDS, Figure, inside
from web.folder import UnreadableError
from web.streams import Stream

UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def frame(stream: Stream, metric: str | None) -> dict[str, Any]:
    """What the template needs; `metric` names the figure of the timeline and the leaders.

    UnreadableError where the folder does not say what it is about.
    """
    analysis = stream.analysis()
    cut = cut_of(analysis, stream)
    known = shown_figures(analysis)
    return {
        "title": f"{analysis.title}, live",
        "description": _description(analysis, cut, known),
        "currency": analysis.currency,
        "timezone": analysis.timezone,
        "shape": stream.shape(),
        "shown": next((figure for figure in known if figure.name == metric), known[0]).label,
        "figures": known,
        "tiles": [figure for figure in known if figure.name == RECORDS] + [one for one in known[:1] if one.field],
        "spans": [(span, f"{span} windows") for span in SPANS],
        "span": SPAN,
        "window": span_text(cut.window_s).removeprefix("1 "),
        "dataset": analysis.dataset,
        "fingerprint": analysis.fingerprint[:8],
        "stream": stream,
    }


def empty_frame(dataset: str, reason: str) -> dict[str, Any]:
    """The same page where no stream says what it is about: the cards alone, which tell why."""
    return {
        "title": f"{dataset}, live",
        "description": reason,
        "currency": None,
        "timezone": "UTC",
        "shape": "",
        "shown": None,
        "figures": (),
        "tiles": (),
        "spans": (),
        "span": SPAN,
        "dataset": dataset,
        "fingerprint": None,
        "stream": None,
    }


def cut_of(analysis: Analysis, stream: Stream) -> Cut:
    """How windows are cut. UnreadableError where the analysis does not say it."""
    if analysis.stream is None:
        raise UnreadableError(f"analysis.json of {stream.called}: no windows, so there can be no stream")
    return analysis.stream


def span_text(span_s: int) -> str:
    """`1 hour`, `15 minutes`"""
    unit, unit_s = next((unit, unit_s) for unit, unit_s in UNITS if span_s % unit_s == 0)
    count = span_s // unit_s
    return f"{count} {unit}{'' if count == 1 else 's'}"


def _description(analysis: Analysis, cut: Cut, known: tuple[Figure, ...]) -> str:
    group = next((dimension.label for dimension in analysis.dimensions if dimension.name == cut.group_by), cut.group_by)
    every = f" every {span_text(cut.slide_s)}" if cut.slide_s != cut.window_s else ""
    return f"{known[0].label} per {inside(group)}, windows of {span_text(cut.window_s)}{every}"
