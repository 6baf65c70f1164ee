"""Names: of datasets on disk, of fields; what was probably meant."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable

FIELD_NAME = r"[A-Za-z_][A-Za-z0-9_]{0,62}"
SLUG = r"[a-z][a-z0-9_]{0,62}"
MAX_SHOWN = 60  # characters of a value in a message
MAX_KNOWN = 12  # names listed in a message

# Names that the output folder keeps for itself.
RESERVED_DATASETS = frozenset({"analysis_parquet", "analysis_csv", "analysis_csv_kpis", "streaming_product_revenue"})
# Keys that a message in Kafka keeps for itself.
RESERVED_FIELDS = frozenset({"_replay", "_fingerprint"})


def slug(text: str) -> str:
    """A dataset's name made from any text; "" where the text has nothing to make one from."""
    name = re.sub(r"[^a-z0-9_]+", "_", text.lower()).lstrip("_")
    if name[:1].isdigit():
        name = "d_" + name
    return name[:63]


def is_field_name(text: str) -> bool:
    return re.fullmatch(FIELD_NAME, text) is not None


def is_slug(text: str) -> bool:
    return re.fullmatch(SLUG, text) is not None


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was probably meant to be."""
    names = list(known)
    lower = {name.lower(): name for name in reversed(names)}
    if word.lower() in lower:
        return lower[word.lower()]
    close = difflib.get_close_matches(word.lower()[:100], lower, n=1, cutoff=0.6)
    return lower[close[0]] if close else None


def suggest(word: str, known: Iterable[str]) -> str:
    """The way out of a wrong word: "did you mean 'x'?", else "known: a, b, c"."""
    names = list(known)
    close = nearest(word, names)
    return f"did you mean '{close}'?" if close else f"known: {listing(names)}"


def listing(names: Iterable[str]) -> str:
    every = list(names)
    more = len(every) - MAX_KNOWN
    return ", ".join(every[:MAX_KNOWN]) + (f" and {more} more" if more > 0 else "") if every else "none"


def quoted(names: Iterable[str], most: int = 5) -> str:
    """'a', 'b' and 3 more"""
    every = list(names)
    more = len(every) - most
    return ", ".join(map(show, every[:most])) + (f" and {more} more" if more > 0 else "")


def show(value: object) -> str:
    """A value as a message shows it: text in single quotes, anything else as JSON, cut when long, one line."""
    if isinstance(value, str):
        text = repr(value if len(value) <= MAX_SHOWN else value[: MAX_SHOWN - 3] + "...")
    else:
        text = json.dumps(value, ensure_ascii=False)
        text = text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."
    return printable(text)


def printable(text: str) -> str:
    """A text that can neither break a line nor steer a terminal."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def number(value: float) -> str:
    """A number as an author would write it: whole ones without a point."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)
