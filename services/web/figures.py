"""The figures of a dataset: what can be asked of its rows, made from `analysis` alone.

Every figure is one summed column, alone or divided by the number of records, so that it can be
computed for any span of days and any group from the aggregated rows, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import Any, Literal

from datagen.analysis import Analysis, Flag, Format, Measure, Number, Polarity

RECORDS = "record_count"
MORE_DIGITS = 4  # an average is given with so many digits more than what it averages
RATE_DIGITS = 8
UNDECLARED_DIGITS = 6
TILES = 6
FACTS = ("label", "kind", "format", "unit", "polarity", "digits")

Sum = int | Decimal
Totals = Mapping[str, Sum]  # summed column -> its sum; always has RECORDS


@dataclass(frozen=True, slots=True)
class Figure:
    name: str  # the column's name in the published files: record_count, sum_x, avg_x, rate_x
    field: str | None  # the input's column; None for the number of records
    label: str
    kind: Literal["count", "sum", "average", "rate"]
    format: Format
    unit: str | None
    polarity: Polarity | None
    digits: int  # digits after the point that `value` has
    summed: str  # the column of the published files that is summed

    @property
    def divided(self) -> bool:
        """Whether the sum is divided by the number of records."""
        return self.kind in ("average", "rate")

    @property
    def in_points(self) -> bool:
        """Whether a change is a difference of percentages rather than a percentage."""
        return self.format == "percent"

    def value(self, totals: Totals) -> Sum | None:
        """The figure over what was summed; None where there was no record."""
        records, total = totals[RECORDS], totals[self.summed]
        if not records:
            return None
        if not self.divided:
            return total
        with localcontext(prec=76):
            return (Decimal(total) / Decimal(records)).quantize(Decimal(1).scaleb(-self.digits), ROUND_HALF_EVEN)

    def change(self, now: Sum | None, before: Sum | None) -> float | None:
        """By which share of `before` the figure moved, for percentages by how much; None where that has no meaning."""
        if now is None or before is None:
            return None
        if self.in_points:
            return float(now - before)
        return float((now - before) / abs(Decimal(before))) if before else None


def figures(analysis: Analysis) -> tuple[Figure, ...]:
    """All of them, the most telling first: records, then numbers (measures before fields), then flags."""
    label = analysis.labels.get(RECORDS, "Records")
    records = Figure(RECORDS, None, label, "count", "number", None, "good", 0, RECORDS)
    listed: list[Number | Measure] = [*analysis.measures, *analysis.numeric_fields]
    numbers = sorted(listed, key=lambda number: number.name != _lead(analysis))
    flags = sorted(analysis.boolean_fields, key=lambda flag: flag.polarity is None)
    return (records, *(figure for number in numbers for figure in _of_number(number)), *map(_of_flag, flags))


def tiles(known: tuple[Figure, ...]) -> tuple[Figure, ...]:
    """Those a person sees first: records, the leading number's, flags that are good or bad, then one a field."""
    leading = [figure for figure in known if figure.field in (None, lead(known).field) and figure.kind != "rate"]
    leading = leading[: 3 if lead(known).kind == "sum" else 2]  # a sum of readings says nothing
    telling = [figure for figure in known if figure.kind == "rate" and figure.polarity]
    fields = {figure.field for figure in (*leading, *telling)}
    others = {figure.field: figure for figure in reversed(known) if figure.field not in fields}
    return tuple([*leading, *telling, *reversed(others.values())][:TILES])


def lead(known: tuple[Figure, ...]) -> Figure:
    """The figure a page opens with: the leading number's, else the number of records."""
    return known[1] if len(known) > 1 and known[1].kind != "rate" else known[0]


def _lead(analysis: Analysis) -> str | None:
    return analysis.stream.value if analysis.stream else None


def _of_number(number: Number | Measure) -> tuple[Figure, ...]:
    """Sum and average. What has a unit is a reading: its average comes first; percentages are not summed at all."""
    precision = _precision(number)
    shared = (number.format, number.unit, number.polarity)
    name = f"sum_{number.name}"
    total = Figure(name, number.name, number.label, "sum", *shared, precision, name)
    label = f"Average {inside(number.label)}"
    average = Figure(f"avg_{number.name}", number.name, label, "average", *shared, precision + MORE_DIGITS, name)
    if number.format == "percent":
        return (average,)
    return (average, total) if number.unit else (total, average)


def _of_flag(flag: Flag) -> Figure:
    name, counted = f"rate_{flag.name}", f"count_{flag.name}"
    return Figure(name, flag.name, flag.label, "rate", "percent", None, flag.polarity, RATE_DIGITS, counted)


def _precision(number: Number | Measure) -> int:
    """Digits after the point that a sum has: those of the values, six where none are declared."""
    if isinstance(number, Number) and number.kind == "int":
        return 0
    return UNDECLARED_DIGITS if number.precision is None else number.precision


def inside(label: str) -> str:
    """A label inside a longer one: its first letter is lowered unless it is an abbreviation."""
    return label[0].lower() + label[1:] if label[1:2].islower() else label


def exact_text(value: Sum | None) -> str | None:
    """Plain decimal text, never with an exponent."""
    return None if value is None else format(Decimal(value), "f")


def facts(analysis: Analysis, known: Iterable[Figure]) -> dict[str, Any]:
    """What a browser must know of a dataset to write its figures: labels, formats, units, polarity."""
    return {
        "currency": analysis.currency,
        "timezone": analysis.timezone,
        "figures": {figure.name: {key: getattr(figure, key) for key in FACTS} for figure in known},
        "dimensions": {dimension.name: dimension.label for dimension in analysis.dimensions},
    }
