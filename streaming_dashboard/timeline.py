"""The last windows, group by group, the leaders of two of them, and the newest closed one against the one before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from datagen.analysis import Analysis
from streaming_dashboard.health import instant
from streaming_dashboard.palette import OTHER, Palette
from streaming_dashboard.windows import Snapshot
from web.figures import RECORDS, Figure, Sum, Totals, exact_text, figures

SPANS = (24, 36, 72, 96)  # how many windows may be asked for
SPAN = 36
LEADERS = 20  # listed; the page draws the first few
SPARKS = 60
EITHER = "select * from closed union all select * from open"


def shown_figures(analysis: Analysis) -> tuple[Figure, ...]:
    """Those of which windows know the sum: the leading one, records, and the other one of the same field."""
    known = figures(analysis)
    value = analysis.stream.value if analysis.stream else None
    of_value = tuple(figure for figure in known if value is not None and figure.field == value)
    return (*of_value[:1], known[0], *of_value[1:])


def timeline(snapshot: Snapshot, cut: tuple[int, int], figure: Figure, span: int, palette: Palette) -> dict[str, Any]:
    """The last `span` windows; `cut` is their length and their step. A window without a record is a gap."""
    window_s, slide_s = cut
    first, last = snapshot.ask(f"select min(start_s), max(start_s) from ({EITHER})")[0]
    if last is None:
        return {"starts": [], "ends": [], "open": [], "totals": [], "parts": []}
    starts = list(range(max(first, last - (span - 1) * slide_s), last + 1, slide_s))
    opened = {start for (start,) in snapshot.ask("select distinct start_s from open")}
    totals: dict[tuple[int, int], dict[str, Sum]] = {}
    for start, colour, rows, total in _by_colour(snapshot, starts[0], palette):
        totals[start, colour] = _totals(rows, total, figure)
    parts = [_part(colour, name, starts, totals, figure) for colour, name in _names(totals, palette)]
    colours = range(OTHER + 1)
    whole = [_sum([totals[start, one] for one in colours if (start, one) in totals]) for start in starts]
    return {
        "starts": [instant(start) for start in starts],
        "ends": [instant(start + window_s) for start in starts],
        "open": [start in opened for start in starts],
        "totals": [exact_text(figure.value(total)) if total else None for total in whole],
        "parts": parts,
    }


def leaders(snapshot: Snapshot, name: str, figure: Figure, palette: Palette) -> dict[str, Any] | None:
    """The newest of the `closed` or the `open` windows, its groups in order; None where there is none."""
    found = snapshot.ask(f"select start_s, stop_s from {name} order by start_s desc limit 1")
    if not found:
        return None
    start, stop = found[0]
    rank = "cast(total as double) / rows" if figure.divided else ("rows" if figure.name == RECORDS else "total")
    sql = f"""
        select grp, rows, total, count(*) over () from {name} where start_s = $start
        order by {rank} desc, grp limit {LEADERS}
    """
    rows = snapshot.ask(sql, {"start": start})
    return {
        "start": instant(start),
        "end": instant(stop),
        "count": rows[0][3],
        "rows": [
            {
                "group": group,
                "records": count,
                "value": exact_text(figure.value(_totals(count, total, figure))),
                "colour": palette.colour(group),
            }
            for group, count, total, _ in rows
        ],
    }


def tiles(snapshot: Snapshot, window_s: int, shown: Sequence[Figure]) -> dict[str, Any] | None:
    """Records and the leading figure of the newest closed window, against the one that ended when it began."""
    newest = snapshot.ask("select max(start_s) from closed")[0][0]
    if newest is None:
        return None
    sql = f"""
        select start_s, sum(rows), sum(total) from closed where start_s in
        (select distinct start_s from closed order by 1 desc limit {SPARKS}) or start_s = $before
        group by 1 order by 1
    """
    windows = {start: (rows, total) for start, rows, total in snapshot.ask(sql, {"before": newest - window_s})}
    told = list(dict.fromkeys([figure for figure in shown if figure.name == RECORDS] + [shown[0]]))
    return {
        "start": instant(newest),
        "end": instant(newest + window_s),
        "tiles": [_tile(windows, newest, newest - window_s, figure) for figure in told],
    }


def _tile(windows: dict[int, tuple[int, Any]], newest: int, before: int, figure: Figure) -> dict[str, Any]:
    values = {start: figure.value(_totals(*totals, figure)) for start, totals in windows.items()}
    value, previous = values[newest], values.get(before)
    return {
        "metric": figure.name,
        "value": exact_text(value),
        "previous": exact_text(previous),
        "change": figure.change(value, previous),
        "line": [None if one is None else float(one) for one in list(values.values())[-SPARKS:]],
    }


def _by_colour(snapshot: Snapshot, first: int, palette: Palette) -> list[tuple[int, int, int, Any]]:
    """Sums by window and colour."""
    cases = " ".join(f"when $group_{colour} then {colour}" for colour in palette.colours.values())
    colour = f"case grp {cases} else {OTHER} end" if cases else str(OTHER)
    sql = f"""
        select start_s, {colour}, sum(rows), sum(total) from ({EITHER}) where start_s >= $first group by 1, 2
    """
    return snapshot.ask(sql, {"first": first} | {f"group_{place}": name for name, place in palette.colours.items()})


def _names(totals: dict[tuple[int, int], Any], palette: Palette) -> list[tuple[int, str | None]]:
    """The colours that are seen, with their groups; others have none."""
    seen = {colour for _, colour in totals}
    named: list[tuple[int, str | None]] = [(place, group) for group, place in palette.colours.items() if place in seen]
    return sorted(named) + ([(OTHER, None)] if OTHER in seen else [])


def _part(
    colour: int, name: str | None, starts: list[int], totals: dict[tuple[int, int], dict[str, Sum]], figure: Figure
) -> dict[str, Any]:
    found = (totals.get((start, colour)) for start in starts)
    values = [exact_text(figure.value(one)) if one else None for one in found]
    return {"group": name, "colour": colour, "values": values}


def _totals(rows: int, total: Any, figure: Figure) -> dict[str, Sum]:
    known: dict[str, Sum] = {RECORDS: int(rows)}
    return known if figure.summed == RECORDS else known | {figure.summed: total}


def _sum(parts: Sequence[Totals]) -> Totals:
    added: dict[str, Sum] = defaultdict(int)
    for part in parts:
        for column, value in part.items():
            added[column] += value
    return added
