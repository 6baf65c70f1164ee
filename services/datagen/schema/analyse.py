"""`analysis` with all its defaults filled in, and every name in it checked against the fields."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass

from datagen.analysis import Dimension, Flag, Measure, Number, Stream
from datagen.schema.document import AnalysisChoice, Entry, StreamChoice
from datagen.schema.faults import Faults
from datagen.schema.fields import (
    BoolField,
    CategoryField,
    ConditionalField,
    DatetimeBase,
    FloatBase,
    IntField,
    SequenceField,
    UuidField,
)
from datagen.schema.json_text import Path
from datagen.schema.known import Known, KnownField
from datagen.schema.labels import readable
from datagen.schema.measures import read_measures
from datagen.schema.names import nearest, show
from datagen.schema.outputs import ANALYSIS, Named, Outputs, check_outputs
from datagen.schema.stream import read_stream

EVENT_TIME = "event_time"  # what a message in Kafka calls its instant
MAX_MONEY_PRECISION = 2


@dataclass(frozen=True, slots=True)
class Analysed:
    """What `analysis` says, defaults filled in; `record.py` adds what stands elsewhere in the document."""

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


def analyse(choice: AnalysisChoice, known: Known) -> Analysed:
    """Faults are noted in `known.faults`; what is returned then is only as good as the document."""
    id_field = _id_field(choice, known)
    timestamp = _timestamp(choice, known)
    dimensions = _entries("dimensions", choice.dimensions, _default_dimensions(known))
    numbers = _entries("numeric_fields", choice.numeric_fields, _default_numbers(known, id_field))
    flags = _entries("boolean_fields", choice.boolean_fields, known.all(BoolField))
    _check_entries(dimensions, numbers, flags, timestamp, known)
    measures = read_measures(choice, known)
    _check_formats(choice, known.faults)
    _check_timezone(choice.timezone, known.faults)
    _check_event_time(timestamp, known)
    _check_outputs(timestamp, dimensions, numbers, flags, measures, known)
    return Analysed(
        name=choice.name,
        title=choice.title,
        currency=choice.currency,
        timezone=choice.timezone,
        id_field=id_field,
        timestamp_field=timestamp,
        dimensions=tuple(Dimension(entry.name, entry.label or readable(entry.name)) for entry in dimensions.values()),
        numeric_fields=tuple(_number(entry, choice.currency, known) for entry in numbers.values()),
        boolean_fields=tuple(_flag(entry) for entry in flags.values()),
        measures=measures,
        aliases=_aliases(choice, known),
        stream=_stream(choice, timestamp, dimensions, [*(m.name for m in measures), *_names(numbers)], known.faults),
    )


def _id_field(choice: AnalysisChoice, known: Known) -> str | None:
    if choice.id_field is None:
        return known.first(UuidField) or known.first(SequenceField)
    known.of_kind(choice.id_field, (*ANALYSIS, "id_field"), ("text", "int"), "an id is text or a whole number")
    return choice.id_field


def _timestamp(choice: AnalysisChoice, known: Known) -> str | None:
    name = choice.timestamp_field or known.first(DatetimeBase)
    path = (*ANALYSIS, "timestamp_field")
    if name and known.of_kind(name, path, ("time",), "event time is a datetime field"):
        known.check(name, path, _timestamp_fits)
    return name


def _timestamp_fits(field: KnownField) -> str | None:
    if field.name.startswith("_"):
        return f"'{field.name}' begins with _, and folders named after it would be passed over; rename it"
    time_format = field.column.time_format if field.column else None
    if time_format in (None, "iso", "epoch_s", "epoch_ms"):
        return None
    letters = {f"%{letter}" for letter in str(time_format).replace("%%", "").split("%")[1:] for letter in letter[:1]}
    day = letters & {"%j"} or (letters & {"%m", "%b", "%B"} and letters & {"%d"})
    hour = letters & {"%H"} or (letters & {"%I"} and letters & {"%p"}) or not letters & {"%I", "%M", "%S", "%f"}
    if letters & {"%Y", "%y"} and day and hour:
        return None
    return f"'{field.name}' has format={show(time_format)}, from which no instant can be read; iso can"


def _default_dimensions(known: Known) -> tuple[str, ...]:
    names = known.all(CategoryField, ConditionalField)
    return tuple(name for name in names if (column := known.column(name)) is None or column.kind != "float")


def _default_numbers(known: Known, id_field: str | None) -> tuple[str, ...]:
    return tuple(name for name in known.all(IntField, FloatBase) if name != id_field)


Entries = Mapping[Path, Entry]


def _entries(key: str, given: tuple[Entry, ...] | None, default: tuple[str, ...]) -> Entries:
    """Each entry by where it stands; defaults stand nowhere, so `analysis` itself stands for them."""
    if given is None:
        return {(*ANALYSIS, key, name): Entry.model_validate({"name": name}) for name in default}
    return {(*ANALYSIS, key, place): entry for place, entry in enumerate(given)}


def _names(entries: Entries) -> list[str]:
    return [entry.name for entry in entries.values()]


def _check_entries(dimensions: Entries, numbers: Entries, flags: Entries, timestamp: str | None, known: Known) -> None:
    for path, entry in dimensions.items():
        wanted = "group by text, a whole number or a flag"
        if entry.name == timestamp:
            known.faults.add(path, f"'{entry.name}' is the timestamp; rows are grouped by its day anyway")
        else:
            known.of_kind(entry.name, path, ("text", "int", "bool"), wanted)
    for path, entry in numbers.items():
        known.of_kind(entry.name, path, ("int", "float"), "only numbers are summed")
    for path, entry in flags.items():
        known.of_kind(entry.name, path, ("bool",), "only flags are counted; a derived_map can make one")
    for entries in (dimensions, numbers, flags):
        _check_twice(entries, known.faults)


def _check_twice(entries: Entries, faults: Faults) -> None:
    seen: set[str] = set()
    for path, entry in entries.items():
        if entry.name in seen:
            faults.add(path, f"'{entry.name}' stands twice; remove one")
        seen.add(entry.name)


def _check_formats(choice: AnalysisChoice, faults: Faults) -> None:
    for key in ("dimensions", "numeric_fields", "boolean_fields", "measures"):
        for place, entry in enumerate(getattr(choice, key) or ()):
            if entry.format == "money" and choice.currency is None:
                faults.add((*ANALYSIS, key, place, "format"), "format='money' needs a currency; set analysis.currency")


def _number(entry: Entry, currency: str | None, known: Known) -> Number:
    column = known.column(entry.name)
    precision = column.precision if column else None
    money = is_money(currency, precision, entry.unit)
    return Number(
        entry.name,
        entry.label or readable(entry.name),
        "int" if column and column.kind == "int" else "float",
        precision,
        entry.format or ("money" if money else "number"),
        entry.unit,
        entry.polarity or ("good" if (entry.format == "money" if entry.format else money) else None),
    )


def is_money(currency: str | None, precision: int | None, unit: str | None) -> bool:
    """Whether a number is an amount of money where its author does not say."""
    return currency is not None and unit is None and precision is not None and precision <= MAX_MONEY_PRECISION


def _flag(entry: Entry) -> Flag:
    return Flag(entry.name, entry.label or readable(entry.name), entry.format or "percent", entry.unit, entry.polarity)


def _check_timezone(name: str, faults: Faults) -> None:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        close = nearest(name, sorted(zoneinfo.available_timezones()))
        way_out = f"did you mean '{close}'?" if close else "write it like Europe/Berlin"
        faults.add((*ANALYSIS, "timezone"), f"timezone={show(name)} is not known; {way_out}")


def _check_event_time(timestamp: str | None, known: Known) -> None:
    for field in known.fields.values():
        if field.name.lower() == EVENT_TIME and field.name != timestamp:
            known.faults.add(
                (*field.path, "name"),
                f"name={show(field.name)} is what messages call their event time; make it analysis.timestamp_field "
                "or rename it",
            )


def _check_outputs(
    timestamp: str | None,
    dimensions: Entries,
    numbers: Entries,
    flags: Entries,
    measures: tuple[Measure, ...],
    known: Known,
) -> None:
    named_measures = (Named(m.name, (*ANALYSIS, "measures", place)) for place, m in enumerate(measures))
    outputs = Outputs(
        Named(timestamp, (*ANALYSIS, "timestamp_field")) if timestamp else None,
        _named(dimensions),
        (*_named(numbers), *named_measures),
        _named(flags),
    )
    check_outputs(outputs, (Named(field.name, field.path) for field in known.fields.values()), known.faults)


def _named(entries: Entries) -> tuple[Named, ...]:
    return tuple(Named(entry.name, path) for path, entry in {e.name: (p, e) for p, e in entries.items()}.values())


def _aliases(choice: AnalysisChoice, known: Known) -> Mapping[str, tuple[str, ...]]:
    columns = {name.lower(): name for name in known.fields}
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
    choice: AnalysisChoice, timestamp: str | None, dimensions: Entries, values: list[str], faults: Faults
) -> Stream | None:
    if timestamp is None or not dimensions:
        return None
    return read_stream(choice.stream or StreamChoice.model_validate({}), _names(dimensions), values, faults)
