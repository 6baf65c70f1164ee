"""What must hold, and what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    text: str
    measured: str
    bound: str
    holds: bool


def at_least(text: str, measured: float, bound: float, unit: str = "") -> Claim:
    return Claim(text, f"{measured:.2f}{unit}", f"at least {bound:g}{unit}", measured >= bound)


def at_most(text: str, measured: float, bound: float, unit: str = "") -> Claim:
    return Claim(text, f"{measured:.2f}{unit}", f"at most {bound:g}{unit}", measured <= bound)


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Markdown that also reads well on a terminal; all but the first column stand to the right."""
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    first, *others = widths
    rule = f"| {'-' * first} | " + " | ".join(f"{'-' * (width - 1)}:" for width in others) + " |"
    lines = [
        f"| {row[0]:<{first}} | "
        + " | ".join(f"{cell:>{width}}" for cell, width in zip(row[1:], others, strict=True))
        + " |"
        for row in (head, *rows)
    ]
    return "\n".join([lines[0], rule, *lines[1:]])


def claims_table(claims: list[Claim]) -> str:
    rows = [(claim.text, claim.measured, claim.bound, "met" if claim.holds else "NOT MET") for claim in claims]
    return table(("what must hold", "measured", "bound", ""), rows)
