"""What `demo up` leaves on the screen: where everything is, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from demo import parts
from demo.effective import Business
from demo.options import Half, Options
from demo.ports import HOST

COLUMNS = 80


def summary(options: Options, half: Half, pages: set[str], business: Business, gallery: Path) -> str:
    """Paths as somebody standing here would type them."""
    rows = _rows(options, half, pages, business)
    others = [schema for schema in sorted(gallery.glob("*.json")) if schema.stem not in _known(business)]
    stop = "make down" if options.detached else "Ctrl-C"
    hints = [
        *(f"Another business:  make demo SCHEMA={typed(other)}" for other in others[:1]),
        f"Stop: {stop:<10}   How is it: make status   Start over: make reset",
    ]
    return "\n".join(["", *(f"  {name:<17}{value}" for name, value in rows), "", *(f"  {hint}" for hint in hints), ""])


def _rows(options: Options, half: Half, pages: set[str], business: Business) -> Iterator[tuple[str, str]]:
    folders, title = business.folders, business.dataset.analysis.title
    if "dashboard" in pages:
        yield "Batch page", f"http://{HOST}:{options.batch_port}"
    if "streaming-dashboard" in pages:
        yield "Streaming page", f"http://{HOST}:{options.stream_port}"
    yield "Schema", f"{typed(options.schema)}   {title}"
    if half != "streaming":
        fates = parts.rows_by_fate(folders)
        told = [f"{fates[fate]:,} {fate}" for fate in ("counted", "quarantined", "duplicate")]
        yield "Rows", " = ".join([f"{fates['read']:,} read", " + ".join(told)])
    yield from _fitting("Files", typed(folders.input), typed(folders.output))


def typed(path: Path) -> str:
    """Relative where it lies below the current folder."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _known(business: Business) -> tuple[str, str]:
    return ("schema", business.dataset.name)


def _fitting(name: str, *values: str) -> Iterator[tuple[str, str]]:
    """In one row where that fits the screen, else one below the other."""
    together = "  ".join(values)
    if len(together) + 19 <= COLUMNS:
        yield name, together
        return
    for number, value in enumerate(values):
        yield "" if number else name, value
