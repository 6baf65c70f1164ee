"""The graph of tables: who fans out from whom, and who draws from whom; as text, and as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 168, 48  # of a box, in the picture's units
GAP_X, GAP_Y = 40, 56
MARGIN = 20


@dataclass(frozen=True, slots=True)
class Node:
    """One table."""

    name: str
    rows: str  # "12 rows"
    parent: str | None  # the table it fans out from
    fanout: str  # in words; "" without a parent
    others: tuple[str, ...]  # the tables it draws from


def as_text(nodes: Mapping[str, Node]) -> list[str]:
    """A tree a root, in the order of making; behind each table what it draws from."""
    return [line for node in nodes.values() if node.parent is None for line in _tree(node, nodes, "", "")]


def _tree(node: Node, nodes: Mapping[str, Node], before: str, below: str) -> Iterator[str]:
    about = f", {node.fanout}" if node.fanout else ""
    draws = f"; draws from {', '.join(node.others)}" if node.others else ""
    yield f"{before}{node.name}: {node.rows}{about}{draws}"
    children = [child for child in nodes.values() if child.parent == node.name]
    for child in children:
        last = child is children[-1]
        yield from _tree(child, nodes, f"{below}{'└─ ' if last else '├─ '}", f"{below}{'   ' if last else '│  '}")


def as_svg(nodes: Mapping[str, Node], title: str) -> str:
    """One self-contained picture: a line is a fan-out, a dashed one a draw."""
    places = _places(nodes)
    width = max(x for x, _ in places.values()) + WIDTH + MARGIN
    height = max(y for _, y in places.values()) + HEIGHT + MARGIN
    edges = [(node.parent, name, "") for name, node in nodes.items() if node.parent is not None]
    edges += [(other, name, ' stroke-dasharray="4 4"') for name, node in nodes.items() for other in node.others]
    lines = [_line(places[above], places[below], dashes) for above, below, dashes in edges]
    boxes = [_box(node, *places[name]) for name, node in nodes.items()]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"',
            '     font-family="system-ui, sans-serif" font-size="13" text-anchor="middle">',
            f"<title>{escape(title)}</title>",
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            *lines,
            *boxes,
            "</svg>",
            "",
        ]
    )


def _places(nodes: Mapping[str, Node]) -> dict[str, tuple[int, int]]:
    """Left and top of each box: a table stands below all that it reads, in a row with those as deep."""
    depths: dict[str, int] = {}
    for name, node in nodes.items():
        above = [node.parent, *node.others] if node.parent else [*node.others]
        depths[name] = 1 + max((depths[other] for other in above), default=-1)
    filled: dict[int, int] = {}
    places = {}
    for name, depth in depths.items():
        column = filled.get(depth, 0)
        filled[depth] = column + 1
        places[name] = (MARGIN + column * (WIDTH + GAP_X), MARGIN + depth * (HEIGHT + GAP_Y))
    return places


def _line(above: tuple[int, int], below: tuple[int, int], dashes: str) -> str:
    x1, y1 = above[0] + WIDTH // 2, above[1] + HEIGHT
    x2, y2 = below[0] + WIDTH // 2, below[1]
    middle = (y1 + y2) // 2
    return f'<path d="M{x1} {y1}C{x1} {middle} {x2} {middle} {x2} {y2}" fill="none" stroke="#6b7280"{dashes}/>'


def _box(node: Node, x: int, y: int) -> str:
    middle = x + WIDTH // 2
    name = node.name if len(node.name) <= 22 else node.name[:21] + "…"
    return (
        f'<g><title>{escape(node.name)}</title><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6" '
        'fill="#f3f4f6" stroke="#374151"/>'
        f'<text x="{middle}" y="{y + 20}" font-weight="600">{escape(name)}</text>'
        f'<text x="{middle}" y="{y + 38}" fill="#4b5563">{node.rows}</text></g>'
    )
