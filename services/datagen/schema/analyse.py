"""`analysis` with all its defaults filled in, and every name in it checked against the fields."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from datagen.analysis import Dimension, Flag, Measure, Number, Stream
from datagen.schema.document import AnalysisChoice, Entry, MeasureEntry, StreamChoice
from datagen.schema.entries import Placed, read_entries
from datagen.schema.faults import Faults
from datagen.schema.known import Known
from datagen.schema.labels import presentation, readable
from datagen.schema.measures import check_measures, measure
from datagen.schema.names import nearest, show
from datagen.schema.outputs import ANALYSIS, Outputs, check_outputs
from datagen.schema.stream import STREAM, read_stream
from datagen.schema.timestamp import check_event_time, timestamp_field
from datagen.schema.wording import check_shape

Entries = tuple[Placed[Entry], ...]
CURRENCY = (*ANALYSIS, "currency")


@dataclass(frozen=True, slots=True)
class Analysed:
    """What `analysis` says, defaults filled in; `assemble.py` adds what stands elsewhere in the document."""

    name: str | None
    title: str | None
    currency: str | None
    timezone: str
    id_field: str | None
    timestamp_field: str | None
    dimensions: tuple[Dimension, ...]
    numeric_fields: tuple[Number, ...]
    boolean_fields: tuple[Flag, ...]
    measures: tuple[Measure, ...]
    aliases: Mapping[str, tuple[str, ...]]
    stream: Stream | None


def analyse(raw: Any, known: Known, model: type[AnalysisChoice] = AnalysisChoice) -> Analysed | None:
    """Faults are noted in `known.faults`; what is returned then is only as good as the document."""
    choice = check_shape(model, {} if raw is None else raw, ANALYSIS, known.faults)
    if choice is None:
        return None
    id_field = _id_field(choice, known)
    timestamp = timestamp_field(choice.timestamp_field, known)
    dimensions = _entries("dimensions", choice.dimensions, known.usual.dimensions, known)
    usual_numbers = tuple(name for name in known.usual.numeric_fields if name != id_field)
    numbers = _entries("numeric_fields", choice.numeric_fields, usual_numbers, known)
    flags = _entries("boolean_fields", choice.boolean_fields, known.usual.boolean_fields, known)
    measures = read_entries(choice.measures, MeasureEntry, (*ANALYSIS, "measures"), known.faults)
    _check_dimensions(dimensions, timestamp, known)
    _check_kinds(numbers, flags, known)
    own_measures = check_measures(measures, known)
    _check_money((*dimensions, *numbers, *flags, *measures), choice.currency, known.faults)
    _check_timezone(choice.timezone, known.faults)
    check_event_time(timestamp, known)
    check_outputs(Outputs(timestamp, dimensions, numbers, own_measures, flags), known)
    stream = _stream(choice, timestamp, dimensions, (*measures, *numbers), known.faults)
    return Analysed(
        name=choice.name,
        title=choice.title,
        currency=choice.currency,
        timezone=choice.timezone,
        id_field=id_field,
        timestamp_field=timestamp,
        dimensions=tuple(Dimension(entry.name, entry.label or readable(entry.name)) for entry in _sound(dimensions)),
        numeric_fields=tuple(_number(entry, choice.currency, known) for entry in _sound(numbers)),
        boolean_fields=tuple(_flag(entry) for entry in _sound(flags)),
        measures=tuple(measure(placed.entry, choice.currency) for placed in measures if placed.entry),
        aliases=_aliases(choice, known),
        stream=stream,
    )


def _id_field(choice: AnalysisChoice, known: Known) -> str | None:
    if choice.id_field is None:
        return known.usual.id_field
    known.of_kind(choice.id_field, (*ANALYSIS, "id_field"), ("text", "int"), "an id is text or a whole number")
    return choice.id_field


def _entries(key: str, given: tuple[Any, ...] | None, default: tuple[str, ...], known: Known) -> Entries:
    if given is not None:
        return read_entries(given, Entry, (*ANALYSIS, key), known.faults)
    return tuple(Placed(known.path(name), name, Entry.model_validate({"name": name})) for name in default)


def _sound(entries: Entries) -> list[Entry]:
    return [placed.entry for placed in entries if placed.entry]


def _check_dimensions(dimensions: Entries, timestamp: str | None, known: Known) -> None:
    for placed in dimensions:
        if placed.name == timestamp:
            known.faults.add(placed.path, f"'{placed.name}' is the timestamp; rows are grouped by its day anyway")
        else:
            wanted = "group by text, a whole number or a flag"
            known.of_kind(placed.name, placed.path, ("text", "int", "bool"), wanted)
    _check_twice(dimensions, known.faults)


def _check_kinds(numbers: Entries, flags: Entries, known: Known) -> None:
    for placed in numbers:
        known.of_kind(placed.name, placed.path, ("int", "float"), "only numbers are summed")
    for placed in flags:
        known.of_kind(placed.name, placed.path, ("bool",), "only flags are counted; a derived_map can make one")
    _check_twice(numbers, known.faults)
    _check_twice(flags, known.faults)


def _check_twice(entries: Entries, faults: Faults) -> None:
    seen: set[str] = set()
    for placed in entries:
        if placed.name in seen:
            faults.add(placed.path, f"'{placed.name}' stands twice; remove one")
        seen.add(placed.name)


def _check_money(entries: Iterable[Placed[Any]], currency: str | None, faults: Faults) -> None:
    for placed in entries:
        if placed.entry and placed.entry.format == "money" and currency is None and not faults.within(CURRENCY):
            faults.add((*placed.path, "format"), "format='money' needs a currency; set analysis.currency")


def _number(entry: Entry, currency: str | None, known: Known) -> Number:
    column = known.column(entry.name)
    precision = column.precision if column else None
    form, polarity = presentation(entry, currency, precision)
    kind: Literal["int", "float"] = "int" if column and column.kind == "int" else "float"
    label = entry.label or readable(entry.name)
    return Number(entry.name, label, kind, precision, form, entry.unit, polarity)


def _flag(entry: Entry) -> Flag:
    return Flag(entry.name, entry.label or readable(entry.name), entry.format or "percent", entry.unit, entry.polarity)


def _check_timezone(name: str, faults: Faults) -> None:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        close = nearest(name, sorted(zoneinfo.available_timezones()))
        way_out = f"did you mean '{close}'?" if close else "write it like Europe/Berlin"
        faults.add((*ANALYSIS, "timezone"), f"timezone={show(name)} is not known; {way_out}")


def _aliases(choice: AnalysisChoice, known: Known) -> Mapping[str, tuple[str, ...]]:
    columns = {name.lower() for name in known.fields}
    taken: dict[str, str] = {}
    for name, others in choice.aliases.items():
        path = (*ANALYSIS, "aliases", name)
        known.check(name, path, lambda field: None)
        for place, other in enumerate(others):
            key = other.lower()
            if key in columns:
                known.faults.add((*path, place), f"{show(other)} is itself a field; an alias is another name")
            elif key in taken:
                known.faults.add((*path, place), f"{show(other)} is already an alias of '{taken[key]}'; remove one")
            taken.setdefault(key, name)
    return dict(choice.aliases)


def _stream(
    choice: AnalysisChoice,
    timestamp: str | None,
    dimensions: Entries,
    values: Iterable[Placed[Any]],
    faults: Faults,
) -> Stream | None:
    written = check_shape(StreamChoice, {} if choice.stream is None else choice.stream, STREAM, faults)
    if written is None or timestamp is None or not dimensions:
        return None
    return read_stream(written, [placed.name for placed in dimensions], [placed.name for placed in values], faults)
