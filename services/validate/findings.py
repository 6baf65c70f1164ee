"""What one check says: a rule of the document, what was declared, what was made, whether it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Family = Literal["structure", "values", "behaviour"]
Verdict = Literal["holds", "broken", "skipped"]
Figure = int | float | str | bool | None


@dataclass(frozen=True, slots=True)
class Picture:
    """Bars of what was made over marks of what was declared; both are shares of the rows."""

    kind: Literal["shares", "profile", "histogram", "fanout"]
    labels: tuple[str, ...]
    declared: tuple[float, ...]
    made: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str  # a stable word of docs/validation.md, such as null_share
    family: Family
    table: str
    column: str | None
    declared: str
    made: str
    verdict: Verdict
    rows: int = 0  # on how many rows the verdict rests
    tolerance: str | None = None  # how far apart they may be, in words; None where it must be exact
    figures: Mapping[str, Figure] = field(default_factory=dict)  # the same as numbers
    examples: tuple[str, ...] = ()  # of values that break the rule, at most three
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A file that is missing or damaged, or something else that kept a part from being checked."""

    file: str
    table: str
    message: str


def verdict(holds: bool) -> Verdict:
    return "holds" if holds else "broken"


def counted(
    rule: str,
    family: Family,
    place: tuple[str, str | None],
    declared: str,
    rows: int,
    wrong: int,
    examples: tuple[str, ...] = (),
) -> Finding:
    """A rule that every row obeys, with how many do not."""
    made = f"{rows:,} of {rows:,} rows" if not wrong else f"{wrong:,} of {rows:,} rows are not so"
    figures = {"wrong": wrong}
    return Finding(rule, family, *place, declared, made, verdict(not wrong), rows, None, figures, examples)


def skipped(rule: str, family: Family, place: tuple[str, str | None], declared: str, why: str) -> Finding:
    """A rule that cannot be judged here; it counts neither way."""
    return Finding(rule, family, *place, declared, why, "skipped")
