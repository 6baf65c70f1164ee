"""Small pictures in SVG: what was made as bars, what was declared as marks over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

WIDTH, HEIGHT = 420, 132
LEFT, BOTTOM, TOP = 8, 22, 8
ROW = 20
MOST_ROWS = 14
LABEL = 132
TICKS = 6


def picture(data: Mapping[str, Any]) -> str:
    """Of a finding's `picture`; labels may come from data and are escaped."""
    if data["kind"] == "shares" and len(data["labels"]) <= MOST_ROWS * 3:
        return rows(data["labels"], data["declared"], data["made"])
    return columns(data["labels"], data["declared"], data["made"])


def columns(labels: Sequence[str], declared: Sequence[float], made: Sequence[float]) -> str:
    """A bar a label from left to right, on a common base line."""
    count = max(len(declared), 1)
    most = max([*declared, *made, 1e-12])
    step = (WIDTH - 2 * LEFT) / count
    base, room = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    parts = [f'<line class="axis" x1="{LEFT}" y1="{base}" x2="{WIDTH - LEFT}" y2="{base}"/>']
    for place, (one, other) in enumerate(zip(declared, made, strict=True)):
        x, wide = LEFT + place * step, max(step * 0.82, 1.0)
        label = labels[place] if place < len(labels) else f"above {labels[-1]}" if labels else ""
        up, mark = room * other / most, base - room * one / most
        told = f"<title>{escape(told_of(label, one, other))}</title>"
        parts.append(
            f'<g>{told}<rect class="made" x="{x:.1f}" y="{base - up:.1f}" width="{wide:.1f}" height="{up:.1f}"/>'
            f'<path class="declared" d="M{x - step * 0.05:.1f} {mark:.1f}h{wide + step * 0.1:.1f}"/></g>'
        )
    widest = 6.4 * max((len(cut(label, 10)) for label in labels), default=1) + 12
    every = max(1, -(-count // max(1, min(TICKS, int(WIDTH / widest)))))
    for place in range(0, min(count, len(labels)), every):
        label = cut(labels[place], 10)
        x = min(max(LEFT + (place + 0.41) * step, 3.2 * len(label)), WIDTH - 3.2 * len(label))
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 6}" text-anchor="middle">{escape(label)}</text>')
    return svg(HEIGHT, parts)


def rows(labels: Sequence[str], declared: Sequence[float], made: Sequence[float]) -> str:
    """A bar a label from top to bottom, the label at its left."""
    shown = min(len(labels), MOST_ROWS)
    most = max([*declared[:shown], *made[:shown], 1e-12])
    room = WIDTH - LABEL - 64
    parts = []
    for place in range(shown):
        y, one, other = place * ROW, declared[place], made[place]
        told = f"<title>{escape(told_of(labels[place], one, other))}</title>"
        mark = LABEL + room * one / most
        parts.append(
            f'<g>{told}<text x="{LABEL - 8}" y="{y + 14}" text-anchor="end">{escape(cut(labels[place], 20))}</text>'
            f'<rect class="made" x="{LABEL}" y="{y + 4}" width="{room * other / most:.1f}" height="12"/>'
            f'<path class="declared" d="M{mark:.1f} {y + 2}v16"/>'
            f'<text x="{WIDTH - 4}" y="{y + 14}" text-anchor="end">{other:.2%}</text></g>'
        )
    if len(labels) > shown:
        parts.append(f'<text x="{LABEL}" y="{shown * ROW + 14}">and {len(labels) - shown} more</text>')
    return svg((shown + (len(labels) > shown)) * ROW + 4, parts)


def told_of(label: str, declared: float, made: float) -> str:
    return f"{label}: made {made:.3%}, declared {declared:.3%}"


def svg(height: float, parts: Sequence[str]) -> str:
    inner = "".join(parts)
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="declared against made">{inner}</svg>'


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
