"""Event time: which column it is, and that an instant can be read back from it."""

from __future__ import annotations

from datagen.schema.known import Known, KnownField
from datagen.schema.names import show
from datagen.schema.outputs import ANALYSIS

EVENT_TIME = "event_time"  # what a message in Kafka calls its instant
PLAIN_FORMATS = ("iso", "epoch_s", "epoch_ms")


def timestamp_field(given: str | None, known: Known) -> str | None:
    """The column named, else the first datetime field; faults are noted."""
    name = given or known.usual.timestamp_field
    path = (*ANALYSIS, "timestamp_field") if given else known.path(name)
    if name and known.of_kind(name, path, ("time",), "event time is a datetime field"):
        known.check(name, path, _fits)
    return name


def check_event_time(timestamp: str | None, known: Known) -> None:
    for field in known.fields.values():
        if field.name.lower() == EVENT_TIME and field.name != timestamp:
            known.faults.add(
                (*field.path, "name"),
                f"name={show(field.name)} is what messages call their event time; make it analysis.timestamp_field "
                "or rename it",
            )


def _fits(field: KnownField) -> str | None:
    if field.name.startswith("_"):
        return f"'{field.name}' begins with _, and folders named after it would be passed over; rename it"
    text = field.column.time_format if field.column else None
    if text is None or text in PLAIN_FORMATS or _tells_an_instant(text):
        return None
    return f"'{field.name}' has format={show(text)}, from which no instant can be read; iso can"


def _tells_an_instant(text: str) -> bool:
    """Whether a strftime pattern names a year, a day of it and, if any time, an hour without doubt."""
    letters = {part[:1] for part in text.replace("%%", "").split("%")[1:]}
    day = bool(letters & set("Yy")) and ("j" in letters or bool(letters & set("mbB") and "d" in letters))
    hour = bool(letters & set("HTR")) or {"I", "p"} <= letters or not letters & set("IMSf")
    return (day or "F" in letters) and hour
