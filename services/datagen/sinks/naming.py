"""How extracts are called, and by that which names are ours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datagen.model import TextFormat

MANIFEST = "_manifest.json"
RUN = "_run.json"
METADATA = ".metadata.json"
BESIDE = frozenset({MANIFEST, RUN, METADATA})  # what stands in a set's folder beside its extracts

EXTENSION = r"(?:(?:csv|jsonl)(?:\.gz)?|parquet)"
WITHOUT_DAY = "no-day"  # beside the days of a table the file of its rows without one; no table is called so
DAY = r"\d{4}-\d{2}-\d{2}"
DAY_FILE = re.compile(rf"{DAY}\.{EXTENSION}")
OF_DAYS = re.compile(rf"(?:{DAY}|{WITHOUT_DAY})\.{EXTENSION}")
NAME = r"[A-Za-z_][A-Za-z0-9_]{0,62}"
WHOLE_FILE = re.compile(rf"({NAME})\.{EXTENSION}")
KNOWN = re.compile(rf".+\.({EXTENSION})", re.IGNORECASE)


def extension(text_format: TextFormat, gzip: bool) -> str:
    return f"{text_format}.gz" if gzip else text_format


def format_of(file_name: str) -> tuple[TextFormat, bool] | None:
    """The format and whether it is gzipped, by the name's extension; None where that is none of ours."""
    found = KNOWN.fullmatch(file_name)
    if found is None:
        return None
    first, _, gz = found[1].lower().partition(".")
    formats: dict[str, TextFormat] = {"csv": "csv", "jsonl": "jsonl", "parquet": "parquet"}
    return formats[first], gz == "gz"


def is_extract_name(path: str, names: Iterable[str]) -> bool:
    """Whether a file of this path below a set's folder is called as extracts are.

    `names` are those of the dataset and its tables.
    """
    folder, _, file = path.rpartition("/")
    if folder:
        return folder in names and OF_DAYS.fullmatch(file) is not None
    whole = WHOLE_FILE.fullmatch(file)
    return OF_DAYS.fullmatch(file) is not None or (whole is not None and whole[1] in names)


def is_without_day(path: str) -> bool:
    """Whether a file of a set holds those rows of a table that is cut by days which have none."""
    return path.rpartition("/")[2].partition(".")[0] == WITHOUT_DAY


def is_safe_path(path: str) -> bool:
    """Whether a path out of a manifest stays below the set's folder and is called as extracts are."""
    folder, slash, file = path.rpartition("/")
    if slash and not re.fullmatch(NAME, folder):
        return False
    return (OF_DAYS.fullmatch(file) or WHOLE_FILE.fullmatch(file)) is not None
