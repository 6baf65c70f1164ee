"""What stands inside a generator and is judged by models of its own: parameters, spans, patterns, popularity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from datagen.schema.faults import Faults
from datagen.schema.json_text import Path
from datagen.schema.names import listing, nearest, show
from datagen.schema.relational.generators import (
    MAX_PATTERNS,
    PARAMS,
    POPULARITIES,
    DatetimeSeriesChoice,
    DistributionChoice,
    Generator,
    LookupChoice,
    Params,
    PatternChoice,
    Popularity,
    Within,
)
from datagen.schema.wording import check_shape


@dataclass(frozen=True, slots=True)
class Drawn:
    """A distribution with the parameters of its type."""

    choice: DistributionChoice
    params: Params


def parts_of(choice: Generator | None, raw: Any, path: Path, kind: str, faults: Faults) -> dict[str, Any]:
    """What is judged by further models inside a generator."""
    inside = (*path, "generator", kind)
    if isinstance(choice, DistributionChoice):
        return {"drawn": distribution(choice, inside, faults)}
    if isinstance(choice, DatetimeSeriesChoice):
        return {"within": _within(choice, inside, faults), "patterns": tuple(_patterns(choice, inside, faults))}
    if isinstance(choice, LookupChoice) and choice.popularity is not None:
        return {"popularity": _popularity(choice.popularity, (*inside, "popularity"), faults)}
    return {}


def _within(choice: DatetimeSeriesChoice, path: Path, faults: Faults) -> Within | None:
    if choice.within == "timeframe":
        return None
    if isinstance(choice.within, dict):
        return check_shape(Within, choice.within, (*path, "within"), faults)
    faults.add((*path, "within"), f"within={show(choice.within)} is neither 'timeframe' nor a start and an end")
    return None


def _patterns(choice: DatetimeSeriesChoice, path: Path, faults: Faults) -> Iterator[tuple[Path, PatternChoice]]:
    inside, several = (*path, "pattern"), isinstance(choice.pattern, list)
    listed = choice.pattern if several else [] if choice.pattern is None else [choice.pattern]
    if len(listed) > MAX_PATTERNS:
        faults.add(inside, f"pattern must have at most {MAX_PATTERNS} items, not {len(listed)}")
    for place, raw in enumerate(listed[:MAX_PATTERNS]):
        at = (*inside, place) if several else inside
        pattern = check_shape(PatternChoice, raw, at, faults)
        if pattern is not None:
            yield at, pattern


def distribution(choice: DistributionChoice, path: Path, faults: Faults) -> Drawn | None:
    params = check_shape(PARAMS[choice.type], choice.params, (*path, "params"), faults)
    return Drawn(choice, params) if params else None


def _popularity(raw: Any, path: Path, faults: Faults) -> Popularity | None:
    found: Popularity | None = _of_kind(raw, "kind", POPULARITIES, path, faults)
    return found


def _of_kind(raw: Any, key: str, models: Mapping[str, type[Any]], path: Path, faults: Faults) -> Any:
    kind = raw.get(key) if isinstance(raw, dict) else None
    if not isinstance(kind, str) or kind not in models:
        at = (*path, key) if isinstance(raw, dict) and key in raw else path
        close = nearest(kind, models) if isinstance(kind, str) else None
        way_out = f"did you mean '{close}'?" if close else f"known: {listing(models)}"
        faults.add(at, f"{key}={show(kind)} is not known; {way_out}")
        return None
    return check_shape(models[kind], raw, path, faults)
