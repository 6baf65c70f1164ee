"""The effective document: what the file says, with overrides laid over it and the top level's defaults filled in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from datagen.schema.document import DEFAULT_ROWS
from datagen.schema.overrides import Overrides

DEFAULT_DAYS = 30


def complete(
    document: dict[str, Any],
    stem: str,
    fill: Mapping[str, Any],
    clock: Callable[[], datetime],
    draw_seed: Callable[[], int],
) -> dict[str, Any]:
    """The document with its top level filled in; what stands in it is left as it is, right or wrong.

    `fill` stands in for a seed or a window that the document does not name, before one is drawn.
    """
    filled = dict(document)
    if filled.get("name") is None and stem:
        filled["name"] = stem
    filled.setdefault("entity_count", DEFAULT_ROWS)
    return filled_in(filled, "time_window", "csv", fill, clock, draw_seed)


def filled_in(
    document: dict[str, Any],
    window: str,
    form: str,
    fill: Mapping[str, Any],
    clock: Callable[[], datetime],
    draw_seed: Callable[[], int],
) -> dict[str, Any]:
    """What both dialects have: a seed, a window under the key `window`, and an output, of the format `form`."""
    filled = dict(document)
    if filled.get("seed") is None:
        filled["seed"] = fill["seed"] if "seed" in fill else draw_seed()
    if filled.get(window) is None:
        filled[window] = dict(fill["time_window"]) if "time_window" in fill else whole_days_before(clock())
    output = filled.get("output")
    if output is None or isinstance(output, dict):
        filled["output"] = {"format": form, "gzip": False} | (output or {})
    return filled


def scaled(overrides: Mapping[str, Any], document: Mapping[str, Any], scale: float | None) -> Mapping[str, Any]:
    """The overrides, and one of the row count that `scale` makes of the count they or the document give."""
    rows = overrides.get("entity_count", document.get("entity_count", DEFAULT_ROWS))
    if scale is None or isinstance(rows, bool) or not isinstance(rows, int | float):
        return overrides
    given = Overrides(overrides)
    given.give("entity_count", round(rows * scale), "--scale")
    return given


def drawn_parts(
    document: Mapping[str, Any], overrides: Mapping[str, Any], window: str = "time_window"
) -> frozenset[str]:
    """Of "seed" and "time_window": those that neither the document nor an override names (of a window, both ends).

    `window` is the document's key of it.
    """
    given = {key for key, value in (*document.items(), *overrides.items()) if value is not None}
    if window in given or {f"{window}.start", f"{window}.end"} <= given:
        given.add("time_window")
    return frozenset({"seed", "time_window"} - given)


def whole_days_before(now: datetime) -> dict[str, str]:
    """The 30 whole days (UTC) before today, so that what is shown is recent."""
    today = now.date()
    first, last = today - timedelta(days=DEFAULT_DAYS), today - timedelta(days=1)
    return {"start": first.isoformat(), "end": last.isoformat()}


def canonical_json(value: Any) -> str:
    """One text for equal values: keys sorted, no white space."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256(value: Any) -> str:
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
